//! The dry run (B5) from a configuration, over real sockets, beside a hub that is live; and the report of shadow mode.

use std::sync::Arc;
use std::time::Duration;

use sidetone_engine::clock::SystemClock;
use sidetone_hub::config::{self, Config};
use sidetone_hub::study::{BESIDE_A_LIVE_ENGINE, COLUMNS, DryRuns, csv};
use sidetone_hub::transport::HttpTransport;
use sidetone_protocol::DryRunState;
use sidetone_sandbox::aircall_world as world;

use crate::program::Program;

/// The hub's own configuration, as it would be entered.
fn entered(hub: &Program) -> Config {
    let text = std::fs::read_to_string(hub.config()).unwrap();
    config::read(&text, std::iter::empty()).unwrap()
}

fn begin(runs: &DryRuns, config: &Config) {
    let transport = Arc::new(HttpTransport::new().unwrap());
    runs.begin(config, transport, Arc::new(SystemClock), BESIDE_A_LIVE_ENGINE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_is_read_while_it_runs_begun_anew_given_up_and_told_as_a_table() {
    let hub = Program::start(1.0, "").await;
    let calls = hub.sandbox.control().aircall().add_past_calls(40, 60);
    let seen = hub.sandbox.control().gorgias().dump();
    let mut config = entered(&hub);
    config.settings.lines = [world::SUPPORT_FR, world::SUPPORT_DE].into();
    let runs = DryRuns::default();
    assert_eq!(runs.view().state, DryRunState::None);
    begin(&runs, &config);
    assert_eq!(runs.view().state, DryRunState::Running);
    begin(&runs, &config);
    hub.until("all calls stand in it", Duration::from_secs(120), async || {
        runs.view().state == DryRunState::Done
    })
    .await;
    let run = runs.view();
    assert!(run.planned > 5 && run.planned == run.read && run.read < calls.len() as u32, "{run:#?}");
    assert!(run.calls.iter().all(|one| one.record.is_some()), "{run:#?}");
    assert_eq!(hub.sandbox.control().gorgias().dump(), seen, "nothing is written");
    let listed = hub.get("/api/calls").await;
    assert_eq!(listed["calls"].as_array().unwrap().len(), 0, "nor into the hub's own database");
    let table = csv(&run);
    assert!(table.starts_with(&format!("\"{}\"", COLUMNS[0])));
    assert_eq!(table.matches("\r\n").count() as u32, run.planned + 1);
    assert!(!hub.log().contains("20255501"), "no number gets into the log");
    begin(&runs, &config);
    runs.forget();
    assert_eq!(runs.view().state, DryRunState::None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shadow_report_is_for_admins() {
    let hub = Program::start(1.0, "shadow_until = \"2026-11-21T09:00:00+01:00\"").await;
    assert_eq!(hub.client.get(hub.url("/api/shadow")).send().await.unwrap().status(), 401);
    let report = hub.get("/api/shadow?limit=5").await;
    assert_eq!((&report["calls"], &report["waiting"]), (&serde_json::json!([]), &0.into()));
    assert_eq!(report["until"], serde_json::Value::Null, "it is live");
}
