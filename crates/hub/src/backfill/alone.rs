//! `sidetone-hub backfill` where no hub runs: an engine is started for it, and what was read before a kill is not read again.

use std::io::Write;
use std::time::Duration;

use chrono::Utc;
use sidetone_engine::backfill::BackfillAsk;
use sidetone_engine::settings::{Arrival, Mode};
use sidetone_protocol::BackfillView;

use super::saying;
use crate::config::Config;
use crate::running::{self, Running};

/// How often is looked how far it is.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The vendors' lists, without which nothing can be planned, are waited for no longer.
const LISTS_WITHIN: Duration = Duration::from_secs(60);

/// Begins it, or goes on with it, and waits. `told` hears how far it is.
///
/// # Errors
/// A sentence that says what to do.
pub async fn run_here(
    mut config: Config,
    ask: BackfillAsk,
    mut told: impl FnMut(&BackfillView),
) -> Result<BackfillView, String> {
    if !ask.write {
        read_only(&mut config);
    }
    let running = start(&config)?;
    let done = wait(&running, ask, &mut told).await;
    running.stop().await;
    done
}

async fn wait(
    running: &Running,
    ask: BackfillAsk,
    told: &mut impl FnMut(&BackfillView),
) -> Result<BackfillView, String> {
    let mut one = running.handle.backfill(ask).await.map_err(|error| error.to_string())?;
    while one.state.is_under_way() {
        told(&one);
        tokio::time::sleep(LOOK_EVERY).await;
        if running.has_ended() {
            return Err("the engine has ended; what was read so far is kept".into());
        }
        let all = running.handle.backfills().map_err(|error| error.to_string())?;
        one = all.into_iter().find(|other| other.id == one.id).ok_or("the backfill is gone")?;
    }
    Ok(one)
}

/// Prints what would be written for each call; answers what it comes to.
///
/// # Errors
/// A sentence that says what to do.
pub async fn dry_run_here(
    mut config: Config,
    ask: BackfillAsk,
    out: &mut impl Write,
) -> Result<String, String> {
    read_only(&mut config);
    let running = start(&config)?;
    let began = std::time::Instant::now();
    while !running.handle.knows_lists() && began.elapsed() < LISTS_WITHIN {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let printed = print(&running, ask, out).await;
    running.stop().await;
    printed
}

async fn print(running: &Running, ask: BackfillAsk, out: &mut impl Write) -> Result<String, String> {
    let forecast = running.handle.forecast_backfill(ask).await.map_err(|error| error.to_string())?;
    let time = (ask.since, ask.until.unwrap_or_else(Utc::now));
    let mut failed = None;
    let planned = running.handle.plan_old_calls(time, ask.status, |detail| {
        let printed = serde_json::to_string(&detail).map_err(|error| error.to_string());
        let printed = printed.and_then(|line| writeln!(out, "{line}").map_err(|error| error.to_string()));
        failed = printed.err();
        failed.is_none()
    });
    planned.map_err(|error| error.to_string())?;
    failed.map_or(Ok(saying::forecast(&forecast)), Err)
}

fn start(config: &Config) -> Result<Running, String> {
    running::start_alone(config).map_err(|error| error.to_string())
}

/// Nothing but this is done, and nothing is written.
fn read_only(config: &mut Config) {
    config.settings.study_only = true;
    config.settings.logging.mode.0 = Mode::Off;
    config.settings.arrival = Arrival::ManualWebhook;
}
