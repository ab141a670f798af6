//! Into which conversation an import goes, and what it does to one that was there.

use serde_json::{Value, json};
use sidetone_sandbox::front_world::{HELLO, SALES_DESK, WEB_FORM};
use tokio::time::{Duration, sleep};

use super::{MARTA, again, by_hand, get, imported, imported_into, missed, path_of, post, text, with};
use crate::common::{front, sandbox};

pub const SCENARIOS: &[fn()] = &[
    a_named_conversation_comes_before_a_reference_and_a_reference_before_the_sender,
    references_of_imports_and_of_a_channel_are_different_worlds,
    an_open_conversation_keeps_its_subject_and_an_archived_one_takes_the_new,
    a_merged_conversation_is_reached_by_its_old_id_and_its_reference,
    a_number_without_a_plus_is_american_in_an_import_too,
];

#[tokio::test(start_paused = true)]
async fn a_named_conversation_comes_before_a_reference_and_a_reference_before_the_sender() {
    let (sandbox, _) = sandbox();
    let (_, first) = imported(&sandbox, missed("aircall:call:1")).await;
    let other = json!({"metadata": {"thread_ref": "aircall:other"}});
    let (_, second) = imported(&sandbox, with(missed("aircall:call:2"), other.clone())).await;
    assert_ne!(first["id"], second["id"], "another reference, another conversation");
    let (_, by_reference) = imported(&sandbox, missed("aircall:call:3")).await;
    assert_eq!(by_reference["id"], first["id"]);
    let named = with(with(missed("aircall:call:4"), other), json!({"conversation_id": first["id"]}));
    assert_eq!(imported(&sandbox, named).await.1["id"], first["id"], "the reference counts for nothing");
    let unnamed = with(missed("aircall:call:5"), json!({"metadata": {"thread_ref": null}}));
    assert_eq!(imported(&sandbox, unnamed.clone()).await.1["id"], first["id"], "the latest of this sender");
    let elsewhere = with(unnamed.clone(), json!({"external_id": "aircall:call:6"}));
    let (_, there) = imported_into(&sandbox, SALES_DESK, elsewhere).await;
    assert!(there["id"] != first["id"] && there["id"] != second["id"], "another inbox");
    let stranger =
        json!({"external_id": "aircall:call:7", "sender": {"handle": "+12025550188", "name": "Somebody"}});
    assert_ne!(imported(&sandbox, with(unnamed, stranger)).await.1["id"], first["id"]);
}

#[tokio::test(start_paused = true)]
async fn references_of_imports_and_of_a_channel_are_different_worlds() {
    let (sandbox, _) = sandbox();
    let (_, first) = imported(&sandbox, missed("aircall:call:1")).await;
    let form = json!({
        "sender": {"handle": "marta", "name": "Marta"}, "body": "A form",
        "metadata": {"thread_ref": "aircall:marta", "headers": {"page": "1"}},
    });
    let path = format!("/channels/{WEB_FORM}/incoming_messages");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let answer = post(&sandbox, &path, form.clone()).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        sleep(Duration::from_secs(2)).await;
        let message =
            get(&sandbox, &format!("/messages/alt:uid:{}", text(&answer.body["message_uid"]))).await.body;
        assert_eq!((&message["type"], &message["metadata"]), (&json!("custom"), &form["metadata"]));
        ids.push(super::conversation_of(&sandbox, &message).await["id"].clone());
    }
    assert!(ids[0] == ids[1] && ids[0] != first["id"]);
    let written = sandbox.control().front().conversations();
    let both = written.iter().find(|one| one["id"] == ids[0]).unwrap();
    assert_eq!(both["messages"].as_array().unwrap().len(), 2, "without a key, twice is twice");
    let mail = format!("/channels/{}/incoming_messages", sidetone_sandbox::front_world::MAILBOX);
    assert_eq!(post(&sandbox, &mail, form).await.status, 400, "custom channels only");
}

