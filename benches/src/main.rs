//! Sidetone's figures, each as a ratio to something real that was measured in the same run; `script/bench` runs it.
//!
//! No figure is asserted. It ends with a fault only where a figure cannot be had: an answer that is no success, an
//! event that was answered and is not in the store, a program that ends. Everything happens on 127.0.0.1.

mod card;
mod desktop;
mod directory;
mod disk;
mod durable;
mod event;
mod failure;
mod figures;
mod files;
mod hub;
mod kept;
mod load;
mod log;
mod process;
mod program;
mod requests;
mod stream;
mod table;
mod window;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};

use crate::failure::Failure;

/// Measures the hub and the companion's window, and something plain beside them.
#[derive(Parser)]
struct Arguments {
    /// One part only.
    #[arg(long, value_enum, value_name = "PART")]
    only: Option<Part>,
    /// How often each receiver is loaded, and each window opened.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=9))]
    rounds: u64,
    /// How long each load takes, in seconds.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=30))]
    seconds: u64,
    /// How many stored calls are searched; fewer for a try.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(20_000..=5_000_000))]
    calls: u64,
    /// Where table.md goes, and for the time of the run the databases; the disk that is measured.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Receiving, cards, requests, the hub's memory, the directory, files.
    Hub,
    /// The directory of a large account, which is part of `hub`.
    Directory,
    /// A large recording on its way, which is part of `hub`.
    Files,
    /// A search among a million stored calls.
    Log,
    /// The companion's window, under Xvfb.
    Window,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            progress(&format!("the runtime cannot be started: {error}"));
            return ExitCode::FAILURE;
        }
    };
    // What has been started ends with the measurement, however that ends.
    let measured = runtime.block_on(async {
        tokio::select! {
            measured = Box::pin(run(&arguments)) => measured,
            stopped = stop_asked() => Err(stopped),
        }
    });
    match measured {
        Ok(text) => {
            let _ = write!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            progress(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<String, Failure> {
    let out = &arguments.out;
    fs::create_dir_all(out).map_err(Failure::file(out))?;
    // An absolute path: the programs under measurement are given it.
    let out = fs::canonicalize(out).map_err(Failure::file(out))?;
    let work = tempfile::tempdir_in(&out).map_err(Failure::file(&out))?;
    let (begun, load_before) = (Instant::now(), load_average());
    let rounds = arguments.rounds as usize;
    let mut parts = Vec::new();
    if matches!(arguments.only, None | Some(Part::Hub)) {
        progress("the disk by itself");
        let writes = disk::writes_per_second(work.path())?;
        let durable = durable::measure(work.path(), rounds, Duration::from_secs(arguments.seconds)).await?;
        progress("from the event to the card");
        let cards = card::measure(work.path()).await?;
        progress("requests per call");
        let requests = requests::measure(work.path()).await?;
        parts.extend([durable.throughput(writes), cards, requests, durable.memory()]);
    }
    if matches!(arguments.only, None | Some(Part::Hub | Part::Directory)) {
        progress("the directory of a large account");
        parts.push(directory::measure(work.path()).await?);
    }
    if matches!(arguments.only, None | Some(Part::Hub | Part::Files)) {
        progress("a recording on its way");
        parts.push(files::measure(work.path()).await?);
    }
    if matches!(arguments.only, None | Some(Part::Log)) {
        progress(&format!("{} stored calls", arguments.calls));
        parts.push(log::measure(work.path(), arguments.calls).await?);
    }
    if matches!(arguments.only, None | Some(Part::Window)) {
        progress("the companion's window");
        parts.extend(window::measure(work.path(), rounds).await?);
    }

    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let mut text = format!(
        "# Figures\n\n{} UTC, {processors} processors, load average {load_before} before and {} after, {} s, {rounds} rounds. \
         Numbers of a busy machine are only good for their ratios.\n",
        chrono::Utc::now().format("%Y-%m-%d %H:%M"),
        load_average(),
        begun.elapsed().as_secs(),
    );
    for part in &parts {
        text.push_str(&format!("\n{part}"));
    }
    let path: &Path = &out.join("table.md");
    fs::write(path, &text).map_err(Failure::file(path))?;
    Ok(text)
}

/// Waits for SIGINT or SIGTERM.
async fn stop_asked() -> Failure {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = signal(SignalKind::interrupt()).and_then(|one| Ok((one, signal(SignalKind::terminate())?)));
    match signals {
        Ok((mut interrupt, mut terminate)) => tokio::select! {
            _ = interrupt.recv() => Failure::Stopped,
            _ = terminate.recv() => Failure::Stopped,
        },
        Err(error) => {
            Failure::Request { whom: "the system, for its signals,".into(), error: error.to_string() }
        }
    }
}

/// Runnable tasks of the last minute on average; without the system's word, nothing.
fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|first| !first.is_empty()).unwrap_or("unknown").to_owned()
}

/// To standard error, so that standard output is the table alone.
pub(crate) fn progress(line: &str) {
    let _ = writeln!(std::io::stderr(), "bench: {line}");
}
