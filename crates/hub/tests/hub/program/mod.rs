//! The real `sidetone-hub` against the sandbox on real sockets.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sidetone_engine::store::Store;
use sidetone_engine::store::postgres::PostgresStore;
use sidetone_engine::store::sqlite::SqliteStore;
use sidetone_sandbox::{
    AircallLimits, FrontLimits, HangUp, Options, Ports, Ring, Sandbox, Served, aircall_world as world,
    front_world, gorgias_world,
};

pub const ADMIN: &str = "admin-token-of-a-test";
pub const WEBHOOK: &str = "webhook-token-of-a-test";
/// The line of `[hub]` with a key of 32 bytes.
pub const SECRET_KEY: &str = "secret_key = \"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"\n";

/// Whoever runs all tests may keep what was asked of Front and answered (`tests/days/tests/described.rs`).
fn sandbox(scale: f64) -> Sandbox {
    let record = std::env::var_os("FRONT_RECORD").map(PathBuf::from);
    Sandbox::new(Options { scale, record, ..Options::default() }).unwrap()
}

/// The section of Gorgias.
fn gorgias(served: &Served) -> String {
    format!(
        "[gorgias]\napi_url = \"http://{}\"\nemail = \"{}\"\napi_key = \"{}\"\nrate = \"8000/20s\"\n",
        served.gorgias,
        gorgias_world::EMAIL,
        gorgias_world::API_KEY,
    )
}

/// The section of Front, whose pages are where its API is.
fn front(served: &Served) -> String {
    format!(
        "[front]\napi_url = \"http://{0}\"\noauth_url = \"http://{0}\"\napi_token = \"{1}\"\n",
        served.front,
        front_world::TOKEN,
    )
}

/// A hub program with its sandbox and its folder.
pub struct Program {
    pub sandbox: Sandbox,
    pub served: Served,
    pub hub: SocketAddr,
    pub dir: tempfile::TempDir,
    child: Option<Child>,
    pub client: reqwest::Client,
    /// Where it keeps everything, if not in its folder.
    database: Option<String>,
    /// How much it tells, as in `SIDETONE_LOG`.
    pub says: &'static str,
}

impl Program {
    /// Sandbox and hub, running. `more`: further lines of the configuration's `[logging]` section.
    pub async fn start(scale: f64, more: &str) -> Program {
        Program::with_lines(scale, more, &[world::SUPPORT_FR, world::SUPPORT_DE, world::SALES_US]).await
    }

    pub async fn with_lines(scale: f64, more: &str, lines: &[u64]) -> Program {
        Program::with(scale, more, lines, None, gorgias).await
    }

    /// As [`Program::start`], with Front as the helpdesk.
    pub async fn with_front(scale: f64, more: &str) -> Program {
        let lines = [world::SUPPORT_FR, world::SUPPORT_DE, world::SALES_US];
        Program::with(scale, more, &lines, None, front).await
    }

    /// As [`Program::start`], with its tables in the database at this address.
    pub async fn on_database(scale: f64, url: String) -> Program {
        Program::on_database_with(scale, url, "").await
    }

    pub async fn on_database_with(scale: f64, url: String, more: &str) -> Program {
        let lines = [world::SUPPORT_FR, world::SUPPORT_DE, world::SALES_US];
        Program::with(scale, more, &lines, Some(url), gorgias).await
    }

    async fn with(
        scale: f64,
        more: &str,
        lines: &[u64],
        database: Option<String>,
        helpdesk: fn(&Served) -> String,
    ) -> Program {
        let sandbox = sandbox(scale);
        let served = sandbox.serve(Ports::default()).await.unwrap();
        let hub = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let text = format!(
            "[hub]\nlisten = \"{hub}\"\npublic_url = \"http://{hub}\"\ndata_dir = {dir:?}\nadmin_token = \"{ADMIN}\"\nmetrics = true\n\
             [aircall]\napi_url = \"http://{}\"\napi_id = \"{}\"\napi_token = \"{}\"\nwebhook_token = \"{WEBHOOK}\"\nnumbers = [{}]\n\
             rate_per_minute = 6000\n{}\
             [logging]\nmode = \"live\"\n{more}\n",
            served.aircall,
            world::API_ID,
            world::API_TOKEN,
            lines.join(", "),
            helpdesk(&served),
            dir = dir.path().join("data").display().to_string(),
        );
        std::fs::write(dir.path().join("hub.toml"), text).unwrap();
        let client = reqwest::Client::new();
        let mut program = Program { sandbox, served, hub, dir, child: None, client, database, says: "info" };
        program.run().await;
        program
    }

