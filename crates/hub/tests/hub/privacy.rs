//! B12 through the real program: a number is forgotten over HTTP and by the command, one is never logged, and whatever the
//! program says about a whole run has no number, no name and no secret in it.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use sidetone_days::server::Schema;
use sidetone_engine::telling::Decided;
use sidetone_sandbox::{
    Fault, FaultKind, HangUp, Ring, Text, aircall_world as world, front_world, gorgias_world,
};

use crate::program::{ADMIN, Program, WEBHOOK, has_none_of, has_soon_none_of, one_call};
use crate::telling::receivers::{Hook, MailServer, PASSWORD};
use crate::telling::{alerts, left_behind, stands};

const MARTA: &str = "+34666444555";
const STRANGER: &str = "+33199005599";
const NOTE: &str = "She wants the blue kettle";

async fn run(hub: &Program, arguments: &[&str]) -> Output {
    let mut command = hub.command(&[]);
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

async fn written(hub: &Program, call: u64) {
    hub.until("the call is written", Duration::from_secs(30), async || {
        // Right after it rang the hub may not know it yet.
        let page = hub.get("/api/calls").await;
        let of_call = |one: &Value| one["id"] == call.to_string().as_str() && one["state"] == "complete";
        page["calls"].as_array().unwrap().iter().any(of_call)
    })
    .await;
}

#[tokio::test]
async fn a_number_is_forgotten_over_http_and_by_the_command_with_and_without_a_running_hub() {
    let mut hub = Program::start(20.0, "").await;
    hub.until_listening().await;
    let call = one_call(&hub).await;
    written(&hub, call).await;
    let ticket = hub.get(&format!("/api/calls/{call}")).await["call"]["ticket"]["id"].clone();
    let nobody =
        hub.client.post(hub.url("/api/privacy/forget")).body("{\"number\": \"118\"}").send().await.unwrap();
    assert_eq!(nobody.status(), 401, "admins only");
    for (number, code) in [("hello", "no_such_number"), ("12", "no_such_number")] {
        let (status, problem) = hub.post("/api/privacy/forget", json!({"number": number})).await;
        assert_eq!((status, &problem["code"]), (422, &json!(code)), "{problem}");
    }
    let (status, told) = hub.post("/api/privacy/forget", json!({"number": "0034 666 44 45 55"})).await;
    assert_eq!((status, &told["done"], &told["calls"]), (200, &json!(true), &json!(1)), "{told}");
    let left = told["left"].as_array().unwrap();
    assert!(left.iter().any(|one| one["kind"] == "record" && one["id"] == ticket), "{told}");
    assert_eq!(hub.get(&format!("/api/calls/{call}")).await["reason"]["code"], "forgotten");
    has_soon_none_of(&hub, &[MARTA, "34666444555", "666444555"]).await;

    let again = run(&hub, &["forget", "--number", MARTA]).await;
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    assert!(String::from_utf8_lossy(&again.stdout).starts_with("Erased: 0 calls"));
    assert_eq!(run(&hub, &["forget"]).await.status.code(), Some(2));

    let next = one_call(&hub).await;
    written(&hub, next).await;
    assert!(hub.terminate().success());
    assert_eq!(run(&hub, &["forget", "--number", "hello"]).await.status.code(), Some(2));
    let told = run(&hub, &["forget", "--number", "+34 666 444 555", "--json"]).await;
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((&told["done"], &told["calls"]), (&json!(true), &json!(1)), "{told}");
    has_none_of(&hub, &[MARTA, "34666444555", "666444555"]);
}

/// What the file says of how a side is reached is gone: a hub that runs has no engine.
fn disconnected(hub: &Program) {
    let text = std::fs::read_to_string(hub.config()).unwrap();
    let is_key = |line: &&str| line.starts_with("email = ") || line.starts_with("api_key = ");
    let rest: Vec<&str> = text.lines().filter(|line| !is_key(line)).collect();
    assert_eq!(rest.len() + 2, text.lines().count());
    std::fs::write(hub.config(), rest.join("\n")).unwrap();
}

#[tokio::test]
async fn a_number_is_forgotten_where_no_engine_runs() {
    let folder = tempfile::tempdir().unwrap();
    let set = format!("recordings = \"none\"\nrecordings_dir = {:?}\n", folder.path());
    let mut hub = Program::start(20.0, &set).await;
    hub.until_listening().await;
    let call = one_call(&hub).await;
    written(&hub, call).await;
    let path = format!("/api/calls/{call}");
    let is_kept = async || hub.get(&path).await["kept"][0]["state"] == "kept";
    hub.until("its recording is kept", Duration::from_secs(30), is_kept).await;
    let file = hub.get(&path).await["kept"][0]["path"].as_str().unwrap().to_owned();
    assert!(hub.terminate().success());
    disconnected(&hub);
    hub.run().await;
    let asked = hub.client.get(hub.url("/api/calls")).bearer_auth(ADMIN).send().await.unwrap();
    assert_eq!(asked.status(), 409, "no engine runs");

    let (status, told) = hub.post("/api/privacy/forget", json!({"number": MARTA})).await;
    assert_eq!((status, &told["done"], &told["calls"]), (200, &json!(true), &json!(1)), "{told}");
    assert!(told["left"].as_array().unwrap().iter().any(|one| one["kind"] == "record"), "{told}");
    has_none_of(&hub, &[MARTA, "34666444555", "666444555"]);
    hub.until("its recording is gone", Duration::from_secs(10), async || !Path::new(&file).exists()).await;
    let (status, again) = hub.post("/api/privacy/forget", json!({"number": MARTA})).await;
    assert_eq!((status, &again["calls"]), (200, &json!(0)), "it was told: {again}");

    // The command asks the hub that runs, and does it itself where none does; nothing has to be connected for it.
    for _ in 0..2 {
        let told = run(&hub, &["forget", "--number", MARTA]).await;
        assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stderr));
        assert!(String::from_utf8_lossy(&told.stdout).starts_with("Erased: 0 calls"));
        if hub.runs() {
            assert!(hub.terminate().success());
        }
    }
}

