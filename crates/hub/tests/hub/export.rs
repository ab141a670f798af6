//! Searching and exporting calls (C7) through the real program: with a hub that runs, and without one.

use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use sidetone_sandbox::{HangUp, Ring, aircall_world as world};

use crate::program::{ADMIN, Program};

const MARTA: &str = "+34666444555";

async fn run(hub: &Program, arguments: &[&str]) -> Output {
    let mut command = hub.command(&[]);
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

async fn asked(hub: &Program, path: &str) -> (u16, Value) {
    let answer = hub.client.get(hub.url(path)).bearer_auth(ADMIN).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or(Value::Null))
}

/// Two calls that nobody answers: Marta's, and one that tells no number.
async fn two_missed_calls(hub: &Program) -> [String; 2] {
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    let mut calls = Vec::new();
    for (line, from) in [(world::SUPPORT_FR, Some(MARTA)), (world::SUPPORT_DE, None)] {
        let from = from.map(str::to_owned);
        let call = aircall.ring(&Ring { line, from, ..Ring::default() }).unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        aircall.hang_up(call, &HangUp::default()).unwrap();
        calls.push(call.to_string());
        // Aircall corrects when a call began by a second: the order is theirs all the same.
        tokio::time::sleep(Duration::from_millis(2_100)).await;
    }
    hub.until("both are written", Duration::from_secs(30), async || {
        let page = hub.get("/api/calls?filter=missed").await;
        let states = page["calls"].as_array().unwrap().iter().map(|call| call["state"].as_str());
        states.filter(|state| *state == Some("complete")).count() == 2
    })
    .await;
    calls.try_into().unwrap()
}

#[tokio::test]
async fn calls_are_searched_filtered_and_exported_with_and_without_a_running_hub() {
    let mut hub = Program::start(20.0, "").await;
    let [marta, withheld] = two_missed_calls(&hub).await;
    let found = async |query: &str| {
        let (status, page) = asked(&hub, &format!("/api/calls?{query}")).await;
        assert_eq!(status, 200, "{query}: {page}");
        let ids = page["calls"].as_array().unwrap().iter();
        (ids.map(|call| call["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), page["total"].clone())
    };
    for query in
        ["q=ib%C3%A1%C3%B1ez", "q=IBANEZ+mar", "q=666+44+45+55", "q=4555", "q=0034666444555", "text=marta"]
    {
        assert_eq!(found(query).await, (vec![marta.clone()], json!(1)), "{query}");
    }
    assert_eq!(found("q=support&filter=missed").await.0, [withheld.clone(), marta.clone()]);
    assert_eq!(found(&format!("line={}", world::SUPPORT_DE)).await, (vec![withheld.clone()], Value::Null));
    assert_eq!(found("q=support&filter=voicemail").await, (vec![], json!(0)));
    assert_eq!(found("agent=camille.roux@example.com").await.0, [] as [&str; 0], "a missed call is nobody's");
    let first = asked(&hub, "/api/calls?q=support&limit=1").await.1;
    let second =
        asked(&hub, &format!("/api/calls?q=support&limit=1&cursor={}", first["next"].as_str().unwrap()))
            .await
            .1;
    assert_eq!((&first["calls"][0]["id"], &second["calls"][0]["id"]), (&json!(withheld), &json!(marta)));
    assert_eq!(second["next"], Value::Null);

    for (query, code) in [
        ("filter=mine", 400),
        ("from=yesterday", 400),
        ("until=2026-13-01", 400),
        ("from=2026-11-02&until=2026-11-01", 400),
        ("line=support", 400),
        ("limit=many", 400),
        ("cursor=here", 400),
        ("agent=nobody@example.com", 422),
    ] {
        let (status, problem) = asked(&hub, &format!("/api/calls?{query}")).await;
        assert_eq!(status, code, "{query}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{query}");
    }
    let too_long = asked(&hub, &format!("/api/calls?q={}", "a".repeat(201))).await;
    assert_eq!(too_long.0, 400);
    for path in ["/api/calls/export", "/api/calls/export?format=xls"] {
        assert_eq!(asked(&hub, path).await.0, 400, "{path}");
    }
    let shut = hub.client.get(hub.url("/api/calls/export?format=csv")).send().await.unwrap();
    assert_eq!(shut.status(), 401);
    let table =
        hub.client.get(hub.url("/api/calls/export?format=csv")).bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(table.headers()["content-type"], "text/csv; charset=utf-8");

    for is_running in [true, false] {
        if !is_running {
            assert!(hub.terminate().success());
        }
        let table = said(&run(&hub, &["export", "--format", "csv"]).await);
        let lines: Vec<&str> = table.split("\r\n").collect();
        assert!(lines[0].starts_with("\"call_id\",\"started_at\",\"answered_at\""), "{table}");
        assert_eq!(lines.len(), 4, "a header, two calls, and nothing behind the last end of a line: {table}");
        assert!(lines[1].starts_with(&format!("\"{withheld}\"")), "{table}");
        assert!(lines[2].contains("\"'+34666444555\"") && lines[2].contains("\"Marta Ibáñez\""), "{table}");
        let one = said(
            &run(&hub, &["export", "--format", "jsonl", "--q", "marta 45 55", "--filter", "missed"]).await,
        );
        let one: Value = serde_json::from_str(one.trim_end()).unwrap();
        assert_eq!((&one["call_id"], &one["number"]), (&json!(marta), &json!(MARTA)));
        assert_eq!(
            (&one["direction"], &one["outcome"], &one["state"]),
            (&json!("inbound"), &json!("missed"), &json!("complete"))
        );
        assert_eq!(
            (&one["talk_seconds"], &one["agent"], &one["tags"]),
            (&Value::Null, &Value::Null, &json!([]))
        );
        assert_eq!((&one["note"], &one["recording"]), (&json!("written"), &json!("not_expected")));
        let none = said(&run(&hub, &["export", "--format", "csv", "--until", "2001-01-01"]).await);
        assert_eq!(none.matches("\r\n").count(), 1, "a header alone");
        for bad in [
            &["export"][..],
            &["export", "--format", "xls"],
            &["export", "--format", "csv", "--from", "soon"],
        ] {
            assert_eq!(run(&hub, bad).await.status.code(), Some(2), "{bad:?}");
        }
    }
    assert!(!hub.log().contains("666444555"), "no number gets into the log");
}
