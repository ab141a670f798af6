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
            .map_err(Failure::file(&path))?;
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
        Ok(Memory { pss: kilobytes(&text, "Pss:") * 1024, anonymous: kilobytes(&text, "Pss_Anon:") * 1024 })
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

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kilobytes(rollup: &str, key: &str) -> u64 {
    let line = rollup.lines().find_map(|line| line.strip_prefix(key));
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
    fn a_rollup_is_read_by_its_exact_keys() {
        let text = "00400000-7fff [rollup]\nRss:    9000 kB\nPss:    4321 kB\nPss_Dirty: 12 kB\nPss_Anon:   2000 kB\n";
        assert_eq!(kilobytes(text, "Pss:"), 4321);
        assert_eq!(kilobytes(text, "Pss_Anon:"), 2000);
        assert_eq!(kilobytes(text, "Pss_Shmem:"), 0);
    }
}
