//! The call log of a company of many years: how fast a search is among a million stored calls and what memory it takes, beside
//! a plain scan of the same table and `grep` over the export of the same calls.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use sidetone_engine::call::{CaseId, Origin, Statement};
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_engine::store::{Case, CaseChange, Change, Store, StoreError};
use sidetone_protocol::{
    CallPage, CallState, CallView, Completeness, CustomerView, Direction, Named, Outcome, PartState, Phase,
    Reason, TicketView,
};
use sidetone_sandbox::{Options, Ports, Sandbox, aircall_world as world};

use crate::event::{self, Template};
use crate::failure::Failure;
use crate::figures::{median, megabytes, milliseconds, percentile, times};
use crate::hub::{self, ADMIN_TOKEN, Hub, Mode, WEBHOOK_TOKEN, Webhook};
use crate::program;
use crate::table::Table;

/// In one commit.
const BATCH: u64 = 1_000;
/// Seconds between two calls.
const APART: i64 = 300;
/// How often each question is asked, each time for something else.
const TURNS: u64 = 40;
/// An export of everything has so long.
const EXPORTED_WITHIN: Duration = Duration::from_secs(3_600);
/// Whoever calls, each with a number and a name: as many as the range of invented numbers has.
const CUSTOMERS: u64 = 10_000;

const FIRST: [&str; 20] = [
    "Marta", "Lucas", "Odile", "Greta", "Noor", "Elena", "Bastien", "Mette", "Ivo", "Agathe", "Sam", "Ruth",
    "Paulette", "Jonas", "Camille", "Chloé", "Hannah", "Tomás", "Zoë", "Łukasz",
];
const LAST: [&str; 25] = [
    "Ibáñez",
    "Moreau",
    "Garnier",
    "Amsel",
    "Haddad",
    "Prats",
    "Roche",
    "Olsen",
    "Brandt",
    "Ferrand",
    "Whitlock",
    "Calder",
    "Vogt",
    "Weber",
    "Roux",
    "Martin",
    "Okafor",
    "Lindqvist",
    "Nair",
    "Müller",
    "Straße",
    "Núñez",
    "Duval",
    "Keller",
    "Šimek",
];
const SAID: [&str; 30] = [
    "asked",
    "about",
    "the",
    "kettle",
    "that",
    "was",
    "delivered",
    "yesterday",
    "seal",
    "leaks",
    "again",
    "promised",
    "refund",
    "invoice",
    "shop",
    "accountant",
    "replacement",
    "parcel",
    "next",
    "door",
    "call",
    "back",
    "before",
    "eleven",
    "warranty",
    "broken",
    "lid",
    "handle",
    "thanks",
    "resolved",
];
const LINES: [(u64, &str); 4] =
    [(world::SUPPORT_FR, "Support FR"), (90_002, "Support DE"), (90_003, "Sales US"), (90_004, "Workshop")];
const AGENTS: [&str; 12] = [
    "Camille Roux",
    "Jonas Weber",
    "Ana Reyes",
    "Tom Okafor",
    "Noor Haddad",
    "Ivo Brandt",
    "Ruth Calder",
    "Mia Keller",
    "Pau Prats",
    "Léa Duval",
    "Finn Vogt",
    "Eva Šimek",
];

/// What is asked, and the plain word that a scan and `grep` look for instead.
struct Question {
    what: &'static str,
    /// The address of a turn.
    path: fn(u64) -> String,
    /// What a plain search looks for; none where there is nothing like it.
    plain: Option<fn(u64) -> String>,
}

const QUESTIONS: [Question; 8] = [
    Question {
        what: "a full name",
        path: |turn| format!("q={}", escaped(&name(caller(turn * 211)))),
        plain: Some(|turn| name(caller(turn * 211))),
    },
    Question {
        what: "the beginning of a name, as one types",
        path: |turn| {
            format!("q={}", escaped(&LAST[turn as usize % LAST.len()].chars().take(4).collect::<String>()))
        },
        plain: Some(|turn| LAST[turn as usize % LAST.len()].chars().take(4).collect()),
    },
    Question {
        what: "a number, nationally spelled",
        path: |turn| format!("q=01+99+00+{:02}+{:02}", caller(turn) / 100, caller(turn) % 100),
        plain: Some(|turn| format!("19900{:04}", caller(turn))),
    },
    Question {
        what: "the last four digits of a number",
        path: |turn| format!("q={:02}+{:02}", caller(turn) / 100, caller(turn) % 100),
        plain: Some(|turn| format!("{:04}\"", caller(turn))),
    },
    Question {
        what: "an order number in a comment",
        path: |turn| format!("q={}", order(turn * 300)),
        plain: Some(|turn| order(turn * 300).to_string()),
    },
    Question {
        what: "a word that half of all calls have",
        path: |_| "q=support".into(),
        plain: Some(|_| "Support".into()),
    },
    Question {
        what: "a name, among the missed calls of some weeks",
        path: |turn| {
            let name = escaped(LAST[turn as usize % LAST.len()]);
            format!("q={name}&filter=missed&from=2026-{:02}-01&until=2026-11-30", 10 + turn % 2)
        },
        plain: None,
    },
    Question { what: "not logged, without a word", path: |_| "filter=not_logged".into(), plain: None },
];

