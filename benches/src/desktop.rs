//! A desktop without a screen: X server, session bus, window manager, and a panel that shows tray icons.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use zbus::blocking::{Connection, connection};
use zbus::interface;

use crate::failure::Failure;
use crate::process::Process;

/// A part that is not ready by then has a fault.
const READY_WITHIN: Duration = Duration::from_secs(20);

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

/// A running desktop; gone with all its parts when dropped.
pub(crate) struct Desktop {
    home: PathBuf,
    display: String,
    bus: String,
    icons: Arc<AtomicUsize>,
    // What needs another one goes down before it.
    _panel: Connection,
    _window_manager: Process,
    _bus: Process,
    _server: Process,
}

impl Desktop {
    /// Starts one whose home is `dir`.
    pub(crate) async fn start(dir: &Path) -> Result<Desktop, Failure> {
        let mut xvfb = Command::new("Xvfb");
        // The first client that leaves must not take the server with it.
        xvfb.args(["-noreset", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
        let mut server = Process::start(xvfb, dir)?;
        let number = server.until("the X server's display", READY_WITHIN, Process::first_line).await?;
        let display = format!(":{number}");

        let config = dir.join("bus.conf");
        std::fs::write(&config, BUS_CONFIG).map_err(Failure::file(&config))?;
        let mut daemon = Command::new("dbus-daemon");
        daemon.args(["--nofork", "--print-address", "--config-file"]).arg(&config);
        let mut daemon = Process::start(daemon, dir)?;
        let bus = daemon.until("the session bus's address", READY_WITHIN, Process::first_line).await?;

        // It says that it is ready only after it has taken over what stands already; a window that comes up before is
        // lost between the two.
        let ready = dir.join("openbox-is-ready");
        let mut openbox = Command::new("openbox");
        openbox.arg("--startup").arg(format!("touch '{}'", ready.display()));
        in_session(&mut openbox, dir, &display, &bus);
        let mut window_manager = Process::start(openbox, dir)?;
        window_manager.until("the window manager", READY_WITHIN, |_| ready.exists().then_some(())).await?;

        let icons = Arc::default();
        let panel = panel(&bus, Arc::clone(&icons)).map_err(Failure::request("the session bus"))?;
        Ok(Desktop {
            home: dir.to_owned(),
            display,
            bus,
            icons,
            _panel: panel,
            _window_manager: window_manager,
            _bus: daemon,
            _server: server,
        })
    }

    /// Puts a command into this desktop.
    pub(crate) fn around(&self, command: &mut Command) {
        in_session(command, &self.home, &self.display, &self.bus);
    }

    /// How many tray icons were shown so far.
    pub(crate) fn icons(&self) -> usize {
        self.icons.load(Ordering::Relaxed)
    }
}

/// Nothing of the environment of whoever runs the bench: themes, renderers and input methods all cost memory.
fn in_session(command: &mut Command, home: &Path, display: &str, bus: &str) {
    command.env_clear();
    for (name, value) in [
        ("PATH", std::env::var_os("PATH").as_deref().unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin"))),
        ("DISPLAY", OsStr::new(display)),
        ("DBUS_SESSION_BUS_ADDRESS", OsStr::new(bus)),
        ("HOME", home.as_os_str()),
        ("XDG_RUNTIME_DIR", home.as_os_str()),
        ("LANG", OsStr::new("C")),
        ("GDK_BACKEND", OsStr::new("x11")),
        ("NO_AT_BRIDGE", OsStr::new("1")),
        ("MESA_SHADER_CACHE_DISABLE", OsStr::new("true")),
    ] {
        command.env(name, value);
    }
    for (name, folder) in
        [("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")]
    {
        command.env(name, home.join(folder));
    }
}

/// The part of a panel that tray icons need to see (StatusNotifier).
struct Watcher {
    icons: Arc<AtomicUsize>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, _service: &str) {
        self.icons.fetch_add(1, Ordering::Relaxed);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

fn panel(bus: &str, icons: Arc<AtomicUsize>) -> zbus::Result<Connection> {
    connection::Builder::address(bus)?
        .serve_at("/StatusNotifierWatcher", Watcher { icons })?
        .name("org.kde.StatusNotifierWatcher")?
        .build()
}