    /// Sandbox and hub with nothing but what an operator gives: where the vendors are, and these further lines. Its folder
    /// for data is `data`; an admin has to connect everything.
    pub async fn from_nothing(scale: f64, more: &str) -> Program {
        Program::nothing_but(scale, more, false).await
    }

    /// The same, with apps registered at all three vendors, and an address that browsers come back to.
    pub async fn with_apps(scale: f64, more: &str) -> Program {
        Program::nothing_but(scale, more, true).await
    }

    async fn nothing_but(scale: f64, more: &str, has_apps: bool) -> Program {
        let sandbox = sandbox(scale);
        // Each change of the settings starts an engine, which reads the vendors' lists: more in ten seconds than an admin
        // causes in minutes.
        let aircall = sandbox.control().aircall().clone();
        aircall.set_limits(AircallLimits { per_minute: 6000, ..aircall.limits() });
        let front = sandbox.control().front().clone();
        front.set_limits(FrontLimits { per_minute: 600, ..front.limits() });
        let served = sandbox.serve(Ports::default()).await.unwrap();
        let hub = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let app = |vendor: &str| {
            let (id, secret) = (sidetone_sandbox::App::CLIENT_ID, sidetone_sandbox::App::CLIENT_SECRET);
            format!("[{vendor}.oauth]\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\n")
        };
        let (public, apps) = if has_apps {
            let authorize = format!("authorize_url = \"http://{}/oauth/authorize\"\n", served.aircall);
            let apps = app("aircall") + &authorize + &app("gorgias") + &app("front");
            (format!("public_url = \"http://{hub}\"\n"), apps)
        } else {
            (String::new(), String::new())
        };
        let text = format!(
            "[hub]\nlisten = \"{hub}\"\ndata_dir = {dir:?}\nadmin_token = \"{ADMIN}\"\n{public}{more}\
             [aircall]\napi_url = \"http://{aircall}\"\nrate_per_minute = 6000\n\
             [gorgias]\napi_url = \"http://{gorgias}\"\nrate = \"8000/20s\"\n\
             [front]\napi_url = \"http://{front}\"\noauth_url = \"http://{front}\"\nrate = \"600/60s\"\n{apps}",
            aircall = served.aircall,
            gorgias = served.gorgias,
            front = served.front,
            dir = dir.path().join("data").display().to_string(),
        );
        std::fs::write(dir.path().join("hub.toml"), text).unwrap();
        let client = reqwest::Client::new();
        let mut program =
            Program { sandbox, served, hub, dir, child: None, client, database: None, says: "info" };
        program.run().await;
        program
    }

    /// The same, with everything entered by an admin but how events arrive: keys of Aircall and Gorgias, one line.
    pub async fn with_keys(scale: f64) -> Program {
        Program::with_keys_and(scale, "").await
    }

    /// The same, with further sections in the file.
    pub async fn with_keys_and(scale: f64, more: &str) -> Program {
        let hub = Program::from_nothing(scale, &format!("{SECRET_KEY}{more}")).await;
        let aircall = json!({"api_id": world::API_ID, "api_token": world::API_TOKEN});
        let gorgias = json!({"vendor": "gorgias", "account": gorgias_world::ACCOUNT,
            "email": gorgias_world::EMAIL, "api_key": gorgias_world::API_KEY});
        for (path, key) in [("/api/setup/aircall", aircall), ("/api/setup/helpdesk", gorgias)] {
            assert_eq!(hub.post(path, key).await.1["accepted"], true, "{path}");
        }
        let lines = json!({"lines": [world::SUPPORT_FR.to_string()]});
        assert_eq!(hub.post("/api/setup/numbers", lines).await.0, 200);
        hub
    }

    /// An admin chooses how events arrive.
    pub async fn events_come(&self, by: Value) {
        let (status, setup) = self.post("/api/setup/events", by.clone()).await;
        assert_eq!((status, &setup["events"]), (200, &by["by"]), "{setup}");
    }