#[tokio::test]
async fn where_nothing_was_ever_set_up_there_is_nothing_to_forget_and_that_is_no_fault() {
    let hub = Program::from_nothing(20.0, "").await;
    let (status, told) = hub.post("/api/privacy/forget", json!({"number": MARTA})).await;
    assert_eq!((status, &told["done"], &told["calls"]), (200, &json!(true), &json!(0)), "{told}");
    has_none_of(&hub, &[MARTA, "34666444555", "666444555"]);
}

#[tokio::test]
async fn numbers_are_put_on_the_list_and_taken_off_it_and_the_time_is_set() {
    let hub = Program::with_keys(20.0).await;
    let (status, now) = hub.post("/api/privacy/never-log", json!({"number": "+34 666-444-555"})).await;
    assert_eq!((status, &now["never_log"][0]["number"]), (200, &json!(MARTA)), "{now}");
    let (status, now) = hub.post("/api/privacy/keep", json!({"keep_days": 90})).await;
    assert_eq!((status, &now["keep_days"]), (200, &json!(90)), "{now}");
    let (status, problem) = hub.post("/api/privacy/keep", json!({"keep_days": 99_999})).await;
    assert_eq!((status, &problem["code"]), (422, &json!("wrong_value")), "{problem}");
    for path in ["/api/privacy/keep", "/api/recordings"] {
        for days in [json!("abc"), json!("90"), json!(-1), json!(1.5), json!(36_501), json!(null), json!(5e9)]
        {
            let (status, problem) = hub.post(path, json!({"keep_days": days})).await;
            assert_eq!((status, &problem["code"]), (422, &json!("wrong_value")), "{path} {days}: {problem}");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains("Give a whole number from 0 to 36500"), "{path} {days}: {problem}");
            assert!(problem["key"].as_str().unwrap().ends_with("keep_days"), "{problem}");
        }
        for body in [json!({}), json!([]), json!({"days": 9}), json!("abc")] {
            let (status, problem) = hub.post(path, body.clone()).await;
            assert_eq!((status, &problem["code"]), (400, &json!("bad_request")), "{path} {body}: {problem}");
        }
    }
    let (status, now) = hub.post("/api/privacy/log-again", json!({"number": "0034666444555"})).await;
    assert_eq!((status, &now["never_log"]), (200, &json!([])), "{now}");
    assert_eq!(hub.get("/api/privacy").await["keep_days"], 90);
}

