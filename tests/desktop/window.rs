//! The page in the real window, driven through WebKitWebDriver.

use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::session::{Owned, Session};
use crate::wait::until;

/// The program that `SIDETONE_BIN` names, else the one that cargo built.
pub(crate) fn binary() -> std::ffi::OsString {
    std::env::var_os("SIDETONE_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_sidetone").into())
}

/// Posts JSON and reads JSON. reqwest has a feature for that; without it the hub's programs are compiled alike for the
/// tests and for `script/demo`, and so only once.
fn answer_to(
    client: &reqwest::Client,
    url: String,
    body: &Value,
) -> impl Future<Output = Value> + Send + use<> {
    let request = client.post(url).header("content-type", "application/json").body(body.to_string());
    async {
        let answer = request.send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }
}

/// A session of the driver; the window belongs to it.
pub(crate) struct Window {
    runtime: Runtime,
    client: reqwest::Client,
    session: String,
    _driver: Owned,
}

/// A program that was started under the driver and has no window yet.
pub(crate) struct Starting {
    runtime: Runtime,
    client: reqwest::Client,
    root: String,
    asked: JoinHandle<Value>,
    driver: Owned,
}

impl Starting {
    /// Waits for the window.
    pub(crate) fn window(self) -> Window {
        let Self { runtime, client, root, asked, driver } = self;
        let answer = runtime.block_on(asked).unwrap();
        let id = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}"));
        Window { session: format!("{root}/session/{id}"), runtime, client, _driver: driver }
    }
}

impl Window {
    /// Starts the program under the driver.
    pub(crate) fn start(desktop: &Session, args: &[&str], prepare: impl FnOnce(&mut Command)) -> Starting {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).unwrap().port();
        let mut command = desktop.command("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("TAURI_AUTOMATION", "true");
        prepare(&mut command);
        let driver =
            Owned(command.stdout(Stdio::null()).spawn().expect("Debian's webkit2gtk-driver is needed"));
        let runtime = Runtime::new().unwrap();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).no_proxy().build().unwrap();
        let root = format!("http://127.0.0.1:{port}");
        until("the driver", || {
            runtime.block_on(async { client.get(format!("{root}/status")).send().await.ok() })
        });
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": binary().to_str().unwrap(), "args": args }
        }}});
        let asked = runtime.spawn(answer_to(&client, format!("{root}/session"), &wanted));
        Starting { runtime, client, root, asked, driver }
    }

    /// Runs a script in the page; it answers by calling its last argument.
    pub(crate) fn run(&self, script: &str) -> Value {
        let body = json!({ "script": script, "args": [] });
        let asked = answer_to(&self.client, format!("{}/execute/async", self.session), &body);
        self.runtime.block_on(asked)["value"].clone()
    }

    /// Everything that the page shows as text, with plain spaces.
    pub(crate) fn text(&self) -> String {
        let text = self.run("arguments[0](document.body.innerText)");
        text.as_str().unwrap_or_default().replace(['\u{a0}', '\u{202f}'], " ")
    }

    /// Waits until the page shows this.
    pub(crate) fn wait_for(&self, text: &str) {
        until(&format!("the page shows {text:?}"), || self.text().contains(text).then_some(()));
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // The driver ends the program with its session.
        let request = self.client.delete(&self.session);
        let _ = self.runtime.block_on(async { request.send().await });
    }
}
