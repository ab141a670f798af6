//! Objects as Front sends them.

#[allow(dead_code, reason = "other tests use the rest")]
mod catalogue;

use std::fs;

use bytes::Bytes;
use front::{
    ContactId, ContactRef, ConversationId, InboxId, MessageId, MessageUid, Request, Status, TeammateId,
    comments, company, contacts, conversations, inboxes, messages, tags, teammates, teams,
};
use serde_json::{Value, json};

fn sample(name: &str) -> Value {
    let path = format!("{}/tests/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn read<T>(request: &Request<T>, body: &Value) -> T {
    let answer = http::Response::new(Bytes::from(body.to_string()));
    request.parse(&answer).unwrap_or_else(|error| panic!("{error}"))
}

fn conversation() -> ConversationId {
    ConversationId::new("cnv_1")
}

#[test]
fn a_token_s_company_is_known_by_its_host() {
    let company = read(&company::current(), &sample("company"));
    assert_eq!((company.id.as_str(), company.name.as_deref()), ("cmp_1", Some("Acme")));
    assert_eq!(company.host.as_deref(), Some("acme.api.frontapp.com"));
    assert_eq!(read(&company::current(), &json!({ "id": "cmp_1", "_links": null })).host, None);
}

#[test]
fn a_contact_has_its_handles_as_stored() {
    let contact = read(&contacts::get(&ContactRef::phone("+34666444555")), &sample("contact"));
    assert_eq!((contact.id.as_str(), contact.name.as_deref()), ("crd_8", Some("Ben Okoro")));
    assert_eq!(contact.phones().collect::<Vec<_>>(), ["+34666444555", "33199004455"]);
    assert_eq!((contact.handles.len(), contact.links.len(), contact.is_private), (3, 1, false));
}

#[test]
fn nulls_that_front_denies_are_nothing() {
    let contact = read(&contacts::get(&ContactId::new("crd_9").into()), &sample("contact_sparse"));
    assert_eq!((contact.name, contact.description), (None, None));
    let message = read(&messages::get(&MessageId::new("msg_4")), &sample("message_inbound"));
    assert_eq!(message.author, None);
    assert_eq!((message.recipients[1].name.as_deref(), message.recipients[1].contact.as_ref()), (None, None));
    let nothing = json!({
        "id": "cnv_1", "subject": null, "status": null, "assignee": null, "recipient": null, "tags": null,
        "_links": { "related": null }, "created_at": null,
    });
    let empty = read(&conversations::get(&conversation()), &nothing);
    assert!(
        empty.is_open() && empty.tags.is_empty() && empty.assignee.is_none() && empty.recipient.is_none()
    );
}

#[test]
fn a_conversation_tells_how_it_stands() {
    let assigned = read(&conversations::get(&conversation()), &sample("conversation_assigned"));
    assert_eq!((assigned.status.clone(), assigned.is_open()), (Some(Status::Assigned), true));
    assert_eq!(assigned.assignee.as_ref().map(|teammate| teammate.id.as_str()), Some("tea_a1"));
    assert_eq!(assigned.recipient.and_then(|recipient| recipient.contact), Some(ContactId::new("crd_8")));
    assert_eq!(assigned.last_message, Some(MessageId::new("msg_5")));
    assert_eq!(assigned.tags[0].name.as_deref(), Some("phone"));
    assert_eq!(assigned.updated_at.map(|time| time.timestamp_millis()), Some(1_790_766_300_500));
    let archived = read(&conversations::get(&conversation()), &sample("conversation_archived"));
    assert_eq!((archived.status.clone(), archived.is_open()), (Some(Status::Archived), false));
    assert_eq!(archived.assignee, None);
    for (word, status, open) in [
        ("unassigned", Status::Unassigned, true),
        ("deleted", Status::Deleted, false),
        ("trashed", Status::Deleted, false),
        ("snoozed", Status::Other("snoozed".into()), true),
    ] {
        let read = read(&conversations::get(&conversation()), &json!({ "id": "cnv_1", "status": word }));
        assert_eq!((read.is_open(), read.status), (open, Some(status)), "{word}");
    }
}

#[test]
fn a_search_says_how_many_there_are() {
    let found = read(&conversations::search("inbox:inb_1", None), &sample("conversations_found"));
    assert_eq!((found.total, found.items.len(), found.odd, found.next), (Some(1), 1, 0, None));
}

#[test]
fn an_import_leads_to_its_message_and_that_to_its_conversation() {
    let import = messages::import(&InboxId::new("inb_1"), &catalogue::missed_call());
    let accepted = read(&import, &sample("accepted"));
    let by_uid = messages::by_uid(&accepted.message_uid);
    assert_eq!(by_uid.path(), "/messages/alt:uid:0a0b0c0d");
    let message = read(&by_uid, &sample("messages")["_results"][0]);
    assert_eq!(message.uid, Some(MessageUid::new("0a0b0c0d")));
    assert_eq!(message.conversation, Some(conversation()));
    assert!(
        import.parse(&http::Response::new(Bytes::from("{}"))).is_err(),
        "accepted without a uid leads nowhere"
    );
}

#[test]
fn a_message_tells_who_wrote_it_and_its_files() {
    let list = read(&messages::of_conversation(&conversation(), None), &sample("messages"));
    let [outbound, inbound] = &list.items[..] else {
        panic!("{list:?}");
    };
    assert_eq!(outbound.author.as_ref().map(|author| author.id.clone()), Some(TeammateId::new("tea_a1")));
    assert_eq!((outbound.is_inbound, inbound.is_inbound), (Some(false), Some(true)));
    assert_eq!(outbound.attachments[0].size_bytes, Some(5_120));
    assert_eq!(outbound.created_at.map(|time| time.timestamp()), Some(1_790_766_251));
    assert_eq!(inbound.recipients[0].handle.as_deref(), Some("+34666444555"));
}

#[test]
fn robots_visitors_and_the_locked_out_are_not_at_work() {
    let list = read(&teammates::list(), &sample("teammates"));
    let at_work: Vec<&str> =
        list.items.iter().filter(|mate| mate.is_at_work()).map(|mate| mate.id.as_str()).collect();
    assert_eq!((list.items.len(), at_work), (3, vec!["tea_a1"]));
    assert_eq!(list.items[0].name().as_deref(), Some("Ada Sorel"));
    assert_eq!(list.items[0].email.as_deref(), Some("ada@example.com"));
    let bare = json!({ "_results": [{ "id": "tea_9", "type": "visitor" }, { "id": "tea_8" }] });
    let bare = read(&teammates::list(), &bare);
    assert_eq!((bare.items[0].is_at_work(), bare.items[1].is_at_work()), (false, true));
    assert_eq!(bare.items[1].name(), None);
}

#[test]
fn the_small_lists_are_read() {
    assert_eq!(read(&teams::list(), &sample("teams")).items[0].name.as_deref(), Some("Care"));
    let inboxes = read(&inboxes::list(), &sample("inboxes")).items;
    assert_eq!((inboxes[0].id.as_str(), inboxes[0].name.as_deref()), ("inb_1", Some("Aircall Phone")));
    assert_eq!((inboxes[0].is_private, inboxes[0].is_public), (Some(false), Some(true)));
    let tags = read(&tags::list(None), &sample("tags")).items;
    assert_eq!(tags.iter().filter_map(|tag| tag.name.as_deref()).collect::<Vec<_>>(), ["phone", "voicemail"]);
    let comments = read(&comments::list(&conversation()), &sample("comments")).items;
    assert_eq!(comments[0].body.as_deref(), Some("Wants another address"));
    assert_eq!(comments[0].posted_at.map(|time| time.timestamp_millis()), Some(1_790_766_400_204));
    assert_eq!(comments[1].author.as_ref().and_then(|author| author.kind.as_deref()), Some("api"));
}
