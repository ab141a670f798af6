//! `sidetone-sandbox serve`: the stand-ins on this machine's loopback. Exit codes: 0 well, 1 a fault, 2 usage.

use std::{env, io, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use sidetone_sandbox::{Options, Ports, Sandbox, SandboxError, aircall_world, front_world, gorgias_world};

/// The variable of the environment that names the folder in which is kept what Front is asked and answers. For tests of
/// whole programs: `tests/days/tests/described.rs` holds it against the vendor's description.
const RECORD: &str = "FRONT_RECORD";

/// Local stand-ins for Aircall, Gorgias and Front, with invented data and injectable faults.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer on 127.0.0.1 until stopped.
    Serve(Serve),
}

#[derive(Debug, Args)]
struct Serve {
    /// The port of Aircall and the control page; 0 = any free one.
    #[arg(long, default_value_t = 0)]
    aircall: u16,
    /// The port of Gorgias; 0 = any free one.
    #[arg(long, default_value_t = 0)]
    gorgias: u16,
    /// The port of Front; 0 = any free one.
    #[arg(long, default_value_t = 0)]
    front: u16,
    /// Let calls happen on their own.
    #[arg(long)]
    play: bool,
    /// How many times faster than Aircall the waits are: 30 s from hang-up to `call.ended` become 30/F s.
    #[arg(long, visible_alias = "webhook-scale", default_value_t = 1.0, value_name = "F")]
    scale: f64,
    /// Ids, tokens and the play follow from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(io::stderr)
        .init();
    let Command::Serve(serve) = Cli::parse().command;
    match run(serve).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&mut io::stderr(), &format!("sidetone-sandbox: {error}"));
            ExitCode::from(if matches!(error, SandboxError::Scale) { 2 } else { 1 })
        }
    }
}

async fn run(serve: Serve) -> Result<(), SandboxError> {
    let record = env::var_os(RECORD).map(PathBuf::from);
    let options = Options { scale: serve.scale, seed: serve.seed, record, ..Options::default() };
    let sandbox = Sandbox::new(options)?;
    let ports = Ports { aircall: serve.aircall, gorgias: serve.gorgias, front: serve.front };
    let served = sandbox.serve(ports).await?;
    if serve.play {
        sandbox.control().play(serve.seed);
    }
    let out = &mut io::stdout();
    tell(out, &format!("Aircall  http://{}  (API id {})", served.aircall, aircall_world::API_ID));
    tell(out, &format!("Gorgias  http://{}  (user {})", served.gorgias, gorgias_world::EMAIL));
    tell(out, &format!("Front    http://{}  (company {})", served.front, front_world::COMPANY));
    tell(out, &format!("Control  http://{}/_sandbox/", served.aircall));
    wait_for_stop().await;
    served.shutdown().await;
    Ok(())
}

/// Until Ctrl-C or a SIGTERM.
async fn wait_for_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals there is nothing to wait for but the end of the process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// A reader that has gone away is no reason to stop serving.
fn tell(out: &mut impl io::Write, line: &str) {
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