/// Figure 7.
pub(crate) async fn measure(dir: &Path, calls: u64) -> Result<Table, Failure> {
    let dir = tempfile::tempdir_in(dir).map_err(Failure::file(dir))?;
    let database = dir.path().join("sidetone.db");
    let begun = Instant::now();
    fill(&database, calls)?;
    let filled = begun.elapsed();
    let sandbox = Sandbox::new(Options::default())?;
    hub::lift_limits(&sandbox);
    let served = sandbox.serve(Ports::default()).await?;
    let mut hub = hub::start(dir.path(), &served, Mode::Off, Webhook::ByHand).await?;
    let at_rest = hub.program.memory()?;
    let mut most = at_rest;
    let client = program::http_client()?;
    let mut answers = Vec::new();
    for question in &QUESTIONS {
        let mut took = Vec::new();
        for turn in 0..TURNS {
            let (one, found) = ask(&client, &hub, &(question.path)(turn)).await?;
            took.push(one);
            if found == 0 {
                let error = format!("nothing is found for {}", (question.path)(turn));
                return Err(Failure::Unreadable { whom: "sidetone-hub".into(), error });
            }
        }
        let now = hub.program.memory()?;
        if now.pss > most.pss {
            most = now;
        }
        answers.push(took);
    }
    let file = dir.path().join("calls.jsonl");
    let (exported, while_exporting) = export(&client, &mut hub, &file, calls).await?;
    hub.program.kill()?;
    served.shutdown().await;
    let mut table = Table::new(
        &format!("Searching {calls} stored calls"),
        &["Question", "median", "p95", "of a scan", "of `grep` over the export"],
    );
    for (question, took) in QUESTIONS.iter().zip(&answers) {
        let middle = median(took);
        let plain = question.plain.map(|word| word(1));
        let scan = scan(&database, plain.as_deref())?;
        let grep = plain.as_deref().map(|word| grep(&file, word)).transpose()?;
        table.row(&[
            question.what.into(),
            milliseconds(middle),
            milliseconds(percentile(took, 0.95)),
            ratio(middle, Some(scan)),
            ratio(middle, grep),
        ]);
    }
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    let (bytes, index) = (size(&database), index_bytes(&database)?);
    table.method(&format!(
        "Each question {TURNS} times over HTTP at a hub on the whole log, each time for something else, 50 calls in an answer; of \
         searches that is the first page with its count. The scan reads the same table in the same file for the same word (LIKE), \
         or, where there is no word, all calls' states, and sorts what it finds; `grep -c` reads the export. Both once, the file \
         in the system's memory as far as it fits there. Smaller is better: × 0.01 is a hundredth of the time."
    ));
    table.method(&format!(
        "Memory (PSS) {} with the log open, {} at most while it was searched, {} at most while all calls were exported as JSON \
         Lines ({} in {:.1} s).",
        megabytes(at_rest.pss),
        megabytes(most.pss),
        megabytes(while_exporting),
        megabytes(size(&file)),
        exported.as_secs_f64(),
    ));
    table.method(&format!(
        "The calls were stored {BATCH} in a commit in {:.0} s, {:.0} a second, index included; the file is {}, of which the index \
         of words is {}.",
        filled.as_secs_f64(),
        calls as f64 / filled.as_secs_f64(),
        megabytes(bytes),
        megabytes(index),
    ));
    Ok(table)
}

fn ratio(took: Duration, of: Option<Duration>) -> String {
    match of {
        Some(of) if !of.is_zero() => format!("× {:.4}", took.as_secs_f64() / of.as_secs_f64()),
        Some(of) => times(took.as_secs_f64(), of.as_secs_f64()),
        None => "–".into(),
    }
}

