//! Tells people of alerts who look at no window (A4): by mail and by web hook, in the configured language.
//!
//! What is told and when is the engine's (`telling.rs` there); here are the words and the two ways. No number of a caller and
//! no secret leaves on either.

mod mail;
pub(crate) mod routes;
mod web_hook;
pub mod words;

use async_trait::async_trait;
use chrono_tz::Tz;
use sidetone_engine::telling::{Courier, Telling, way_code};
use sidetone_protocol::{TellingTested, TellingWay};
use sidetone_words::Language;

use self::words::Said;
use crate::config::{Alerts, Config, HelpdeskAccount};

/// A program that receives what we tell may answer with a page; so much of it is told again.
const ANSWER_CHARS: usize = 300;

/// A word with so many digits may be somebody's number.
const NUMBER_DIGITS: usize = 8;

/// Tells in the words and on the ways of a configuration.
#[derive(Clone, Debug)]
pub struct Messenger {
    alerts: Alerts,
    reader: Reader,
    /// Sets what this installation tells apart from what another one does.
    installation: String,
}

/// For whom it is worded.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Their language.
    pub language: Language,
    /// Their zone; unset: UTC.
    pub zone: Option<Tz>,
    /// The name of the helpdesk.
    pub helpdesk: &'static str,
    /// Where the pages are, if they have an address.
    pub pages: Option<String>,
}

impl Messenger {
    /// As the configuration says.
    #[must_use]
    pub fn new(config: &Config, installation: String) -> Messenger {
        let helpdesk = match config.helpdesk {
            HelpdeskAccount::Gorgias(_) => "Gorgias",
            HelpdeskAccount::Front { .. } => "Front",
        };
        let pages = config.public_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
        let reader = Reader {
            language: config.settings.logging.language,
            zone: config.settings.time_zone,
            helpdesk,
            pages,
        };
        Messenger { alerts: config.alerts.clone(), reader, installation }
    }

    /// The same for a configuration that may not be complete.
    pub(crate) fn of(alerts: Alerts, language: Language, pages: Option<&str>) -> Messenger {
        let pages = pages.map(|url| url.trim_end_matches('/').to_owned());
        let reader = Reader { language, zone: None, helpdesk: "Gorgias", pages };
        Messenger { alerts, reader, installation: "test".into() }
    }

    /// Sends a test on each way, and tells what the other side said.
    pub async fn test(&self) -> Vec<TellingTested> {
        let said = words::test(&self.reader);
        let id = format!("test-{}", uuid::Uuid::new_v4());
        let mut tested = Vec::new();
        for way in self.ways() {
            let sent =
                tokio::time::timeout(std::time::Duration::from_secs(20), self.send(way, &id, None, &said));
            let result = sent.await.unwrap_or_else(|_| Err("no answer within 20 s".into()));
            let accepted = result.is_ok();
            let text = result.unwrap_or_else(|text| text);
            tested.push(TellingTested { way, accepted, text });
        }
        tested
    }

    async fn send(
        &self,
        way: TellingWay,
        id: &str,
        telling: Option<&Telling>,
        said: &Said,
    ) -> Result<String, String> {
        match way {
            TellingWay::Mail => {
                let mail = self.alerts.mail.as_ref().ok_or("no mail server is set")?;
                let thread = telling.map(|telling| telling.about.as_str());
                mail::send(mail, &mail::Ids { id, thread, installation: &self.installation }, said).await
            }
            TellingWay::WebHook => {
                let hook = self.alerts.web_hook.as_ref().ok_or("no web hook is set")?;
                let body = web_hook::body(id, telling, said, self.reader.pages.as_deref());
                web_hook::post(hook, &format!("{id}-{}", self.installation), &body).await
            }
        }
    }
}

#[async_trait]
impl Courier for Messenger {
    fn ways(&self) -> Vec<TellingWay> {
        let mail = self.alerts.mail.as_ref().map(|_| TellingWay::Mail);
        let web_hook = self.alerts.web_hook.as_ref().map(|_| TellingWay::WebHook);
        mail.into_iter().chain(web_hook).collect()
    }

    async fn carry(&self, telling: &Telling) -> Result<(), String> {
        let said = match &telling.body.account {
            Some(figures) => words::account(figures, &self.reader),
            None => words::alert(telling.state, &telling.body, &self.reader),
        };
        let sent = self.send(telling.way, &telling.id, Some(telling), &said).await;
        sent.map(|_| tracing::info!(way = way_code(telling.way), id = telling.id, "told"))
    }
}

/// What the other side said, on one line and not without end, without the secrets that it was told.
fn told_back(text: &str, secrets: &[&str]) -> String {
    // What we tell holds no number of a caller; whatever looks like one is not told on all the same.
    let is_number = |word: &&str| word.bytes().filter(u8::is_ascii_digit).count() >= NUMBER_DIGITS;
    let words = text.split_whitespace().map(|word| if is_number(&word) { "…" } else { word });
    let mut text: String = words.collect::<Vec<_>>().join(" ");
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        text = text.replace(secret, "…");
    }
    match text.char_indices().nth(ANSWER_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
