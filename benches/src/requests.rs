//! Requests per call by kind of call, counted where they arrive: in the sandbox's journal.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use sidetone_protocol::{CallDetail, CallState};
use sidetone_sandbox::{HangUp, JournalEntry, Options, Ports, Ring, Sandbox, aircall_world as world};

use crate::failure::Failure;
use crate::hub::{self, ADMIN_TOKEN, Hub, Mode, Webhook};
use crate::program;
use crate::table::Table;

/// What Aircall's own integration needs for a call (`reference/gorgias.md §3`).
const VENDOR: (usize, usize) = (7, 12);
/// Hung up to ended takes 1 s instead of 30 s.
const SCALE: f64 = 30.0;
/// Nothing further comes after a silence this long; tags are collected for 5 s.
const QUIET: Duration = Duration::from_secs(8);
/// A missed call waits 20 s for its voicemail; nothing takes longer than this.
const DONE_WITHIN: Duration = Duration::from_secs(90);
/// Numbers that the helpdesk knows, and some that it does not; none twice, because a look-up is remembered for ten minutes.
const KNOWN: [&str; 4] = ["+33199005101", "+33199005102", "+33199005103", "+33199005104"];
const UNKNOWN: [&str; 2] = ["+33199005201", "+33199005202"];
/// Lists that are kept fresh beside the calls; they belong to no call.
const UPKEEP: [&str; 7] =
    ["/api/users", "/api/tags", "/api/account", "/v1/webhooks", "/v1/teams", "/v1/tags", "/v1/numbers"];

/// How far the journals were read.
#[derive(Clone, Copy)]
struct Mark {
    aircall: u64,
    gorgias: u64,
}

/// The requests of one kind.
struct Counted {
    gorgias: Vec<JournalEntry>,
    aircall: Vec<JournalEntry>,
}

struct Counter {
    sandbox: Sandbox,
    hub: Hub,
    client: reqwest::Client,
}

/// Figure 3.
pub(crate) async fn measure(dir: &Path) -> Result<Table, Failure> {
    let dir = tempfile::tempdir_in(dir).map_err(Failure::file(dir))?;
    let sandbox = Sandbox::new(Options { scale: SCALE, ..Options::default() })?;
    hub::lift_limits(&sandbox);
    for number in KNOWN {
        let _ = sandbox.control().gorgias().add_customer("Paulette Ferrand", None, number);
    }
    let served = sandbox.serve(Ports::default()).await?;
    let hub = hub::start(dir.path(), &served, Mode::Live, Webhook::FromSandbox).await?;
    let mut counter = Counter { sandbox, hub, client: program::http_client()? };
    counter.webhook_made().await?;
    let before = counter.mark();
    counter.first_calls().await?;
    let made_once =
        counter.since(before).gorgias.iter().filter(|e| e.is_write() && e.path == "/api/tags").count();
    let mut table = Table::new(
        "Requests per call",
        &[
            "Kind",
            "Gorgias writes",
            "Gorgias reads",
            "Aircall writes",
            "Aircall reads",
            "Gorgias, of 7 to 12",
            "which",
        ],
    );

    let mark = counter.mark();
    let answered = counter.answered(KNOWN[2], world::CAMILLE).await?;
    row(&mut table, "inbound, answered, known caller", &counter.done(answered, mark).await?, true);

    let mark = counter.mark();
    let missed = counter.missed(KNOWN[3]).await?;
    row(&mut table, "inbound, missed, known caller", &counter.done(missed, mark).await?, true);

    let mark = counter.mark();
    let unknown = counter.answered(UNKNOWN[1], world::CAMILLE).await?;
    row(&mut table, "inbound, answered, unknown caller", &counter.done(unknown, mark).await?, true);

    let mark = counter.mark();
    counter.tag_twice(answered)?;
    row(&mut table, "two tags, after the record was complete", &counter.done(answered, mark).await?, false);

    let mark = counter.mark();
    counter.sandbox.control().aircall().comment(answered, world::CAMILLE, "Sends the lid back on Monday.")?;
    row(&mut table, "a note, after the record was complete", &counter.done(answered, mark).await?, false);

    table.method(&format!(
        "Mode live, webhooks from the sandbox (its waits {SCALE:.0} times shorter), one call at a time, counted in its journal until \
         the record was complete and {} s nothing more came. The lists that are read at the start and every ten minutes \
         (users, tags, teams, lines, webhooks), and the directory of all customers, belong to no call and are left out; so are the {made_once} requests that made the \
         account's tags during one call of each kind before.",
        QUIET.as_secs()
    ));
    table.method(&format!(
        "{} to {} requests per call is what the vendor documents for its own integration; reads and writes at the helpdesk \
         together are compared with it.",
        VENDOR.0, VENDOR.1
    ));
    served.shutdown().await;
    Ok(table)
}