/// Stores the calls as the engine does, made in a thread beside.
fn fill(database: &Path, calls: u64) -> Result<(), Failure> {
    let unreadable =
        |error: StoreError| Failure::Unreadable { whom: "the call log".into(), error: error.to_string() };
    let store = SqliteStore::open(database).map_err(unreadable)?;
    let (made, to_store) = mpsc::sync_channel::<Vec<CaseChange>>(2);
    std::thread::scope(|threads| {
        threads.spawn(move || {
            let template = Template::new(WEBHOOK_TOKEN);
            for first in (0..calls).step_by(BATCH as usize) {
                let batch =
                    (first..(first + BATCH).min(calls)).filter_map(|n| call(&template, n, calls)).collect();
                if made.send(batch).is_err() {
                    return;
                }
            }
        });
        let mut stored = 0;
        for cases in to_store {
            stored += cases.len() as u64;
            store.commit(&Change { cases, ..Change::at(at(stored, calls)) }).map_err(unreadable)?;
            if stored % 100_000 == 0 {
                crate::progress(&format!("{stored} of {calls} calls stored"));
            }
        }
        Ok(())
    })
}

/// The newest ended a moment before the clock of the tests; the others go back from there.
fn at(n: u64, calls: u64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_248_000 - calls.saturating_sub(n) as i64 * APART, 0).unwrap_or_default()
}

/// Who makes call `n`: all of them in turn, one far from the next.
fn caller(n: u64) -> u64 {
    n * 7919 % CUSTOMERS
}

/// The surnames of a customer: no two customers have first name and surnames alike.
fn surnames(customer: u64) -> String {
    let (one, other) = (customer / 20 % 25, customer / 500);
    format!("{} {}", LAST[one as usize], LAST[((one + 1 + other) % 25) as usize])
}

fn name(customer: u64) -> String {
    format!("{} {}", FIRST[customer as usize % FIRST.len()], surnames(customer))
}

fn order(n: u64) -> u64 {
    7_000_000 + n
}

/// A few words, as agents write them, with an order's number that no other call has.
fn comment(n: u64) -> String {
    let words = (0..18).map(|at| SAID[((n + at) * 7 % 31 + at) as usize % SAID.len()]);
    format!("{} order {}.", words.collect::<Vec<_>>().join(" "), order(n))
}

/// One call as Aircall tells it at its end, with what the engine makes of it.
fn call(template: &Template, n: u64, calls: u64) -> Option<CaseChange> {
    let (id, began) = (event::FIRST_CALL + n, at(n, calls).timestamp());
    let caller = caller(n);
    let number = format!("+3319900{caller:04}");
    let (_, body) = template.of_call(id, &number, began).last()?;
    let mut body: Value = serde_json::from_str(&body).ok()?;
    let (line, agent) = (LINES[(n % 4) as usize], (n % 12) as usize);
    let outcome = match n % 7 {
        0 => Outcome::Missed,
        1 => Outcome::Voicemail,
        _ => Outcome::Answered,
    };
    let data = body["data"].as_object_mut()?;
    data["number"]["id"] = json!(line.0);
    data["number"]["name"] = json!(line.1);
    data["contact"]["first_name"] = json!(FIRST[caller as usize % FIRST.len()]);
    data["contact"]["last_name"] = json!(surnames(caller));
    data["user"]["id"] = json!(40_000 + agent);
    data["user"]["name"] = json!(AGENTS[agent]);
    if n.is_multiple_of(3) {
        let by = json!({"id": 40_000 + agent, "name": AGENTS[agent]});
        data["comments"] =
            json!([{"id": id, "content": comment(n), "posted_at": began + 90, "posted_by": by}]);
    }
    data["tags"] = json!([{"id": 8_000 + n % 9, "name": SAID[(n % 9) as usize], "created_at": began}]);
    let mut case = Case::new(CaseId(id));
    case.call.join(&Statement { origin: &Origin::Read { timeline: false }, as_of: began + 100, data });
    case.selected = Some(true);
    let answered = outcome == Outcome::Answered;
    let written = PartState::Written;
    let is_logged = n % 2_000 != 5;
    let view = CallView {
        id: id.to_string(),
        direction: if n.is_multiple_of(5) { Direction::Outbound } else { Direction::Inbound },
        phase: Phase::Ended,
        outcome: Some(outcome),
        number: case.call.party().view(&number),
        customer: Some(CustomerView {
            id: (70_000 + caller).to_string(),
            email: Some(format!("customer{caller}@example.com")),
            name: name(caller),
            note: None,
            url: None,
        }),
        contact_name: None,
        line: Named { id: line.0.to_string(), name: line.1.into() },
        agent: answered.then(|| Named { id: (40_000 + agent).to_string(), name: AGENTS[agent].into() }),
        started_at: began,
        answered_at: answered.then_some(began + 9),
        ended_at: Some(began + 84),
        missed_reason: None,
        state: if is_logged { CallState::Complete } else { CallState::Parked },
        reason: (!is_logged).then(|| Reason { code: "refused".into(), text: "Refused.".into() }),
        completeness: Completeness { note: written, tags: written, recording: written, voicemail: written },
        ticket: Some(TicketView { id: (500_000 + n).to_string(), url: None }),
    };
    Some(CaseChange {
        case,
        view: Some(view),
        message: None,
        put: Vec::new(),
        remove: Vec::new(),
        attempts: Vec::new(),
        trace: Vec::new(),
    })
}

