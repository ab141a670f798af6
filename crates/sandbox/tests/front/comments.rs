//! Comments: at once, in somebody's name, and each time anew.

use serde_json::json;
use sidetone_sandbox::front_world::{BOT, CAMILLE};
use tokio::time::{Duration, sleep};

use super::{again, by_hand, get, imported, missed, names, path_of, post, text};
use crate::common::sandbox;

pub const SCENARIOS: &[fn()] = &[
    a_comment_is_by_an_agent_or_by_the_bot,
    the_same_comment_twice_is_two_comments_newest_first,
    a_comment_runs_the_rules_on_its_text,
];

#[tokio::test(start_paused = true)]
async fn a_comment_is_by_an_agent_or_by_the_bot() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = format!("{}/comments", path_of(&conversation));
    let author = async |body| {
        let answer = post(&sandbox, &path, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        (text(&answer.body["author"]["id"]), answer.body)
    };
    let (by_id, comment) =
        author(json!({"author_id": CAMILLE, "body": "Wants a new spout", "is_pinned": true})).await;
    assert_eq!(
        (by_id.as_str(), &comment["body"], &comment["is_pinned"]),
        (CAMILLE, &json!("Wants a new spout"), &json!(true))
    );
    assert_eq!(comment["posted_at"].as_f64().unwrap(), 1_800_000_002.0);
    assert_eq!(get(&sandbox, &format!("/comments/{}", text(&comment["id"]))).await.body, comment);
    assert_eq!(
        author(json!({"author_id": "alt:email:Camille.Roux@example.com", "body": "x"})).await.0,
        CAMILLE
    );
    let (bot, comment) = author(json!({"body": "x"})).await;
    assert_eq!((bot.as_str(), &comment["author"]["type"]), (BOT, &json!("api")));
    let person = by_hand(&sandbox, "POST", &path, json!({"body": "By me"}));
    assert_eq!(person["author"]["email"], "ana.keller@example.com");
    assert_eq!(
        post(&sandbox, &path, json!({"author_id": "alt:email:ines.duarte@example.com", "body": "x"}))
            .await
            .status,
        404
    );
    assert_eq!(post(&sandbox, &path, json!({"author_id": CAMILLE})).await.status, 400);
    sandbox.control().front().delete_teammate(CAMILLE).unwrap();
    let left = get(&sandbox, &path).await.body["_results"].as_array().unwrap().clone();
    assert!(
        left.len() == 4 && left.iter().filter(|one| one["author"].is_null()).count() == 2,
        "what they wrote stays"
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_comment_twice_is_two_comments_newest_first() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = format!("{}/comments", path_of(&conversation));
    for body in ["Same", "Same", "Last"] {
        post(&sandbox, &path, json!({"author_id": CAMILLE, "body": body})).await;
        sleep(Duration::from_secs(1)).await;
    }
    let list = get(&sandbox, &path).await.body;
    assert_eq!(names(&list["_results"], "body"), ["Last", "Same", "Same"]);
    assert!(list.get("_pagination").is_none(), "this list comes as a whole");
    let events = get(&sandbox, "/events?q[types][]=comment").await.body;
    assert_eq!(events["_results"][0]["target"]["data"]["body"], "Last");
    assert_eq!(events["_results"][0]["source"]["data"]["id"], CAMILLE);
}

#[tokio::test(start_paused = true)]
async fn a_comment_runs_the_rules_on_its_text() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = format!("{}/comments", path_of(&conversation));
    post(&sandbox, &path, json!({"author_id": CAMILLE, "body": "Nothing special"})).await;
    assert_eq!(again(&sandbox, &conversation).await["tags"], json!([]));
    post(&sandbox, &path, json!({"author_id": CAMILLE, "body": "Asked for a refund"})).await;
    assert_eq!(names(&again(&sandbox, &conversation).await["tags"], "name"), ["refund"]);
}
