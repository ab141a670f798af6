//! `[alerts]`: who is told by mail or web hook.

use std::fmt;

use lettre::message::Mailbox;
use toml::Value;
use url::Url;

use super::Secret;
use super::read::{Reader, is_loopback, is_public_address};

/// Who is told of alerts.
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    /// By mail.
    pub mail: Option<Mail>,
    /// By web hook.
    pub web_hook: Option<WebHook>,
}

impl Alerts {
    /// Whether anybody is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mail.is_none() && self.web_hook.is_none()
    }
}

/// How the connection to a mail server is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// From its beginning: `smtps://`.
    Always,
    /// After `STARTTLS`, without which nothing is said: `smtp://`.
    StartTls,
    /// Not at all: `smtp://` on this computer.
    None,
}

/// A mail server, and whom mail goes to.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is reached.
    pub tls: MailTls,
    /// Who signs in there.
    pub user: Option<(String, Secret)>,
    /// Whom mail comes from.
    pub from: Mailbox,
    /// Whom it goes to.
    pub to: Vec<Mailbox>,
}

/// Where a web hook goes. The address may hold a secret.
#[derive(Clone)]
pub struct WebHook(Url);

impl WebHook {
    /// Where.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Its host, which is no secret.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl fmt::Debug for WebHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebHook({}…)", self.host())
    }
}

/// The port of `smtps://`, and that of `smtp://` with a user.
const SMTPS_PORT: u16 = 465;
const SUBMISSION_PORT: u16 = 587;
const SERVER_FIX: &str =
    "Give for instance \"smtps://user:password@mail.example.com\"; smtp:// goes on with STARTTLS";
const TO_FIX: &str = "Give a list of e-mail addresses: [\"ops@example.com\"]";

impl Reader {
    /// `[alerts]`.
    pub(super) fn alerts(&mut self) -> Alerts {
        let web_hook = self.text("alerts.webhook_url").and_then(|url| {
            let parsed = Url::parse(&url).ok().filter(|_| is_hook_address(&url));
            if parsed.is_none() {
                self.fault(
                    "alerts.webhook_url",
                    "not an https address without a user",
                    "Give for instance \"https://hooks.example.com/sidetone\"; http is for this computer only",
                );
            }
            parsed.map(WebHook)
        });
        Alerts { mail: self.mail(), web_hook }
    }

    fn mail(&mut self) -> Option<Mail> {
        let smtp = self.secret("alerts.smtp");
        let from = self.text("alerts.from");
        let to = self.addresses_of("alerts.to");
        let Some(smtp) = smtp else {
            if to.is_some() || from.is_some() {
                let key = if to.is_some() { "alerts.to" } else { "alerts.from" };
                self.fault(key, "nobody sends mail to them: [alerts] smtp is missing", SERVER_FIX);
            }
            return None;
        };
        let url = Url::parse(smtp.reveal()).ok();
        let url = url.filter(|url| url.host_str().is_some_and(|host| !host.is_empty()));
        let Some((url, tls)) = url.and_then(|url| Some((url.clone(), tls_of(&url)?))) else {
            // The address holds a password: it is not repeated.
            self.fault("alerts.smtp", "not the address of a mail server", SERVER_FIX);
            return None;
        };
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).ok()
        };
        let user = match (decoded(url.username()), url.password().map(decoded)) {
            (Some(user), Some(Some(password))) if !user.is_empty() => Some((user, Secret::new(password))),
            (Some(user), None) if user.is_empty() => None,
            _ => {
                let problem = "a user without a password, or the other way round";
                self.fault(
                    "alerts.smtp",
                    problem,
                    "Write an @ in the user's name as %40, and a : in it as %3A",
                );
                return None;
            }
        };
        let Some(to) = to.filter(|to| !to.is_empty()) else {
            if !self.has_fault("alerts.to") {
                self.fault("alerts.to", "missing: nobody is named whom mail goes to", TO_FIX);
            }
            return None;
        };
        let named = from.clone().or_else(|| user.as_ref().map(|(user, _)| user.clone()));
        let from = named.and_then(|from| from.parse().ok());
        let Some(from) = from else {
            let fix = "Give the address that mail comes from: \"sidetone@example.com\"";
            self.fault("alerts.from", "missing: the server's user is not an e-mail address", fix);
            return None;
        };
        let default_port = if tls == MailTls::Always { SMTPS_PORT } else { SUBMISSION_PORT };
        let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Mail { host, port: url.port().unwrap_or(default_port), tls, user, from, to })
    }

    /// A list of e-mail addresses, in the environment with commas between them.
    fn addresses_of(&mut self, key: &str) -> Option<Vec<Mailbox>> {
        let texts: Option<Vec<String>> = match self.values.take(key)? {
            Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            Value::String(text) => Some(text.split(',').map(str::to_owned).collect()),
            _ => None,
        };
        let texts = texts.map(|texts| {
            let texts = texts.iter().map(|text| text.trim().to_owned());
            texts.filter(|text| !text.is_empty()).collect::<Vec<_>>()
        });
        let parsed = texts.and_then(|texts| {
            texts.iter().map(|text| text.parse::<Mailbox>().ok()).collect::<Option<Vec<_>>>()
        });
        if parsed.is_none() {
            self.fault(key, "not a list of e-mail addresses", TO_FIX);
        }
        parsed
    }
}

fn tls_of(url: &Url) -> Option<MailTls> {
    // `smtp` is no scheme that the parser knows, so a loopback address in it is a name to it.
    let is_here = Url::parse(&format!("http://{}", url.host_str()?)).is_ok_and(|url| is_loopback(&url));
    match url.scheme() {
        "smtps" => Some(MailTls::Always),
        "smtp" if is_here => Some(MailTls::None),
        "smtp" => Some(MailTls::StartTls),
        _ => None,
    }
}

/// As all addresses that we send something to, but a web hook's may have a query: some name their room there.
fn is_hook_address(url: &str) -> bool {
    let without_query = url.split_once('?').map_or(url, |(before, _)| before);
    is_public_address(without_query) && !url.contains('#')
}
