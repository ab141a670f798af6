//! Every sample of the shared collection parses. It lies beside the project, so these tests are asked for
//! explicitly: `cargo test -p front -- --ignored`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{fs, path::Path};

use bytes::Bytes;
use chrono::DateTime;
use front::{
    CommentId, ContactRef, ConversationId, Direction, ErrorKind, Import, InboxId, List, Medium, MessageUid,
    NewComment, NewContact, NewInbox, Party, Rate, Request, TeammateId, TeammateRef, Thread, comments,
    company,
    contacts::{self, ListContacts},
    conversations::{self, ListConversations},
    inboxes, messages,
    oauth::TokenRequest,
    tags, teammates, teams,
};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

fn samples() -> Vec<(String, Value)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures/front"));
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut samples: Vec<(String, Value)> = entries
        .map(|entry| entry.unwrap_or_else(|error| panic!("{error}")).path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name.clone(), serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}")))
        })
        .collect();
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(samples.len() > 60, "only {} samples", samples.len());
    samples
}

fn answer(status: u16, body: &Value) -> http::Response<Bytes> {
    let mut answer = http::Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    answer
}

/// A whole answer with status and headers, as the samples `http_…` hold it.
fn whole_answer(sample: &Value) -> http::Response<Bytes> {
    let status = sample["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap();
    let mut whole = match &sample["body"] {
        Value::Null => http::Response::new(Bytes::new()),
        body => answer(status, body),
    };
    *whole.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in sample["headers"].as_object().unwrap() {
        let name = HeaderName::try_from(name).unwrap();
        whole.headers_mut().insert(name, HeaderValue::try_from(value.as_str().unwrap()).unwrap());
    }
    whole
}

fn parses<T>(request: &Request<T>, sample: &Value) -> bool {
    request.parse(&answer(200, sample)).is_ok()
}

fn whole<T>(request: &Request<List<T>>, sample: &Value) -> bool {
    request.parse(&answer(200, sample)).is_ok_and(|list| list.odd == 0 && !list.items.is_empty())
}

/// `None`: the sample is of a part of the API that this crate leaves out, or is no bare answer.
fn sample_parses(name: &str, sample: &Value) -> Option<bool> {
    let conversation = ConversationId::new("cnv_1");
    let contact = ContactRef::phone("+12025550142");
    Some(match name {
        "me" => parses(&company::current(), sample),
        "accepted_202" => {
            parses(&messages::import(&InboxId::new("inb_1"), &as_import(&import_like())), sample)
        }
        "teammates_list" => whole(&teammates::list(), sample),
        "teammate_by_email_alias" => {
            parses(&teammates::get(&TeammateRef::Email("ada@example.com".into())), sample)
        }
        "teams_list" => whole(&teams::list(), sample),
        "tags_list" => whole(&tags::list(None), sample),
        "inboxes_list" => whole(&inboxes::list(), sample),
        "conversation_inboxes_list" => whole(&conversations::inboxes(&conversation), sample),
        "inbox_created" => parses(&inboxes::create(&NewInbox::default()), sample),
        "contact_created" => parses(&contacts::create(&NewContact::with_phone("+12025550142")), sample),
        "contact_by_phone_alias" | "contact_sparse" => parses(&contacts::get(&contact), sample),
        "contacts_page_first" | "contacts_page_last" => {
            whole(&contacts::list(&ListContacts::default()), sample)
        }
        "contact_conversations_list" | "conversations_list" => {
            whole(&conversations::of_contact(&contact, &ListConversations::default()), sample)
        }
        "conversations_search" => whole(&conversations::search("x", None), sample),
        "conversation_messages_list" => whole(&messages::of_conversation(&conversation, None), sample),
        "conversation_comments_list" => whole(&comments::list(&conversation), sample),
        "comment_created_as_agent" => {
            let comment = NewComment { author: None, body: "x".into() };
            parses(&comments::create(&conversation, &comment), sample)
        }
        "conversation_archived"
        | "conversation_assigned"
        | "conversation_unassigned"
        | "conversation_with_ticketing" => parses(&conversations::get(&conversation), sample),
        "channels_list" | "inbox_channels_list" | "conversation_events_list" | "event_archive" => {
            return None;
        }
        name if name.starts_with("oauth_") => TokenRequest::parse(&answer(200, sample)).is_ok(),
        name if name.starts_with("message_") => parses(&messages::by_uid(&MessageUid::new("x")), sample),
        name if ["http_", "request_", "webhook_", "channel_api_"]
            .iter()
            .any(|kind| name.starts_with(kind)) =>
        {
            return None;
        }
        other => panic!("{other}: say above what this sample is"),
    })
}

#[test]
#[ignore = "needs ../shared"]
fn every_answer_parses() {
    let mut read = 0;
    for (name, sample) in samples() {
        let parsed = sample_parses(&name, &sample);
        assert_ne!(parsed, Some(false), "{name}");
        read += usize::from(parsed.is_some());
    }
    assert!(read >= 28, "only {read} answers were read");
}

#[test]
#[ignore = "needs ../shared"]
fn every_answer_of_the_protocol_has_its_kind_and_its_budget() {
    let mut refusals = 0;
    for (name, sample) in samples().into_iter().filter(|(name, _)| name.starts_with("http_")) {
        let answer = whole_answer(&sample);
        assert!(Rate::read(answer.headers()).is_some_and(|rate| rate.resets_at.is_some()), "{name}");
        if name.starts_with("http_20") {
            continue;
        }
        let error = conversations::get(&ConversationId::new("cnv_1")).parse(&answer).unwrap_err();
        let kind = match name.as_str() {
            "http_301_conversation_merged" => "merged",
            "http_400_body_invalid" | "http_400_json_syntax" | "http_422_unconfirmed" => "invalid",
            "http_401_oauth_invalid_grant" | "http_401_token" => "credential",
            "http_403_scope" => "forbidden",
            "http_404_contact_alias" | "http_404_conversation" | "http_404_message_uid_not_ready" => {
                "not_found"
            }
            "http_409_contact_conflict" => "conflict",
            "http_429_company_limit" => "rate_limited",
            "http_429_resource_tier" => "route_guard",
            other => panic!("{other}: say above what this answer is"),
        };
        assert_eq!(error.kind().code(), kind, "{name}");
        match error.kind() {
            ErrorKind::Merged { .. } => assert!(error.surviving_conversation().is_some(), "{name}"),
            ErrorKind::Conflict => assert_eq!(error.conflicting_contacts().len(), 1, "{name}"),
            _ => assert!(error.text().is_some(), "{name}"),
        }
        assert_eq!(error.retry_after().is_some(), name.starts_with("http_429"), "{name}");
        refusals += 1;
    }
    assert!(refusals >= 13, "only {refusals} refusals");
}

#[test]
#[ignore = "needs ../shared"]
fn a_contact_is_found_again_through_the_samples_links() {
    let samples = samples();
    let sample = |wanted: &str| &samples.iter().find(|(name, _)| name == wanted).unwrap().1;
    let page = contacts::list(&ListContacts { limit: Some(2), ..ListContacts::default() });
    let first = page.parse(&answer(200, sample("contacts_page_first"))).unwrap();
    let second = page.next_page(&first).unwrap();
    let last = second.parse(&answer(200, sample("contacts_page_last"))).unwrap();
    assert!(second.next_page(&last).is_none());

    let by_uid = messages::by_uid(&MessageUid::new("x"));
    let message = by_uid.parse(&answer(200, sample("message_call_answered_by_agent"))).unwrap();
    let assigned = conversations::get(&ConversationId::new("cnv_1"));
    let assigned = assigned.parse(&answer(200, sample("conversation_assigned"))).unwrap();
    assert_eq!(message.conversation.as_ref(), Some(&assigned.id));
    let accepted = sample("accepted_202")["message_uid"].as_str();
    assert_eq!(message.uid.as_ref().map(MessageUid::as_str), accepted);
    let comments = comments::list(&assigned.id);
    let comments = comments.parse(&answer(200, sample("conversation_comments_list"))).unwrap();
    assert!(
        comments.items.iter().any(|comment| comment.id != CommentId::new("") && comment.author.is_some())
    );
}

/// The least that an import is made of.
fn import_like() -> Value {
    json!({
        "sender": { "handle": "+34666444555" }, "to": ["+12025550142"], "body": "x", "external_id": "x",
        "created_at": 1_790_766_251, "type": "sms",
        "metadata": { "is_inbound": true, "is_archived": false, "should_skip_rules": false },
    })
}

/// A sample of an import, made with this crate's own type.
fn as_import(sample: &Value) -> Import {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let texts = |value: &Value| value.as_array().into_iter().flatten().filter_map(text).collect::<Vec<_>>();
    let teammate = |value: &Value| text(value).map(TeammateId::new);
    let metadata = &sample["metadata"];
    Import {
        direction: match metadata["is_inbound"].as_bool().unwrap() {
            true => Direction::Inbound,
            false => Direction::Outbound { author: teammate(&sample["sender"]["author_id"]) },
        },
        from: Party {
            handle: text(&sample["sender"]["handle"]).unwrap(),
            name: text(&sample["sender"]["name"]),
        },
        to: texts(&sample["to"]),
        medium: Medium::Sms,
        subject: text(&sample["subject"]),
        body: text(&sample["body"]).unwrap(),
        external_id: text(&sample["external_id"]).unwrap(),
        created_at: DateTime::from_timestamp(sample["created_at"].as_i64().unwrap(), 0).unwrap(),
        thread: match (text(&sample["conversation_id"]), text(&metadata["thread_ref"])) {
            (Some(id), _) => Thread::Conversation(ConversationId::new(id)),
            (None, Some(reference)) => Thread::Reference(reference),
            (None, None) => Thread::Sender,
        },
        assignee: teammate(&sample["assignee_id"]),
        tags: texts(&sample["tags"]),
        archive: metadata["is_archived"].as_bool().unwrap(),
        run_rules: !metadata["should_skip_rules"].as_bool().unwrap(),
    }
}

#[test]
#[ignore = "needs ../shared"]
fn every_sample_request_is_what_this_crate_sends() {
    let mut compared = 0;
    for (name, sample) in samples().into_iter().filter(|(name, _)| name.starts_with("request_")) {
        let ours = match name.as_str() {
            "request_comment_as_agent" => {
                let alias = sample["author_id"].as_str().unwrap();
                let email = alias.strip_prefix("alt:email:").unwrap().to_owned();
                let body = sample["body"].as_str().unwrap().to_owned();
                let comment = NewComment { author: Some(TeammateRef::Email(email)), body };
                comments::create(&ConversationId::new("cnv_1"), &comment).body().cloned()
            }
            "request_create_contact" => {
                let name = sample["name"].as_str().unwrap().to_owned();
                let handle = sample["handles"][0]["handle"].as_str().unwrap();
                let contact = NewContact { name: Some(name), ..NewContact::with_phone(handle) };
                contacts::create(&contact).body().cloned()
            }
            // Custom channels are left out: their messages have no key.
            "request_custom_channel_incoming" => continue,
            _ => messages::import(&InboxId::new("inb_1"), &as_import(&sample)).body().cloned(),
        };
        assert_eq!(ours.as_ref(), Some(&sample), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 7);
}
