//! `GET /metrics` in the Prometheus text format, if enabled. Names are documented in README.md.

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use sidetone_engine::Handle;
use sidetone_protocol::{ConnectionState, Health};

/// The figures of `health` as metrics.
pub(crate) async fn metrics(State(handle): State<Handle>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text(&handle.health()))
}

fn text(health: &Health) -> String {
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, labels: &str, value: f64| {
        if !text.contains(&format!("# HELP {name} ")) {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        }
        let _ = writeln!(text, "{name}{labels} {value}");
    };
    gauge("sidetone_outbox_calls", "Calls with something to write now.", "", health.outbox.calls.into());
    gauge("sidetone_outbox_writes", "Requests that will take.", "", health.outbox.writes.into());
    gauge(
        "sidetone_outbox_oldest_seconds",
        "Age of the oldest write.",
        "",
        health.outbox.oldest_seconds.into(),
    );
    gauge(
        "sidetone_calls_parked",
        "Calls with a write that was refused for good.",
        "",
        health.outbox.parked.into(),
    );
    gauge("sidetone_calls_held", "Calls that wait for a person.", "", health.outbox.held.into());
    gauge(
        "sidetone_calls_not_logged",
        "Calls that should be logged and are not.",
        "",
        health.outbox.not_logged.into(),
    );
    gauge("sidetone_alerts", "Causes that need a person.", "", health.alerts.len() as f64);
    gauge("sidetone_odd_events", "Statements kept that speak of no call.", "", health.odd_events.into());
    for budget in &health.budgets {
        let vendor = format!("{{vendor=\"{}\"}}", format!("{:?}", budget.vendor).to_lowercase());
        gauge("sidetone_budget_ours", "Requests of ours in the window.", &vendor, budget.ours.into());
        gauge("sidetone_budget_others", "Requests of others in the window.", &vendor, budget.others.into());
        gauge("sidetone_budget_limit", "The vendor's limit in the window.", &vendor, budget.limit.into());
    }
    for connection in &health.connections {
        let vendor = format!("{{vendor=\"{}\"}}", format!("{:?}", connection.vendor).to_lowercase());
        let up = f64::from(u8::from(connection.state == ConnectionState::Accepted));
        gauge("sidetone_connected", "1 if the vendor's last answer was a proper one.", &vendor, up);
    }
    text
}
