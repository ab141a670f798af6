//! Imports: accepted at once, there after a while, and what they say about their conversation.

use serde_json::{Value, json};
use sidetone_sandbox::{
    ImportFate,
    front_world::{CAMILLE, HELLO, JONAS},
};
use tokio::time::{Duration, sleep};

use super::{
    LINE, MARTA, again, contact, conversation_of, get, imported, missed, names, path_of, post, text, with,
};
use crate::common::sandbox;

pub const SCENARIOS: &[fn()] = &[
    an_import_is_accepted_at_once_and_there_after_a_while,
    an_answered_call_is_the_agents_and_is_theirs_to_follow_up,
    what_is_missing_or_wrong_is_refused_by_name,
    an_import_that_says_nothing_lands_archived_and_runs_no_rules,
    rules_run_only_on_what_asks_for_them_and_each_import_tells,
    tags_are_named_and_made,
    an_import_may_be_lost,
];

#[tokio::test(start_paused = true)]
async fn an_import_is_accepted_at_once_and_there_after_a_while() {
    let (sandbox, _) = sandbox();
    let answer =
        post(&sandbox, &format!("/inboxes/{HELLO}/imported_messages"), missed("aircall:call:1")).await;
    assert_eq!((answer.status, &answer.body["status"]), (202, &json!("accepted")));
    let path = format!("/messages/alt:uid:{}", text(&answer.body["message_uid"]));
    assert_eq!(get(&sandbox, &path).await.body, json!({"_error": {"status": 404, "title": "Not found"}}));
    assert_eq!(sandbox.control().front().imports()[0].fate, ImportFate::UnderWay);
    sleep(Duration::from_millis(1499)).await;
    assert_eq!(get(&sandbox, &path).await.status, 404);
    sleep(Duration::from_millis(1)).await;
    let message = get(&sandbox, &path).await.body;
    assert_eq!(message["message_uid"], answer.body["message_uid"]);
    assert_ne!(message["id"], answer.body["message_uid"], "the uid is not the id");
    assert_eq!((&message["created_at"], &message["type"]), (&json!(1_799_999_000), &json!("sms")));
    assert_eq!((&message["is_inbound"], &message["author"]), (&json!(true), &Value::Null));
    assert_eq!(
        (&message["blurb"], &message["metadata"]),
        (&json!("Missed call"), &json!({})),
        "the key is never shown"
    );
    let ends = message["recipients"].as_array().unwrap();
    assert_eq!(
        (&ends[0]["role"], &ends[0]["handle"], &ends[0]["name"]),
        (&json!("from"), &json!(MARTA), &json!("Marta Ibáñez"))
    );
    let marta = contact(&sandbox, MARTA).await;
    assert!(ends[0]["_links"]["related"]["contact"].as_str().unwrap().ends_with(&marta));
    assert_eq!((&ends[1]["handle"], &ends[1]["_links"]["related"]["contact"]), (&json!(LINE), &Value::Null));

    let conversation = conversation_of(&sandbox, &message).await;
    assert_eq!(
        (&conversation["status"], &conversation["subject"]),
        (&json!("unassigned"), &json!("Missed call - Support FR"))
    );
    let theirs = get(&sandbox, &format!("/contacts/{marta}/conversations")).await.body;
    assert_eq!(theirs["_results"][0]["id"], conversation["id"], "newest first");
    let messages = get(&sandbox, &format!("{}/messages", path_of(&conversation))).await.body;
    assert_eq!(messages["_results"], json!([message]));
    assert_eq!(get(&sandbox, &format!("/messages/{}", text(&message["id"]))).await.body, message);
    assert_eq!(
        names(&get(&sandbox, &format!("{}/inboxes", path_of(&conversation))).await.body["_results"], "name"),
        ["Hello"]
    );
    let import = &sandbox.control().front().imports()[0];
    assert_eq!(
        (import.fate, import.conversation.clone()),
        (ImportFate::Arrived, Some(text(&conversation["id"])))
    );
}

fn answered(external_id: &str) -> Value {
    with(
        missed(external_id),
        json!({
            "sender": {"handle": LINE, "name": "Support FR", "author_id": CAMILLE}, "to": [MARTA],
            "subject": "Answered inbound call - Support FR", "body": "Answered inbound call",
            "assignee_id": CAMILLE, "metadata": {"is_inbound": false},
        }),
    )
}

