//! The real program, killed with `kill -9` twenty times at random moments while three hundred calls come in; on a file, and
//! on a PostgreSQL server where there is one.
//!
//! The moments follow from a seed, which is printed; `KILL_SEED=N` takes the same moments again, as far as a machine's
//! own timing repeats itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)] // a failed step fails its test; what it says is shown then

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use sidetone_days::chance::Chance;
use sidetone_days::server::Schema;
use sidetone_sandbox::{AircallControl, AircallLimits, GorgiasLimits, HangUp, Ring, aircall_world as world};
use tokio::time::sleep;

use crate::program::Program;

const KILLS: u64 = 20;
const CALLS_A_KILL: u64 = 15;
const KNOWN: [(&str, &str); 4] = [
    ("+34666444555", "Marta Ibáñez"),
    ("+33199001144", "Lucas Moreau"),
    ("+33199001155", "Odile Garnier"),
    ("+12025550117", "Priya Nair"),
];
/// Line, and who answers there, with the name under which the helpdesk knows them.
const LINES: [(u64, u64, Option<&str>); 5] = [
    (world::SUPPORT_FR, world::CAMILLE, Some("Camille Roux")),
    (world::SUPPORT_FR, world::THEO, Some("Theo Marchand")),
    (world::SUPPORT_DE, world::JONAS, Some("Jonas Weber")),
    (world::SALES_US, world::AMELIA, Some("Amelia Stone")),
    (world::SALES_US, world::INES, None),
];

/// A call as it went, told by who made it.
struct Made {
    id: u64,
    caller: String,
    /// Who answered: the name in the helpdesk.
    answered_by: Option<Option<&'static str>>,
    comment: Option<u64>,
}

/// One call: it rings, is answered if that agent is free, and is over within a second or two.
async fn call(aircall: AircallControl, mut chance: Chance) -> Made {
    let pause = async |chance: &mut Chance, most| sleep(Duration::from_millis(chance.between(5, most))).await;
    pause(&mut chance, 2400).await;
    let caller = match chance.percent(70) {
        true => chance.one_of(&KNOWN).0.to_owned(),
        false => format!("+331990055{:02}", chance.between(0, 12)),
    };
    let (line, agent, name) = *chance.one_of(&LINES);
    let id = aircall.ring(&Ring { line, from: Some(caller.clone()), ..Ring::default() }).unwrap();
    pause(&mut chance, 300).await;
    let is_answered = chance.percent(80) && aircall.answer(id, Some(agent)).is_ok();
    pause(&mut chance, 600).await;
    let comment = (is_answered && chance.percent(30))
        .then(|| aircall.comment(id, agent, "Sends a photo of the kettle").unwrap());
    aircall.hang_up(id, &HangUp::default()).unwrap();
    Made { id, caller, answered_by: is_answered.then_some(name), comment }
}