#[tokio::test]
async fn whatever_is_said_about_a_whole_run_at_debug_has_no_number_no_name_and_no_secret() {
    Telling::begin().await.nothing_is_said("debug").await;
}

#[tokio::test]
async fn whatever_is_said_about_a_whole_run_at_trace_has_no_number_no_name_and_no_secret() {
    Telling::begin().await.nothing_is_said("trace").await;
}

#[tokio::test]
async fn whatever_is_said_about_a_whole_run_with_front_has_no_number_no_name_and_no_secret() {
    Telling::begin_with(async |more| Program::with_front(20.0, more).await)
        .await
        .nothing_is_said("trace")
        .await;
}

#[tokio::test]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_whatever_is_said_about_a_whole_run_has_no_number_no_name_and_no_secret() {
    let schema = Schema::new();
    let begin = async |more: &str| Program::on_database_with(20.0, schema.url(), more).await;
    Telling::begin_with(begin).await.nothing_is_said("trace,tokio_postgres=trace").await;
}

/// A password that the mail server does not know, and repeats.
const WRONG_PASSWORD: &str = "wrong-kettle-0815";
/// The end of the web hook's address.
const HOOK_PATH: &str = "secret-room-9";

/// A hub that tells of alerts by mail and web hook, and has a reason to: recordings go into a folder that is not there.
struct Telling {
    mail: MailServer,
    hook: Hook,
    hub: Program,
}

impl Telling {
    async fn begin() -> Telling {
        Telling::begin_with(async |more| Program::start(20.0, more).await).await
    }

    async fn begin_with(start: impl AsyncFnOnce(&str) -> Program) -> Telling {
        let (mail, hook) = (MailServer::start().await, Hook::start().await);
        let more =
            format!("recordings_dir = \"/nowhere/recordings\"\n{}", alerts(&mail, PASSWORD, &hook, "en"));
        hook.refuse(true);
        let hub = start(&more).await;
        Telling { mail, hook, hub }
    }

    /// A run with everything that happens to a team; what it says, on standard output too.
    async fn nothing_is_said(mut self, says: &'static str) {
        let hub = &mut self.hub;
        assert!(hub.terminate().success());
        hub.says = says;
        left_behind(hub, Decided { told: vec![stands("recordings_not_kept")], ..Decided::default() });
        hub.run().await;
        hub.until_listening().await;
        let of_check = a_whole_run(hub).await;
        self.alerts_are_told().await;
        let hub = &mut self.hub;
        hub.post("/api/privacy/forget", json!({"number": MARTA})).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(hub.terminate().success());
        let log = hub.log() + &of_check;
        let told = ["told way=\"mail\"", "told way=\"web_hook\"", "an alert could not be told"];
        for said in told.into_iter().chain(["a number was forgotten", "recordings cannot be kept"]) {
            assert!(log.contains(said), "the run is told of ({said}): {log}");
        }
        let digits: String = log.chars().filter(|c| !" .-()/".contains(*c)).collect();
        for number in [MARTA, STRANGER] {
            let (all, last) = (&number[1..], &number[number.len() - 7..]);
            assert!(!digits.contains(all) && !digits.contains(last), "{last} is said: {log}");
        }
        let names = [NOTE, "Marta", "Ibáñez", "marta", "Zebedee", "zebedee@example.com"];
        let secrets = [
            ADMIN,
            WEBHOOK,
            world::API_TOKEN,
            gorgias_world::API_KEY,
            front_world::TOKEN,
            PASSWORD,
            WRONG_PASSWORD,
            HOOK_PATH,
            "wrong-token-of-a-test",
        ];
        for text in names.into_iter().chain(secrets) {
            assert!(!log.contains(text), "{text} is said: {log}");
        }
    }

