//! What the engine is told at the start: the keys of `design.md` §6 that it needs, checked and typed by a face.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
pub use sidetone_protocol::Mode;
pub use sidetone_words::Language;

use crate::call::Call;
use crate::number::E164;

/// What becomes of one kind of call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// Logged, ticket open.
    #[default]
    Open,
    /// Logged, ticket closed.
    Closed,
    /// Kept in the call log only.
    Store,
}

/// What is done for a caller that nobody knows (G5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownCallers {
    /// A customer with a placeholder name and e-mail.
    #[default]
    Placeholder,
    /// The placeholder name, no e-mail.
    PhoneOnly,
    /// Nothing until a person names the caller.
    Hold,
}

/// What of a recording goes into the helpdesk (G17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recordings {
    /// The file, attached to a note.
    #[default]
    Attach,
    /// The link to the call's page in Aircall.
    Link,
    /// Nothing.
    None,
}

impl Recordings {
    /// As in the configuration.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Recordings::Attach => "attach",
            Recordings::Link => "link",
            Recordings::None => "none",
        }
    }

    /// Reads what [`Recordings::code`] writes.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Recordings> {
        [Recordings::Attach, Recordings::Link, Recordings::None].into_iter().find(|r| r.code() == code)
    }
}

/// Where files lie on their way from Aircall to the helpdesk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesSettings {
    /// A folder of the engine's own: it is made, and what an earlier run left there is removed.
    pub dir: PathBuf,
    /// What is larger is not uploaded; see [`LARGEST_BYTES`](crate::files::LARGEST_BYTES).
    pub largest_bytes: u64,
}

impl FilesSettings {
    /// With the limit of G17.
    #[must_use]
    pub fn in_folder(dir: PathBuf) -> FilesSettings {
        FilesSettings { dir, largest_bytes: crate::files::LARGEST_BYTES }
    }
}

/// `[logging]` and what belongs to it.
#[derive(Clone, Debug, Default)]
pub struct Logging {
    /// Off, shadow or live.
    pub mode: ModeSetting,
    /// B15: calls that started before this are never written by themselves. Unset: the moment of the first `live`.
    pub from: Option<DateTime<Utc>>,
    /// Shadow mode was to last until then. Nothing switches by itself; a reminder stands from then on.
    pub shadow_until: Option<DateTime<Utc>>,
    /// What is written is in this language.
    pub language: Language,
    /// G5.
    pub unknown_callers: UnknownCallers,
    /// B7: with several matches take the most recently updated instead of asking.
    pub several_take_recent: bool,
    /// G23: log withheld callers under one shared customer (else keep them in the call log only).
    pub log_anonymous: bool,
    /// G23: log calls between two own lines.
    pub log_internal: bool,
    /// G17.
    pub recordings: Recordings,
    /// C6: where recordings and voicemails are kept; unset: nowhere.
    pub recordings_dir: Option<PathBuf>,
    /// For so many days after the call; 0: for ever.
    pub recordings_keep_days: u32,
    /// Answered calls, both ways.
    pub answered: Keep,
    /// Inbound calls that nobody answered.
    pub missed: Keep,
    /// Outbound calls that nobody answered.
    pub outbound_unanswered: Keep,
}

/// `[privacy]` (B12).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privacy {
    /// After so many days calls and messages lose their content; 0: never.
    pub keep_days: u32,
    /// Numbers whose calls and messages are never logged.
    pub never_log: BTreeSet<E164>,
}

impl Privacy {
    /// Whether the call's number stands on the list of those that are never logged.
    #[must_use]
    pub fn never_logs(&self, call: &Call) -> bool {
        !self.never_log.is_empty()
            && call.party().number().is_some_and(|number| self.never_log.contains(number))
    }

    /// Calls from before have no content any more; `None`: all keep it.
    #[must_use]
    pub fn keeps_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = TimeDelta::try_days(self.keep_days.into())?;
        (self.keep_days > 0).then(|| now - days)
    }
}

/// [`Mode`] with the documented default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModeSetting(pub Mode);

impl Default for ModeSetting {
    fn default() -> Self {
        ModeSetting(Mode::Off)
    }
}

/// How events arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// We make and repair our own webhook at this public address (`<public_url>/webhooks/aircall`, without the id).
    OwnWebhook {
        /// Where Aircall reaches us, without a path.
        public_url: String,
    },
    /// A webhook that somebody made by hand.
    ManualWebhook,
    /// No webhook: ask Aircall.
    Polling,
}

/// A limit of `n` requests in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests.
    pub requests: u32,
    /// Window.
    pub window: Duration,
}

/// Everything that the engine is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `[logging]`.
    pub logging: Logging,
    /// `[privacy]`.
    pub privacy: Privacy,
    /// Ids of the selected lines (G18); empty = none.
    pub lines: BTreeSet<u64>,
    /// The zone of what is written; unset = the line's.
    pub time_zone: Option<Tz>,
    /// How events arrive.
    pub arrival: Arrival,
    /// Our part of Aircall's limit.
    pub aircall_rate: Rate,
    /// The helpdesk's limit to start with; its headers teach better.
    pub helpdesk_rate: Rate,
    /// How often our webhook is looked at; the engine does so every minute at least.
    pub check_every: Duration,
    /// Our webhook is switched on again by itself where it was switched off; else only when a person wants it.
    pub enable_webhook: bool,
    /// How often Aircall is asked without a webhook.
    pub poll_every: Duration,
    /// Recordings and voicemails on their way (G17).
    pub files: FilesSettings,
    /// Only plans are made, on request: the mode is not noted as a change of mode (B15), nothing is written.
    pub study_only: bool,
    /// Set where the vendors are the sandbox's stand-ins: its control page.
    pub sandbox_control_url: Option<String>,
}
