//! Values to settings: each checked, each fault with its fix.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::DateTime;
use sidetone_engine::settings::{
    Arrival, FilesSettings, Keep, Language, Logging, Mode, ModeSetting, Rate, Recordings, Settings,
    UnknownCallers,
};
use toml::Value;

use super::keys::{Values, shown, wrong};
use super::{Config, ConfigError, Fault, HelpdeskAccount, Secret};
use crate::database::Database;

/// Reads a configuration from a file's text and environment variables.
///
/// # Errors
/// Everything that is wrong.
pub fn read(
    text: &str,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Config, ConfigError> {
    let mut faults = Vec::new();
    let values = Values::gather(text, environment, &mut faults);
    let mut reader = Reader { values, faults, notices: Vec::new() };
    let config = reader.config();
    match config {
        Some(config) if reader.faults.is_empty() => Ok(config),
        _ => Err(ConfigError(reader.faults)),
    }
}

struct Reader {
    values: Values,
    faults: Vec<Fault>,
    notices: Vec<String>,
}

impl Reader {
    fn fault(&mut self, key: &str, problem: impl Into<String>, fix: impl Into<String>) {
        self.faults.push(Fault { key: shown(key), problem: problem.into(), fix: fix.into() });
    }

    fn config(&mut self) -> Option<Config> {
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
        let aircall = self.aircall();
        let (helpdesk, helpdesk_rate) = self.helpdesk();
        let (arrival, webhook_token) = self.arrival(public_url);
        let settings = Settings {
            logging: self.logging(),
            lines: self.lines(),
            time_zone: self.time_zone(),
            arrival,
            aircall_rate: self.aircall_rate(),
            helpdesk_rate,
            check_every: self.check_every(),
            poll_every: Duration::from_secs(self.number("health.poll_seconds", 5, 5, 3600)),
            files: FilesSettings::in_folder(data_dir.join("files")),
            study_only: false,
            sandbox_control_url: None,
        };
        self.not_yet();
        Some(Config {
            listen: listen?,
            database: database?,
            data_dir,
            admin_token: self.secret("hub.admin_token"),
            metrics: self.flag("hub.metrics", false),
            aircall: aircall?,
            helpdesk: helpdesk?,
            webhook_token,
            settings,
            notices: std::mem::take(&mut self.notices),
        })
    }

    /// Keys of the contract that later versions act on: accepted, and told plainly.
    fn not_yet(&mut self) {
        for (key, what) in [
            ("hub.secret_key", "signing in with OAuth"),
            ("logging.recordings_dir", "keeping recordings in a folder"),
            ("alerts.webhook_url", "alerts by web hook"),
            ("alerts.smtp", "alerts by e-mail"),
            ("alerts.to", "alerts by e-mail"),
        ] {
            let value = self.values.take(key);
            if value.is_some_and(|v| v.as_str() != Some("")) {
                self.notices.push(format!("{} is set, but this version has no {what} yet", shown(key)));
            }
        }
    }

    fn database(&mut self, data_dir: &std::path::Path) -> Option<Database> {
        let Some(url) = self.text("hub.database") else { return Some(Database::in_folder(data_dir)) };
        let parsed = Database::parse(&url);
        parsed.map_err(|error| self.fault("hub.database", error.to_string(), error.fix())).ok()
    }

    fn aircall(&mut self) -> Option<aircall::Account> {
        let url = self.text("aircall.api_url").unwrap_or_else(|| aircall::API_URL.into());
        let oauth = ["aircall.oauth.client_id", "aircall.oauth.client_secret", "aircall.oauth.authorize_url"];
        if oauth.iter().filter_map(|key| self.values.take(key)).count() > 0 {
            self.fault(
                "aircall.oauth.client_id",
                "this version has no sign-in yet",
                "Give [aircall] api_id and api_token",
            );
        }
        let (id, token) = (
            self.needed("aircall.api_id", AIRCALL_KEY),
            self.needed_secret("aircall.api_token", AIRCALL_KEY),
        );
        let credential = aircall::Credential::key(id?, token?.reveal());
        let account = aircall::Account::new(&url, credential).and_then(|a| a.with_user_agent(USER_AGENT));
        self.account("aircall.api_url", account)
    }

    /// Exactly one of the two, and the limit to start with.
    fn helpdesk(&mut self) -> (Option<HelpdeskAccount>, Rate) {
        let is_front = self.values.has_section("front");
        if is_front && self.values.has_section("gorgias") {
            self.fault("front", "given beside [gorgias]", "Give one of the two: calls go into one helpdesk");
        }
        if is_front {
            let rate = self.rate("front.rate", Rate { requests: 50, window: Duration::from_secs(60) });
            return (self.front(), rate);
        }
        let rate = self.rate("gorgias.rate", Rate { requests: 80, window: Duration::from_secs(40) });
        (self.gorgias().map(HelpdeskAccount::Gorgias), rate)
    }

    fn front(&mut self) -> Option<HelpdeskAccount> {
        let oauth = ["front.oauth.client_id", "front.oauth.client_secret"];
        if oauth.iter().filter_map(|key| self.values.take(key)).count() > 0 {
            self.fault("front.oauth.client_id", "this version has no sign-in yet", "Give [front] api_token");
        }
        let url = self.text("front.api_url").unwrap_or_else(|| front::API_URL.into());
        let app_url = self.text("front.oauth_url").unwrap_or_else(|| front::APP_URL.into());
        let inbox = self.text("front.inbox").unwrap_or_else(|| FRONT_INBOX.into()).trim().to_owned();
        let token = self.needed_secret("front.api_token", FRONT_KEY);
        let credential = front::Credential::bearer(token?.reveal());
        let account = front::Account::new(&url, credential).and_then(|a| a.with_user_agent(USER_AGENT));
        let account = self.account("front.api_url", account)?;
        Some(HelpdeskAccount::Front { account, inbox, app_url })
    }

    fn gorgias(&mut self) -> Option<gorgias::Account> {
        let oauth = ["gorgias.oauth.client_id", "gorgias.oauth.client_secret"];
        if oauth.iter().filter_map(|key| self.values.take(key)).count() > 0 {
            self.fault(
                "gorgias.oauth.client_id",
                "this version has no sign-in yet",
                "Give [gorgias] email and api_key",
            );
        }
        let (name, url) = (self.text("gorgias.account"), self.text("gorgias.api_url"));
        let (email, key) =
            (self.needed("gorgias.email", GORGIAS_KEY), self.needed_secret("gorgias.api_key", GORGIAS_KEY));
        if name.is_none() && url.is_none() {
            self.fault(
                "gorgias.account",
                "missing",
                "Give the first part of your helpdesk's address: \"acme\" of acme.gorgias.com",
            );
        }
        if url.as_deref().is_some_and(is_page_of_gorgias) {
            self.fault(
                "gorgias.api_url",
                "the address of a page in the browser",
                "Leave out /app and what follows: \"https://acme.gorgias.com\"",
            );
            return None;
        }
        let credential = gorgias::Credential::basic(email?, key?.reveal());
        let (key, account) = match (url, name) {
            (Some(url), _) => ("gorgias.api_url", gorgias::Account::new(&url, credential)),
            (None, name) => ("gorgias.account", gorgias::Account::for_subdomain(&name?, credential)),
        };
        self.account(key, account.and_then(|a| a.with_user_agent(USER_AGENT)))
    }

    fn account<T, E: std::fmt::Display>(&mut self, key: &str, account: Result<T, E>) -> Option<T> {
        account.map_err(|error| self.fault(key, "not usable", error.to_string())).ok()
    }

    fn arrival(&mut self, public_url: Option<String>) -> (Arrival, Option<Secret>) {
        let token = self.secret("aircall.webhook_token");
        let word = self.choice("aircall.webhook", "auto", &["auto", "manual", "none"]);
        match (word.as_str(), public_url, &token) {
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
        let from = self.values.take("logging.from").and_then(|value| {
            let text =
                value.as_str().map(str::to_owned).or_else(|| value.as_datetime().map(ToString::to_string));
            let parsed = text.as_deref().and_then(|t| DateTime::parse_from_rfc3339(t).ok());
            if parsed.is_none() {
                self.fault(
                    "logging.from",
                    "not a moment with a zone",
                    "Give for instance \"2026-11-21T09:00:00+01:00\"",
                );
            }
            parsed.map(|at| at.to_utc())
        });
        let language = self.choice("logging.language", "en", &["en", "de", "fr"]);
        let unknown =
            self.choice("logging.unknown_callers", "placeholder", &["placeholder", "phone_only", "hold"]);
        let recordings = self.choice("logging.recordings", "attach", &["attach", "link", "none"]);
        Logging {
            mode: ModeSetting(mode),
            from,
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
            answered: self.keep("logging.answered"),
            missed: self.keep("logging.missed"),
            outbound_unanswered: self.keep("logging.outbound_unanswered"),
        }
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
        let ours = (per_minute as f64 * share).floor().max(1.0);
        Rate { requests: ours as u32, window: Duration::from_secs(60) }
    }

    /// `N/Ws`.
    fn rate(&mut self, key: &str, default: Rate) -> Rate {
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

    fn number(&mut self, key: &str, default: u64, least: u64, most: u64) -> u64 {
        let Some(value) = self.values.take(key) else { return default };
        let number = value
            .as_integer()
            .and_then(|n| u64::try_from(n).ok())
            .or_else(|| value.as_str()?.trim().parse().ok());
        number.filter(|n| (least..=most).contains(n)).unwrap_or_else(|| {
            self.faults.push(wrong(key, &format!("a whole number from {least} to {most}")));
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

    fn text(&mut self, key: &str) -> Option<String> {
        match self.values.take(key)? {
            Value::String(text) => Some(text).filter(|t| !t.trim().is_empty()),
            _ => {
                self.faults.push(wrong(key, "a text in quotes"));
                None
            }
        }
    }

    fn secret(&mut self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret)
    }

    fn needed(&mut self, key: &str, fix: &str) -> Option<String> {
        let text = self.text(key);
        if text.is_none() && !self.faults.iter().any(|f| f.key == shown(key)) {
            self.fault(key, "missing", fix);
        }
        text
    }

    fn needed_secret(&mut self, key: &str, fix: &str) -> Option<Secret> {
        self.needed(key, fix).map(Secret)
    }
}

/// A webhook that was switched off, deleted or changed is mended within a minute (`design.md` §6).
const MOST_CHECK_SECONDS: u64 = 60;
const USER_AGENT: &str = concat!("sidetone/", env!("CARGO_PKG_VERSION"));
const AIRCALL_KEY: &str = "Make an API key in the Aircall Dashboard under Integrations & API";
const FRONT_KEY: &str = "Make an API token in Front under Settings, Developers, API tokens";
/// Where the vendor's integration puts calls, too.
const FRONT_INBOX: &str = "Aircall Phone";
const GORGIAS_KEY: &str = "Make an API key in Gorgias under Settings, REST API";

fn is_public_address(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    // The webhook's path is put behind it.
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    is_plain && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

/// Whether an address stays on this computer.
pub(super) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The address in the browser's bar leads to the helpdesk's pages, where the API is not.
fn is_page_of_gorgias(url: &str) -> bool {
    url::Url::parse(url)
        .is_ok_and(|url| url.path_segments().is_some_and(|mut segments| segments.next() == Some("app")))
}
