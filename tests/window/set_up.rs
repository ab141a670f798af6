//! A program that nobody set up, in its window, and the hands of whoever does.

use std::cell::RefCell;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use sidetone_sandbox::{
    AircallLimits, App, FrontLimits, HangUp, Options, Ports, Ring, Sandbox, Served, aircall_world as world,
};
use tokio::runtime::Runtime;

use crate::panel::TrayIcon;
use crate::session::Session;
use crate::wait::until;
use crate::window::Window;

/// What an operator would write: where the vendors are, and limits under which a test is not slow.
fn configuration(served: &Served, with_apps: bool) -> String {
    let app = |vendor: &str| {
        let (id, secret) = (App::CLIENT_ID, App::CLIENT_SECRET);
        format!("[{vendor}.oauth]\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\n")
    };
    let apps = if with_apps { app("gorgias") + &app("front") } else { String::new() };
    format!(
        "[aircall]\napi_url = \"http://{}\"\nrate_per_minute = 6000\n\
         [gorgias]\napi_url = \"http://{}\"\nrate = \"8000/20s\"\n\
         [front]\napi_url = \"http://{front}\"\noauth_url = \"http://{front}\"\nrate = \"600/60s\"\n{apps}",
        served.aircall,
        served.gorgias,
        front = served.front,
    )
}

/// Everything that a test of the set-up needs; the window ends first.
pub(crate) struct SetUp {
    pub(crate) window: Window,
    pub(crate) sandbox: Sandbox,
    pub(crate) runtime: Runtime,
    opened: PathBuf,
    taken: RefCell<usize>,
    data: PathBuf,
    session: Session,
    _served: Served,
}

impl SetUp {
    pub(crate) fn start(with_apps: bool) -> SetUp {
        let session = Session::new();
        let runtime = Runtime::new().unwrap();
        // What is asked of Front is kept where a whole test run is (`tests/days/tests/described.rs`).
        let record = std::env::var_os("FRONT_RECORD").map(PathBuf::from);
        let sandbox = Sandbox::new(Options { scale: 20.0, record, ..Options::default() }).unwrap();
        // A person takes minutes for what a test does in seconds: the limits of a minute would be in its way.
        let control = sandbox.control();
        let (aircall, front) = (control.aircall(), control.front());
        aircall.set_limits(AircallLimits { per_minute: 6000, ..aircall.limits() });
        front.set_limits(FrontLimits { per_minute: 600, ..front.limits() });
        let served = runtime.block_on(sandbox.serve(Ports::default())).unwrap();
        let data = session.home.path().join("sidetone");
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join("sidetone.toml"), configuration(&served, with_apps)).unwrap();

        // The system's browser only writes down what it is to open.
        let opened = session.home.path().join("opened");
        let programs = session.home.path().join("bin");
        std::fs::create_dir_all(&programs).unwrap();
        let browser = programs.join("xdg-open");
        std::fs::write(&browser, format!("#!/bin/sh\necho \"$1\" >>'{}'\n", opened.display())).unwrap();
        std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = std::env::join_paths(
            std::iter::once(programs).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        )
        .unwrap();

