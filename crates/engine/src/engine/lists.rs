//! Lists that are read anew every ten minutes: the helpdesk's people and tags, Aircall's teams, tags, lines
//! and users.
//!
//! What was read goes into [`Knowledge`](crate::knowledge::Knowledge) only when a list was read to its end.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::Vendor;

use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::Agent;
use crate::directory::{People, Person};
use crate::helpdesk::{Answer, Refusal, Request, Team};
use crate::knowledge::Question;
use crate::number::{self, E164};
use crate::store::{Change, StoreError};
use crate::transport::TransportError;

/// Lists are read anew this often.
const LISTS_EVERY: TimeDelta = TimeDelta::minutes(10);
/// What could not be read is tried again after this time.
const AGAIN: TimeDelta = TimeDelta::seconds(20);

/// The settings that keep Aircall's lists: a write must not be the poorer for a restart.
pub(crate) const OWN_NUMBERS: &str = "own_numbers";
/// The setting that keeps the countries of the selected lines.
pub(crate) const LINE_COUNTRIES: &str = "line_countries";
const TEAMS: &str = "teams";
const TAG_SLUGS: &str = "tag_slugs";

/// One of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    People,
    Tags,
    Teams,
    AircallTags,
    Lines,
    Agents,
}

const LISTS: [List; 6] =
    [List::People, List::Tags, List::Teams, List::AircallTags, List::Lines, List::Agents];

/// What is being read, and when it is due.
pub(crate) struct Lists {
    /// Due when, and whether it is being read.
    due: [(List, DateTime<Utc>, bool); 6],
    people: Vec<Person>,
    tags: Vec<String>,
    teams: BTreeMap<u64, Team>,
    slugs: BTreeMap<u64, String>,
    aircall_tags: BTreeMap<u64, String>,
    agents: Vec<Agent>,
    own_numbers: Vec<E164>,
    countries: BTreeSet<String>,
    lines_known: bool,
    /// Where lists go on that the budget interrupted.
    rests: Vec<(List, Request)>,
}

impl Lists {
    pub(super) fn new(now: DateTime<Utc>) -> Lists {
        Lists {
            due: LISTS.map(|list| (list, now, false)),
            people: Vec::new(),
            tags: Vec::new(),
            teams: BTreeMap::new(),
            slugs: BTreeMap::new(),
            aircall_tags: BTreeMap::new(),
            agents: Vec::new(),
            own_numbers: Vec::new(),
            countries: BTreeSet::new(),
            lines_known: false,
            rests: Vec::new(),
        }
    }

    /// A call waits for a list: it is read now, unless that was tried a moment ago.
    pub(super) fn wanted(&mut self, now: DateTime<Utc>) {
        for (list, at, busy) in &mut self.due {
            if matches!(list, List::People | List::Tags) && !*busy {
                *at = (*at).min(now + AGAIN);
            }
        }
    }
}

impl Engine {
    /// Aircall's lists are kept: a call between two own lines is told (G23), and teams and built-in tags get their names
    /// (G15), although Aircall cannot be asked after a start.
    fn keep(&mut self, key: &str, text: String, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.store.setting(key)?.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        let mut change = Change::at(now);
        change.settings.push((key.to_owned(), text));
        self.push(&change)
    }

    pub(super) fn remember_lists(&mut self) -> Result<(), StoreError> {
        if let Some(text) = self.store.setting(OWN_NUMBERS)? {
            self.knowledge.own_numbers =
                text.split_whitespace().filter_map(|number| number::parse(number, None)).collect();
            self.lists.lines_known = true;
        }
        if let Some(text) = self.store.setting(LINE_COUNTRIES)? {
            self.knowledge.countries = Some(text.split_whitespace().map(str::to_owned).collect());
        }
        // What cannot be read back is read anew from Aircall.
        let kept = self.store.setting(TEAMS)?;
        self.knowledge.teams = kept.and_then(|text| serde_json::from_str(&text).ok());
        let kept = self.store.setting(TAG_SLUGS)?;
        self.knowledge.slugs = kept.and_then(|text| serde_json::from_str(&text).ok());
        self.share_knowledge();
        Ok(())
    }

    /// Whether Aircall's lists were ever read to their end: our own lines' numbers, so that a call between two of them
    /// can be told (G23), teams, and the slugs of built-in tags (G15).
    pub(super) fn knows_aircalls_lists(&self) -> bool {
        let lines = self.lists.lines_known || self.settings.logging.log_internal;
        lines && self.knowledge.teams.is_some() && self.knowledge.slugs.is_some()
    }

