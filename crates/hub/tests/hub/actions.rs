//! What a person does at Aircall through the hub, and a webhook whose token is replaced, over real sockets.

use std::time::Duration;

use serde_json::{Value, json};
use sidetone_sandbox::{AircallLimits, HangUp, Presence, Ring, aircall_world as world};

use crate::program::{ADMIN, Program, WEBHOOK};

const MARTA: &str = "+34666444555";

async fn post(hub: &Program, path: &str, body: &Value) -> (u16, Value) {
    let asked = hub.client.post(hub.url(path)).bearer_auth(ADMIN).body(body.to_string());
    let answer = asked.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
}

/// A call of Marta's, answered and over, with its record; and its ticket's id.
async fn a_call(hub: &Program) -> (u64, String) {
    let aircall = hub.sandbox.control().aircall().clone();
    let call =
        aircall.ring(&Ring { line: world::SUPPORT_FR, from: Some(MARTA.into()), ..Ring::default() }).unwrap();
    aircall.answer(call, Some(world::CAMILLE)).unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    aircall.hang_up(call, &HangUp::default()).unwrap();
    let path = format!("/api/calls/{call}");
    let is_known = async || {
        let asked = hub.client.get(hub.url(&path)).bearer_auth(ADMIN).send().await.unwrap();
        asked.status() == 200 && hub.get(&path).await["state"] == "complete"
    };
    hub.until("the record is complete", Duration::from_secs(20), is_known).await;
    (call, hub.get(&path).await["call"]["ticket"]["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_number_is_dialled_from_a_ticket_and_what_goes_wrong_is_said_with_a_way_out() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let aircall = hub.sandbox.control().aircall().clone();
    assert_eq!(hub.client.post(hub.url("/api/dial")).send().await.unwrap().status(), 401);
    let (first, ticket) = a_call(&hub).await;
    for (body, status, code) in [
        (json!({}), 400, "bad_request"),
        (json!({"to": MARTA, "too": 1}), 400, "bad_request"),
        (json!({"to": "666 444 555", "agent": world::CAMILLE.to_string()}), 400, "not_a_number"),
        (json!({"to": MARTA}), 422, "which_agent"),
        (json!({"to": MARTA, "agent": "nobody@example.com"}), 422, "no_such_agent"),
        (json!({"to": MARTA, "agent": "camille.roux@example.com", "start": true}), 400, "bad_request"),
    ] {
        let (told, problem) = post(&hub, "/api/dial", &body).await;
        assert_eq!((told, problem["code"].as_str()), (status, Some(code)), "{body}: {problem}");
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
    let free = async || aircall.presence(world::CAMILLE) == Some(Presence::Available);
    hub.until("the wrap-up is over", Duration::from_secs(10), free).await;
    aircall.set_presence(world::CAMILLE, Presence::DoNotDisturb).unwrap();
    let dial = json!({"to": "+34 666 444 555", "agent": "camille.roux@example.com", "ticket": ticket});
    let (status, problem) = post(&hub, "/api/dial", &dial).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("agent_unavailable")), "{problem}");
    assert_eq!(problem["tel"], format!("tel:{MARTA}"));
    assert!(problem["detail"].as_str().unwrap().contains("currently unavailable"));
    aircall.set_presence(world::CAMILLE, Presence::Available).unwrap();
    let (status, told) = post(&hub, "/api/dial", &dial).await;
    assert_eq!((status, &told["state"], &told["to"]), (202, &json!("keypad"), &json!(MARTA)), "{told}");
    assert_eq!(told["agent"], json!({"id": world::CAMILLE.to_string(), "name": "Camille Roux"}));
    hub.until("it rings", Duration::from_secs(10), async || !aircall.calls_up().is_empty()).await;
    let second = aircall.calls_up()[0];
    aircall.answer(second, None).unwrap();
    let marker = format!("aircall:call:{second}:linked");
    let is_linked = async || {
        let tickets = hub.call_tickets();
        let old = tickets.iter().find(|t| t["external_id"] == format!("aircall:call:{first}")).unwrap();
        old["messages"].as_array().unwrap().iter().filter(|m| m["external_id"] == marker.as_str()).count()
            == 1
    };
    hub.until("the old ticket leads to the new one", Duration::from_secs(20), is_linked).await;
    let log = hub.log();
    for secret in ["34666444555", "666444555", ADMIN] {
        assert!(!log.contains(secret), "B12: {secret} in the log");
    }
}

#[tokio::test]
async fn comments_and_tags_go_to_aircall_and_the_helpdesk() {
    let hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let (call, _) = a_call(&hub).await;
    let (comments, tags) = (format!("/api/calls/{call}/comments"), format!("/api/calls/{call}/tags"));
    assert_eq!(hub.client.post(hub.url(&comments)).send().await.unwrap().status(), 401);
    for body in [json!({}), json!({"text": ""}), json!({"text": 7}), json!({"text": "x", "by": "me"})] {
        assert_eq!(post(&hub, &comments, &body).await.0, 400, "{body}");
    }
    assert_eq!(post(&hub, "/api/calls/77/comments", &json!({"text": "x"})).await.1["code"], "no_such_call");
    let theo = json!({"text": "Sends a photo 📷", "agent": world::THEO.to_string()});
    let (status, told) = post(&hub, &comments, &theo).await;
    assert_eq!((status, &told["state"], &told["reason"]), (202, &json!("posted"), &Value::Null), "{told}");
    for n in 2..=5 {
        assert_eq!(post(&hub, &comments, &json!({"text": format!("Note {n}")})).await.1["state"], "posted");
    }
    let (status, told) = post(&hub, &comments, &json!({"text": "The sixth"})).await;
    assert_eq!((status, &told["state"]), (202, &json!("helpdesk_only")), "{told}");
    assert!(told["reason"]["text"].as_str().unwrap().contains("5 notes"));
    assert_eq!(post(&hub, &tags, &json!({"tags": ["Refund", 551_013]})).await.0, 202);
    assert_eq!(post(&hub, &tags, &json!({"tags": ["Nonsense"]})).await.1["code"], "no_such_tag");
    assert_eq!(post(&hub, &tags, &json!({"tags": [{}]})).await.0, 400);
    let is_written = async || {
        let tickets = hub.call_tickets();
        let texts: Vec<String> = tickets[0]["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| format!("{}: {}", m["sender"], m["body_text"]))
            .collect();
        let all = |word: &str| texts.iter().filter(|text| text.contains(word)).count();
        let names = tickets[0]["tags"].to_string();
        all("Theo Marchand") == 1
            && all("Sends a photo 📷") == 1
            && all("The sixth") == 1
            && texts.len() == 8
            && names.contains("Refund")
            && names.contains("Warranty")
    };
    hub.until("all is written once", Duration::from_secs(20), is_written).await;
}

// The sandbox has to answer while these tests wait for the hub's end.

/// An event of a call that Aircall does not know, with this token.
fn event(id: u64, token: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let data = json!({
        "id": id, "direction": "inbound", "status": "initial", "raw_digits": MARTA, "started_at": now,
        "number": {"id": world::SUPPORT_FR, "name": "Support FR", "country": "FR", "time_zone": "Europe/Paris"},
    });
    json!({"resource": "call", "event": "call.created", "timestamp": now, "token": token, "data": data})
        .to_string()
}

/// The token of our own webhook, as Aircall tells it to whoever has the key.
async fn own_token(hub: &Program) -> Option<String> {
    let asked = hub.client.get(format!("http://{}/v1/webhooks", hub.served.aircall));
    let answer = asked.basic_auth(world::API_ID, Some(world::API_TOKEN)).send().await.unwrap();
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    body["webhooks"][0]["token"].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_webhook_that_is_remade_the_old_token_is_taken_until_the_first_event_with_the_new_one() {
    // G22
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let roomy = AircallLimits { per_minute: 100_000, others_per_minute: 0 };
    hub.sandbox.control().aircall().set_limits(roomy);
    let text = std::fs::read_to_string(hub.config()).unwrap();
    // Only our own webhook, looked at often.
    let text =
        text.replace(&format!("webhook_token = \"{WEBHOOK}\"\n"), "") + "[health]\ncheck_seconds = 5\n";
    std::fs::write(hub.config(), text).unwrap();
    assert!(hub.terminate().success());
    hub.run().await;
    let old = own_token(&hub).await.unwrap();
    assert_eq!(hub.deliver(event(4_300_000_701, &old)).await, 200);
    let id = hub.sandbox.control().aircall().webhooks()[0].id.clone();
    let gone = hub.client.delete(format!("http://{}/v1/webhooks/{id}", hub.served.aircall));
    let gone =
        gone.basic_auth(world::API_ID, Some(world::API_TOKEN)).header("content-type", "application/json");
    assert_eq!(gone.send().await.unwrap().status(), 204);
    hub.until("it is remade", Duration::from_secs(20), async || {
        own_token(&hub).await.is_some_and(|token| token != old)
    })
    .await;
    let new = own_token(&hub).await.unwrap();
    // The answer to the making may still be on its way to the hub.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(hub.deliver(event(4_300_000_702, &old)).await, 200);
    assert_eq!(hub.deliver(event(4_300_000_703, "another")).await, 401);
    assert_eq!(hub.deliver(event(4_300_000_704, &old)).await, 200, "sent before, it comes in");
    assert_eq!(hub.deliver(event(4_300_000_705, &new)).await, 200);
    assert_eq!(hub.deliver(event(4_300_000_706, &old)).await, 401, "from now on only the new one");
    assert!(hub.terminate().success());
    hub.run().await;
    assert_eq!(hub.deliver(event(4_300_000_707, &old)).await, 401, "over a restart, too");
    assert_eq!(hub.deliver(event(4_300_000_708, &new)).await, 200);
    for id in [4_300_000_702_u64, 4_300_000_704, 4_300_000_705, 4_300_000_708] {
        let path = format!("/api/calls/{id}");
        hub.until("its event was taken in", Duration::from_secs(10), async || {
            hub.client.get(hub.url(&path)).bearer_auth(ADMIN).send().await.unwrap().status() == 200
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_made_by_hand_is_replaced_in_the_configuration_without_losing_an_event() {
    // G22
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    assert_eq!(hub.deliver(event(4_300_000_711, WEBHOOK)).await, 200);
    let text = std::fs::read_to_string(hub.config()).unwrap();
    std::fs::write(hub.config(), text.replace(WEBHOOK, "the-next-token")).unwrap();
    assert!(hub.terminate().success());
    hub.run().await;
    assert_eq!(hub.deliver(event(4_300_000_712, WEBHOOK)).await, 200);
    assert_eq!(hub.deliver(event(4_300_000_713, "another")).await, 401);
    assert_eq!(hub.deliver(event(4_300_000_714, "the-next-token")).await, 200);
    assert_eq!(hub.deliver(event(4_300_000_715, WEBHOOK)).await, 401);
}
