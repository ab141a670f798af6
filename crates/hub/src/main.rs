//! `sidetone-hub`: the engine on a server.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};
use sidetone_engine::call::CaseId;
use sidetone_engine::store::StoreError;
use sidetone_engine::{AdoptProgress, MAY_SAY_MORE};
use sidetone_hub::config::{Base, Config, ConfigError, Console, Draft};
use sidetone_hub::database::Database;
use sidetone_hub::doctor::{self, Patient};
use sidetone_hub::export::{self, ExportError, Format};
use sidetone_hub::house::{House, HouseError, Opening};
use sidetone_hub::lock::{self, LockError};
use sidetone_hub::numbers::{self, NumbersError};
use sidetone_hub::privacy::{self, ForgetError};
use sidetone_hub::transport::HttpTransport;
use sidetone_hub::vault::Vault;
use sidetone_hub::{adopt, backfill, running, server};
use sidetone_protocol::{BackfillRequest, BackfillState, BackfillView, UnmatchedNumber, WrittenAs};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Writes Aircall's calls into the helpdesk, for a whole team.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration; environment variables SIDETONE_<SECTION>_<KEY> stand over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run: receive webhooks, write, serve the pages and the API.
    Serve {
        /// For a demo: the vendors are sidetone-sandbox on this computer, so mark every page as invented data; URL is the
        /// sandbox's control page.
        #[arg(long, value_name = "URL")]
        sandbox: Option<String>,
    },
    /// Look at the set-up and say what to mend.
    Check {
        /// As JSON, with stable codes.
        #[arg(long)]
        json: bool,
    },
    /// Show what would be written for a call, as JSON.
    Plan {
        /// Aircall's call id.
        #[arg(long, value_name = "ID")]
        call: u64,
    },
    /// Fill the ledger from the records that the helpdesk holds, after a lost database, a restored backup or a move.
    /// Writes nothing into the helpdesk. Calls from before the go-live line stay behind it: set [logging] from.
    Adopt {
        /// A day (2026-11-01) or a moment (RFC 3339).
        #[arg(long, value_name = "DATE")]
        since: String,
    },
    /// Read all calls since a day and store them; write them into the helpdesk only with --write. Goes on where it stood when it
    /// is run again with the same dates.
    Backfill {
        /// A day (2026-06-01) or a moment (RFC 3339). Aircall keeps six months.
        #[arg(long, value_name = "DATE")]
        since: String,
        /// A day, which is read to its end, or a moment; else until now.
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
        /// Write what is stored of that time and was not written by itself: dated back, and closed. Needs live mode.
        #[arg(long)]
        write: bool,
        /// How the tickets or conversations stand.
        #[arg(long, value_name = "STATUS", requires = "write", default_value = "closed")]
        status: Status,
        /// Change nothing: print what would be written for each stored call, one line of JSON each, and what it comes to.
        #[arg(long)]
        dry_run: bool,
    },
    /// Write calls to standard output, the newest first: CSV with a header, or JSON Lines.
    Export {
        /// csv or jsonl.
        #[arg(long, value_name = "FORMAT")]
        format: Format,
        #[command(flatten)]
        asked: export::Asked,
    },
    /// Erase everything that is stored of a number: calls, messages, names, notes, decisions. Ids stay, so that nothing is
    /// written twice. Prints what stands in the helpdesk, where it is to be deleted by hand.
    Forget {
        /// In any spelling, for instance +33199001234 or "01 99 00 12 34".
        #[arg(long, value_name = "NUMBER")]
        number: String,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Look into the directory of all customers' numbers. Asks nobody and changes nothing.
    Numbers {
        #[command(subcommand)]
        question: Question,
    },
}

/// How old calls stand in the helpdesk.
#[derive(Clone, Copy, ValueEnum)]
enum Status {
    Closed,
    Open,
}