    pub(super) fn read_lists(&mut self, now: DateTime<Utc>) {
        for index in 0..LISTS.len() {
            let (list, at, busy) = self.lists.due[index];
            if busy {
                continue;
            }
            if at > now {
                self.wake_by(at);
                continue;
            }
            let Some((vendor, first)) = self.list_request(list) else {
                self.knowledge.tags = Some(BTreeSet::new());
                self.list_due(list, now + LISTS_EVERY);
                continue;
            };
            let rest = self
                .lists
                .rests
                .iter()
                .position(|(of, _)| *of == list)
                .map(|at| self.lists.rests.swap_remove(at).1);
            let request = rest.clone().unwrap_or(first);
            let asked = self.ask(vendor, Lane::Late, Job::List(list), request, now);
            self.lists.due[index].2 = asked.is_ok();
            if let (Err(_), Some(rest)) = (asked, rest) {
                self.lists.rests.push((list, rest));
            }
        }
    }

    /// The first page of a list; `None` where there is none to be read.
    fn list_request(&self, list: List) -> Option<(Vendor, Request)> {
        let paging = aircall::Paging::default();
        Some(match list {
            List::People => (self.helpdesk.vendor(), self.helpdesk.people()),
            List::Tags => (self.helpdesk.vendor(), self.helpdesk.tags()?),
            List::Teams => (Vendor::Aircall, aircall::teams::list(paging).to_http(&self.aircall)),
            List::AircallTags => (Vendor::Aircall, aircall::tags::list(paging).to_http(&self.aircall)),
            List::Lines => (Vendor::Aircall, aircall::numbers::list(paging).to_http(&self.aircall)),
            List::Agents => (Vendor::Aircall, aircall::users::list(paging).to_http(&self.aircall)),
        })
    }

    fn list_due(&mut self, list: List, at: DateTime<Utc>) {
        for entry in self.lists.due.iter_mut().filter(|entry| entry.0 == list) {
            *entry = (list, at, false);
        }
        self.wake_by(at);
    }

    pub(super) fn list_read(
        &mut self,
        list: List,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let next = match list {
            List::People => {
                let page = self.read_question(Question::People, result, now, |engine, answer| {
                    engine.helpdesk.people_read(answer)
                })?;
                page.map(|page| {
                    self.lists.people.extend(page.items);
                    page.next
                })
            }
            List::Tags if !self.lists.tags.is_empty() => {
                match self.read_answer(result, now, |engine, answer| engine.helpdesk.tags_read(answer)) {
                    Ok(page) => {
                        self.lists.tags.extend(page.items);
                        Some(page.next)
                    }
                    // The place in the list is forgotten before the next page is read. What is known of the rest stays
                    // known, and to make a tag that is there costs one request.
                    Err(Refusal::Permanent(..) | Refusal::Missing(_)) => {
                        self.lists.tags.extend(self.knowledge.tags.iter().flatten().cloned());
                        Some(None)
                    }
                    Err(_) => None,
                }
            }
            List::Tags => {
                let page = self.read_question(Question::Tags, result, now, |engine, answer| {
                    engine.helpdesk.tags_read(answer)
                })?;
                page.map(|page| {
                    self.lists.tags.extend(page.items);
                    page.next
                })
            }
            List::Teams => self.teams_read(result),
            List::AircallTags => self.slugs_read(result),
            List::Lines => self.lines_read(result),
            List::Agents => self.agents_read(result),
        };
        let vendor = match list {
            List::People | List::Tags => self.helpdesk.vendor(),
            List::Teams | List::AircallTags | List::Lines | List::Agents => Vendor::Aircall,
        };
        match next {
            Some(Some(request)) => {
                match self.ask(vendor, Lane::Late, Job::List(list), request.clone(), now) {
                    Ok(()) => {}
                    // Budget: gone on with where it stopped, as soon as there is room.
                    Err(until) => {
                        self.lists.rests.push((list, request));
                        self.list_due(list, until);
                    }
                }
                Ok(())
            }
            Some(None) => {
                self.list_due(list, now + LISTS_EVERY);
                self.list_complete(list, now)
            }
            None => {
                self.list_failed(list, now);
                Ok(())
            }
        }
    }

    /// A list is read whole or not at all.
    pub(super) fn list_failed(&mut self, list: List, now: DateTime<Utc>) {
        match list {
            List::People => self.lists.people.clear(),
            List::Tags => self.lists.tags.clear(),
            List::Teams => self.lists.teams.clear(),
            List::AircallTags => {
                self.lists.slugs.clear();
                self.lists.aircall_tags.clear();
            }
            List::Lines => {
                self.lists.own_numbers.clear();
                self.lists.countries.clear();
            }
            List::Agents => self.lists.agents.clear(),
        }
        self.list_due(list, now + AGAIN);
    }