    /// One by itself, which the receiver refuses at first; then tests.
    async fn alerts_are_told(&self) {
        let (hub, mail, hook) = (&self.hub, &self.mail, &self.hook);
        let is_refused = || hub.log().contains("an alert could not be told");
        hub.until("one is told, one refuses", Duration::from_secs(60), async || {
            is_refused() && !mail.taken().is_empty()
        })
        .await;
        hook.refuse(false);
        hub.until("both are told", Duration::from_secs(120), async || !hook.taken().is_empty()).await;
        assert!(hook.taken()[0].body["alert"] == "recordings_not_kept", "{:?}", hook.taken());
        hub.post("/api/alerts/test", json!({})).await;
        hook.refuse(true);
        let (_, tested) = hub.post("/api/alerts/test", json!({})).await;
        assert_eq!(
            (&tested[0]["accepted"], &tested[1]["accepted"]),
            (&json!(true), &json!(false)),
            "{tested}"
        );
        // What the file says stands over it; it is read all the same.
        for smtp in [mail.url(WRONG_PASSWORD), format!("smtp:{WRONG_PASSWORD}")] {
            hub.post("/api/alerts/mail", json!({"smtp": smtp, "to": ["ops@example.com"]})).await;
        }
        hub.post("/api/alerts/web-hook", json!({"url": hook.url()})).await;
    }
}

/// Everything that happens to a team; what `check` says besides.
async fn a_whole_run(hub: &Program) -> String {
    let control = hub.sandbox.control();
    let (aircall, gorgias, front) = (control.aircall(), control.gorgias(), control.front());
    let call = one_call(hub).await;
    aircall.comment(call, world::CAMILLE, NOTE).unwrap();
    written(hub, call).await;
    for status in [429, 500, 401] {
        let fault = || Fault::next(1, FaultKind::Status { status, retry_after: None });
        gorgias.add_fault(fault());
        front.add_fault(fault());
        let from = Some(STRANGER.to_owned());
        let ring = aircall.ring(&Ring { line: world::SUPPORT_FR, from, ..Ring::default() }).unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        aircall.hang_up(ring, &HangUp::default()).unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let text = Text { line: world::SUPPORT_FR, number: MARTA.into(), body: NOTE.into(), ..Text::default() };
    aircall.text(&text).unwrap();
    assert_eq!(hub.deliver("{\"token\": \"wrong-token-of-a-test\", \"event\": \"call.created\"}").await, 401);
    let dial = json!({"to": STRANGER, "agent": "camille.roux@example.com"});
    hub.post("/api/dial", dial).await;
    hub.post(
        &format!("/api/calls/{call}/name"),
        json!({"name": "Zebedee Quux", "email": "zebedee@example.com"}),
    )
    .await;
    hub.post("/api/privacy/never-log", json!({"number": STRANGER})).await;
    hub.client
        .get(hub.url(&format!("/api/numbers/explain?number={}", &MARTA[1..])))
        .bearer_auth(ADMIN)
        .send()
        .await
        .unwrap();
    hub.client.get(hub.url("/api/calls?q=666444555")).bearer_auth(ADMIN).send().await.unwrap();
    let check = run(hub, &["check", "--json"]).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    String::from_utf8_lossy(&check.stderr).into_owned()
}