#[derive(Subcommand)]
enum Question {
    /// What a number, in any spelling, matches and why; what a ring would show and where a call would be written.
    Explain {
        /// The number, for instance +33199001234 or "01 99 00 12 34".
        #[arg(value_name = "NUMBER")]
        number: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// The numbers in the helpdesk that nothing can match: customer's id, name, the stored text and the reason.
    Unmatched {
        /// One line of JSON for each.
        #[arg(long)]
        json: bool,
    },
}

/// What went wrong, as an exit code.
enum Failure {
    /// A fault was found.
    Fault(String),
    /// The configuration or the command line is wrong.
    Usage(String),
}

fn main() -> ExitCode {
    // clap exits with 2 by itself where the command line is wrong.
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("SIDETONE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    // Whatever is asked for: others print the parameters of queries and what is sent.
    let may_say_more = MAY_SAY_MORE.map(|name| (name, LevelFilter::TRACE));
    let discreet = Targets::new().with_default(LevelFilter::INFO).with_targets(may_say_more);
    tracing_subscriber::registry().with(filter).with(discreet).with(lines).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Failure::Fault(format!("the runtime cannot be started: {error}"))),
    };
    match runtime.block_on(run(arguments)) {
        Ok(code) => code,
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    let (text, code) = match failure {
        Failure::Fault(text) => (text, 1),
        Failure::Usage(text) => (text, 2),
    };
    let _ = writeln!(std::io::stderr(), "sidetone-hub: {text}");
    ExitCode::from(code)
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let usage = |error: ConfigError| Failure::Usage(error.to_string());
    let base = Base::load(arguments.config.as_deref()).map_err(usage)?;
    match arguments.command {
        Command::Serve { sandbox } => serve(base, sandbox).await,
        Command::Check { json } => check(complete(&base)?, json).await,
        Command::Plan { call } => plan(complete(&base)?, CaseId(call)).await,
        Command::Adopt { since } => adopt(complete(&base)?, &since).await,
        Command::Backfill { since, until, write, status, dry_run } => {
            let status = match status {
                Status::Closed => WrittenAs::Closed,
                Status::Open => WrittenAs::Open,
            };
            let request = BackfillRequest { since, until, write: Some(write), status: Some(status) };
            backfill(complete(&base)?, &request, dry_run).await
        }
        Command::Export { format, asked } => export(&complete(&base)?, format, &asked).await,
        Command::Forget { number, json } => forget(&drafted(&base)?, &number, json).await,
        Command::Numbers { question: Question::Explain { number, json } } => {
            explain(&complete(&base)?, &number, json).await
        }
        Command::Numbers { question: Question::Unmatched { json } } => {
            unmatched(&complete(&base)?, json).await
        }
    }
}

/// The configuration with what was entered in the set-up.
fn complete(base: &Base) -> Result<Config, Failure> {
    drafted(base)?.complete().map_err(|error| Failure::Usage(error.to_string()))
}

/// The same where nothing has to be connected.
fn drafted(base: &Base) -> Result<Draft, Failure> {
    let usage = |error: ConfigError| Failure::Usage(error.to_string());
    let draft = base.draft(Console::default()).map_err(usage)?;
    let console = entered(&draft).map_err(|error| Failure::Fault(error.to_string()))?;
    base.draft(console).map_err(usage)
}

/// What was entered, from a database that is there already.
fn entered(draft: &Draft) -> Result<Console, StoreError> {
    let can_be_read = match &draft.database {
        Database::Sqlite(path) => path.exists(),
        // A hub that runs has its own place there.
        Database::Postgres(_) => lock::hold(&draft.data_dir).is_ok(),
    };
    if !can_be_read {
        return Ok(Console::default());
    }
    let store = draft.database.open(&draft.data_dir)?;
    Console::stored(store.as_ref(), &Vault::new(store.clone(), draft.secret_key.clone()))
}

async fn serve(base: Base, sandbox: Option<String>) -> Result<ExitCode, Failure> {
    // Before the engine: a signal that comes early must not be missed.
    let stop =
        stop_asked().map_err(|error| Failure::Fault(format!("signals cannot be listened to: {error}")))?;
    let transport = HttpTransport::new().map_err(|error| Failure::Fault(error.to_string()))?;
    let opening = Opening {
        base,
        transport: Arc::new(transport),
        folder: None,
        sandbox,
        keys: None,
        has_window: false,
    };
    let house = House::open(opening).await.map_err(|error| match error {
        HouseError::Config(error) => Failure::Usage(error.to_string()),
        other => Failure::Fault(other.to_string()),
    })?;
    let draft = house.draft();
    let listening = match tokio::net::TcpListener::bind(draft.listen).await {
        Ok(listener) => server::serve_on(listener, house.routes()),
        Err(error) => Err(error),
    };
    let serving = listening.map_err(|error| {
        Failure::Fault(format!(
            "cannot listen on {}: {error}. Give another address in [hub] listen",
            draft.listen
        ))
    })?;
    if draft.is_complete() {
        tracing::info!(address = %serving.address, mode = ?draft.settings.logging.mode.0, "listening");
    } else {
        tracing::info!(address = %serving.address, "listening; open this address in a browser to set Sidetone up");
    }
    tokio::select! {
        () = stop => {}
        () = failed(&house) => {
            return Err(Failure::Fault("the engine has ended, which is a fault of this program; what was stored is kept".into()));
        }
    }
    tracing::info!("stopping: finishing what is in hand");
    serving.stop().await;
    house.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Comes when the engine has ended although nobody stopped it.
async fn failed(house: &House) {
    while !house.has_failed().await {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

#[cfg(unix)]
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_asked() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the handler there is no way to be asked; run until killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

async fn check(config: Config, json: bool) -> Result<ExitCode, Failure> {
    let fault = |error: &dyn std::fmt::Display| Failure::Fault(error.to_string());
    // A database that is not there, or does not answer, is for the doctor to tell.
    let patient = if config.signed_in.is_empty() {
        let transport = Arc::new(HttpTransport::new().map_err(|error| fault(&error))?);
        Patient::new(Arc::new(config), transport)
    } else {
        let store = config.database.open(&config.data_dir).map_err(|error| fault(&error))?;
        let way = running::way_to_vendors(&config, &store).map_err(|error| fault(&error))?;
        let standings = way.standings();
        Patient::new(Arc::new(config), way.transport).signed_in(standings)
    };
    let checks = doctor::examine(&patient).await;
    let report = doctor::report(&checks, chrono::Utc::now().timestamp());
    let mut out = std::io::stdout().lock();
    let written = if json {
        let text =
            serde_json::to_string_pretty(&report).map_err(|error| Failure::Fault(error.to_string()))?;
        writeln!(out, "{text}")
    } else {
        doctor::write(&mut out, &report)
    };
    written.map_err(|error| Failure::Fault(error.to_string()))?;
    Ok(ExitCode::from(u8::from(report.faults > 0)))
}

async fn plan(mut config: Config, id: CaseId) -> Result<ExitCode, Failure> {
    let detail = match lock::hold(&config.data_dir) {
        Err(LockError::Taken) => ask_running(&config, id).await?,
        Err(error) => return Err(Failure::Fault(error.to_string())),
        Ok(_lock) => {
            read_only(&mut config);
            let running = running::start_alone(&config).map_err(|error| Failure::Fault(error.to_string()))?;
            let detail = running.handle.plan(id).await.map_err(|error| Failure::Fault(error.to_string()))?;
            running.stop().await;
            serde_json::to_value(detail).map_err(|error| Failure::Fault(error.to_string()))?
        }
    };
    if detail.is_null() {
        return Err(Failure::Fault(format!("call {id} is unknown, or on a line that is not selected")));
    }
    writeln!(std::io::stdout(), "{detail:#}").map_err(|error| Failure::Fault(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

/// For an engine that is started for one question: nothing else is read, and nothing is written.
fn read_only(config: &mut Config) {
    config.settings.study_only = true;
    config.settings.logging.mode.0 = sidetone_engine::settings::Mode::Off;
    config.settings.arrival = sidetone_engine::settings::Arrival::ManualWebhook;
}

async fn adopt(mut config: Config, since: &str) -> Result<ExitCode, Failure> {
    let since = adopt::moment(since, config.settings.time_zone).map_err(Failure::Usage)?;
    let told = |progress: &AdoptProgress| {
        // Nobody may be reading along.
        let _ = writeln!(std::io::stderr(), "{}", adopt::line(progress));
    };
    let last = match lock::hold(&config.data_dir) {
        Err(LockError::Taken) => adopt::ask_running(&config, since, told).await.map_err(Failure::Fault)?,
        Err(error) => return Err(Failure::Fault(error.to_string())),
        Ok(_lock) => {
            read_only(&mut config);
            let running = running::start_alone(&config).map_err(|error| Failure::Fault(error.to_string()))?;
            let mut progress = running.handle.adopt_since(since);
            let mut last = AdoptProgress::default();
            while let Some(step) = progress.recv().await {
                told(&step);
                last = step;
            }
            running.stop().await;
            last
        }
    };
    if !last.done {
        let why = last.failed.unwrap_or_else(|| "the hub stopped on the way".into());
        return Err(Failure::Fault(format!("{why}. Run it again: what was found so far is kept")));
    }
    writeln!(std::io::stdout(), "{}", adopt::summary(&last, since))
        .map_err(|error| Failure::Fault(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

async fn backfill(config: Config, request: &BackfillRequest, dry_run: bool) -> Result<ExitCode, Failure> {
    let ask = backfill::asked(request, config.settings.time_zone).map_err(Failure::Usage)?;
    if ask.until.is_some_and(|until| until < ask.since) || ask.since > chrono::Utc::now() {
        return Err(Failure::Usage("the time ends before it begins, or has not begun yet".into()));
    }
    let held = lock::hold(&config.data_dir);
    if dry_run {
        let mut out = std::io::stdout();
        let told = match held {
            Err(LockError::Taken) => backfill::dry_run_there(&config, request, &mut out).await,
            Err(error) => Err(error.to_string()),
            Ok(_lock) => backfill::dry_run_here(config, ask, &mut out).await,
        };
        // Nobody may be reading along.
        let _ = writeln!(std::io::stderr(), "{}", told.map_err(Failure::Fault)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut last = String::new();
    let told = |one: &BackfillView| {
        let line = backfill::line(one);
        if line != last {
            let _ = writeln!(std::io::stderr(), "{line}");
            last = line;
        }
    };
    let done = match held {
        Err(LockError::Taken) => backfill::run_there(&config, request, told).await,
        Err(error) => Err(error.to_string()),
        Ok(_lock) if ask.write && config.settings.logging.mode.0 != sidetone_engine::settings::Mode::Live => {
            return Err(Failure::Usage("[logging] mode: old calls are written in live mode only".into()));
        }
        Ok(_lock) => backfill::run_here(config, ask, told).await,
    };
    let done = done.map_err(Failure::Fault)?;
    writeln!(std::io::stdout(), "{}", backfill::summary(&done))
        .map_err(|error| Failure::Fault(error.to_string()))?;
    let is_well = matches!(done.state, BackfillState::Read | BackfillState::Written) && done.refused == 0;
    Ok(ExitCode::from(u8::from(!is_well)))
}

async fn explain(config: &Config, number: &str, json: bool) -> Result<ExitCode, Failure> {
    let fault = |error: NumbersError| Failure::Fault(error.to_string());
    let told = match lock::hold(&config.data_dir) {
        Err(LockError::Taken) => numbers::explain_there(config, number).await.map_err(fault)?,
        Err(error) => return Err(Failure::Fault(error.to_string())),
        Ok(_lock) => numbers::explain_here(config, number).map_err(fault)?,
    };
    let mut out = std::io::stdout().lock();
    let printed = if json {
        let text = serde_json::to_string_pretty(&told).map_err(|error| Failure::Fault(error.to_string()))?;
        writeln!(out, "{text}")
    } else {
        numbers::print(&mut out, &told)
    };
    printed.map_err(|error| Failure::Fault(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

async fn forget(draft: &Draft, number: &str, json: bool) -> Result<ExitCode, Failure> {
    let failed = |error: ForgetError| match error {
        ForgetError::NoNumber(_) => Failure::Usage(error.to_string()),
        other => Failure::Fault(other.to_string()),
    };
    let told = match lock::hold(&draft.data_dir) {
        Err(LockError::Taken) => privacy::forget_there(draft, number).await.map_err(failed)?,
        Err(error) => return Err(Failure::Fault(error.to_string())),
        Ok(_lock) => privacy::forget_here(draft, number).map_err(failed)?,
    };
    let mut out = std::io::stdout().lock();
    let printed = if json {
        let text = serde_json::to_string_pretty(&told).map_err(|error| Failure::Fault(error.to_string()))?;
        writeln!(out, "{text}")
    } else {
        privacy::print(&mut out, &told)
    };
    printed.map_err(|error| Failure::Fault(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

async fn unmatched(config: &Config, json: bool) -> Result<ExitCode, Failure> {
    let print = |one: &UnmatchedNumber| {
        let line = if json { serde_json::to_string(one)? } else { numbers::line(one) };
        writeln!(std::io::stdout(), "{line}")
    };
    let done = match lock::hold(&config.data_dir) {
        Err(LockError::Taken) => numbers::unmatched_there(config, print).await,
        Err(error) => return Err(Failure::Fault(error.to_string())),
        Ok(_lock) => numbers::unmatched_here(config, print),
    };
    done.map_err(|error| Failure::Fault(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

async fn export(config: &Config, format: Format, asked: &export::Asked) -> Result<ExitCode, Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let done = match lock::hold(&config.data_dir) {
        Err(LockError::Taken) => export::there(config, format, asked, &mut out).await,
        Err(error) => return Err(Failure::Fault(error.to_string())),
        Ok(_lock) => export::here(config, format, asked, &mut out),
    };
    match done {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // Whoever read along has seen enough.
        Err(ExportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(ExportError::Usage(why)) => Err(Failure::Usage(why)),
        Err(error) => Err(Failure::Fault(error.to_string())),
    }
}

/// While `serve` runs, its data directory is locked: it is asked instead.
async fn ask_running(config: &Config, id: CaseId) -> Result<serde_json::Value, Failure> {
    let Some(token) = &config.admin_token else {
        return Err(Failure::Usage(
            "[hub] admin_token: missing. A hub is running; the plan is asked from it with this token".into(),
        ));
    };
    // The token stays on this machine, whatever proxy the environment names.
    let client =
        reqwest::Client::builder().no_proxy().build().map_err(|error| Failure::Fault(error.to_string()))?;
    let url = format!("http://{}/api/calls/{id}", config.listen);
    let asked = client.get(url).header("authorization", format!("Bearer {}", token.reveal())).send().await;
    let answer =
        asked.map_err(|error| Failure::Fault(format!("the running hub does not answer: {error}")))?;
    match answer.status().as_u16() {
        200 => {
            let body = answer.bytes().await.map_err(|error| Failure::Fault(error.to_string()))?;
            serde_json::from_slice(&body).map_err(|error| Failure::Fault(error.to_string()))
        }
        404 => Ok(serde_json::Value::Null),
        status => {
            Err(Failure::Fault(format!("the running hub answers {status}; is [hub] admin_token the same?")))
        }
    }
}
