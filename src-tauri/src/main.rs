//! `sidetone`: the companion. Reads the command line, runs the window face, turns a fault into an exit code.

// Windows would open a console beside the tray.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use sidetone_desktop::args::Args;
use sidetone_desktop::shell;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("SIDETONE_LOG").unwrap_or_else(|_| EnvFilter::new("info")))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match shell::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // Nothing is left to tell if standard error is closed.
            let _ = writeln!(std::io::stderr(), "sidetone: {fault}");
            ExitCode::from(fault.exit_code())
        }
    }
}
