//! `GET /metrics` in the Prometheus text format, if enabled. All are gauges; names stay.
//!
//! | Name | Labels | Is |
//! |---|---|---|
//! | `sidetone_outbox_calls` | | Calls with something to write now |
//! | `sidetone_outbox_writes` | | Requests that will take |
//! | `sidetone_outbox_oldest_seconds` | | Age of the oldest write |
//! | `sidetone_calls_parked`, `_held`, `_not_logged` | | Calls that a person must look at |
//! | `sidetone_messages_held`, `_stopped` | | Text messages that a person must look at |
//! | `sidetone_alerts` | | Causes that need a person |
//! | `sidetone_odd_events` | | Statements kept that speak of no call |
//! | `sidetone_gap_open` | | Times of which not everything that was missed is written yet |
//! | `sidetone_recovered_calls` | | Calls found missing in those, and in those done within the hour |
//! | `sidetone_paused` | | 1 while a person has paused logging |
//! | `sidetone_writer` | | 1 if this installation is the one that writes (B16) |
//! | `sidetone_budget_ours`, `_others` | `vendor` | Requests in the window: ours, everybody else's |
//! | `sidetone_budget_limit`, `_reserve` | `vendor` | What may be used in the window, and how much of it is always left |
//! | `sidetone_budget_paused_seconds` | `vendor` | How long all lanes still wait after a 429; 0: they do not |
//! | `sidetone_budget_crowded_seconds` | `vendor` | How long others have filled more than half of the limit; 0: they do not |
//! | `sidetone_lane_used`, `_limit` | `vendor`, `lane` | Requests of the lane in the window, and how full the budget may be for it |
//! | `sidetone_lane_waiting_seconds` | `vendor`, `lane` | How long requests of the lane have waited for room; 0: none waits |
//! | `sidetone_directory_customers`, `_numbers`, `_unmatched` | | What the directory holds (B9) |
//! | `sidetone_directory_complete` | | 1 once all customers were read |
//! | `sidetone_directory_age_seconds` | | How long ago what changed in the helpdesk was read |
//! | `sidetone_connected` | `vendor` | 1 if the vendor's last answer was a proper one |

use std::time::SystemTime;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use sidetone_engine::Handle;
use sidetone_protocol::{
    BudgetView, ConnectionState, DirectoryState, DirectoryView, Health, LaneName, Vendor, WriterState,
};

/// The figures of `health` as metrics.
pub(crate) async fn metrics(State(handle): State<Handle>) -> impl IntoResponse {
    let now =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs().cast_signed());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text(&handle.health(), now))
}

fn text(health: &Health, now: i64) -> String {
    let mut page = Page::default();
    let outbox = &health.outbox;
    page.gauge("sidetone_outbox_calls", "Calls with something to write now.", "", outbox.calls);
    page.gauge("sidetone_outbox_writes", "Requests that will take.", "", outbox.writes);
    page.gauge("sidetone_outbox_oldest_seconds", "Age of the oldest write.", "", outbox.oldest_seconds);
    page.gauge("sidetone_calls_parked", "Calls with a write that was refused for good.", "", outbox.parked);
    page.gauge("sidetone_calls_held", "Calls that wait for a person.", "", outbox.held);
    page.gauge("sidetone_messages_held", "Text messages that wait for a person.", "", outbox.messages_held);
    page.gauge(
        "sidetone_messages_stopped",
        "Text messages that are not written although they should be.",
        "",
        outbox.messages_stopped,
    );
    page.gauge(
        "sidetone_calls_not_logged",
        "Calls that should be logged and are not.",
        "",
        outbox.not_logged,
    );
    page.gauge("sidetone_alerts", "Causes that need a person.", "", health.alerts.len() as f64);
    page.gauge("sidetone_odd_events", "Statements kept that speak of no call.", "", health.odd_events);
    let open = health.recoveries.iter().filter(|one| one.done_at.is_none()).count();
    let help = "Times of which not everything that was missed is written yet.";
    page.gauge("sidetone_gap_open", help, "", open as f64);
    let help = "Calls found missing in those, and in those done within the hour.";
    let calls: u32 = health.recoveries.iter().map(|one| one.calls).sum();
    page.gauge("sidetone_recovered_calls", help, "", calls);
    page.gauge(
        "sidetone_paused",
        "1 while a person has paused logging.",
        "",
        u8::from(health.paused.is_some()),
    );
    let sole = health.writer.state == WriterState::Sole;
    page.gauge("sidetone_writer", "1 if this installation is the one that writes.", "", u8::from(sole));
    if let Some(directory) = &health.directory {
        page.directory(directory, now);
    }
    for budget in &health.budgets {
        page.budget(budget, now);
    }
    for connection in &health.connections {
        let labels = format!("{{vendor=\"{}\"}}", vendor(connection.vendor));
        let up = u8::from(connection.state == ConnectionState::Accepted);
        page.gauge("sidetone_connected", "1 if the vendor's last answer was a proper one.", &labels, up);
    }
    page.text()
}