#[tokio::test(start_paused = true)]
async fn an_answered_call_is_the_agents_and_is_theirs_to_follow_up() {
    let (sandbox, _) = sandbox();
    let (message, conversation) = imported(&sandbox, answered("aircall:call:1")).await;
    assert_eq!((&message["author"]["id"], &message["is_inbound"]), (&json!(CAMILLE), &json!(false)));
    assert_eq!(
        (&conversation["status"], &conversation["assignee"]["id"]),
        (&json!("assigned"), &json!(CAMILLE))
    );
    assert_eq!(conversation["recipient"]["handle"], MARTA, "the main recipient is the outer end");
    let inbound = with(missed("aircall:call:2"), json!({"sender": {"author_id": CAMILLE}}));
    let (message, same) = imported(&sandbox, inbound).await;
    assert_eq!(
        (&message["author"], &same["id"]),
        (&Value::Null, &conversation["id"]),
        "an inbound message has no author"
    );
    let control = sandbox.control().front().clone();
    control.delete_teammate(CAMILLE).unwrap();
    assert!(control.delete_teammate(CAMILLE).is_err());
    assert_eq!(again(&sandbox, &conversation).await["assignee"], Value::Null);
    let refused =
        post(&sandbox, &format!("/inboxes/{HELLO}/imported_messages"), answered("aircall:call:3")).await;
    assert_eq!(refused.status, 400);
    assert!(control.send_attempts().is_empty(), "an import is never sent");
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_or_wrong_is_refused_by_name() {
    let (sandbox, _) = sandbox();
    let path = format!("/inboxes/{HELLO}/imported_messages");
    let refusal = async |body: Value| {
        // Five a second is what the route's guard lets through.
        sleep(Duration::from_secs(1)).await;
        let answer = post(&sandbox, &path, body).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        answer.text
    };
    let nothing = refusal(json!({})).await;
    for field in ["sender", "to", "body", "external_id", "created_at", "metadata"] {
        assert!(nothing.contains(&format!("body.{field}: missing")), "{field} in {nothing}");
    }
    for (changes, detail) in [
        (json!({"sender": {"handle": null}}), "body.sender.handle: missing"),
        (json!({"metadata": {"is_inbound": null}}), "body.metadata.is_inbound: missing"),
        (json!({"metadata": {"is_inbound": "true"}}), "body.metadata.is_inbound: should be a boolean"),
        (json!({"created_at": "2027-01-15"}), "body.created_at: should be an integer"),
        (json!({"created_at": 1.5}), "body.created_at: should be an integer"),
        (json!({"to": []}), "body.to: should have at least one item"),
        (json!({"to": MARTA}), "body.to: should be an array"),
        (json!({"type": "call"}), "body.type: should be one of"),
        (json!({"body_format": "html"}), "body.body_format: can only be specified for email"),
        (
            json!({"sender": {"author_id": "alt:email:camille.roux@example.com"}}),
            "body.sender.author_id: should be a teammate ID",
        ),
        (
            json!({"assignee_id": "alt:email:camille.roux@example.com"}),
            "body.assignee_id: should be a teammate ID",
        ),
        (json!({"assignee_id": "tea_1"}), "body.assignee_id: should be a teammate ID"),
        (json!({"conversation_id": "alt:ref:x"}), "body.conversation_id: should be a conversation ID"),
        (json!({"attachments": ["x"]}), "body.attachments: should be sent as multipart"),
    ] {
        let told = refusal(with(missed("aircall:call:1"), changes)).await;
        assert!(told.contains(detail), "{detail} in {told}");
    }
    let unknown = post(&sandbox, "/inboxes/inb_1/imported_messages", missed("aircall:call:1")).await;
    assert_eq!((unknown.status, sandbox.control().front().imports().len()), (404, 0));
    let html = with(
        missed("aircall:call:1"),
        json!({"type": "email", "body_format": "html", "sender": {"handle": "a@example.com"}}),
    );
    assert_eq!(post(&sandbox, &path, html).await.status, 202);
}

#[tokio::test(start_paused = true)]
async fn an_import_that_says_nothing_lands_archived_and_runs_no_rules() {
    let (sandbox, _) = sandbox();
    let silent =
        with(missed("aircall:call:1"), json!({"metadata": {"is_archived": null, "should_skip_rules": null}}));
    let (_, conversation) = imported(&sandbox, silent).await;
    assert_eq!(conversation["status"], "archived");
    assert!(!sandbox.control().front().imports()[0].runs_rules);
    // Into an open one as well: it takes the conversation with it.
    let (_, open) =
        imported(&sandbox, with(missed("aircall:call:2"), json!({"metadata": {"thread_ref": "other"}})))
            .await;
    assert_eq!(open["status"], "unassigned");
    let silent = json!({"metadata": {"thread_ref": "other", "is_archived": null}});
    imported(&sandbox, with(missed("aircall:call:3"), silent)).await;
    assert_eq!(again(&sandbox, &open).await["status"], "archived");
}

#[tokio::test(start_paused = true)]
async fn rules_run_only_on_what_asks_for_them_and_each_import_tells() {
    let (sandbox, _) = sandbox();
    let voicemail = with(missed("aircall:call:1"), json!({"subject": "Voicemail - Support FR"}));
    let (_, conversation) = imported(&sandbox, voicemail.clone()).await;
    assert_eq!(names(&conversation["tags"], "name"), ["voicemail"]);
    let quiet = json!({"external_id": "aircall:call:2", "metadata": {"should_skip_rules": true, "thread_ref": "other"}});
    let (_, quiet) = imported(&sandbox, with(voicemail.clone(), quiet)).await;
    assert_eq!(quiet["tags"], json!([]));
    let outbound =
        json!({"external_id": "aircall:call:3", "metadata": {"is_inbound": false, "thread_ref": "third"}});
    let (_, outbound) = imported(&sandbox, with(voicemail, outbound)).await;
    assert_eq!(outbound["tags"], json!([]), "the rule is about what comes in");
    let told: Vec<(bool, Vec<String>)> =
        sandbox.control().front().imports().into_iter().map(|one| (one.runs_rules, one.rules)).collect();
    assert_eq!(told, [(true, vec!["Voicemails".to_owned()]), (false, vec![]), (true, vec![])]);
    let events = get(&sandbox, "/events?q[types][]=tag").await.body;
    assert_eq!(events["_results"][0]["source"]["_meta"]["type"], "rule");
    let dump = sandbox.control().front().dump().to_string();
    assert!(dump.contains("\"ran_rules\":false") && dump.contains("\"ran_rules\":true"));
}

#[tokio::test(start_paused = true)]
async fn tags_are_named_and_made() {
    let (sandbox, _) = sandbox();
    let (_, first) =
        imported(&sandbox, with(missed("aircall:call:1"), json!({"tags": ["Aircall", "order"]}))).await;
    assert_eq!(names(&first["tags"], "name"), ["Aircall", "order"]);
    let (_, second) = imported(&sandbox, with(missed("aircall:call:2"), json!({"tags": ["Aircall"]}))).await;
    assert_eq!((&second["id"], &second["tags"]), (&first["id"], &first["tags"]), "made once, added once");
}

#[tokio::test(start_paused = true)]
async fn an_import_may_be_lost() {
    let (sandbox, _) = sandbox();
    let control = sandbox.control().front().clone();
    control.switch(|switches| switches.lose_imports = 1);
    let path = format!("/inboxes/{HELLO}/imported_messages");
    let lost = post(&sandbox, &path, missed("aircall:call:1")).await;
    sleep(Duration::from_secs(3600)).await;
    assert_eq!((lost.status, control.imports()[0].fate), (202, ImportFate::Lost));
    assert_eq!(
        get(&sandbox, &format!("/messages/alt:uid:{}", text(&lost.body["message_uid"]))).await.status,
        404
    );
    let (_, conversation) =
        imported(&sandbox, with(missed("aircall:call:1"), json!({"assignee_id": JONAS}))).await;
    assert_eq!(conversation["assignee"]["id"], JONAS, "its key was not used up");
    assert_eq!(control.conversations_marked("aircall:call:1").len(), 1);
}
