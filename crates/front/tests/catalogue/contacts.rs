//! Contacts and conversations.

use chrono::DateTime;
use front::{
    Assign, ContactId, ContactRef, ContactUpdate, ConversationId, ConversationUpdate, Handle, InboxId,
    NewContact, NewStatus, Source, StatusFilter, TagId, TeammateId,
    contacts::{self, ListContacts, OrderBy},
    conversations::{self, ListConversations},
};

use super::{Entry, entry, moment};

pub fn every_request() -> Vec<Entry> {
    let (contact, conversation) = (ContactId::new("crd_8"), ConversationId::new("cnv_1"));
    let by_id = ContactRef::from(contact);
    let custom = ContactRef::Handle(Handle { source: Source::Custom, handle: "a/b c".into() });
    let all = ListContacts {
        updated_after: Some(moment()),
        updated_before: DateTime::from_timestamp(1_790_766_300, 0),
        order_by: Some(OrderBy::UpdatedAscending),
        limit: Some(1_000),
    };
    let open = ListConversations {
        statuses: vec![StatusFilter::Assigned, StatusFilter::Unassigned],
        limit: Some(25),
    };
    let closed =
        ListConversations { statuses: vec![StatusFilter::Archived, StatusFilter::Trashed], limit: None };
    let named = NewContact {
        name: Some("Ben Okoro".into()),
        description: Some("VIP".into()),
        handles: vec![Handle::phone("+34666444555"), Handle::email("ben@example.com")],
    };
    let renamed = ContactUpdate { name: Some("Ben".into()), description: None };
    let moved = ConversationUpdate {
        status: Some(NewStatus::Open),
        assignee: Some(Assign::To(TeammateId::new("tea_1"))),
        inbox: Some(InboxId::new("inb_1")),
    };
    let let_go = ConversationUpdate { assignee: Some(Assign::Nobody), ..ConversationUpdate::default() };
    let set = |status| ConversationUpdate { status: Some(status), ..ConversationUpdate::default() };
    let tags = [TagId::new("tag_1"), TagId::new("tag_2")];
    vec![
        entry("contacts::get", &contacts::get(&by_id), "GET /contacts/crd_8"),
        entry(
            "contacts::get",
            &contacts::get(&ContactRef::phone("+34666444555")),
            "GET /contacts/alt:phone:%2B34666444555",
        ),
        entry(
            "contacts::get",
            &contacts::get(&ContactRef::email("a+b@example.com")),
            "GET /contacts/alt:email:a%2Bb%40example.com",
        ),
        entry("contacts::get", &contacts::get(&custom), "GET /contacts/alt:custom:a%2Fb%20c"),
        entry("contacts::list", &contacts::list(&ListContacts::default()), "GET /contacts"),
        entry(
            "contacts::list",
            &contacts::list(&all),
            "GET /contacts?q[updated_after]=1790766251.204&q[updated_before]=1790766300&sort_by=updated_at\
             &sort_order=asc&limit=100",
        ),
        entry(
            "contacts::create",
            &contacts::create(&NewContact::with_phone("+34666444555")),
            r#"POST /contacts {"handles":[{"handle":"+34666444555","source":"phone"}]}"#,
        ),
        entry(
            "contacts::create",
            &contacts::create(&named),
            concat!(
                r#"POST /contacts {"description":"VIP","handles":[{"handle":"+34666444555","#,
                r#""source":"phone"},{"handle":"ben@example.com","source":"email"}],"#,
                r#""name":"Ben Okoro"}"#
            ),
        ),
        entry(
            "contacts::update",
            &contacts::update(&by_id, &renamed),
            r#"PATCH /contacts/crd_8 {"name":"Ben"}"#,
        ),
        entry(
            "contacts::add_handle",
            &contacts::add_handle(&by_id, &Handle::phone("+33199004455")),
            r#"POST /contacts/crd_8/handles {"handle":"+33199004455","source":"phone"}"#,
        ),
        entry("conversations::get", &conversations::get(&conversation), "GET /conversations/cnv_1"),
        entry(
            "conversations::of_contact",
            &conversations::of_contact(&by_id, &open),
            "GET /contacts/crd_8/conversations?q[statuses][]=assigned&q[statuses][]=unassigned&limit=25",
        ),
        entry(
            "conversations::of_contact",
            &conversations::of_contact(&ContactRef::phone("+34666444555"), &closed),
            "GET /contacts/alt:phone:%2B34666444555/conversations?q[statuses][]=archived&q[statuses][]=trashed",
        ),
        entry(
            "conversations::search",
            &conversations::search("inbox:inb_1 to:+34666444555/x?", Some(0)),
            "GET /conversations/search/inbox%3Ainb_1%20to%3A%2B34666444555%2Fx%3F?limit=1",
        ),
        entry(
            "conversations::inboxes",
            &conversations::inboxes(&conversation),
            "GET /conversations/cnv_1/inboxes",
        ),
        entry(
            "conversations::update",
            &conversations::update(&conversation, &moved),
            concat!(
                r#"PATCH /conversations/cnv_1 {"assignee_id":"tea_1","inbox_id":"inb_1","#,
                r#""status":"open"}"#
            ),
        ),
        entry(
            "conversations::update",
            &conversations::update(&conversation, &let_go),
            r#"PATCH /conversations/cnv_1 {"assignee_id":null}"#,
        ),
        entry(
            "conversations::update",
            &conversations::update(&conversation, &set(NewStatus::Archived)),
            r#"PATCH /conversations/cnv_1 {"status":"archived"}"#,
        ),
        entry(
            "conversations::update",
            &conversations::update(&conversation, &set(NewStatus::Deleted)),
            r#"PATCH /conversations/cnv_1 {"status":"deleted"}"#,
        ),
        entry(
            "conversations::update",
            &conversations::update(&conversation, &set(NewStatus::Spam)),
            r#"PATCH /conversations/cnv_1 {"status":"spam"}"#,
        ),
        entry(
            "conversations::assign",
            &conversations::assign(&conversation, &Assign::To(TeammateId::new("tea_1"))),
            r#"PUT /conversations/cnv_1/assignee {"assignee_id":"tea_1"}"#,
        ),
        entry(
            "conversations::assign",
            &conversations::assign(&conversation, &Assign::Nobody),
            r#"PUT /conversations/cnv_1/assignee {"assignee_id":null}"#,
        ),
        entry(
            "conversations::add_tags",
            &conversations::add_tags(&conversation, &tags),
            r#"POST /conversations/cnv_1/tags {"tag_ids":["tag_1","tag_2"]}"#,
        ),
        entry(
            "conversations::remove_tags",
            &conversations::remove_tags(&conversation, &tags[..1]),
            r#"DELETE /conversations/cnv_1/tags {"tag_ids":["tag_1"]}"#,
        ),
    ]
}
