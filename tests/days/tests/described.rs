//! What our client asked of Front in the whole test run is what the vendor's own OpenAPI file allows, and what our stand-in
//! answered is what it describes. `.ci/run` has everything kept that was asked before; here some days are played as well,
//! so that the test stands by itself. The file lies beside the project: `cargo test -p sidetone-days -- --ignored`.
#![allow(clippy::unwrap_used)] // a failed step fails its test

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sidetone_days::day::{Day, MARTA, Plan, RECORD, STRANGER};
use sidetone_described::exchange::Exchange;
use sidetone_described::faults::{OF_ANSWERS, OF_REQUESTS, unknown};
use sidetone_sandbox::{HangUp, Text, aircall_world as world};

/// Routes that a record of calls and texts cannot do without.
const USED: [&str; 9] = [
    "GET /me",
    "GET /teammates",
    "GET /inboxes",
    "GET /contacts",
    "GET /contacts/{contact_id}",
    "POST /contacts",
    "GET /contacts/{contact_id}/conversations",
    "POST /inboxes/{inbox_id}/imported_messages",
    "POST /conversations/{conversation_id}/comments",
];

#[tokio::test(start_paused = true)]
#[ignore = "needs ../shared"]
async fn what_the_whole_run_asked_of_front_and_was_answered_is_described() {
    let own = tempfile::tempdir().unwrap();
    play_a_day(own.path()).await;
    let of_the_run = std::env::var_os(RECORD).map(PathBuf::from);
    let described = sidetone_described::front();
    let (mut asked, mut odd, mut met) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let kept = of_the_run.iter().flat_map(|folder| kept_in(folder)).chain(kept_in(own.path()));
    for exchange in kept {
        asked.extend(described.route(&exchange.method, &exchange.target));
        odd.extend(unknown(exchange.breaches_of_request(&described), &[OF_REQUESTS], &mut met));
        odd.extend(unknown(exchange.breaches_of_answer(&described), &[OF_ANSWERS], &mut met));
    }
    assert!(odd.is_empty(), "{odd:#?}");
    let missing: Vec<&str> = USED.into_iter().filter(|route| !asked.contains(*route)).collect();
    assert!(missing.is_empty(), "never asked: {missing:#?}");
}

/// Somebody known and answered, with a comment; a stranger with a voicemail, who calls again; texts both ways.
async fn play_a_day(folder: &Path) {
    let day = Day::begin(Plan { record: Some(folder.to_owned()), ..Plan::with_front() }).await;
    let call = day.answered(MARTA).await;
    day.aircall.comment(call, world::CAMILLE, "Promised a call on Monday").unwrap();
    for answered in [false, true] {
        let call = day.ring(world::SUPPORT_FR, Some(STRANGER));
        day.pass(20).await;
        if answered {
            day.aircall.answer(call, Some(world::THEO)).unwrap();
            day.pass(30).await;
        }
        day.aircall.hang_up(call, &HangUp { voicemail: !answered, ..HangUp::default() }).unwrap();
        day.pass(120).await;
    }
    for outbound in [false, true] {
        let agent = outbound.then_some(world::CAMILLE);
        let text = Text {
            line: world::SUPPORT_FR,
            number: MARTA.to_owned(),
            body: "On my way".to_owned(),
            agent,
            ..Text::default()
        };
        day.aircall.text(&text).unwrap();
        day.pass(60).await;
    }
    day.pass(600).await;
    assert_eq!(day.handle.health().outbox.calls, 0, "all is written");
}

fn kept_in(folder: &Path) -> Vec<Exchange> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.map(|file| std::fs::read_to_string(file).unwrap());
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    lines.map(|line| Exchange::read(&line).unwrap()).collect()
}
