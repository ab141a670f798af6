//! Teammates, workspaces, inboxes, channels, tags; and the world that all this stands in.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sidetone_sandbox::front_world::{AMELIA, ANA, CAMILLE, CARE, HELLO, MAILBOX, SALES, WEB_FORM};

use super::{by_hand, contact, get, imported, missed, names, post, text};
use crate::common::{front, sandbox};

pub const SCENARIOS: &[fn()] = &[
    teammates_are_people_and_a_bot_and_one_is_missing,
    an_inbox_is_made_where_it_is_asked_for_and_twice_if_asked_twice,
    channels_are_listed_and_found_by_their_address,
    a_renamed_tag_stays_and_a_deleted_one_goes,
];

#[tokio::test(start_paused = true)]
async fn teammates_are_people_and_a_bot_and_one_is_missing() {
    let (sandbox, _) = sandbox();
    let list = get(&sandbox, "/teammates").await.body;
    assert!(list.get("_pagination").is_none());
    let kinds = names(&list["_results"], "type");
    assert_eq!((kinds.len(), kinds.iter().filter(|kind| *kind == "user").count()), (6, 5));
    let camille = get(&sandbox, "/teammates/alt:email:CAMILLE.roux@example.com").await;
    assert_eq!(camille.body["id"], CAMILLE);
    assert_eq!(get(&sandbox, &format!("/teammates/{CAMILLE}")).await.body, camille.body);
    assert_eq!(get(&sandbox, "/teammates/alt:email:ines.duarte@example.com").await.status, 404);
    sandbox.control().front().set_blocked(CAMILLE, true).unwrap();
    assert_eq!(get(&sandbox, &format!("/teammates/{CAMILLE}")).await.body["is_blocked"], true);
    assert!(sandbox.control().front().set_blocked("tea_1", true).is_err());
}

#[tokio::test(start_paused = true)]
async fn an_inbox_is_made_where_it_is_asked_for_and_twice_if_asked_twice() {
    let (sandbox, _) = sandbox();
    let before = get(&sandbox, "/inboxes").await.body;
    assert_eq!(names(&before["_results"], "name"), ["Hello", "Sales desk"], "none for calls yet");
    let body =
        json!({"name": "Aircall Phone", "teammate_ids": [CAMILLE, "alt:email:jonas.weber@example.com"]});
    let oldest = post(&sandbox, "/inboxes", body.clone()).await;
    assert_eq!((oldest.status, &oldest.body["is_public"]), (201, &json!(false)));
    assert!(text(&oldest.body["_links"]["related"]["owner"]).ends_with(CARE));
    let chosen = post(&sandbox, &format!("/teams/{SALES}/inboxes"), body.clone()).await;
    assert!(text(&chosen.body["_links"]["related"]["owner"]).ends_with(SALES));
    assert_ne!(oldest.body["id"], chosen.body["id"], "a name is no key");
    let own = get(&sandbox, &format!("/teams/{SALES}/inboxes")).await.body;
    assert_eq!(names(&own["_results"], "name"), ["Sales desk", "Aircall Phone"]);
    let path = format!("/inboxes/{}", text(&oldest.body["id"]));
    assert_eq!(get(&sandbox, &path).await.body, oldest.body);
    let members =
        async || names(&get(&sandbox, &format!("{path}/teammates")).await.body["_results"], "first_name");
    assert_eq!(members().await, ["Camille", "Jonas"]);
    assert_eq!(
        post(&sandbox, &format!("{path}/teammates"), json!({"teammate_ids": [AMELIA]})).await.status,
        204
    );
    let fewer = json!({"teammate_ids": [CAMILLE]});
    assert_eq!(front(&sandbox, "DELETE", &format!("{path}/teammates"), fewer).await.status, 204);
    assert_eq!(members().await, ["Jonas", "Amelia"]);
    assert_eq!(post(&sandbox, "/inboxes", json!({"name": "x", "teammate_ids": ["tea_1"]})).await.status, 404);
    assert_eq!(post(&sandbox, "/inboxes", json!({})).await.status, 400);
    assert_eq!(post(&sandbox, "/teams/tim_1/inboxes", body).await.status, 404);
    let teams = get(&sandbox, "/teams").await.body;
    assert_eq!(names(&teams["_results"], "name"), ["Care", "Sales"], "the oldest first");
    assert_eq!(
        names(&get(&sandbox, &format!("/teams/{CARE}")).await.body["inboxes"], "name"),
        ["Hello", "Aircall Phone"]
    );
}