    fn list_complete(&mut self, list: List, now: DateTime<Utc>) -> Result<(), StoreError> {
        match list {
            List::People => self.knowledge.people = Some(People(std::mem::take(&mut self.lists.people))),
            List::Tags => {
                self.knowledge.tags = Some(std::mem::take(&mut self.lists.tags).into_iter().collect())
            }
            List::Teams => {
                let teams = std::mem::take(&mut self.lists.teams);
                self.keep(TEAMS, serde_json::to_string(&teams)?, now)?;
                self.knowledge.teams = Some(teams);
            }
            List::AircallTags => {
                let slugs = std::mem::take(&mut self.lists.slugs);
                self.keep(TAG_SLUGS, serde_json::to_string(&slugs)?, now)?;
                self.knowledge.slugs = Some(slugs);
                self.knowledge.aircall_tags = std::mem::take(&mut self.lists.aircall_tags);
            }
            List::Agents => self.knowledge.agents = Some(std::mem::take(&mut self.lists.agents)),
            List::Lines => {
                self.knowledge.own_numbers = std::mem::take(&mut self.lists.own_numbers);
                self.knowledge.countries =
                    Some(std::mem::take(&mut self.lists.countries).into_iter().collect());
                let numbers: Vec<&str> = self.knowledge.own_numbers.iter().map(E164::as_str).collect();
                self.keep(OWN_NUMBERS, numbers.join(" "), now)?;
                self.keep(LINE_COUNTRIES, self.knowledge.home_countries().join(" "), now)?;
                self.lists.lines_known = true;
                self.mirror.lines_were_read(now);
            }
        }
        self.share_knowledge();
        match list {
            // G14: logged as soon as an author exists.
            List::People => self.reassess_waiting(&["no_author"], now),
            List::Tags | List::Teams | List::AircallTags | List::Lines | List::Agents => Ok(()),
        }
    }

    fn teams_read(&mut self, result: &Result<Answer, TransportError>) -> Option<Option<Request>> {
        let request = aircall::teams::list(aircall::Paging::default());
        let page = request.parse(result.as_ref().ok()?).ok()?;
        for team in &page.items {
            let users = team.users.iter().map(|u| u.id).collect();
            self.lists.teams.insert(team.id, Team { name: team.name.clone().unwrap_or_default(), users });
        }
        Some(request.next_page(&page).map(|next| next.to_http(&self.aircall)))
    }

    fn slugs_read(&mut self, result: &Result<Answer, TransportError>) -> Option<Option<Request>> {
        let request = aircall::tags::list(aircall::Paging::default());
        let page = request.parse(result.as_ref().ok()?).ok()?;
        let slugs = page.items.iter().filter_map(|tag| Some((tag.id, tag.description.clone()?)));
        self.lists.slugs.extend(slugs);
        let names = page.items.iter().filter_map(|tag| Some((tag.id, tag.name.clone()?)));
        self.lists.aircall_tags.extend(names);
        Some(request.next_page(&page).map(|next| next.to_http(&self.aircall)))
    }

    fn agents_read(&mut self, result: &Result<Answer, TransportError>) -> Option<Option<Request>> {
        let request = aircall::users::list(aircall::Paging::default());
        let page = request.parse(result.as_ref().ok()?).ok()?;
        let agents = page.items.iter().map(|user| Agent {
            id: user.id,
            name: user.name.clone().unwrap_or_default(),
            email: user.email.clone(),
        });
        self.lists.agents.extend(agents);
        Some(request.next_page(&page).map(|next| next.to_http(&self.aircall)))
    }

    fn lines_read(&mut self, result: &Result<Answer, TransportError>) -> Option<Option<Request>> {
        let request = aircall::numbers::list(aircall::Paging::default());
        let page = request.parse(result.as_ref().ok()?).ok()?;
        let parsed = |n: &aircall::Number| {
            let digits = n.e164_digits.as_deref().or(n.digits.as_deref())?;
            number::parse(digits, n.country.as_deref())
        };
        for own in page.items.iter().filter_map(parsed) {
            self.lists.own_numbers.push(own);
        }
        let selected = page.items.iter().filter(|line| self.settings.lines.contains(&line.id));
        let countries = selected.filter_map(|line| Some(line.country.as_deref()?.to_ascii_uppercase()));
        self.lists.countries.extend(countries);
        Some(request.next_page(&page).map(|next| next.to_http(&self.aircall)))
    }
}
