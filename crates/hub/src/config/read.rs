//! Values to settings: each checked, each fault with its fix.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sidetone_engine::settings::{
    Arrival, FilesSettings, Keep, Language, Logging, Mode, ModeSetting, Rate, Recordings, Settings,
    UnknownCallers,
};
use sidetone_protocol::{EventsBy, Vendor};
use toml::Value;

use super::connections::Found;
use super::keys::{Values, not_a_number, shown, wrong};
use super::privacy::MOST_DAYS;
use super::{Base, Config, ConfigError, Console, Draft, Fault, Secret};
use crate::database::Database;
use crate::vault::SealKey;

/// Reads a complete configuration from a file's text and environment variables.
///
/// # Errors
/// Everything that is wrong or missing.
pub fn read(
    text: &str,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Config, ConfigError> {
    let base = Base::new(text, environment);
    let Read { draft, mut faults, lacking } = once(&base, &Console::default());
    faults.extend(lacking);
    match draft {
        Some(draft) if faults.is_empty() => draft.complete(),
        _ => Err(ConfigError(faults)),
    }
}

/// All layers. A value of the console that leads to a fault is left out, and everything is read again.
pub(super) fn layers(base: &Base, mut console: Console) -> Result<Draft, ConfigError> {
    let mut left_out = Vec::new();
    loop {
        let Read { draft, faults, .. } = once(base, &console);
        let wrong =
            faults.iter().find_map(|fault| Some((console.without_what_leads_to(fault)?, fault.clone())));
        match (wrong, draft) {
            (Some(wrong), _) => left_out.push(wrong),
            (None, Some(mut draft)) if faults.is_empty() => {
                let told = |(key, fault): &(String, Fault)| {
                    format!("{}: what was entered is left out: {}", shown(key), fault.problem)
                };
                draft.notices.extend(console.notices);
                draft.notices.extend(left_out.iter().map(told));
                draft.left_out = left_out;
                return Ok(draft);
            }
            (None, _) => return Err(ConfigError(faults)),
        }
    }
}

struct Read {
    draft: Option<Draft>,
    faults: Vec<Fault>,
    lacking: Vec<Fault>,
}

fn once(base: &Base, console: &Console) -> Read {
    let mut faults = Vec::new();
    let mut values = Values::gather(&base.text, base.environment.iter().cloned(), &mut faults);
    values.lay_under(&console.values);
    let signed_in = console.signed_in.clone();
    let mut reader = Reader { values, signed_in, faults, lacking: Vec::new(), notices: Vec::new() };
    let draft = reader.draft(console);
    Read { draft, faults: reader.faults, lacking: reader.lacking }
}

pub(super) struct Reader {
    pub(super) values: Values,
    /// Where somebody signed in.
    pub(super) signed_in: Vec<Vendor>,
    faults: Vec<Fault>,
    /// What is not there yet and may be entered in the set-up.
    pub(super) lacking: Vec<Fault>,
    notices: Vec<String>,
}

impl Reader {
    pub(super) fn fault(&mut self, key: &str, problem: impl Into<String>, fix: impl Into<String>) {
        self.faults.push(Fault { key: shown(key), problem: problem.into(), fix: fix.into() });
    }

    pub(super) fn wrong(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Whether something is wrong with this key.
    pub(super) fn has_fault(&self, key: &str) -> bool {
        self.faults.iter().any(|fault| fault.key == shown(key))
    }

    fn draft(&mut self, console: &Console) -> Option<Draft> {
        let given = self.values.given().clone();
        let data_dir =
            self.text("hub.data_dir").map_or_else(|| PathBuf::from("/var/lib/sidetone"), PathBuf::from);
        let database = self.database(&data_dir);
        let listen = self.text("hub.listen").unwrap_or_else(|| "127.0.0.1:8787".into());
        let listen: Option<SocketAddr> = listen.parse().ok();
        if listen.is_none() {
            self.fault("hub.listen", "not an address with a port", "Give for instance \"127.0.0.1:8787\"");
        }
        let public_url = self.text("hub.public_url");
        if let Some(url) = &public_url
            && !is_public_address(url)
        {
            self.fault(
                "hub.public_url",
                "not an https address without user, `?` and `#`",
                "Aircall delivers to https only; give for instance \"https://hub.example.com\"",
            );
        }
        let addresses = self.addresses();
        let apps = self.apps(&addresses);
        let aircall = self.aircall(&addresses, &apps);
        let Found { account: helpdesk, gorgias, inbox, rate: helpdesk_rate } =
            self.helpdesk(&addresses, &apps);
        let (events, arrival, webhook_token) = self.arrival(public_url.clone());
        let mut logging = self.logging();
        let held = (console.is_held && logging.mode.0 != Mode::Off).then_some(logging.mode.0);
        if held.is_some() {
            logging.mode = ModeSetting(Mode::Off);
            self.notices.push(
                "[logging] mode is set, but a connection was given up or another account connected since: nothing is logged until an admin goes live in the set-up".into(),
            );
        }
        let settings = Settings {
            logging,
            privacy: self.privacy(),
            lines: self.lines(),
            time_zone: self.time_zone(),
            arrival,
            aircall_rate: self.aircall_rate(),
            helpdesk_rate,
            check_every: self.check_every(),
            enable_webhook: self.flag("health.enable_webhook", true),
            poll_every: Duration::from_secs(self.number("health.poll_seconds", 5, 5, 3600)),
            files: FilesSettings::in_folder(data_dir.join("files")),
            study_only: false,
            sandbox_control_url: None,
        };
        let alerts = self.alerts();
        Some(Draft {
            listen: listen?,
            database: database?,
            data_dir,
            admin_token: self.secret("hub.admin_token"),
            metrics: self.flag("hub.metrics", false),
            secret_key: self.secret_key(),
            apps,
            addresses,
            public_url,
            events,
            aircall,
            helpdesk,
            gorgias,
            inbox,
            webhook_token,
            alerts,
            settings,
            held,
            entered: console.values.keys().filter(|key| !given.contains(*key)).cloned().collect(),
            given,
            left_out: Vec::new(),
            notices: std::mem::take(&mut self.notices),
            lacking: self.lacking.clone(),
        })
    }

    fn secret_key(&mut self) -> Option<SealKey> {
        let text = self.secret("hub.secret_key")?;
        let key = SealKey::from_text(text.reveal());
        if key.is_none() {
            self.fault(
                "hub.secret_key",
                "not 32 bytes in base64",
                "Make one with `openssl rand -base64 32`, and keep it: what was encrypted with another is lost",
            );
        }
        key
    }

    /// C6. An absolute path: where the program happens to be started must not decide where recordings lie.
    fn recordings_dir(&mut self) -> Option<PathBuf> {
        let key = "logging.recordings_dir";
        let folder = self.text(key).map(|text| PathBuf::from(text.trim()))?;
        if !folder.is_absolute() {
            self.fault(
                key,
                "not a whole path",
                "Give for instance \"/srv/recordings\", or \"\" to keep none",
            );
            return None;
        }
        Some(folder)
    }

    fn database(&mut self, data_dir: &std::path::Path) -> Option<Database> {
        let Some(url) = self.text("hub.database") else { return Some(Database::in_folder(data_dir)) };
        let parsed = Database::parse(&url);
        parsed.map_err(|error| self.fault("hub.database", error.to_string(), error.fix())).ok()
    }

    pub(super) fn account<T, E: std::fmt::Display>(&mut self, key: &str, account: Result<T, E>) -> Option<T> {
        account.map_err(|error| self.fault(key, "not usable", error.to_string())).ok()
    }

    fn arrival(&mut self, public_url: Option<String>) -> (EventsBy, Arrival, Option<Secret>) {
        let token = self.secret("aircall.webhook_token");
        let word = self.choice("aircall.webhook", "auto", &["auto", "manual", "none"]);
        let events = match word.as_str() {
            "manual" => EventsBy::Manual,
            "none" => EventsBy::None,
            _ => EventsBy::Auto,
        };
        let (arrival, token) = self.arrival_by(&word, public_url, token);
        (events, arrival, token)
    }

    fn arrival_by(
        &mut self,
        word: &str,
        public_url: Option<String>,
        token: Option<Secret>,
    ) -> (Arrival, Option<Secret>) {
        match (word, public_url, &token) {
            ("manual", _, None) => {
                self.fault("aircall.webhook_token", "missing", "A webhook made by hand needs its token here");
                (Arrival::ManualWebhook, None)
            }
            ("manual", _, Some(_)) => (Arrival::ManualWebhook, token),
            ("none", ..) => (Arrival::Polling, None),
            (_, Some(public_url), _) => (Arrival::OwnWebhook { public_url }, token),
            (_, None, Some(_)) => (Arrival::ManualWebhook, token),
            (_, None, None) => {
                self.notices.push(
                    "[hub] public_url is unset, so Aircall cannot reach this hub: calls are polled, and messages cannot be seen".into(),
                );
                (Arrival::Polling, None)
            }
        }
    }

    fn logging(&mut self) -> Logging {
        let mode = match self.choice("logging.mode", "off", &["off", "shadow", "live"]).as_str() {
            "live" => Mode::Live,
            "shadow" => Mode::Shadow,
            _ => Mode::Off,
        };
        let from = self.moment("logging.from");
        let shadow_until = self.moment("logging.shadow_until");
        let language = self.choice("logging.language", "en", &["en", "de", "fr"]);
        let unknown =
            self.choice("logging.unknown_callers", "placeholder", &["placeholder", "phone_only", "hold"]);
        let recordings = self.choice("logging.recordings", "attach", &["attach", "link", "none"]);
        Logging {
            mode: ModeSetting(mode),
            from,
            shadow_until,
            language: Language::from_code(&language).unwrap_or_default(),
            unknown_callers: match unknown.as_str() {
                "hold" => UnknownCallers::Hold,
                "phone_only" => UnknownCallers::PhoneOnly,
                _ => UnknownCallers::Placeholder,
            },
            several_take_recent: self.choice("logging.several_matches", "ask", &["ask", "recent"])
                == "recent",
            log_anonymous: self.choice("logging.anonymous_callers", "log", &["log", "store"]) == "log",
            log_internal: self.choice("logging.internal_calls", "store", &["store", "log"]) == "log",
            recordings: Recordings::from_code(&recordings).unwrap_or_default(),
            recordings_dir: self.recordings_dir(),
            recordings_keep_days: self.number("logging.recordings_keep_days", 0, 0, MOST_DAYS) as u32,
            answered: self.keep("logging.answered"),
            missed: self.keep("logging.missed"),
            outbound_unanswered: self.keep("logging.outbound_unanswered"),
        }
    }

    fn moment(&mut self, key: &str) -> Option<DateTime<Utc>> {
        let value = self.values.take(key)?;
        let text = value.as_str().map(str::to_owned).or_else(|| value.as_datetime().map(ToString::to_string));
        let parsed = text.as_deref().and_then(|t| DateTime::parse_from_rfc3339(t).ok());
        if parsed.is_none() {
            self.fault(key, "not a moment with a zone", "Give for instance \"2026-11-21T09:00:00+01:00\"");
        }
        parsed.map(|at| at.to_utc())
    }

    fn keep(&mut self, key: &str) -> Keep {
        match self.choice(key, "open", &["open", "closed", "store"]).as_str() {
            "closed" => Keep::Closed,
            "store" => Keep::Store,
            _ => Keep::Open,
        }
    }

    fn lines(&mut self) -> BTreeSet<u64> {
        let Some(value) = self.values.take("aircall.numbers") else {
            self.notices.push(
                "[aircall] numbers is unset: no line is selected, so nothing is shown or logged".into(),
            );
            return BTreeSet::new();
        };
        let ids: Option<BTreeSet<u64>> = match &value {
            Value::Array(items) => {
                items.iter().map(|i| i.as_integer().and_then(|n| u64::try_from(n).ok())).collect()
            }
            Value::String(text) => {
                text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(|t| t.parse().ok()).collect()
            }
            _ => None,
        };
        ids.unwrap_or_else(|| {
            self.faults.push(wrong("aircall.numbers", "a list of line ids: [123, 456]"));
            BTreeSet::new()
        })
    }

    fn time_zone(&mut self) -> Option<chrono_tz::Tz> {
        let name = self.text("hub.time_zone")?;
        let zone = name.parse().ok();
        if zone.is_none() {
            self.fault(
                "hub.time_zone",
                format!("there is no zone \"{name}\""),
                "Give an IANA name such as \"Europe/Paris\"",
            );
        }
        zone
    }

    fn check_every(&mut self) -> Duration {
        let seconds = self.number("health.check_seconds", 30, 5, 3600);
        if seconds > MOST_CHECK_SECONDS {
            self.notices.push(format!(
                "[health] check_seconds is {seconds}, but our webhook is looked at every {MOST_CHECK_SECONDS} s all the same, so that calls do \
                 not stay away unnoticed"
            ));
        }
        Duration::from_secs(seconds.min(MOST_CHECK_SECONDS))
    }

    fn aircall_rate(&mut self) -> Rate {
        let per_minute = self.number("aircall.rate_per_minute", 60, 1, 10_000);
        let share = match self.values.take("aircall.share") {
            None => 0.5,
            Some(value) => {
                let number = value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
                let number = number.or_else(|| value.as_str()?.parse().ok());
                number.filter(|s| *s > 0.0 && *s <= 1.0).unwrap_or_else(|| {
                    self.faults.push(wrong("aircall.share", "a number above 0 and at most 1, such as 0.5"));
                    0.5
                })
            }
        };
        if share > MOST_OF_AIRCALL {
            self.notices.push(format!(
                "[aircall] share is {share}, but no more than {MOST_OF_AIRCALL} of Aircall's limit is used all the same: a tenth is left to \
                 others"
            ));
        }
        let ours = (per_minute as f64 * share.min(MOST_OF_AIRCALL)).floor().max(1.0);
        Rate { requests: ours as u32, window: Duration::from_secs(60) }
    }

    /// `N/Ws`.
    pub(super) fn rate(&mut self, key: &str, default: Rate) -> Rate {
        let Some(text) = self.text(key) else { return default };
        let parsed = text.strip_suffix('s').and_then(|t| t.split_once('/')).and_then(|(n, w)| {
            let (requests, window): (u32, u64) = (n.trim().parse().ok()?, w.trim().parse().ok()?);
            (requests > 0 && window > 0).then_some(Rate { requests, window: Duration::from_secs(window) })
        });
        parsed.unwrap_or_else(|| {
            self.fault(key, "not a rate", "Give requests and seconds, such as \"80/40s\"");
            default
        })
    }

    fn choice(&mut self, key: &str, default: &str, words: &[&str]) -> String {
        let Some(text) = self.text(key) else { return default.to_owned() };
        if !words.contains(&text.as_str()) {
            self.fault(key, format!("\"{text}\" is not known"), format!("Give one of {}", words.join(", ")));
            return default.to_owned();
        }
        text
    }

    pub(super) fn number(&mut self, key: &str, default: u64, least: u64, most: u64) -> u64 {
        let Some(value) = self.values.take(key) else { return default };
        let number = value
            .as_integer()
            .and_then(|n| u64::try_from(n).ok())
            .or_else(|| value.as_str()?.trim().parse().ok());
        number.filter(|n| (least..=most).contains(n)).unwrap_or_else(|| {
            self.faults.push(not_a_number(key, least, most));
            default
        })
    }

    fn flag(&mut self, key: &str, default: bool) -> bool {
        let Some(value) = self.values.take(key) else { return default };
        value.as_bool().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| {
            self.faults.push(wrong(key, "true or false"));
            default
        })
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.values.take(key)? {
            Value::String(text) => Some(text).filter(|t| !t.trim().is_empty()),
            _ => {
                self.faults.push(wrong(key, "a text in quotes"));
                None
            }
        }
    }

    pub(super) fn secret(&mut self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret)
    }
}

/// A tenth of a shared limit is always left to others (B2).
const MOST_OF_AIRCALL: f64 = 0.9;
/// A webhook that was switched off, deleted or changed is mended within a minute (`design.md` §6).
const MOST_CHECK_SECONDS: u64 = 60;

pub(super) fn is_public_address(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    // The webhook's path is put behind it.
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    is_plain && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

/// Whether an address stays on this computer.
pub(crate) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