#[tokio::test(start_paused = true)]
async fn channels_are_listed_and_found_by_their_address() {
    let (sandbox, _) = sandbox();
    let list = get(&sandbox, "/channels").await.body;
    assert_eq!(names(&list["_results"], "type"), ["smtp", "custom"]);
    assert_eq!(get(&sandbox, &format!("/inboxes/{HELLO}/channels")).await.body["_results"], list["_results"]);
    assert_eq!(get(&sandbox, "/channels/alt:address:hello@example.com").await.body["id"], MAILBOX);
    assert_eq!(get(&sandbox, &format!("/channels/{WEB_FORM}")).await.body["name"], "Web form");
    assert_eq!(get(&sandbox, "/channels/cha_1").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_renamed_tag_stays_and_a_deleted_one_goes() {
    let (sandbox, _) = sandbox();
    let (_, conversation) =
        imported(&sandbox, super::with(missed("aircall:call:1"), json!({"tags": ["Aircall"]}))).await;
    let path = format!("/tags/{}", text(&conversation["tags"][0]["id"]));
    assert_eq!(front(&sandbox, "PATCH", &path, json!({"name": "Telephone"})).await.status, 204);
    assert_eq!(names(&super::again(&sandbox, &conversation).await["tags"], "name"), ["Telephone"]);
    let all = names(&get(&sandbox, "/company/tags?limit=10").await.body["_results"], "name");
    assert_eq!(all, ["warranty", "order", "voicemail", "refund", "Telephone"]);
    assert_eq!(post(&sandbox, "/tags", json!({"name": "x".repeat(65)})).await.status, 400);
    assert_eq!(front(&sandbox, "DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(
        (get(&sandbox, &path).await.status, super::again(&sandbox, &conversation).await["tags"].clone()),
        (404, json!([]))
    );
}

#[tokio::test(start_paused = true)]
async fn the_world_is_that_of_the_gorgias_stand_in() {
    let (sandbox, _) = sandbox();
    let of = |list: Vec<Value>| list.iter().map(|one| text(&one["name"])).collect::<BTreeSet<String>>();
    let control = sandbox.control();
    assert_eq!(of(control.front().contacts()), of(control.gorgias().customers()));
    assert_eq!(control.front().conversations().len(), control.gorgias().tickets().len());
    let subjects =
        |list: Vec<Value>| list.iter().map(|one| text(&one["subject"])).collect::<BTreeSet<String>>();
    assert_eq!(subjects(control.front().conversations()), subjects(control.gorgias().tickets()));
    let users = control.gorgias().by_a_person("GET", "/api/users", &Value::Null).unwrap().1;
    let emails = |list: &Value| names(list, "email").into_iter().collect::<BTreeSet<String>>();
    let teammates = by_hand(&sandbox, "GET", "/teammates", Value::Null);
    assert_eq!(emails(&teammates["_results"]), emails(&users["data"]));
    // Two share a number, which Front allows in two spellings only.
    let sam = contact(&sandbox, "+12025550161").await;
    assert_ne!(get(&sandbox, "/contacts/alt:phone:12025550161").await.body["id"], json!(sam));
    assert_eq!(by_hand(&sandbox, "GET", &format!("/teammates/{ANA}"), Value::Null)["is_admin"], true);
}

#[tokio::test(start_paused = true)]
async fn the_dump_of_two_equal_days_is_equal_whatever_their_ids() {
    let dump = async |noise: u32| {
        let (sandbox, _) = sandbox();
        for _ in 0..noise {
            let id = sandbox.control().front().add_contact("Gone", None, "+12025550199").unwrap();
            by_hand(&sandbox, "DELETE", &format!("/contacts/{id}"), Value::Null);
        }
        tokio::time::sleep(tokio::time::Duration::from_secs(u64::from(noise))).await;
        let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
        post(
            &sandbox,
            &format!("{}/comments", super::path_of(&conversation)),
            json!({"author_id": CAMILLE, "body": "A note"}),
        )
        .await;
        (sandbox.control().front().dump(), sandbox)
    };
    let ((one, sandbox), (other, _)) = (dump(0).await, dump(3).await);
    assert_eq!(one, other);
    assert!(
        one["conversations"].to_string().contains("aircall:call:1") && one.to_string().contains("A note")
    );
    // Each of these is a difference between two days.
    let conversation = sandbox.control().front().conversations_marked("aircall:call:1").remove(0);
    let path = super::path_of(&conversation);
    for change in [
        json!({"status": "archived"}),
        json!({"assignee_id": CAMILLE}),
        json!({"inbox_id": HELLO}),
        json!({"status": "deleted"}),
    ] {
        let before = sandbox.control().front().dump();
        by_hand(&sandbox, "PATCH", &path, change.clone());
        assert_eq!(before == sandbox.control().front().dump(), change["inbox_id"].is_string(), "{change}");
    }
    let before = sandbox.control().front().dump();
    by_hand(&sandbox, "POST", &format!("{path}/comments"), json!({"body": "A note"}));
    assert_ne!(before, sandbox.control().front().dump(), "the same comment by somebody else");
}
