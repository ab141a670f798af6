//! Lists that change rarely and are kept in memory: the helpdesk's people and tags, Aircall's teams, tags and lines.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::directory::{Matched, People};
use crate::helpdesk::{Context, Team};
use crate::number::E164;
use crate::settings::Settings;

/// What everybody but a call itself knows.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// The helpdesk's people, once read.
    pub people: Option<People>,
    /// The helpdesk's tags, once read.
    pub tags: Option<BTreeSet<String>>,
    /// Aircall's teams.
    pub teams: BTreeMap<u64, Team>,
    /// Slugs of Aircall's built-in tags.
    pub slugs: BTreeMap<u64, String>,
    /// The numbers of our own lines.
    pub own_numbers: Vec<E164>,
    /// The shared customer of withheld callers.
    pub anonymous: Option<Matched>,
}

impl Knowledge {
    /// As a helpdesk is asked with it.
    #[must_use]
    pub fn context<'a>(
        &'a self,
        settings: &'a Settings,
        now: DateTime<Utc>,
        matched: Option<&'a Matched>,
    ) -> Context<'a> {
        Context {
            settings,
            now,
            people: self.people.as_ref(),
            tags: self.tags.as_ref(),
            teams: &self.teams,
            slugs: &self.slugs,
            matched,
            anonymous: self.anonymous.as_ref(),
        }
    }
}
