//! One check with its result, and every code there is.

use std::collections::BTreeSet;

use sidetone_engine::number::masked_text;
pub use sidetone_protocol::Finding;
use sidetone_protocol::{CheckSaid, CheckView, DoctorReport};
use sidetone_words::Language;

use super::Saying;

/// Every code, in the order of a report, with why it matters. Codes are stable.
pub const CODES: [(&str, &str); 39] = [
    (
        "data_dir",
        "The lock, the database and recordings on their way lie there, with customers' names and numbers.",
    ),
    ("disk", "On a full disk no event can be stored, and recordings of up to 500 MB lie here on their way."),
    ("recordings_dir", "Recordings that cannot be kept wait, and Aircall does not have them for ever."),
    ("database", "An event is answered only once it is stored; a slow or lost database holds up every call."),
    ("secrets", "What was entered or signed in to is encrypted; without its key Sidetone cannot connect."),
    ("admin_token", "Without it nobody gets in: the pages and all of /api/ answer 401."),
    ("alerts", "A fault that nobody looks at stays: calls wait until somebody opens Sidetone."),
    ("clock", "What came first is told by the clock, and go-live line and signed links go by it."),
    ("mode", "Calls are written in live mode only, and only those that begin after going live."),
    (
        "sandbox",
        "Where one side is real and the other is not, customers' data goes where it does not belong.",
    ),
    ("aircall_key", "Nothing is known of any call without it."),
    ("lines", "Only calls on selected lines are shown and logged."),
    ("menu_lines", "A call through a menu can be two calls at Aircall, so it may be written twice."),
    ("line_users", "Calls to a line with nobody on it ring nobody, and end as missed calls."),
    ("recording", "A record without a recording is not unfinished there: none will come."),
    ("time_zone", "The times in the notes are written in this zone."),
    ("language", "Notes and subjects are read by these agents."),
    ("agents_online", "While nobody is online every call is a missed call."),
    ("arrival", "Who calls is seen while it rings only if Aircall sends its events."),
    (
        "public_url",
        "Aircall delivers over the internet; an address of this computer or network leads it nowhere.",
    ),
    (
        "public_address",
        "Events that cannot be delivered are tried again for a while, then the webhook is switched off.",
    ),
    ("webhook", "Without a webhook no event comes."),
    (
        "webhook_active",
        "Aircall switches a webhook off after failures and tells nobody; no event comes then.",
    ),
    ("webhook_address", "Events go to the address that the webhook has, not to the one that is set here."),
    ("webhook_once", "Each event comes once for each webhook: that costs, and an old token fails."),
    ("webhook_events", "What is not subscribed to is never seen; what is too much costs requests and disk."),
    ("webhook_token", "The token is the only proof that an event is Aircall's; any other event is refused."),
    ("other_sidetone", "One installation writes for a company. While another one does, this one only reads."),
    ("other_integrations", "Two integrations that log the same calls write each call twice."),
    ("gorgias_key", "Nothing can be looked up or written without it."),
    ("front_key", "Nothing can be looked up or written without it."),
    ("account", "An account that is not active takes no tickets."),
    ("permissions", "What the key may not do stays undone: those calls wait for a person."),
    ("fallback_author", "Missed calls and calls of unknown agents have no author of their own."),
    ("agents", "Calls are written in the name of whoever answered, found by the e-mail address."),
    ("front_inbox", "All calls are logged into this inbox."),
    ("inbox_access", "An agent without access does not see the calls, nor those that are assigned to them."),
    ("budget", "All integrations of the company share one limit; when it is used up, everybody waits."),
    ("directory", "Who calls is known at the first ring only from the directory of all customers."),
];

/// What can be done about something at a click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The engine puts our own webhook right.
    PutWebhookRight,
    /// This webhook is switched on and listens to exactly our events.
    ChangeWebhook(String),
    /// These webhooks are taken away.
    RemoveWebhooks(Vec<String>),
    /// This installation becomes the one that writes.
    TakeOver,
    /// Writing goes on.
    Resume,
    /// These lines are selected from now on.
    SelectLines(BTreeSet<u64>),
}

