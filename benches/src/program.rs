//! The programs under measurement that answer HTTP.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::process::{self, Memory, Process, number_after};

/// A program that is not ready by then has a fault.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// A running program that answers `GET /healthz`. Killed when dropped.
pub(crate) struct Program {
    process: Process,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// What a program has used up since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// Time on a processor, all threads that live.
    pub(crate) cpu: Duration,
    /// Bytes given to write calls, sockets left out.
    pub(crate) written: u64,
}

impl Program {
    /// Starts the program that lies beside this one, with nothing of our environment.
    pub(crate) async fn start(
        name: &str,
        arguments: &[String],
        address: SocketAddr,
        dir: &Path,
    ) -> Result<Program, Failure> {
        let mut command = process::built(name)?;
        command.args(arguments).env("SIDETONE_LOG", "warn");
        let mut process = Process::start(command, dir)?;
        answers(&mut process, address).await?;
        Ok(Program { process, address })
    }

    /// An error if it has ended.
    pub(crate) fn must_run(&mut self) -> Result<(), Failure> {
        self.process.must_run()
    }

    /// What it has to itself.
    pub(crate) fn memory(&self) -> Result<Memory, Failure> {
        self.process.memory()
    }

    /// From `/proc/<pid>/task/*/schedstat` and `/proc/<pid>/io`; other programs' load does not change it.
    pub(crate) fn used(&self) -> Result<Used, Failure> {
        let process = PathBuf::from(format!("/proc/{}", self.process.id()));
        let tasks = process.join("task");
        let mut nanoseconds = 0;
        for task in fs::read_dir(&tasks).map_err(Failure::file(&tasks))? {
            let path = task.map_err(Failure::file(&tasks))?.path().join("schedstat");
            // A thread that has ended meanwhile is none of those that do the work.
            let text = fs::read_to_string(path).unwrap_or_default();
            nanoseconds +=
                text.split_whitespace().next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
        }
        let io = process.join("io");
        let text = fs::read_to_string(&io).map_err(Failure::file(&io))?;
        Ok(Used { cpu: Duration::from_nanos(nanoseconds), written: number_after(&text, "wchar:") })
    }

    /// Sets the peak of its memory back to what it holds now, which is given back, in bytes.
    pub(crate) fn begin_peak(&self) -> Result<u64, Failure> {
        let path = PathBuf::from(format!("/proc/{}/clear_refs", self.process.id()));
        // `proc_pid_clear_refs(5)`: 5 resets the peak.
        fs::write(&path, "5").map_err(Failure::file(&path))?;
        self.status("VmRSS:")
    }

    /// The most that it held since, in bytes.
    pub(crate) fn peak(&self) -> Result<u64, Failure> {
        self.status("VmHWM:")
    }

    fn status(&self, key: &str) -> Result<u64, Failure> {
        let path = PathBuf::from(format!("/proc/{}/status", self.process.id()));
        let text = fs::read_to_string(&path).map_err(Failure::file(&path))?;
        Ok(number_after(&text, key) * 1024)
    }

    /// Ends it without any chance to finish what it has in hand (`kill -9`).
    pub(crate) fn kill(self) -> Result<(), Failure> {
        self.process.kill()
    }
}

/// Waits until a program answers `GET /healthz`.
pub(crate) async fn answers(process: &mut Process, address: SocketAddr) -> Result<(), Failure> {
    let client = http_client()?;
    let url = format!("http://{address}/healthz");
    let begun = Instant::now();
    while begun.elapsed() < READY_WITHIN {
        if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        process.must_run()?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(process.fault("did not answer /healthz"))
}

impl Used {
    /// What came on top of `before`, for each of `count`: microseconds on a processor, bytes.
    pub(crate) fn for_each(self, before: Used, count: usize) -> (f64, f64) {
        let cpu = self.cpu.saturating_sub(before.cpu).as_secs_f64() * 1e6;
        (cpu / count as f64, self.written.saturating_sub(before.written) as f64 / count as f64)
    }
}

/// A port that is free now. It could be taken before the program listens; then the program says so and the run ends.
pub(crate) fn free_address() -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Failure::request("a free port"))?;
    listener.local_addr().map_err(Failure::request("a free port"))
}

/// The HTTP client of the product with its settings that matter here: pooled, nothing followed, nothing repeated.
pub(crate) fn http_client() -> Result<reqwest::Client, Failure> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build()
        .map_err(Failure::request("the HTTP client"))
}
