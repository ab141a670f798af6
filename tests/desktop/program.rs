//! The program under test, and the backend that drives it.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::session::{Owned, Session};
use crate::wait::until;
use crate::window::binary;

/// Where the scripted backend of the program will connect.
pub(crate) struct Script(TcpListener);

impl Script {
    pub(crate) fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// Tells a command to connect here.
    pub(crate) fn into_env_of(self, command: &mut Command) -> Self {
        command.env("SIDETONE_FAKE", self.0.local_addr().unwrap().to_string());
        self
    }

    /// Waits for the program.
    pub(crate) fn connected(self) -> Backend {
        Backend(self.0.accept().unwrap().0)
    }
}

/// The backend's side of the connection.
pub(crate) struct Backend(TcpStream);

impl Backend {
    /// Pushes an event.
    pub(crate) fn push(&mut self, event: &Value) {
        writeln!(self.0, "{event}").unwrap();
    }
}

/// A running companion.
pub(crate) struct Program {
    process: Owned,
    backend: Backend,
}

impl Program {
    /// Starts it with some arguments and waits until it follows the backend.
    pub(crate) fn start(session: &Session, args: &[&str]) -> Self {
        Self::start_with(session, args, |_| ())
    }

    /// Also with something else in its environment.
    pub(crate) fn start_with(session: &Session, args: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = session.command(binary());
        command.args(args).stdin(Stdio::null());
        let script = Script::new().into_env_of(&mut command);
        prepare(&mut command);
        let process = Owned(command.spawn().unwrap());
        let backend = script.connected();
        Self { process, backend }
    }

    pub(crate) fn push(&mut self, event: Value) {
        self.backend.push(&event);
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.0.id()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.process.0.try_wait().unwrap().is_none()
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        until("the end of the program", || self.process.0.try_wait().unwrap())
    }

    /// Names of the processes that it has started.
    pub(crate) fn children(&self) -> Vec<String> {
        let file = format!("/proc/{0}/task/{0}/children", self.pid());
        let ids = std::fs::read_to_string(file).unwrap_or_default();
        ids.split_whitespace()
            .filter_map(|id| std::fs::read_to_string(format!("/proc/{id}/comm")).ok())
            .collect()
    }
}