impl Counter {
    async fn webhook_made(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        while self.sandbox.control().aircall().webhooks().is_empty() {
            self.hub.program.must_run()?;
            if begun.elapsed() > DONE_WITHIN {
                return Err(Failure::Late {
                    what: "the hub's webhook".into(),
                    seconds: DONE_WITHIN.as_secs(),
                });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // The lists of the start come now, too.
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(())
    }

    fn ring(&self, from: &str) -> Result<u64, Failure> {
        let ring = Ring { line: world::SUPPORT_FR, from: Some(from.to_owned()), ..Ring::default() };
        Ok(self.sandbox.control().aircall().ring(&ring)?)
    }

    async fn answered(&self, from: &str, by: u64) -> Result<u64, Failure> {
        let call = self.ring(from)?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.sandbox.control().aircall().answer(call, Some(by))?;
        self.hang_up(call).await?;
        Ok(call)
    }

    async fn missed(&self, from: &str) -> Result<u64, Failure> {
        let call = self.ring(from)?;
        self.hang_up(call).await?;
        Ok(call)
    }

    fn tag_twice(&self, call: u64) -> Result<(), Failure> {
        for tag in ["Refund", "Warranty"] {
            self.sandbox.control().aircall().tag(call, Some(world::CAMILLE), tag)?;
        }
        Ok(())
    }

    /// One call of each kind that is not counted: an account's first calls make its tags, once.
    async fn first_calls(&mut self) -> Result<(), Failure> {
        let mark = self.mark();
        let calls = [
            self.answered(KNOWN[0], world::CAMILLE).await?,
            self.answered(UNKNOWN[0], world::THEO).await?,
            self.missed(KNOWN[1]).await?,
        ];
        self.tag_twice(calls[0])?;
        for call in calls {
            self.done(call, mark).await?;
        }
        Ok(())
    }

    async fn hang_up(&self, call: u64) -> Result<(), Failure> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(self.sandbox.control().aircall().hang_up(call, &HangUp::default())?)
    }

    fn mark(&self) -> Mark {
        let control = self.sandbox.control();
        let last = |entries: Vec<JournalEntry>| entries.last().map_or(0, |entry| entry.seq);
        Mark { aircall: last(control.aircall().journal(0)), gorgias: last(control.gorgias().journal(0)) }
    }

    fn since(&self, mark: Mark) -> Counted {
        let control = self.sandbox.control();
        let of_calls =
            |entries: Vec<JournalEntry>| entries.into_iter().filter(|entry| !is_upkeep(entry)).collect();
        Counted {
            gorgias: of_calls(control.gorgias().journal(mark.gorgias)),
            aircall: of_calls(control.aircall().journal(mark.aircall)),
        }
    }

    /// Waits until the call's record is complete and silence has come.
    async fn done(&mut self, call: u64, mark: Mark) -> Result<Counted, Failure> {
        let begun = Instant::now();
        let (mut seen, mut changed) = (0, Instant::now());
        loop {
            let counted = self.since(mark);
            let now = counted.gorgias.len() + counted.aircall.len();
            if now != seen {
                (seen, changed) = (now, Instant::now());
            }
            let is_written = counted.gorgias.iter().any(JournalEntry::is_write);
            if is_written && changed.elapsed() > QUIET && self.is_complete(call).await? {
                return Ok(counted);
            }
            if begun.elapsed() > DONE_WITHIN {
                return Err(Failure::Late {
                    what: format!("the whole record of call {call}"),
                    seconds: DONE_WITHIN.as_secs(),
                });
            }
            self.hub.program.must_run()?;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn is_complete(&self, call: u64) -> Result<bool, Failure> {
        let whom = "sidetone-hub";
        let url = format!("http://{}/api/calls/{call}", self.hub.program.address);
        let request = self.client.get(url).header("authorization", format!("Bearer {ADMIN_TOKEN}"));
        let answer = request.send().await.map_err(Failure::request(whom))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(Failure::Answer {
                whom: whom.into(),
                what: format!("GET /api/calls/{call}"),
                status,
            });
        }
        let body = answer.bytes().await.map_err(Failure::request(whom))?;
        let detail: CallDetail = serde_json::from_slice(&body)
            .map_err(|error| Failure::Unreadable { whom: whom.into(), error: error.to_string() })?;
        Ok(detail.state == CallState::Complete && detail.plan.requests == 0)
    }
}

fn is_upkeep(entry: &JournalEntry) -> bool {
    let (path, query) = entry.path.split_once('?').unwrap_or((&entry.path, ""));
    if path == "/api/customers" && query.contains("order_by=") {
        // The directory of all customers.
        return true;
    }
    // The webhook is made and mended; everything else of the lists is only read.
    UPKEEP.iter().any(|list| path == *list || path.starts_with(&format!("{list}/")))
        && (!entry.is_write() || path.starts_with("/v1/webhooks"))
}

fn row(table: &mut Table, kind: &str, counted: &Counted, is_a_whole_call: bool) {
    let writes = |entries: &[JournalEntry]| entries.iter().filter(|entry| entry.is_write()).count();
    let (gorgias, aircall) = (&counted.gorgias, &counted.aircall);
    let ratio = |of: usize| gorgias.len() as f64 / of as f64;
    table.row(&[
        kind.to_owned(),
        writes(gorgias).to_string(),
        (gorgias.len() - writes(gorgias)).to_string(),
        writes(aircall).to_string(),
        (aircall.len() - writes(aircall)).to_string(),
        if is_a_whole_call {
            format!("× {:.2} to {:.2}", ratio(VENDOR.1), ratio(VENDOR.0))
        } else {
            "–".to_owned()
        },
        which(gorgias.iter().chain(aircall)),
    ]);
}

/// `POST /api/tickets, 2 × PUT /api/tickets/{id}`; what was not answered with success says so.
fn which<'a>(entries: impl Iterator<Item = &'a JournalEntry>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let path = entry.path.split('?').next().unwrap_or_default();
        let path: Vec<&str> =
            path.split('/').map(|part| if part.parse::<u64>().is_ok() { "{id}" } else { part }).collect();
        let refused =
            if (200..300).contains(&entry.status) { String::new() } else { format!(" ({})", entry.status) };
        *counts.entry(format!("{} {}{refused}", entry.method, path.join("/"))).or_default() += 1;
    }
    let told = counts
        .iter()
        .map(|(what, count)| if *count > 1 { format!("{count} × {what}") } else { what.clone() });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(method: &str, path: &str, status: u16) -> JournalEntry {
        JournalEntry {
            seq: 1,
            at: chrono::Utc::now(),
            method: method.into(),
            path: path.into(),
            body: serde_json::Value::Null,
            status,
            fault: None,
        }
    }

    #[test]
    fn lists_are_upkeep_and_writes_of_a_call_are_not() {
        assert!(is_upkeep(&entry("GET", "/api/tags?limit=100", 200)));
        assert!(is_upkeep(&entry("POST", "/v1/webhooks", 201)));
        assert!(!is_upkeep(&entry("POST", "/api/tags", 201)));
        assert!(!is_upkeep(&entry("GET", "/api/customers?channel_type=phone", 200)));
        assert!(is_upkeep(&entry("GET", "/api/customers?limit=100&order_by=updated_datetime%3Adesc", 200)));
        assert!(!is_upkeep(&entry("GET", "/v1/calls/4300000001", 200)));
    }

    #[test]
    fn requests_are_told_by_what_they_are() {
        let entries = [
            entry("PUT", "/api/tickets/77", 202),
            entry("POST", "/api/tickets", 201),
            entry("PUT", "/api/tickets/77", 202),
            entry("POST", "/v1/calls/43/insight_cards", 400),
        ];
        assert_eq!(
            which(entries.iter()),
            "POST /api/tickets, POST /v1/calls/{id}/insight_cards (400), 2 × PUT /api/tickets/{id}"
        );
    }
}
