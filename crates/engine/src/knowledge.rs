//! Lists that change rarely and are kept in memory: the helpdesk's people and tags, Aircall's teams, tags and lines; and
//! what the helpdesk refuses to tell.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sidetone_protocol::Reason;

use crate::call::Agent;
use crate::conversation::Conversation;
use crate::directory::{Matched, People};
use crate::files::NOTHING_UNDER_WAY;
use crate::helpdesk::{Context, LineUsers, Team};
use crate::number::E164;
use crate::settings::Settings;

/// What everybody but a call itself knows.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// The helpdesk's people, once read.
    pub people: Option<People>,
    /// The helpdesk's tags, once read.
    pub tags: Option<BTreeSet<String>>,
    /// Aircall's teams, once read, by this run or one before.
    pub teams: Option<BTreeMap<u64, Team>>,
    /// Slugs of Aircall's built-in tags, once read likewise.
    pub slugs: Option<BTreeMap<u64, String>>,
    /// Names of Aircall's tags.
    pub aircall_tags: BTreeMap<u64, String>,
    /// Aircall's users, once read.
    pub agents: Option<Vec<Agent>>,
    /// The numbers of our own lines.
    pub own_numbers: Vec<E164>,
    /// The countries (ISO alpha-2) of the selected lines: what a number without country code may mean; `None` until known.
    pub countries: Option<Vec<String>>,
    /// The shared customer of withheld callers.
    pub anonymous: Option<Matched>,
    /// Who is on a line, where that had to be asked.
    pub line_users: BTreeMap<u64, LineUsers>,
    /// The place that calls are logged into, once found or made.
    pub place: Option<String>,
    /// What was written from then on is in our ledger.
    pub remembers_since: DateTime<Utc>,
    /// What the helpdesk refuses to be asked.
    pub refused: BTreeMap<Question, Refused>,
}

/// What other calls hold, where none of it was met.
pub(crate) static NOTHING_TAKEN: BTreeSet<String> = BTreeSet::new();

/// Reason code of calls that wait for what the helpdesk refuses to tell.
pub const QUESTION_REFUSED: &str = "question_refused";

/// What every record needs an answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Who has a number, or is the shared customer of withheld callers.
    Customers,
    /// The people.
    People,
    /// The tags.
    Tags,
    /// What there is of a call already (B17), or which conversation takes a message (M3).
    Records,
    /// Which place calls are logged into (F1), or that it may be made.
    Place,
}

/// A question that was refused for good.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Since when.
    pub since: DateTime<Utc>,
    /// What the helpdesk said, and what to do.
    pub text: String,
}

impl Refused {
    /// Why a call waits.
    #[must_use]
    pub fn reason(&self) -> Reason {
        Reason { code: QUESTION_REFUSED.into(), text: self.text.clone() }
    }
}

impl Knowledge {
    /// The countries in which a number without country code may be one; none while they are not known.
    #[must_use]
    pub fn home_countries(&self) -> &[String] {
        self.countries.as_deref().unwrap_or_default()
    }

    /// As a helpdesk is asked with it.
    #[must_use]
    pub fn context<'a>(
        &'a self,
        settings: &'a Settings,
        now: DateTime<Utc>,
        matched: Option<&'a Matched>,
        conversations: &'a [Conversation],
    ) -> Context<'a> {
        Context {
            settings,
            now,
            people: self.people.as_ref(),
            tags: self.tags.as_ref(),
            teams: self.teams.as_ref(),
            agents: self.agents.as_deref(),
            slugs: self.slugs.as_ref(),
            matched,
            taken: &NOTHING_TAKEN,
            anonymous: self.anonymous.as_ref(),
            conversations,
            place: self.place.as_deref(),
            line_users: &self.line_users,
            under_way: &NOTHING_UNDER_WAY,
            choice: None,
            remembers_since: self.remembers_since,
        }
    }
}