#[tokio::test(start_paused = true)]
async fn an_open_conversation_keeps_its_subject_and_an_archived_one_takes_the_new() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let call = |id: &str, subject: &str| with(missed(id), json!({"subject": subject}));
    let (message, same) = imported(&sandbox, call("aircall:call:2", "Answered call - Support FR")).await;
    assert_eq!(
        (&message["subject"], &same["subject"]),
        (&json!("Answered call - Support FR"), &json!("Missed call - Support FR"))
    );
    let archived = front(&sandbox, "PATCH", &path_of(&conversation), json!({"status": "archived"})).await;
    assert_eq!(archived.status, 204);
    assert_eq!(again(&sandbox, &conversation).await["status"], "archived");
    let (_, opened) = imported(&sandbox, call("aircall:call:3", "Voicemail - Support FR")).await;
    assert_eq!(
        (&opened["id"], &opened["status"], &opened["subject"]),
        (&conversation["id"], &json!("unassigned"), &json!("Voicemail - Support FR"))
    );
    let refused = front(&sandbox, "PATCH", &path_of(&conversation), json!({"subject": "Mine"})).await;
    assert_eq!(refused.status, 400, "nobody writes a subject");
}

#[tokio::test(start_paused = true)]
async fn a_merged_conversation_is_reached_by_its_old_id_and_its_reference() {
    let (sandbox, _) = sandbox();
    let (_, gone) = imported(&sandbox, with(missed("aircall:call:1"), json!({"tags": ["Aircall"]}))).await;
    let (_, kept) =
        imported(&sandbox, with(missed("aircall:call:2"), json!({"metadata": {"thread_ref": "kept"}}))).await;
    let control = sandbox.control().front().clone();
    by_hand(&sandbox, "POST", &format!("{}/comments", path_of(&gone)), json!({"body": "Mine too"}));
    // One that is under way while they are merged.
    let under_way = with(missed("aircall:call:3"), json!({"conversation_id": gone["id"]}));
    assert_eq!(post(&sandbox, &format!("/inboxes/{HELLO}/imported_messages"), under_way).await.status, 202);
    control.merge_conversations(&text(&gone["id"]), &text(&kept["id"])).unwrap();
    assert!(control.merge_conversations(&text(&gone["id"]), &text(&kept["id"])).is_err());
    sleep(Duration::from_secs(2)).await;
    assert_eq!(imported(&sandbox, missed("aircall:call:4")).await.1["id"], kept["id"], "by the reference");
    let by_id = with(missed("aircall:call:5"), json!({"conversation_id": gone["id"]}));
    assert_eq!(imported(&sandbox, by_id).await.1["id"], kept["id"]);
    let whole = control.conversations().into_iter().find(|one| one["id"] == kept["id"]).unwrap();
    assert_eq!(whole["messages"].as_array().unwrap().len(), 5);
    assert_eq!(
        (&whole["comments"][0]["body"], &whole["tags"][0]["name"]),
        (&json!("Mine too"), &json!("Aircall"))
    );

    let old = path_of(&gone);
    let new = format!("http://front.localhost{}", path_of(&kept));
    for (method, rest, body) in [
        ("GET", "", Value::Null),
        ("PATCH", "", json!({"status": "archived"})),
        ("PUT", "/assignee", json!({"assignee_id": null})),
        ("POST", "/comments", json!({"body": "x"})),
        ("GET", "/messages?limit=3", Value::Null),
        ("GET", "/inboxes", Value::Null),
        ("POST", "/tags", json!({"tag_ids": []})),
    ] {
        let moved = front(&sandbox, method, &format!("{old}{rest}"), body).await;
        assert_eq!(
            (moved.status, moved.header("location")),
            (301, Some(format!("{new}{rest}").as_str())),
            "{method} {rest}"
        );
    }
    assert_eq!(again(&sandbox, &kept).await["status"], "unassigned", "a redirect does nothing");
}

#[tokio::test(start_paused = true)]
async fn a_number_without_a_plus_is_american_in_an_import_too() {
    let (sandbox, _) = sandbox();
    let (message, _) =
        imported(&sandbox, with(missed("aircall:call:1"), json!({"sender": {"handle": "2025550117"}}))).await;
    assert_eq!(
        (&message["recipients"][0]["handle"], &message["recipients"][0]["name"]),
        (&json!("+12025550117"), &json!("Priya Nair"))
    );
    let alias =
        json!({"sender": {"handle": format!("alt:phone:{MARTA}")}, "metadata": {"thread_ref": "other"}});
    let (message, _) = imported(&sandbox, with(missed("aircall:call:2"), alias)).await;
    assert_eq!(message["recipients"][0]["name"], "Marta Ibáñez");
}
