//! What the tests that count requests (B6) have in common: calls and messages to count, and the tables in the README.

use std::path::Path;

use sidetone_sandbox::{Dial, HangUp, JournalEntry, Text, TextFile, aircall_world as world};

use crate::day::Day;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");

/// Requests to Aircall since `seq` that belong to a call or a message: no lists that are kept fresh whatever happens
/// (`design.md` §6, Settled), and no media, which cost nothing of the limit.
pub fn at_aircall(day: &Day, seq: u64) -> usize {
    // The list of calls is read whether there are calls or not.
    const UPKEEP: [&str; 7] =
        ["/v1/webhooks", "/v1/teams", "/v1/tags", "/v1/numbers", "/v1/calls?", "/v2/users", "/media/"];
    let is_upkeep = |entry: &JournalEntry| {
        entry.method == "GET" && UPKEEP.iter().any(|path| entry.path.starts_with(path))
    };
    day.aircall.journal(seq).iter().filter(|entry| !is_upkeep(entry)).count()
}

/// The number of the newest request to Aircall.
pub fn last_at_aircall(day: &Day) -> u64 {
    day.aircall.journal(0).last().map_or(0, |entry| entry.seq)
}

pub async fn inbound(day: &Day, from: &str, answered: bool, voicemail: bool) -> u64 {
    let call = day.ring(world::SUPPORT_FR, Some(from));
    day.pass(8).await;
    if answered {
        day.aircall.answer(call, Some(world::CAMILLE)).unwrap();
        day.pass(60).await;
    }
    day.aircall.hang_up(call, &HangUp { voicemail, ..HangUp::default() }).unwrap();
    day.pass(60).await;
    call
}

pub async fn outbound(day: &Day, to: &str, answered: bool) -> u64 {
    let call = day.aircall.dial(&Dial { agent: world::CAMILLE, to: to.into(), line: None }).unwrap();
    day.pass(8).await;
    if answered {
        day.aircall.answer(call, None).unwrap();
        day.pass(60).await;
    }
    day.aircall.hang_up(call, &HangUp::default()).unwrap();
    day.pass(60).await;
    call
}

pub fn text(number: &str, agent: Option<u64>, files: Vec<TextFile>) -> Text {
    Text {
        line: world::SUPPORT_FR,
        number: number.into(),
        body: "Hello".into(),
        agent,
        files,
        ..Text::default()
    }
}

/// A table as it stands in the README: its heads, and in each row the kind with its counts.
pub fn markdown(heads: &[&str], rows: &[(&str, Vec<usize>)]) -> String {
    let mut lines = vec![format!("| {} |", heads.join(" | ")), format!("|{}", "---|".repeat(heads.len()))];
    lines.extend(rows.iter().map(|(kind, counts)| {
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        format!("| {kind} | {} |", counts.join(" | "))
    }));
    lines.join("\n")
}

/// Compares the table between two marks of the README with what was counted; where it is another one, it is written anew
/// and the test fails.
pub fn is_in_the_readme(begin: &str, end: &str, wanted: &str) {
    let readme = std::fs::read_to_string(README).unwrap();
    let (head, rest) = readme.split_once(begin).expect("the README has the mark of the table");
    let (committed, tail) = rest.split_once(end).expect("the README has the table's end");
    if committed.trim() != wanted {
        std::fs::write(Path::new(README), format!("{head}{begin}\n\n{wanted}\n\n{end}{tail}")).unwrap();
        panic!(
            "the table of the README was out of date and has been written anew: look at the difference and commit it"
        );
    }
}