/// How long an answer took, and how many calls are in it.
async fn ask(client: &reqwest::Client, hub: &Hub, query: &str) -> Result<(Duration, usize), Failure> {
    let whom = "sidetone-hub";
    let url = format!("http://{}/api/calls?{query}", hub.program.address);
    let begun = Instant::now();
    let request = client.get(url).header("authorization", format!("Bearer {ADMIN_TOKEN}"));
    let answer = request.send().await.map_err(Failure::request(whom))?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(Failure::Answer { whom: whom.into(), what: format!("GET /api/calls?{query}"), status });
    }
    let body = answer.bytes().await.map_err(Failure::request(whom))?;
    let took = begun.elapsed();
    let page: CallPage = serde_json::from_slice(&body)
        .map_err(|error| Failure::Unreadable { whom: whom.into(), error: error.to_string() })?;
    Ok((took, page.calls.len()))
}

/// All calls into a file, and the most memory that the hub had meanwhile.
async fn export(
    client: &reqwest::Client,
    hub: &mut Hub,
    file: &Path,
    calls: u64,
) -> Result<(Duration, u64), Failure> {
    let whom = "sidetone-hub";
    let url = format!("http://{}/api/calls/export?format=jsonl", hub.program.address);
    // All of a million calls take minutes.
    let request =
        client.get(url).timeout(EXPORTED_WITHIN).header("authorization", format!("Bearer {ADMIN_TOKEN}"));
    let begun = Instant::now();
    let mut answer = request.send().await.map_err(Failure::request(whom))?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(file).map_err(Failure::file(file))?);
    let (mut most, mut looked, mut lines) = (0, Instant::now(), 0);
    while let Some(chunk) = answer.chunk().await.map_err(Failure::request(whom))? {
        lines += chunk.iter().filter(|byte| **byte == b'\n').count() as u64;
        out.write_all(&chunk).map_err(Failure::file(file))?;
        if looked.elapsed() > Duration::from_millis(250) {
            most = most.max(hub.program.memory()?.pss);
            looked = Instant::now();
        }
    }
    out.flush().map_err(Failure::file(file))?;
    if lines != calls {
        let error = format!("{lines} of {calls} calls were exported");
        return Err(Failure::Unreadable { whom: whom.into(), error });
    }
    Ok((begun.elapsed(), most))
}

/// The newest 50 of a plain search through the whole table.
fn scan(database: &Path, word: Option<&str>) -> Result<Duration, Failure> {
    let bare = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let pattern = format!("%{}%", word.unwrap_or_default());
    let text = match word {
        Some(_) => {
            "SELECT view FROM call NOT INDEXED WHERE view LIKE ?1 OR facts LIKE ?1 ORDER BY started_at DESC LIMIT 50"
        }
        None => {
            "SELECT view FROM call NOT INDEXED WHERE view LIKE '%\"parked\"%' OR view LIKE ?1 IS NULL ORDER BY started_at DESC LIMIT 50"
        }
    };
    let begun = Instant::now();
    let mut statement = bare.prepare(text)?;
    let found: Vec<String> = statement.query_map([pattern], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let took = begun.elapsed();
    if found.is_empty() {
        return Err(Failure::Unreadable {
            whom: "the call log".into(),
            error: "a scan finds nothing".into(),
        });
    }
    Ok(took)
}

fn grep(file: &Path, word: &str) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let counted = Command::new("grep").arg("-c").arg("-F").arg(word).arg(file).output();
    let counted = counted.map_err(Failure::file(PathBuf::from("grep")))?;
    let took = begun.elapsed();
    if counted.stdout.trim_ascii() == b"0" {
        let error = format!("grep finds no {word} in the export");
        return Err(Failure::Unreadable { whom: "the export".into(), error });
    }
    Ok(took)
}

/// What the index of words takes up in the file.
fn index_bytes(database: &Path) -> Result<u64, Failure> {
    let bare = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sum: i64 =
        bare.query_row("SELECT coalesce(sum(length(block)), 0) FROM call_words_data", [], |row| row.get(0))?;
    Ok(sum.unsigned_abs())
}

/// A text in an address.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_call_is_as_large_as_a_real_one_and_has_what_is_asked_for() {
        let template = Template::new(WEBHOOK_TOKEN);
        let change = call(&template, 3_000, 10_000).expect("a call");
        let facts = serde_json::to_string(&change.case.call).expect("is JSON");
        assert!((2_000..12_000).contains(&facts.len()), "{} bytes", facts.len());
        assert!(facts.contains(&order(3_000).to_string()) && facts.contains("order"));
    }
}
