//! How people are told of alerts who look at no window: by mail or web hook.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A way on which people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum TellingWay {
    /// By e-mail.
    Mail,
    /// By a request to an address.
    WebHook,
}

/// How telling goes on one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct TellingView {
    /// Which.
    pub way: TellingWay,
    /// What waits to be told.
    pub waiting: u32,
    /// When something was told last, unix seconds; within the last month.
    pub sent_at: Option<i64>,
    /// Since when it fails, unix seconds.
    pub failing_since: Option<i64>,
    /// When it is tried again, unix seconds.
    pub next_try_at: Option<i64>,
    /// Why it failed last, in the words of the other side.
    pub text: Option<String>,
    /// When something was given up after a day of tries, and nothing was told since; unix seconds.
    pub given_up_at: Option<i64>,
}

/// `GET /api/alerts`: who is told. No secret is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct AlertsSetup {
    /// The mail server, `mail.example.com`; unset: nobody is told by mail.
    pub server: Option<String>,
    /// Whom mail goes to.
    pub to: Vec<String>,
    /// Whom it comes from.
    pub from: Option<String>,
    /// Where the web hook goes, its host only; unset: there is none.
    pub web_hook: Option<String>,
    /// Mail is set in the configuration file or environment, and can be changed there only.
    pub mail_is_given: bool,
    /// The web hook is.
    pub web_hook_is_given: bool,
}

/// `POST /api/alerts/mail`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct MailEntered {
    /// `smtps://user:password@mail.example.com`; unset: as it was.
    #[serde(default)]
    pub smtp: Option<String>,
    /// Whom mail goes to.
    pub to: Vec<String>,
    /// Whom it comes from; unset: the user of the server, if that is an address.
    #[serde(default)]
    pub from: Option<String>,
}

/// `POST /api/alerts/web-hook`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct WebHookEntered {
    /// Where it goes.
    pub url: String,
}

/// What the other side said to a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct TellingTested {
    /// On which way.
    pub way: TellingWay,
    /// Whether it was taken.
    pub accepted: bool,
    /// What it said.
    pub text: String,
}
