//! The account of a time, over HTTP: counted from what is stored, and from Aircall's list once it is read.

use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};

use crate::program::{ADMIN, Program, one_call, until_complete};

#[tokio::test]
async fn a_time_is_counted_and_aircalls_list_is_read_on_demand() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let from = Utc::now().timestamp() - 3_600;
    let call = one_call(&hub).await;
    until_complete(&hub, call).await;
    // The stand-in's clock runs ahead.
    let to = from + 2 * 86_400;
    let path = format!("/api/account?from={from}&to={to}");
    let before = hub.get(&path).await;
    assert_eq!(
        (&before["aircall"], &before["helpdesk"], &before["reading"]),
        (&json!(1), &json!(1), &Value::Null)
    );
    assert_eq!(hub.post("/api/account", json!({"from": from, "to": to})).await.0, 202);
    hub.until("Aircall's list is read", Duration::from_secs(60), async || {
        hub.get(&path).await["reading"].is_object()
    })
    .await;
    let account = hub.get(&path).await;
    assert_eq!(
        (&account["reading"]["listed"], &account["reading"]["found"]),
        (&json!(1), &json!(0)),
        "{account}"
    );
    assert_eq!((&account["differing"], &account["is_read"]), (&json!([]), &json!(false)));
    // Without a time it is the last full week's.
    let week = hub.get("/api/account").await;
    let (from, to) = (week["from"].as_i64().unwrap(), week["to"].as_i64().unwrap());
    assert!(to <= Utc::now().timestamp() + 86_400 && to - from == 7 * 86_400, "{week}");
    for query in ["from=1", "from=2&to=1", "from=x&to=9", "from=0&to=99999999"] {
        let asked = hub.client.get(hub.url(&format!("/api/account?{query}"))).bearer_auth(ADMIN);
        assert_eq!(asked.send().await.unwrap().status(), 400, "{query}");
    }
    assert_eq!(hub.client.get(hub.url("/api/account")).send().await.unwrap().status(), 401);
}
