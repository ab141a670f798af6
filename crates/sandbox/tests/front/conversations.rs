//! Conversations: what people and requests do to them, and the events that tell of it.

use serde_json::{Value, json};
use sidetone_sandbox::front_world::{CAMILLE, JONAS, SALES_DESK};

use super::{again, by_hand, get, imported, missed, names, path_of, post, text};
use crate::common::{front, sandbox};

pub const SCENARIOS: &[fn()] = &[
    a_status_is_set_and_told_in_different_words,
    somebody_is_assigned_by_id_and_taken_off_by_null,
    a_conversation_is_moved_tagged_and_given_fields_at_once,
    tags_are_named_by_a_list_of_ids_only,
    a_conversation_is_deleted_only_out_of_the_trash,
    links_are_added_by_address_and_taken_off_by_id,
    a_message_to_a_customer_is_recorded_and_goes_nowhere,
];

#[tokio::test(start_paused = true)]
async fn a_status_is_set_and_told_in_different_words() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = path_of(&conversation);
    for (set, told) in [
        ("archived", "archived"),
        ("open", "unassigned"),
        ("deleted", "deleted"),
        ("open", "unassigned"),
        ("spam", "deleted"),
    ] {
        assert_eq!(front(&sandbox, "PATCH", &path, json!({"status": set})).await.status, 204);
        assert_eq!(again(&sandbox, &conversation).await["status"], told);
    }
    for wrong in [
        json!({"status": "assigned"}),
        json!({"status": "trashed"}),
        json!({"status_id": "sts_1"}),
        json!({"status": null}),
    ] {
        assert_eq!(front(&sandbox, "PATCH", &path, wrong.clone()).await.status, 400, "{wrong}");
    }
    by_hand(&sandbox, "PATCH", &path, json!({"status": "open"}));
    let events = get(&sandbox, &format!("{path}/events")).await.body;
    let kinds = names(&events["_results"], "type");
    assert_eq!(kinds, ["restore", "trash", "restore", "trash", "reopen", "archive", "inbound"]);
    let sources: Vec<String> = events["_results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| text(&event["source"]["_meta"]["type"]))
        .collect();
    assert_eq!(
        (sources[0].as_str(), sources[1].as_str(), sources[6].as_str()),
        ("teammate", "api", "inboxes")
    );
}

#[tokio::test(start_paused = true)]
async fn somebody_is_assigned_by_id_and_taken_off_by_null() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let assign = async |id: Value| {
        front(&sandbox, "PUT", &format!("{}/assignee", path_of(&conversation)), json!({"assignee_id": id}))
            .await
            .status
    };
    assert_eq!(assign(json!(CAMILLE)).await, 204);
    let now = again(&sandbox, &conversation).await;
    assert_eq!(
        (&now["status"], &now["assignee"]["email"]),
        (&json!("assigned"), &json!("camille.roux@example.com"))
    );
    assert_eq!(assign(json!("alt:email:jonas.weber@example.com")).await, 404, "ids only");
    assert_eq!(
        (assign(json!(7)).await, assign(json!(JONAS)).await, assign(Value::Null).await),
        (400, 204, 204)
    );
    assert_eq!(again(&sandbox, &conversation).await["assignee"], Value::Null);
    for (set, told) in [(json!(JONAS), "assigned"), (Value::Null, "unassigned")] {
        let patch = front(&sandbox, "PATCH", &path_of(&conversation), json!({"assignee_id": set})).await;
        assert_eq!((patch.status, &again(&sandbox, &conversation).await["status"]), (204, &json!(told)));
    }
    let missing = front(&sandbox, "PUT", &format!("{}/assignee", path_of(&conversation)), json!({})).await;
    assert!(missing.status == 400 && missing.text.contains("body.assignee_id: missing"));
    let events = get(&sandbox, "/events?q[types][]=assign&q[types][]=unassign").await;
    assert_eq!(
        names(&events.body["_results"], "type"),
        ["unassign", "assign", "unassign", "assign", "assign"]
    );
    assert_eq!(events.body["_results"][4]["target"]["data"]["id"], CAMILLE);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_is_moved_tagged_and_given_fields_at_once() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = path_of(&conversation);
    let tags = get(&sandbox, "/tags").await.body;
    let (warranty, order) = (&tags["_results"][0]["id"], &tags["_results"][1]["id"]);
    by_hand(&sandbox, "PATCH", &path, json!({"tag_ids": [warranty]}));
    let change = json!({"inbox_id": SALES_DESK, "tag_ids": [order], "custom_fields": {"city": "Valencia"}, "assignee_id": CAMILLE});
    assert_eq!(front(&sandbox, "PATCH", &path, change).await.status, 204);
    let now = again(&sandbox, &conversation).await;
    assert_eq!(
        (names(&now["tags"], "name"), &now["custom_fields"]),
        (vec!["order".to_owned()], &json!({"city": "Valencia"}))
    );
    assert_eq!(
        names(&get(&sandbox, &format!("{path}/inboxes")).await.body["_results"], "name"),
        ["Sales desk"]
    );
    for unknown in
        [json!({"inbox_id": "inb_1"}), json!({"tag_ids": ["tag_1"]}), json!({"assignee_id": "tea_1"})]
    {
        assert_eq!(front(&sandbox, "PATCH", &path, unknown.clone()).await.status, 404, "{unknown}");
    }
    let moved = get(&sandbox, "/events?q[types][]=move").await.body;
    assert_eq!(moved["_results"][0]["target"]["data"][0]["name"], "Sales desk");
}