/// A deed by the word that stands for it in the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Stable.
    pub action: &'static str,
    /// What is done.
    pub deed: Deed,
}

/// One check with its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Stable; one of [`CODES`].
    pub code: &'static str,
    /// What it found.
    pub finding: Finding,
    /// What, in a sentence.
    pub what: String,
    /// What to do; empty if passed.
    pub mend: String,
    /// The measured value in few characters, in English.
    pub value: Option<String>,
    /// What Sidetone can do about it.
    pub remedy: Option<Remedy>,
    /// `what` and `mend` for readers of any language.
    said: [Saying; 2],
    /// The same for the value.
    said_value: Option<Saying>,
}

pub(crate) fn passed(code: &'static str, what: impl Into<Saying>) -> Check {
    found(code, Finding::Passed, what.into(), "".into())
}

pub(crate) fn fault(code: &'static str, what: impl Into<Saying>, mend: impl Into<Saying>) -> Check {
    found(code, Finding::Fault, what.into(), mend.into())
}

pub(crate) fn hint(code: &'static str, what: impl Into<Saying>, mend: impl Into<Saying>) -> Check {
    found(code, Finding::Hint, what.into(), mend.into())
}

fn found(code: &'static str, finding: Finding, what: Saying, mend: Saying) -> Check {
    let (english, mend_english) = (what.english(), mend.english());
    Check {
        code,
        finding,
        what: english,
        mend: mend_english,
        value: None,
        remedy: None,
        said: [what, mend],
        said_value: None,
    }
}

impl Check {
    /// With what was measured.
    pub(crate) fn with_value(self, value: impl Into<Saying>) -> Check {
        let value = value.into();
        Check { value: Some(value.english()), said_value: Some(value), ..self }
    }

    /// With what Sidetone can do about it.
    pub(crate) fn with_remedy(self, action: &'static str, deed: Deed) -> Check {
        Check { remedy: Some(Remedy { action, deed }), ..self }
    }

    /// Why it matters.
    #[must_use]
    pub fn why(&self) -> &'static str {
        CODES.iter().find(|(code, _)| *code == self.code).map_or("", |(_, why)| why)
    }

    /// Its place in a report.
    pub(super) fn place(&self) -> usize {
        CODES.iter().position(|(code, _)| *code == self.code).unwrap_or(CODES.len())
    }

    fn view(&self, language: Language) -> CheckView {
        let [what, mend] = &self.said;
        let said = what.told(language).zip(mend.told(language));
        let is_passed = self.finding == Finding::Passed;
        CheckView {
            code: self.code.to_owned(),
            finding: self.finding,
            what: self.what.clone(),
            why: if is_passed { String::new() } else { self.why().to_owned() },
            mend: self.mend.clone(),
            said: said.filter(|_| language != Language::En).map(|(what, mend)| CheckSaid { what, mend }),
            value: self.value.clone(),
            said_value: self
                .said_value
                .as_ref()
                .and_then(|value| value.told(language))
                .filter(|_| language != Language::En),
            action: self.remedy.as_ref().map(|remedy| remedy.action.to_owned()),
        }
    }
}

/// As `check --json` tells it. `checked_at`: unix seconds.
#[must_use]
pub fn report(checks: &[Check], checked_at: i64) -> DoctorReport {
    report_in(checks, checked_at, Language::En)
}

/// As the API tells it to a reader of this language, with the English sentences beside.
#[must_use]
pub fn report_in(checks: &[Check], checked_at: i64, language: Language) -> DoctorReport {
    let of =
        |finding| u32::try_from(checks.iter().filter(|c| c.finding == finding).count()).unwrap_or(u32::MAX);
    DoctorReport {
        checked_at,
        faults: of(Finding::Fault),
        hints: of(Finding::Hint),
        checks: checks.iter().map(|check| check.view(language)).collect(),
    }
}

/// What a person or a vendor has named, with every telephone number in it masked (B12).
pub(super) fn named(text: &str) -> String {
    masked_text(text)
}

/// The first few of many, so that a sentence stays one.
pub(super) fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        // For readers of every language.
        text.push_str(&format!(" … (+{})", names.len() - SHOWN));
    }
    text
}

/// `1 line`, `4 lines`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