fn seed() -> u64 {
    let of_now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos().into();
    std::env::var("KILL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(of_now)
}

#[tokio::test]
async fn killed_twenty_times_three_hundred_calls_are_each_written_once() {
    killed_twenty_times(Program::start(20.0, "").await, 3400).await;
}

#[tokio::test]
#[ignore = "needs a server: script/test starts one"]
async fn postgres_killed_twenty_times_three_hundred_calls_are_each_written_once() {
    let schema = Schema::new();
    killed_twenty_times(Program::on_database(20.0, schema.url()).await, 1800).await;
}

/// It lives for so many milliseconds at most between two kills.
async fn killed_twenty_times(mut hub: Program, lives_ms: u64) {
    let seed = seed();
    // Shown by the test runner when the test fails.
    println!("again: KILL_SEED={seed} cargo test -p sidetone-hub --test killed");
    let mut chance = Chance::new(seed, 0);
    hub.until_listening().await;
    let control = hub.sandbox.control();
    let (aircall, gorgias) = (control.aircall().clone(), control.gorgias().clone());
    // This is about kills: limits are wide, and Aircall does not give our webhook up.
    gorgias.set_limits(GorgiasLimits { rate: "8000/20s".parse().unwrap(), ..gorgias.limits() });
    aircall.set_limits(AircallLimits { per_minute: 6000, ..aircall.limits() });
    aircall.switch(|s| s.disable_after = u32::MAX);
    let customers_before = gorgias.customers().len();

    let mut calls = tokio::task::JoinSet::new();
    for kill in 0..KILLS {
        for n in 0..CALLS_A_KILL {
            calls.spawn(call(aircall.clone(), Chance::new(seed, 1 + kill * CALLS_A_KILL + n)));
        }
        sleep(Duration::from_millis(chance.between(200, lives_ms))).await;
        hub.kill();
        sleep(Duration::from_millis(chance.between(0, 200))).await;
        hub.run().await;
        println!("killed {} times, {} tickets", kill + 1, hub.call_tickets().len());
    }
    let made = calls.join_all().await;
    assert_eq!(made.len() as u64, KILLS * CALLS_A_KILL);

    hub.until("every call is written", Duration::from_secs(150), async || {
        hub.call_tickets().len() >= made.len() && hub.get("/api/health").await["outbox"]["calls"] == 0
    })
    .await;
    let recorded = made.iter().filter(|made| made.answered_by.is_some()).count();
    hub.until("every recording is attached", Duration::from_secs(150), async || {
        hub.call_tickets().iter().map(|ticket| files(ticket).count()).sum::<usize>() >= recorded
    })
    .await;
    let tickets = hub.call_tickets();
    let mut by_marker: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for ticket in &tickets {
        by_marker.entry(ticket["external_id"].as_str().unwrap()).or_default().push(ticket);
    }
    let strangers: std::collections::BTreeSet<&str> = made
        .iter()
        .map(|m| m.caller.as_str())
        .filter(|c| !KNOWN.iter().any(|(known, _)| known == c))
        .collect();
    let mut remarks = 0;
    for made in &made {
        let marker = format!("aircall:call:{}", made.id);
        let found = by_marker.get(marker.as_str()).map_or(&[][..], Vec::as_slice);
        assert_eq!(found.len(), 1, "one ticket of {marker}");
        remarks += is_as_it_should_be(found[0], &marker, made);
    }
    assert_eq!(tickets.len(), made.len(), "and no other");
    assert_eq!(gorgias.customers().len(), customers_before + strangers.len(), "one customer a stranger");
    assert_eq!(remarks, strangers.len(), "one note a stranger that nobody had the number (G16)");
    assert!(gorgias.send_attempts().is_empty());
    assert!(hub.terminate().success(), "SIGTERM: exit 0");
}

/// The names of the files on a ticket.
fn files(ticket: &Value) -> impl Iterator<Item = &str> {
    let notes = ticket["messages"].as_array().unwrap().iter();
    notes.flat_map(|note| note["attachments"].as_array().unwrap()).map(|file| file["name"].as_str().unwrap())
}

/// The ticket of a quiet day. Returns how many notes say that nobody had the number.
fn is_as_it_should_be(ticket: &Value, marker: &str, made: &Made) -> usize {
    let notes: Vec<&str> = ticket["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| {
            note["external_id"].as_str().unwrap().strip_prefix(marker).unwrap().trim_start_matches(':')
        })
        .collect();
    let (remarks, mut keys): (Vec<&str>, Vec<&str>) = notes.into_iter().partition(|key| *key == "not_found");
    // A recording whose upload was killed may come in a note of its own; there is one of it in any case (G17, B4).
    keys.retain(|key| *key != "recording");
    let name = format!("recording-{}.mp3", made.id);
    let attached: Vec<&str> = files(ticket).collect();
    let expected = made.answered_by.is_some().then_some(name.as_str());
    assert_eq!(attached, expected.into_iter().collect::<Vec<_>>(), "{marker}");
    keys.sort_unstable();
    let comment = made.comment.map(|id| format!("comment:{id}"));
    let expected: Vec<&str> = match made.answered_by {
        Some(_) => ["answered"].into_iter().chain(comment.as_deref()).chain(["ended"]).collect(),
        None => vec!["ended"],
    };
    assert_eq!(keys, expected, "{marker}");
    assert_eq!(ticket["status"], "open", "{marker}");
    let assignee = made.answered_by.flatten().map_or(Value::Null, Value::from);
    assert_eq!(ticket["assignee"], assignee, "{marker}");
    let known = KNOWN.iter().find(|(number, _)| *number == made.caller).map(|(_, name)| (*name).to_owned());
    let customer = known.unwrap_or_else(|| format!("Aircall New Contact {}", made.caller));
    assert_eq!(ticket["customer"], customer.as_str(), "{marker}");
    let is_missed = ticket["tags"].as_array().unwrap().iter().any(|tag| tag == "Missed call");
    assert_eq!(is_missed, made.answered_by.is_none(), "{marker}");
    remarks.len()
}
