//! A program with all the processes that it starts: one group, measured together and ended together.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::failure::Failure;

/// Between two looks at whether something has come about.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// A program that was asked to end and has not by then is ended.
const END_WITHIN: Duration = Duration::from_secs(15);

/// A program that is no longer needed gets so long to put away what it has made, such as a socket.
const LEAVE_WITHIN: Duration = Duration::from_secs(2);

/// A running program. It and all that it started end when it is dropped.
pub(crate) struct Process {
    name: String,
    child: Child,
    out: PathBuf,
    log: PathBuf,
}

/// Proportional set size (what a program has to itself, and its share of what it has with others), in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// All of it.
    pub(crate) pss: u64,
    /// Of that: not backed by a file, so neither program text nor libraries.
    pub(crate) anonymous: u64,
    /// In so many processes.
    pub(crate) processes: usize,
}

impl Process {
    /// Starts a command in a group of its own. What it says goes to `<name>.out` and `<name>.log` in `dir`.
    pub(crate) fn start(mut command: Command, dir: &Path) -> Result<Process, Failure> {
        let program = Path::new(command.get_program());
        let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
        let (out, log) = (dir.join(format!("{name}.out")), dir.join(format!("{name}.log")));
        let create = |path: &Path| File::create(path).map_err(Failure::file(path));
        command.stdin(Stdio::null()).stdout(create(&out)?).stderr(create(&log)?).process_group(0);
        let child = command.spawn().map_err(|error| Failure::Program {
            program: name.clone(),
            what: format!("cannot be started ({error}); script/bench installs and builds what is needed"),
            log: String::new(),
        })?;
        Ok(Process { name, child, out, log })
    }

    /// Its process id, which is also its group's.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The first line on its standard output, once it is whole.
    pub(crate) fn first_line(&self) -> Option<String> {
        let said = fs::read_to_string(&self.out).ok()?;
        said.split_once('\n').map(|(line, _)| line.trim().to_owned())
    }

    /// Waits for something that this program does.
    pub(crate) async fn until<T>(
        &mut self,
        what: &str,
        within: Duration,
        probe: impl Fn(&Process) -> Option<T>,
    ) -> Result<T, Failure> {
        let begun = Instant::now();
        loop {
            if let Some(found) = probe(self) {
                return Ok(found);
            }
            self.must_run()?;
            if begun.elapsed() > within {
                return Err(Failure::Late { what: what.into(), seconds: within.as_secs() });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// An error if it has ended.
    pub(crate) fn must_run(&mut self) -> Result<(), Failure> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.fault(&format!("has ended ({status})"))),
            Err(error) => Err(self.fault(&error.to_string())),
        }
    }

    /// The memory of its whole group, from `/proc/<pid>/smaps_rollup`.
    pub(crate) fn memory(&self) -> Result<Memory, Failure> {
        let mut memory = Memory::default();
        for id in group(self.id())? {
            let path = format!("/proc/{id}/smaps_rollup");
            match fs::read_to_string(&path) {
                Ok(text) => {
                    memory.pss += number_after(&text, "Pss:") * 1024;
                    memory.anonymous += number_after(&text, "Pss_Anon:") * 1024;
                    memory.processes += 1;
                }
                Err(error) if id == self.id() => return Err(Failure::File { path: path.into(), error }),
                // One that it had started, and that has ended meanwhile.
                Err(_) => {}
            }
        }
        Ok(memory)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn end(mut self) -> Result<(), Failure> {
        self.must_run()?;
        let asked = Pid::from_child(&self.child);
        rustix::process::kill_process(asked, Signal::TERM).map_err(|error| self.fault(&error.to_string()))?;
        let begun = Instant::now();
        while begun.elapsed() < END_WITHIN {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(self.fault(&format!("did not end within {} s of SIGTERM", END_WITHIN.as_secs())))
    }

    /// Ends it without any chance to finish what it has in hand (`kill -9`).
    pub(crate) fn kill(mut self) -> Result<(), Failure> {
        self.must_run()?;
        let killed = self.child.kill().and_then(|()| self.child.wait());
        killed.map(|_| ()).map_err(|error| self.fault(&error.to_string()))
    }

    /// A fault of this program, with the end of what it logged.
    pub(crate) fn fault(&self, what: &str) -> Failure {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let from = log.char_indices().rev().nth(1500).map_or(0, |(at, _)| at);
        Failure::Program {
            program: self.name.clone(),
            what: what.to_owned(),
            log: log[from..].trim().to_owned(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // They may all have ended already; then there is nothing to do.
        let group = Pid::from_child(&self.child);
        let _ = kill_process_group(group, Signal::TERM);
        let begun = Instant::now();
        while begun.elapsed() < LEAVE_WITHIN && self.child.try_wait().is_ok_and(|status| status.is_none()) {
            std::thread::sleep(LOOK_EVERY);
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// A program that was built together with this one, with nothing of our environment.
pub(crate) fn built(name: impl AsRef<OsStr>) -> Result<Command, Failure> {
    let own = std::env::current_exe().map_err(Failure::file("this program"))?;
    let mut command = Command::new(own.with_file_name(name.as_ref()));
    command.env_clear();
    Ok(command)
}

/// The processes of a group, from `/proc/*/stat`.
fn group(id: u32) -> Result<Vec<u32>, Failure> {
    let mut members = Vec::new();
    for entry in fs::read_dir("/proc").map_err(Failure::file("/proc"))? {
        let entry = entry.map_err(Failure::file("/proc"))?;
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // Other programs come and go while we look.
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        if group_of(&stat) == Some(id) {
            members.push(process);
        }
    }
    Ok(members)
}

/// The group in a line of `/proc/<pid>/stat`: the third field behind the name, which may hold anything.
fn group_of(stat: &str) -> Option<u32> {
    let (_, behind) = stat.rsplit_once(')')?;
    behind.split_whitespace().nth(2)?.parse().ok()
}

/// The number behind a key at the start of a line, as `/proc` writes it.
pub(crate) fn number_after(text: &str, key: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
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

    #[test]
    fn a_name_with_brackets_hides_no_group() {
        assert_eq!(group_of("4711 (Web (Content) 7 8) S 4700 4699 4699 0 -1"), Some(4699));
        assert_eq!(group_of(""), None);
    }

    #[tokio::test]
    async fn what_a_program_starts_is_measured_and_ended_with_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & echo $!; wait"]);
        let mut process = Process::start(command, dir.path()).expect("starts");
        let within = Duration::from_secs(10);
        let said = process.until("the line", within, Process::first_line).await.expect("it says something");
        let both = process.memory().expect("is measured");
        assert_eq!(both.processes, 2);
        assert!(both.pss > both.anonymous && both.anonymous > 0, "{both:?}");
        drop(process);
        // Gone, or dead and not yet collected by whoever collects orphans here; on a busy computer that takes a moment.
        let mut stat = String::new();
        for _ in 0..200 {
            stat = fs::read_to_string(format!("/proc/{said}/stat")).unwrap_or_default();
            if stat.is_empty() || stat.contains(") Z ") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it still runs: {stat}");
    }
}
