//! `sidetone`: the companion. Reads the command line, runs the window face, turns a fault into an exit code.

// Windows would open a console beside the tray.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use sidetone_desktop::args::Args;
use sidetone_desktop::shell;
use sidetone_engine::MAY_SAY_MORE;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_env("SIDETONE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    // Whatever is asked for: others print what is sent.
    let may_say_more = MAY_SAY_MORE.map(|name| (name, LevelFilter::TRACE));
    let discreet = Targets::new().with_default(LevelFilter::INFO).with_targets(may_say_more);
    tracing_subscriber::registry().with(filter).with(discreet).with(lines).init();
    match shell::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // Nothing is left to tell if standard error is closed.
            let _ = writeln!(std::io::stderr(), "sidetone: {fault}");
            ExitCode::from(fault.exit_code())
        }
    }
}