/// The lines of each metric, together and in the order of their first mention.
#[derive(Default)]
struct Page(Vec<(&'static str, String)>);

impl Page {
    fn gauge(&mut self, name: &'static str, help: &str, labels: &str, value: impl Into<f64>) {
        let line = format!("{name}{labels} {}\n", value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, lines)) => lines.push_str(&line),
            None => self.0.push((name, format!("# HELP {name} {help}\n# TYPE {name} gauge\n{line}"))),
        }
    }

    fn budget(&mut self, budget: &BudgetView, now: i64) {
        let vendor = vendor(budget.vendor);
        let of_vendor = format!("{{vendor=\"{vendor}\"}}");
        self.gauge("sidetone_budget_ours", "Requests of ours in the window.", &of_vendor, budget.ours);
        self.gauge("sidetone_budget_others", "Requests of others in the window.", &of_vendor, budget.others);
        self.gauge("sidetone_budget_limit", "What may be used in the window.", &of_vendor, budget.limit);
        self.gauge(
            "sidetone_budget_reserve",
            "How much of the limit is left to others.",
            &of_vendor,
            budget.reserve,
        );
        let paused = budget.paused_until.map_or(0, |until| (until - now).max(0));
        let help = "How long all lanes still wait after a 429.";
        self.gauge("sidetone_budget_paused_seconds", help, &of_vendor, paused as f64);
        let help = "How long others have filled more than half of the limit.";
        self.gauge("sidetone_budget_crowded_seconds", help, &of_vendor, age(budget.crowded_since, now));
        for lane in &budget.lanes {
            let labels = format!("{{vendor=\"{vendor}\",lane=\"{}\"}}", lane_name(lane.lane));
            self.gauge("sidetone_lane_used", "Requests of the lane in the window.", &labels, lane.used);
            self.gauge(
                "sidetone_lane_limit",
                "How full the budget may be for the lane.",
                &labels,
                lane.limit,
            );
            let help = "How long requests of the lane have waited for room.";
            self.gauge("sidetone_lane_waiting_seconds", help, &labels, age(lane.waiting_since, now));
        }
    }

    fn directory(&mut self, directory: &DirectoryView, now: i64) {
        let complete = u8::from(directory.state == DirectoryState::Complete);
        self.gauge("sidetone_directory_customers", "Customers in the directory.", "", directory.customers);
        self.gauge("sidetone_directory_numbers", "Numbers that can be matched.", "", directory.numbers);
        self.gauge(
            "sidetone_directory_unmatched",
            "Numbers that nothing can match.",
            "",
            directory.unmatched,
        );
        self.gauge("sidetone_directory_complete", "1 once all customers were read.", "", complete);
        if let Some(at) = directory.checked_at {
            let help = "How long ago what changed in the helpdesk was read.";
            self.gauge("sidetone_directory_age_seconds", help, "", (now - at).max(0) as f64);
        }
    }

    fn text(self) -> String {
        self.0.into_iter().map(|(_, lines)| lines).collect()
    }
}

fn age(since: Option<i64>, now: i64) -> f64 {
    // What began this very second has begun.
    since.map_or(0.0, |since| (now - since).max(1) as f64)
}

fn vendor(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Aircall => "aircall",
        Vendor::Gorgias => "gorgias",
        Vendor::Front => "front",
    }
}

fn lane_name(lane: LaneName) -> &'static str {
    match lane {
        LaneName::Ring => "ring",
        LaneName::Live => "live",
        LaneName::Late => "late",
        LaneName::Backfill => "backfill",
    }
}
