//! Pages, filters, the search, and events.

use serde_json::{Value, json};
use sidetone_sandbox::{
    Sandbox,
    front_world::{CAMILLE, HELLO, SALES_DESK},
};
use tokio::time::{Duration, sleep};

use super::{LINE, MARTA, by_hand, contact, get, imported, missed, path_of, post, text, with};
use crate::common::{front, sandbox};

pub const SCENARIOS: &[fn()] = &[
    pages_walk_a_list_once_and_next_holds_everything,
    contacts_are_asked_for_by_their_last_change,
    conversations_are_filtered_by_status_where_trashed_is_the_word,
    something_new_can_stay_out_of_lists_for_a_while,
    the_search_knows_its_filters_and_comes_late,
    events_come_fifteen_a_page_and_are_filtered,
];

/// The path of a link of the stand-in.
fn followed(link: &Value) -> Option<String> {
    Some(link.as_str()?.strip_prefix("http://front.localhost").unwrap().to_owned())
}

async fn count(sandbox: &Sandbox, path: &str) -> usize {
    let answer = get(sandbox, path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["_results"].as_array().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn pages_walk_a_list_once_and_next_holds_everything() {
    let (sandbox, _) = sandbox();
    sandbox.control().front().add_contacts(92);
    assert_eq!(count(&sandbox, "/contacts").await, 50, "the page nobody asked the size of");
    sandbox.control().front().switch(|switches| switches.page_size = 25);
    assert_eq!(count(&sandbox, "/contacts").await, 25);
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    let mut path = Some("/contacts?limit=30&sort_by=created_at&sort_order=asc".to_owned());
    let mut last_path = String::new();
    while let Some(this) = path {
        let page = get(&sandbox, &this).await.body;
        let results = page["_results"].as_array().unwrap();
        sizes.push(results.len());
        seen.extend(results.iter().map(|one| text(&one["id"])));
        path = followed(&page["_pagination"]["next"]);
        last_path = this;
        // Somebody new does not move what is still to come.
        sandbox
            .control()
            .front()
            .add_contact("New", None, &format!("+120255501{:02}", 30 + sizes.len()))
            .unwrap();
    }
    assert_eq!(sizes, [30, 30, 30, 13]);
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!((once.len(), seen[0].clone()), (103, contact(&sandbox, MARTA).await), "oldest first");
    let token = last_path.split("page_token=").nth(1).unwrap();
    for wrong in [
        "/contacts?limit=101".to_owned(),
        "/contacts?limit=0".to_owned(),
        "/contacts?sort_by=name".to_owned(),
        "/contacts?sort_order=up".to_owned(),
        "/contacts?page_token=nonsense".to_owned(),
        format!("/conversations?page_token={token}"),
        format!("/contacts?sort_order=desc&page_token={token}"),
    ] {
        assert_eq!(get(&sandbox, &wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn contacts_are_asked_for_by_their_last_change() {
    let (sandbox, _) = sandbox();
    let marta = contact(&sandbox, MARTA).await;
    let now = 1_800_000_000;
    sleep(Duration::from_secs(5)).await;
    by_hand(&sandbox, "PATCH", &format!("/contacts/{marta}"), json!({"name": "Marta I."}));
    assert_eq!(count(&sandbox, &format!("/contacts?q[updated_after]={now}.5")).await, 1);
    assert_eq!(count(&sandbox, &format!("/contacts?q[updated_before]={now}")).await, 7);
    let newest = get(&sandbox, "/contacts?sort_by=updated_at&sort_order=desc&limit=1").await.body;
    assert_eq!(newest["_results"][0]["id"], json!(marta));
    assert_eq!(get(&sandbox, "/contacts?q[updated_after]=yesterday").await.status, 400);
    assert_eq!(get(&sandbox, "/contacts?q[name]=Marta").await.status, 400, "there is no search for contacts");
}

#[tokio::test(start_paused = true)]
async fn conversations_are_filtered_by_status_where_trashed_is_the_word() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = format!("/contacts/{}/conversations", contact(&sandbox, MARTA).await);
    let open = "q[statuses][]=assigned&q[statuses][]=unassigned";
    assert_eq!(
        (count(&sandbox, &path).await, count(&sandbox, &format!("{path}?{open}&limit=10")).await),
        (2, 2)
    );
    assert_eq!(count(&sandbox, &format!("{path}?q[statuses][0]=unassigned")).await, 1);
    by_hand(&sandbox, "PATCH", &path_of(&conversation), json!({"status": "deleted"}));
    assert_eq!(count(&sandbox, &format!("{path}?{open}")).await, 1);
    let trashed = get(&sandbox, &format!("{path}?q[statuses][]=trashed")).await.body;
    assert_eq!(
        (&trashed["_results"][0]["id"], &trashed["_results"][0]["status"]),
        (&conversation["id"], &json!("deleted"))
    );
    for wrong in ["q[statuses][]=deleted", "q[statuses][]=open", "q[inbox]=x"] {
        assert_eq!(get(&sandbox, &format!("{path}?{wrong}")).await.status, 400, "{wrong}");
    }
    assert_eq!(count(&sandbox, "/conversations?q[statuses][]=archived").await, 2);
    assert_eq!(
        (
            count(&sandbox, &format!("/inboxes/{HELLO}/conversations")).await,
            get(&sandbox, "/inboxes/inb_1/conversations").await.status
        ),
        (7, 404)
    );
    let first = get(&sandbox, "/conversations?limit=1").await.body;
    assert_eq!(first["_results"][0]["id"], conversation["id"], "what changed last comes first");
}

#[tokio::test(start_paused = true)]
async fn something_new_can_stay_out_of_lists_for_a_while() {
    let (sandbox, _) = sandbox();
    sandbox.control().front().switch(|switches| switches.list_lag_s = 8.0);
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    post(&sandbox, "/contacts", json!({"handles": [{"handle": "+12025550175", "source": "phone"}]})).await;
    let lists = async || (count(&sandbox, "/conversations").await, count(&sandbox, "/contacts").await);
    assert_eq!(lists().await, (6, 8));
    assert_eq!(get(&sandbox, &path_of(&conversation)).await.status, 200);
    assert_eq!(get(&sandbox, "/contacts/alt:phone:%2B12025550175").await.status, 200);
    sleep(Duration::from_secs(8)).await;
    assert_eq!(lists().await, (7, 9));
}

#[tokio::test(start_paused = true)]
async fn the_search_knows_its_filters_and_comes_late() {
    let (sandbox, _) = sandbox();
    let import = with(missed("aircall:call:1"), json!({"tags": ["Aircall"], "assignee_id": CAMILLE}));
    let (_, conversation) = imported(&sandbox, import).await;
    let found = async |query: &str| {
        let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let answer = get(&sandbox, &format!("/conversations/search/{}", encoded.replace('+', "%20"))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let ids: Vec<String> =
            answer.body["_results"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect();
        assert_eq!(answer.body["_total"], json!(ids.len()));
        ids.contains(&text(&conversation["id"]))
    };
    assert!(!found("Missed").await, "not indexed yet");
    sleep(Duration::from_secs(10)).await;
    let tag = text(&conversation["tags"][0]["id"]);
    for (query, is_found) in [
        ("missed support".to_owned(), true),
        ("kettle".to_owned(), false),
        (format!("from:{MARTA} inbox:{HELLO}"), true),
        (format!("inbox:{SALES_DESK}"), false),
        (format!("to:{LINE}"), true),
        (format!("to:{MARTA}"), false),
        (format!("recipient:{MARTA} tag:{tag}"), true),
        (format!("assignee:{CAMILLE} is:open"), true),
        ("is:assigned".to_owned(), true),
        ("is:unassigned".to_owned(), false),
        ("is:archived".to_owned(), false),
        ("is:unreplied".to_owned(), true),
        ("after:1799998000 before:1800000000".to_owned(), true),
        ("after:1800000000".to_owned(), false),
    ] {
        assert_eq!(found(&query).await, is_found, "{query}");
    }
    assert_eq!(get(&sandbox, "/conversations/search/inbox:Hello").await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn events_come_fifteen_a_page_and_are_filtered() {
    let (sandbox, _) = sandbox();
    let (_, conversation) = imported(&sandbox, missed("aircall:call:1")).await;
    let path = path_of(&conversation);
    for _ in 0..6 {
        by_hand(&sandbox, "PATCH", &path, json!({"status": "archived"}));
        by_hand(&sandbox, "PATCH", &path, json!({"status": "open"}));
    }
    let page = get(&sandbox, "/events").await.body;
    assert_eq!(page["_results"].as_array().unwrap().len(), 15);
    let next = followed(&page["_pagination"]["next"]).unwrap();
    assert_eq!(count(&sandbox, &next).await, 4, "six of the first day, one inbound, twelve by hand");
    assert_eq!(get(&sandbox, "/events?limit=16").await.status, 400);
    assert_eq!(count(&sandbox, "/events?q[types][]=archive").await, 6);
    assert_eq!(count(&sandbox, "/events?q[types][]=archive&q[after]=1800000002").await, 0);
    assert_eq!(count(&sandbox, "/events?q[types][]=archive&q[before]=1800000002.5").await, 6);
    assert_eq!(count(&sandbox, &format!("/events?q[inboxes][]={SALES_DESK}")).await, 0);
    front(&sandbox, "PATCH", &path, json!({"inbox_id": SALES_DESK})).await;
    assert_eq!(count(&sandbox, &format!("/events?q[inboxes][]={SALES_DESK}&q[types][]=move")).await, 1);
    let event = &page["_results"][0];
    let one = get(&sandbox, &format!("/events/{}", text(&event["id"]))).await;
    assert_eq!((one.status, &one.body["type"]), (200, &event["type"]));
    assert_eq!(get(&sandbox, "/events/evt_1").await.status, 404);
}