        let starting = Window::start(&session, &["--data-dir", data.to_str().unwrap()], |command| {
            command.env("PATH", path);
        });
        // The window is built when a person wants it.
        let panel = session.panel.as_ref().unwrap();
        panel.tray().choose("Finish set-up");
        let window = starting.window();
        SetUp { window, sandbox, runtime, opened, taken: RefCell::new(0), data, session, _served: served }
    }

    /// Enters a text into the field with this label.
    pub(crate) fn fill(&self, label: &str, text: &str) {
        let (label, text) = (quoted(label), quoted(text));
        self.done(
            &format!("a field {label}"),
            &format!(
                "const field = [...document.querySelectorAll('input')].find((one) => one.offsetParent &&
                    [...(one.labels ?? [])].some((label) => label.innerText.trim().startsWith({label})));
                 if (!field || field.disabled) return false;
                 field.focus();
                 Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, {text});
                 field.dispatchEvent(new Event('input', {{ bubbles: true }}));
                 return true;"
            ),
        );
    }

    /// Presses the button with these words, once it can be pressed.
    pub(crate) fn press(&self, words: &str) {
        self.press_within("document", words);
    }

    /// The same in the dialog that stands open.
    pub(crate) fn press_in_dialog(&self, words: &str) {
        self.press_within("document.querySelector('dialog[open], [role=dialog]')", words);
    }

    fn press_within(&self, place: &str, words: &str) {
        let find = button(place, words);
        self.done(
            &format!("a button {words:?}"),
            &format!("{find} if (!one) return false; one.click(); return true;"),
        );
    }

    /// Waits until the page does not show this any more.
    pub(crate) fn wait_until_gone(&self, text: &str) {
        until(&format!("{text:?} is gone"), || (!self.window.text().contains(text)).then_some(()));
    }

    /// Waits until there is a button with these words that can be pressed.
    pub(crate) fn wait_until_pressable(&self, words: &str) {
        self.done(&format!("a button {words:?}"), &format!("{} return !!one;", button("document", words)));
    }

    /// Ticks the box, or chooses the radio button, with this label.
    pub(crate) fn tick(&self, label: &str) {
        let label_text = quoted(label);
        self.done(
            &format!("a box {label_text}"),
            &format!(
                "const box = [...document.querySelectorAll('input[type=checkbox], input[type=radio]')].find((one) =>
                    (one.getAttribute('aria-label') ?? '').startsWith({label_text}) ||
                    [...(one.labels ?? [])].some((label) => label.innerText.trim().startsWith({label_text})));
                 if (!box || box.disabled) return false;
                 if (!box.checked) box.click();
                 return box.checked;"
            ),
        );
    }

    /// Runs a script that answers whether it could do what it should, until it could.
    fn done(&self, what: &str, script: &str) {
        let script = format!("arguments[0]((() => {{ {script} }})());");
        until(&format!("{what} in {}", self.window.text()), || {
            (self.window.run(&script) == serde_json::Value::Bool(true)).then_some(())
        });
    }

    /// Another page of the window.
    pub(crate) fn go_to(&self, hash: &str) {
        self.window.run(&format!("location.hash = {}; arguments[0]();", quoted(hash)));
    }

    /// Opens the menu of the window.
    pub(crate) fn open_menu(&self) {
        self.done(
            "the menu",
            "const one = document.querySelector('button[aria-controls=menu]');
             if (!one) return false;
             if (one.getAttribute('aria-expanded') !== 'true') one.click();
             return one.getAttribute('aria-expanded') === 'true';",
        );
    }

    /// The program's icon in the panel.
    pub(crate) fn tray(&self) -> TrayIcon<'_> {
        self.session.panel.as_ref().unwrap().tray()
    }

    /// Waits until a line of the tray's menu begins with these words.
    pub(crate) fn wait_for_tray(&self, words: &str) {
        let tray = self.tray();
        until(&format!("the tray says {words:?}"), || {
            tray.menu().iter().any(|line| line.starts_with(words)).then_some(())
        });
    }

    /// For the page it is so many minutes later than it is.
    pub(crate) fn be_later(&self, minutes: u32) {
        self.window.run(&format!(
            "window.now ??= Date.now; Date.now = () => window.now() + {minutes} * 60000; arguments[0]();"
        ));
    }

    /// The next address that the window had the browser open.
    pub(crate) fn opened_in_browser(&self) -> String {
        let mut taken = self.taken.borrow_mut();
        let address = until("an address in the browser", || {
            let text = std::fs::read_to_string(&self.opened).unwrap_or_default();
            text.lines().nth(*taken).map(str::to_owned)
        });
        *taken += 1;
        address
    }

    /// The browser goes to this address: what it shows.
    pub(crate) fn browse(&self, address: &str) -> String {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        self.runtime.block_on(async { client.get(address).send().await.unwrap().text().await.unwrap() })
    }

    /// Pastes the address on which the browser ended; the field for it is opened first.
    pub(crate) fn paste(&self, address: &str) {
        self.window.wait_for("Waiting for the browser");
        self.done(
            "a field for the address",
            "if (document.querySelector('input[name=pasted]')) return true;
             [...document.querySelectorAll('button')].find((one) => one.innerText.trim() === 'Paste the address')?.click();
             return false;",
        );
        self.fill("Address", address);
        self.press("Finish");
    }

    /// Where the browser would come back to from this consent page, with an answer to nobody's question.
    pub(crate) fn foreign_answer_to(&self, consent: &str) -> String {
        let query = consent.split_once("redirect_uri=").unwrap().1.split('&').next().unwrap();
        let back = query.replace("%3A", ":").replace("%2F", "/");
        assert!(back.starts_with("http://"), "{back}");
        format!("{back}?code=1&state=guessed")
    }

    /// Waits until Aircall is asked for calls once more.
    pub(crate) fn wait_until_polled(&self) {
        let aircall = self.sandbox.control().aircall().clone();
        let so_far = aircall.journal(0).last().map_or(0, |asked| asked.seq);
        until("Aircall is polled", || {
            let polls =
                aircall.journal(so_far).into_iter().filter(|asked| asked.path.starts_with("/v1/calls?"));
            (polls.count() > 0).then_some(())
        });
    }

    /// A call on the line Support FR that somebody answers, and that is over.
    pub(crate) fn one_call(&self) -> u64 {
        let aircall = self.sandbox.control().aircall().clone();
        self.runtime.block_on(async {
            let from = Some("+34666444555".to_owned());
            let call = aircall.ring(&Ring { line: world::SUPPORT_FR, from, ..Ring::default() }).unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
            aircall.answer(call, Some(world::CAMILLE)).unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
            aircall.hang_up(call, &HangUp::default()).unwrap();
            call
        })
    }

    /// How many tickets of Gorgias name this call.
    pub(crate) fn tickets_of(&self, call: u64) -> usize {
        let tickets = self.sandbox.control().gorgias().tickets();
        tickets.iter().filter(|ticket| ticket.to_string().contains(&call.to_string())).count()
    }

    /// How many conversations of Front hold the activity of this call.
    pub(crate) fn conversations_of(&self, call: u64) -> usize {
        self.sandbox.control().front().conversations_marked(&format!("aircall:call:{call}")).len()
    }

    /// What was asked of Gorgias that changes something there.
    pub(crate) fn writes(&self) -> usize {
        let asked = self.sandbox.control().gorgias().journal(0);
        asked.iter().filter(|entry| entry.is_write() && entry.path != "/api/search").count()
    }

    /// No file of the program holds one of these texts.
    pub(crate) fn has_kept_none_of(&self, secrets: &[&str]) {
        let mut folders = vec![self.data.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                    continue;
                }
                let bytes = std::fs::read(entry.path()).unwrap();
                for secret in secrets {
                    let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                    assert!(!found, "{secret} in {}", entry.path().display());
                }
            }
        }
    }

    /// Keeps the window as it stands, light and dark.
    pub(crate) fn picture(&self, name: &str) {
        // What was waited for stands in the document before it is on the screen: right after the start by seconds.
        self.window.run(
            "const drawn = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => drawn()));",
        );
        std::thread::sleep(Duration::from_millis(400));
        self.session.picture(name);
        self.window.run("document.documentElement.dataset.theme = 'dark'; arguments[0]();");
        std::thread::sleep(Duration::from_millis(250));
        self.session.picture(&format!("{name}-dark"));
        self.window.run("delete document.documentElement.dataset.theme; arguments[0]();");
    }
}

impl Drop for SetUp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.picture("set-up-failed");
            println!("the window says: {}", self.window.text());
        }
    }
}

fn button(place: &str, words: &str) -> String {
    let words = quoted(words);
    format!(
        "const one = [...({place}?.querySelectorAll('button, a, summary') ?? [])].find((one) => one.offsetParent &&
            one.innerText.trim() === {words} && !one.disabled &&
            one.getAttribute('aria-disabled') !== 'true' && one.getAttribute('aria-busy') !== 'true');"
    )
}

/// As a text in a script.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