#[tokio::test(start_paused = true)]
async fn tags_are_named_by_a_list_of_ids_only() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = format!("{}/tags", path_of(&conversation));
    let made = post(&sandbox, "/company/tags", json!({"name": "Aircall", "highlight": "blue"})).await;
    assert_eq!((made.status, &made.body["highlight"]), (201, &json!("blue")));
    let ids = json!({"tag_ids": [made.body["id"]]});
    assert_eq!(
        (post(&sandbox, &path, ids.clone()).await.status, post(&sandbox, &path, ids.clone()).await.status),
        (204, 204)
    );
    assert_eq!(names(&again(&sandbox, &conversation).await["tags"], "name"), ["Aircall"]);
    let single = post(&sandbox, &path, json!({"tag_id": made.body["id"]})).await;
    assert!(single.status == 400 && single.text.contains("body.tag_ids: missing"), "{}", single.text);
    assert_eq!(post(&sandbox, &path, json!({"tag_ids": made.body["id"]})).await.status, 400);
    assert_eq!(post(&sandbox, &path, json!({"tag_ids": ["tag_1"]})).await.status, 404);
    assert_eq!(front(&sandbox, "DELETE", &path, ids).await.status, 204);
    assert_eq!(again(&sandbox, &conversation).await["tags"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_is_deleted_only_out_of_the_trash() {
    let (sandbox, _) = sandbox();
    let (message, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = path_of(&conversation);
    assert_eq!(front(&sandbox, "DELETE", &path, Value::Null).await.status, 400);
    assert_eq!(front(&sandbox, "PATCH", &path, json!({"status": "deleted"})).await.status, 204);
    assert_eq!(get(&sandbox, &path).await.body["status"], "deleted", "it can still be read");
    assert_eq!(front(&sandbox, "DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(get(&sandbox, &path).await.status, 404);
    assert_eq!(get(&sandbox, &format!("/messages/{}", text(&message["id"]))).await.status, 404);
    assert_eq!(post(&sandbox, &format!("{path}/comments"), json!({"body": "x"})).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn links_are_added_by_address_and_taken_off_by_id() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = format!("{}/links", path_of(&conversation));
    let urls = json!({"link_external_urls": ["https://example.com/calls/1"]});
    assert_eq!(
        (post(&sandbox, &path, urls.clone()).await.status, post(&sandbox, &path, urls).await.status),
        (204, 204)
    );
    let links = again(&sandbox, &conversation).await["links"].clone();
    assert_eq!(names(&links, "external_url"), ["https://example.com/calls/1"]);
    let many = vec!["https://example.com"; 11];
    assert_eq!(post(&sandbox, &path, json!({"link_external_urls": many})).await.status, 400);
    assert_eq!(front(&sandbox, "DELETE", &path, json!({"link_ids": [links[0]["id"]]})).await.status, 204);
    assert_eq!(again(&sandbox, &conversation).await["links"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_message_to_a_customer_is_recorded_and_goes_nowhere() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = format!("{}/messages", path_of(&conversation));
    assert_eq!(post(&sandbox, &path, json!({"body": "On its way"})).await.status, 202);
    let channel = format!("/channels/{}/messages", sidetone_sandbox::front_world::MAILBOX);
    assert_eq!(
        post(&sandbox, &channel, json!({"to": ["marta.ibanez@example.com"], "body": "On its way"}))
            .await
            .status,
        202
    );
    assert_eq!(post(&sandbox, &path, json!({})).await.status, 400);
    let through: Vec<String> =
        sandbox.control().front().send_attempts().into_iter().map(|one| one.through).collect();
    assert_eq!(through, [text(&conversation["id"]), sidetone_sandbox::front_world::MAILBOX.to_owned()]);
    assert_eq!(get(&sandbox, &path).await.body["_results"].as_array().unwrap().len(), 1);
}
