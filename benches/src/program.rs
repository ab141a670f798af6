//! The programs under measurement, as children of their own: their memory is theirs alone, and a kill is a kill.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// A program that is not ready by then has a fault.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// A running program that answers `GET /healthz`. Killed when dropped.
pub(crate) struct Program {
    name: String,
    child: Child,
    log: PathBuf,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// Proportional set size (what a program has to itself, and its share of what it has with others), in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// All of it.
    pub(crate) pss: u64,
    /// Of that: not backed by a file, so neither program text nor libraries.
    pub(crate) anonymous: u64,
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
        let own = std::env::current_exe().map_err(Failure::file("this program"))?;
        let path = own.with_file_name(name);
        let log = dir.join(format!("{name}.log"));
        let errors = File::create(&log).map_err(Failure::file(&log))?;
        let child = Command::new(&path)
            .args(arguments)
            .env_clear()
            .env("SIDETONE_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .map_err(|error| Failure::Program {
                program: path.display().to_string(),
                what: format!("cannot be started ({error}); script/bench builds it"),
                log: String::new(),
            })?;
        let mut program = Program { name: name.to_owned(), child, log, address };
        program.ready().await?;
        Ok(program)
    }

    async fn ready(&mut self) -> Result<(), Failure> {
        let client = http_client()?;
        let url = format!("http://{}/healthz", self.address);
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN {
            if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            self.must_run()?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(self.fault("did not answer /healthz"))
    }

    /// An error if it has ended.
    pub(crate) fn must_run(&mut self) -> Result<(), Failure> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.fault(&format!("has ended ({status})"))),
            Err(error) => Err(self.fault(&error.to_string())),
        }
    }

    /// From `/proc/<pid>/smaps_rollup`.
    pub(crate) fn memory(&self) -> Result<Memory, Failure> {
        let path = format!("/proc/{}/smaps_rollup", self.child.id());
        let text = fs::read_to_string(&path).map_err(Failure::file(path))?;
        Ok(Memory {
            pss: number_after(&text, "Pss:") * 1024,
            anonymous: number_after(&text, "Pss_Anon:") * 1024,
        })
    }

    /// From `/proc/<pid>/task/*/schedstat` and `/proc/<pid>/io`; other programs' load does not change it.
    pub(crate) fn used(&self) -> Result<Used, Failure> {
        let process = PathBuf::from(format!("/proc/{}", self.child.id()));
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

    /// Ends it without any chance to finish what it has in hand (`kill -9`).
    pub(crate) fn kill(mut self) -> Result<(), Failure> {
        self.must_run()?;
        let killed = self.child.kill().and_then(|()| self.child.wait());
        killed.map(|_| ()).map_err(|error| self.fault(&error.to_string()))
    }

    fn fault(&self, what: &str) -> Failure {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let from = log.char_indices().rev().nth(1500).map_or(0, |(at, _)| at);
        Failure::Program {
            program: self.name.clone(),
            what: what.to_owned(),
            log: log[from..].trim().to_owned(),
        }
    }
}

impl Used {
    /// What came on top of `before`, for each of `count`: microseconds on a processor, bytes.
    pub(crate) fn for_each(self, before: Used, count: usize) -> (f64, f64) {
        let cpu = self.cpu.saturating_sub(before.cpu).as_secs_f64() * 1e6;
        (cpu / count as f64, self.written.saturating_sub(before.written) as f64 / count as f64)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The number behind a key at the start of a line, as `/proc` writes it.
fn number_after(text: &str, key: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_by_their_exact_keys() {
        let text = "00400000-7fff [rollup]\nRss:    9000 kB\nPss:    4321 kB\nPss_Dirty: 12 kB\nPss_Anon:   2000 kB\n";
        assert_eq!(number_after(text, "Pss:"), 4321);
        assert_eq!(number_after(text, "Pss_Anon:"), 2000);
        assert_eq!(number_after(text, "Pss_Shmem:"), 0);
    }
}
