//! Messages and comments.

use front::{
    ConversationId, Direction, Import, InboxId, Medium, MessageId, MessageUid, NewComment, TeammateId,
    TeammateRef, Thread, comments, messages,
};

use super::{Entry, answered_call, entry, missed_call, recording, with_file};

pub fn every_request() -> Vec<Entry> {
    let (inbox, conversation) = (InboxId::new("inb_1"), ConversationId::new("cnv_1"));
    let least = NewComment { author: None, body: "Call back".into() };
    let by_ada = NewComment { author: Some(TeammateRef::Email("ada@example.com".into())), ..least.clone() };
    let by_id = NewComment { author: Some(TeammateId::new("tea_1").into()), ..least.clone() };
    let threaded = Import {
        thread: Thread::Reference("contact:crd_8".into()),
        medium: Medium::Custom,
        archive: true,
        run_rules: false,
        ..missed_call()
    };
    let mail =
        Import { direction: Direction::Outbound { author: None }, medium: Medium::Email, ..missed_call() };
    vec![
        entry(
            "messages::import",
            &messages::import(&inbox, &missed_call()),
            concat!(
                r#"POST /inboxes/inb_1/imported_messages {"body":"Missed call","#,
                r#""created_at":1790766251,"external_id":"call:1","#,
                r#""metadata":{"is_archived":false,"is_inbound":true,"#,
                r#""should_skip_rules":false},"sender":{"handle":"+34666444555"},"#,
                r#""to":["+12025550142"],"type":"sms"}"#
            ),
        ),
        entry(
            "messages::import",
            &messages::import(&inbox, &answered_call()),
            concat!(
                r#"POST /inboxes/inb_1/imported_messages {"assignee_id":"tea_1","#,
                r#""body":"Answered by Ada","conversation_id":"cnv_1","#,
                r#""created_at":1790766251,"external_id":"call:2","#,
                r#""metadata":{"is_archived":false,"is_inbound":false,"#,
                r#""should_skip_rules":false},"sender":{"author_id":"tea_1","#,
                r#""handle":"+12025550142","name":"Support"},"subject":"Answered call - "#,
                r#"Support","tags":["phone"],"to":["+34666444555"],"type":"sms"}"#
            ),
        ),
        entry(
            "messages::import",
            &messages::import(&inbox, &threaded),
            concat!(
                r#"POST /inboxes/inb_1/imported_messages {"body":"Missed call","#,
                r#""created_at":1790766251,"external_id":"call:1","#,
                r#""metadata":{"is_archived":true,"is_inbound":true,"#,
                r#""should_skip_rules":true,"thread_ref":"contact:crd_8"},"#,
                r#""sender":{"handle":"+34666444555"},"to":["+12025550142"],"#,
                r#""type":"custom"}"#
            ),
        ),
        entry(
            "messages::import",
            &messages::import(&inbox, &mail),
            concat!(
                r#"POST /inboxes/inb_1/imported_messages {"body":"Missed call","#,
                r#""created_at":1790766251,"external_id":"call:1","#,
                r#""metadata":{"is_archived":false,"is_inbound":false,"#,
                r#""should_skip_rules":false},"sender":{"handle":"+34666444555"},"#,
                r#""to":["+12025550142"],"type":"email"}"#
            ),
        ),
        with_file(
            "messages::import_with_file",
            &messages::import_with_file(&inbox, &missed_call(), &recording()),
            concat!(
                r#"POST /inboxes/inb_1/imported_messages {"body":"Missed call","#,
                r#""created_at":1790766251,"external_id":"call:1","#,
                r#""metadata":{"is_archived":false,"is_inbound":true,"#,
                r#""should_skip_rules":false},"sender":{"handle":"+34666444555"},"#,
                r#""to":["+12025550142"],"type":"sms"}"#
            ),
        ),
        entry(
            "messages::by_uid",
            &messages::by_uid(&MessageUid::new("0a0b0c0d")),
            "GET /messages/alt:uid:0a0b0c0d",
        ),
        entry("messages::get", &messages::get(&MessageId::new("msg_5")), "GET /messages/msg_5"),
        entry(
            "messages::of_conversation",
            &messages::of_conversation(&conversation, Some(50)),
            "GET /conversations/cnv_1/messages?limit=50",
        ),
        entry("comments::list", &comments::list(&conversation), "GET /conversations/cnv_1/comments"),
        entry(
            "comments::create",
            &comments::create(&conversation, &least),
            r#"POST /conversations/cnv_1/comments {"body":"Call back"}"#,
        ),
        entry(
            "comments::create",
            &comments::create(&conversation, &by_ada),
            concat!(
                r#"POST /conversations/cnv_1/comments "#,
                r#"{"author_id":"alt:email:ada@example.com","body":"Call back"}"#
            ),
        ),
        with_file(
            "comments::create_with_file",
            &comments::create_with_file(&conversation, &by_id, &recording()),
            concat!(r#"POST /conversations/cnv_1/comments {"author_id":"tea_1","body":"Call "#, r#"back"}"#),
        ),
    ]
}
