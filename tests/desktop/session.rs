//! One desktop session: an X server, a session bus, a window manager, a home folder; all gone at the end.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::panel::Panel;
use crate::wait::until;

/// A session bus on which nothing is started by itself.
const BUS_CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// The colour of the band that a call has in the window (`accent-solid`, light).
const BAND: &str = "#0B6B74";

/// A process that ends with its owner.
pub(crate) struct Owned(pub(crate) Child);

impl Drop for Owned {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A desktop session.
pub(crate) struct Session {
    pub(crate) panel: Option<Panel>,
    pub(crate) home: TempDir,
    display: String,
    bus: String,
    running: Vec<Owned>,
}

impl Session {
    /// With a panel that shows tray icons and notifications.
    pub(crate) fn new() -> Self {
        let mut session = Self::without_panel();
        session.panel = Some(Panel::on(&session.bus));
        session
    }

    /// With a window manager only.
    pub(crate) fn without_panel() -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("bus.conf");
        std::fs::write(&config, BUS_CONFIG).unwrap();
        let (xvfb, number) = first_line(Command::new("Xvfb").args([
            // The first client that leaves must not take the server with it.
            "-noreset",
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x900x24",
            "-nolisten",
            "tcp",
        ]));
        let (bus, address) = first_line(
            Command::new("dbus-daemon")
                .arg("--nofork")
                .arg("--print-address")
                .arg("--config-file")
                .arg(&config),
        );
        let mut session =
            Self { panel: None, home, display: format!(":{number}"), bus: address, running: vec![xvfb, bus] };
        // It says that it is ready only after it has taken over what stands already; a window that comes up before is
        // lost between the two.
        let ready = session.home.path().join("openbox-is-ready");
        let openbox = session
            .command("openbox")
            .args(["--startup", &format!("touch {}", ready.display())])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Debian's openbox is needed");
        session.running.push(Owned(openbox));
        until("the window manager", || ready.exists().then_some(()));
        session
    }

    /// A command in this session.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("HOME", self.home.path())
            .env("XDG_RUNTIME_DIR", self.home.path())
            .env("XDG_DATA_HOME", self.home.path().join("data"))
            .env("XDG_CACHE_HOME", self.home.path().join("cache"))
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .env("LANG", "C")
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            .env("MESA_SHADER_CACHE_DISABLE", "true")
            .env_remove("LC_ALL")
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// What a program prints; `None` if it fails.
    pub(crate) fn says(&self, program: &str, args: &[&str]) -> Option<String> {
        let output =
            self.command(program).args(args).output().unwrap_or_else(|fault| panic!("{program}: {fault}"));
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The visible window of Sidetone, by its X id.
    pub(crate) fn window(&self) -> Option<String> {
        let found = self.says("xdotool", &["search", "--onlyvisible", "--name", "^Sidetone$"])?;
        found.lines().next().map(str::to_owned)
    }

    /// Waits for the window.
    pub(crate) fn wait_for_window(&self) -> String {
        until("the window of Sidetone", || self.window())
    }

    /// The window that has the keyboard.
    pub(crate) fn focused(&self) -> Option<String> {
        self.says("xdotool", &["getwindowfocus"])
    }

    /// Left edge, top edge, width and height of a window, without its frame.
    pub(crate) fn place(&self, window: &str) -> [i32; 4] {
        let said = self.says("xdotool", &["getwindowgeometry", "--shell", window]).unwrap();
        ["X=", "Y=", "WIDTH=", "HEIGHT="].map(|name| {
            let value = said.lines().find_map(|line| line.strip_prefix(name));
            value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} in {said}"))
        })
    }

    /// Opens another program's window and gives it the keyboard.
    pub(crate) fn other_program(&self) -> (Owned, String) {
        let xev = self
            .command("xev")
            .args(["-name", "Another program", "-geometry", "400x300+100+100"])
            .stdout(Stdio::null())
            .spawn()
            .expect("Debian's x11-utils is needed");
        let xev = Owned(xev);
        let id = until("the other program's window", || {
            self.says("xdotool", &["search", "--onlyvisible", "--name", "^Another program$"])
        });
        until("the keyboard in the other program", || {
            self.says("xdotool", &["windowfocus", "--sync", &id]);
            (self.focused()? == id).then_some(())
        });
        (xev, id)
    }

    /// Closes a window as its title bar does.
    pub(crate) fn close(&self, window: &str) {
        self.says("wmctrl", &["-i", "-c", window]).expect("wmctrl closes a window");
    }

    /// Waits until a window has the call band on it, as pixels and not only in its document.
    pub(crate) fn wait_for_band(&self, window: &str) {
        until("the call band on the screen", || {
            let colours = self
                .says("import", &["-window", window, "-depth", "8", "-format", "%c", "histogram:info:-"])?;
            colours.contains(BAND).then_some(())
        });
    }

    /// Leaves a picture of the screen for a person to look at.
    pub(crate) fn picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desktop");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        self.says("import", &["-window", "root", file.to_str().unwrap()])
            .expect("Debian's imagemagick is needed");
    }
}

/// Starts a program that says on its first line where it can be reached.
fn first_line(command: &mut Command) -> (Owned, String) {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|fault| panic!("{name} is needed: {fault}"));
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.is_empty(), "{name} says nothing");
    (Owned(child), line.trim().to_owned())
}
