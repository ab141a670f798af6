//! The number clinic (B9) through the real program: with a hub that runs, without one, and over HTTP.

use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use crate::program::{self, Program};

async fn run(hub: &Program, arguments: &[&str]) -> Output {
    let mut command = hub.command(&[]);
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn a_number_is_explained_and_those_that_nothing_can_match_are_listed_with_and_without_a_running_hub() {
    let mut hub = Program::start(20.0, "").await;
    let gorgias = hub.sandbox.control().gorgias().clone();
    let shop = gorgias.add_customer("Corner shop", None, "ask the shop");
    let complete = async || {
        let directory = &hub.get("/api/health").await["directory"];
        directory["state"] == "complete" && directory["customers"].as_u64() >= Some(9)
    };
    hub.until("the directory is read", Duration::from_secs(30), complete).await;
    let metrics = hub.client.get(hub.url("/metrics")).send().await.unwrap();
    let metrics = String::from_utf8(metrics.bytes().await.unwrap().to_vec()).unwrap();
    assert!(metrics.contains("sidetone_directory_complete 1\n"), "{metrics}");
    assert!(metrics.contains("sidetone_directory_unmatched 1\n"), "{metrics}");

    for is_running in [true, false] {
        if !is_running {
            assert!(hub.terminate().success());
        }
        // Stored as "01 99 00 11 77".
        let told = said(&run(&hub, &["numbers", "explain", "0033 1 99 00 11 77"]).await);
        for part in [
            "reads as +33199001177",
            "Noor Haddad",
            "\"01 99 00 11 77\"",
            "in FR",
            "A call is written: To Noor",
        ] {
            assert!(told.contains(part), "{part} in {told}");
        }
        let json = said(&run(&hub, &["numbers", "explain", "--json", "+33199001177"]).await);
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["matches"][0]["how"], &json["ring"]), (&"other_spelling".into(), &"found".into()));
        let nobody = said(&run(&hub, &["numbers", "explain", "+33199005599"]).await);
        assert!(nobody.contains("Matches nobody.") && nobody.contains("To a new customer"), "{nobody}");

        let listed = said(&run(&hub, &["numbers", "unmatched"]).await);
        assert_eq!(listed.lines().count(), 1, "{listed}");
        assert!(listed.starts_with(&format!("{shop}\tCorner shop\task the shop\tletters: ")), "{listed}");
        let json = said(&run(&hub, &["numbers", "unmatched", "--json"]).await);
        let json: Value = serde_json::from_str(json.trim_end()).unwrap();
        assert_eq!(
            (&json["customer_id"], &json["reason"]["code"]),
            (&shop.to_string().into(), &"letters".into())
        );
    }
    assert_eq!(run(&hub, &["numbers", "explain"]).await.status.code(), Some(2));
    assert!(
        !hub.log().contains("99001177") && !hub.log().contains("99 00 11 77"),
        "no number gets into the log"
    );
}

#[tokio::test]
async fn with_front_a_number_is_explained_and_those_that_nothing_can_match_are_listed() {
    let mut hub = Program::with_front(20.0, "").await;
    let front = hub.sandbox.control().front().clone();
    let shop = front.add_contact("Corner shop", None, "ask the shop").unwrap();
    let complete = async || {
        let directory = &hub.get("/api/health").await["directory"];
        directory["state"] == "complete" && directory["customers"].as_u64() >= Some(9)
    };
    hub.until("the directory is read", Duration::from_secs(30), complete).await;
    for is_running in [true, false] {
        if !is_running {
            assert!(hub.terminate().success());
        }
        // Stored without its plus.
        let told = said(&run(&hub, &["numbers", "explain", "0033 1 99 00 11 77"]).await);
        for part in ["reads as +33199001177", "Noor Haddad", "\"33199001177\"", "A call is written: To Noor"]
        {
            assert!(told.contains(part), "{part} in {told}");
        }
        let shared = said(&run(&hub, &["numbers", "explain", "+12025550161"]).await);
        for part in ["Sam Whitlock", "Whitlock Cafés", "until a person chooses"] {
            assert!(shared.contains(part), "{part} in {shared}");
        }
        let listed = said(&run(&hub, &["numbers", "unmatched"]).await);
        assert_eq!(listed.lines().count(), 1, "{listed}");
        assert!(listed.starts_with(&format!("{shop}\tCorner shop\task the shop\tletters: ")), "{listed}");
    }
    assert!(!hub.log().contains("99001177"), "no number gets into the log");
}

#[tokio::test]
async fn the_clinic_is_for_admins_and_says_what_it_wants() {
    let hub = Program::start(20.0, "").await;
    for path in ["/api/numbers/explain?number=%2B33199001177", "/api/numbers/unmatched"] {
        assert_eq!(hub.client.get(hub.url(path)).send().await.unwrap().status(), 401, "{path}");
    }
    for path in ["/api/numbers/explain", "/api/numbers/explain?number=%20"] {
        let answer = hub.client.get(hub.url(path)).bearer_auth(program::ADMIN).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{path}");
    }
}