    /// Posts JSON to the API as an admin; status and answer.
    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let asked = self.client.post(self.url(path)).bearer_auth(ADMIN).body(body.to_string());
        let answer = asked.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    /// Waits for the end of what was started with these arguments: exit code and what it said.
    pub fn said(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let ended = self.command(arguments).stdin(Stdio::null()).output().unwrap();
        (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("hub.toml")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sidetone-hub"));
        command.arg("--config").arg(self.config()).args(arguments).env("SIDETONE_LOG", self.says);
        if let Some(url) = &self.database {
            command.env("SIDETONE_HUB_DATABASE", url);
        }
        command
    }

    /// Starts the hub and waits until it is ready.
    pub async fn run(&mut self) {
        self.run_with(&[]).await;
    }

    /// The same with further options of `serve`.
    pub async fn run_with(&mut self, options: &[&str]) {
        let log =
            std::fs::File::options().append(true).create(true).open(self.dir.path().join("hub.log")).unwrap();
        self.child = Some(
            self.command(&["serve"])
                .args(options)
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap(),
        );
        self.until("the hub is ready", Duration::from_secs(20), async || {
            self.client.get(self.url("/readyz")).send().await.is_ok_and(|a| a.status() == 200)
        })
        .await;
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM, as a service manager sends it.
    pub fn terminate(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let asked = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap();
        assert!(asked.success());
        child.wait().unwrap()
    }

    /// Its database.
    pub fn store(&self) -> Box<dyn Store> {
        match &self.database {
            Some(url) => Box::new(PostgresStore::open(url).unwrap()),
            None => Box::new(SqliteStore::open(&self.dir.path().join("data/sidetone.db")).unwrap()),
        }
    }

    pub fn runs(&self) -> bool {
        self.child.is_some()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("hub.log")).unwrap_or_default()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.hub)
    }

    /// Asks the API as an admin.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(self.url(path)).bearer_auth(ADMIN).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// Sends a webhook body; the status.
    pub async fn deliver(&self, body: impl Into<reqwest::Body>) -> u16 {
        let request =
            self.client.post(self.url("/webhooks/aircall")).header("content-type", "application/json");
        request.body(body).send().await.unwrap().status().as_u16()
    }

    /// Waits until something is so.
    pub async fn until(&self, what: &str, at_most: Duration, is_so: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !is_so().await {
            assert!(begun.elapsed() < at_most, "never came about: {what}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Our webhook stands at Aircall.
    pub async fn until_listening(&self) {
        self.until("the webhook is made", Duration::from_secs(20), async || {
            !self.sandbox.control().aircall().webhooks().is_empty()
        })
        .await;
    }

    pub fn tickets(&self) -> Vec<Value> {
        self.sandbox.control().gorgias().dump()["tickets"].as_array().unwrap().clone()
    }

    /// The tickets of calls, without those that the sandbox has from the start.
    pub fn call_tickets(&self) -> Vec<Value> {
        self.tickets()
            .into_iter()
            .filter(|t| t["external_id"].as_str().is_some_and(|e| e.starts_with("aircall:call:")))
            .collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Every file of the data directory, and the log, without these texts.
pub fn has_none_of(hub: &Program, secrets: &[&str]) {
    assert_eq!(found(hub, secrets), None);
}

/// The same soon: a hub that runs empties its log of changes right after it has told.
pub async fn has_soon_none_of(hub: &Program, secrets: &[&str]) {
    let is_gone = async || found(hub, secrets).is_none();
    hub.until("nothing of it is left", Duration::from_secs(5), is_gone).await;
}

fn found(hub: &Program, secrets: &[&str]) -> Option<String> {
    let log = hub.log();
    for secret in secrets {
        if log.contains(secret) {
            return Some(format!("{secret} in the log"));
        }
        for file in files(&hub.dir.path().join("data")) {
            let bytes = std::fs::read(&file).unwrap_or_default();
            if bytes.windows(secret.len()).any(|part| part == secret.as_bytes()) {
                return Some(format!("{secret} in {}", file.display()));
            }
        }
    }
    None
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// A call that somebody answers, and that is over.
pub async fn one_call(hub: &Program) -> u64 {
    let aircall = hub.sandbox.control().aircall().clone();
    let from = Some("+34666444555".to_owned());
    let call = aircall.ring(&Ring { line: world::SUPPORT_FR, from, ..Ring::default() }).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    aircall.answer(call, Some(world::CAMILLE)).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    aircall.hang_up(call, &HangUp::default()).unwrap();
    call
}

pub async fn until_complete(hub: &Program, call: u64) {
    hub.until("the call is logged", Duration::from_secs(60), async || {
        let asked = hub.client.get(hub.url(&format!("/api/calls/{call}"))).bearer_auth(ADMIN);
        let answer = asked.send().await.unwrap();
        let told: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
        told["state"] == "complete"
    })
    .await;
}
