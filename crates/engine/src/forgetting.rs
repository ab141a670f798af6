//! One number is forgotten (B12): everything that is stored of it is erased, step by step, so that others wait for none of it.
//!
//! What is left to do is stored after every step: after a crash it goes on where it was. What stays is that the number was
//! forgotten, as a keyed hash, by which calls from before are known when something reads them for the first time; the key lies
//! in the same database, so whoever has that can try numbers out.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use sidetone_protocol::{Forgotten, LeftInHelpdesk, LeftKind, Pushed};

use crate::call::CaseId;
use crate::erasing::{self, Erased};
use crate::helpdesk::Helpdesk;
use crate::keep::removal;
use crate::number::{E164, Party};
use crate::store::{Change, Store, StoreError};

/// The setting with what is being forgotten; empty: nothing is.
const FORGETTING: &str = "forgetting";
/// The setting with the key of the hashes.
const KEY: &str = "forgotten_key";
/// Several programs that store theirs at once take turns so often.
const TRIES: usize = 20;
/// So many rows are looked at in one step.
const ROWS: usize = 500;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    /// Nothing is erased yet.
    Begun,
    /// Calls up to this one are looked at.
    Calls(Option<i64>),
    /// Statements up to this one are looked at.
    Inbox(Option<i64>),
    /// Everything else.
    Rest,
    /// What was erased is removed from the disk; whether that is begun.
    Scrub(bool),
    Done,
}

/// A number that is being forgotten.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) number: E164,
    pub(crate) asked_at: DateTime<Utc>,
    stage: Stage,
    told: Forgotten,
    left: BTreeSet<(LeftKind, String)>,
}

impl Job {
    pub(crate) fn new(number: E164, now: DateTime<Utc>) -> Job {
        Job { number, asked_at: now, stage: Stage::Begun, told: Forgotten::default(), left: BTreeSet::new() }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.stage == Stage::Done
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.stage != Stage::Begun
    }

    /// What is erased by now.
    pub(crate) fn told(&self, helpdesk: &dyn Helpdesk) -> Forgotten {
        let left = self.left.iter().map(|(kind, id)| LeftInHelpdesk {
            kind: *kind,
            id: id.clone(),
            url: match kind {
                LeftKind::Record => helpdesk.ticket_url(id),
                LeftKind::Customer => helpdesk.customer_url(id),
            },
        });
        Forgotten { done: self.is_done(), left: left.collect(), ..self.told.clone() }
    }

    /// The next step. May be done again.
    pub(crate) fn step(&mut self, store: &dyn Store, now: DateTime<Utc>) -> Result<Vec<Pushed>, StoreError> {
        let mut pushed = Vec::new();
        self.stage = match self.stage {
            Stage::Begun => {
                store.note_forgotten(&hash(store, &self.number)?, self.asked_at)?;
                self.note_customers(store)?;
                Stage::Calls(None)
            }
            Stage::Calls(after) => {
                let trawl = store.trawl_calls(&self.number, self.asked_at, after, ROWS)?;
                self.told.mentions += trawl.mentions;
                pushed = self.erase(store, &trawl.calls, now)?;
                trawl.last.map_or(Stage::Inbox(None), |last| Stage::Calls(Some(last)))
            }
            Stage::Inbox(after) => {
                let trawl = store.trawl_inbox(&self.number, self.asked_at, after, ROWS)?;
                pushed = self.erase(store, &trawl.calls, now)?;
                trawl.last.map_or(Stage::Rest, |last| Stage::Inbox(Some(last)))
            }
            Stage::Rest => {
                let found = store.forget_number(&self.number)?;
                self.told.choices += found.choices;
                self.told.directory += found.directory;
                self.told.mentions += found.others;
                Stage::Scrub(false)
            }
            Stage::Scrub(is_begun) if store.scrub(!is_begun)? => Stage::Scrub(true),
            Stage::Scrub(_) | Stage::Done => Stage::Done,
        };
        Ok(pushed)
    }

    fn erase(
        &mut self,
        store: &dyn Store,
        calls: &[CaseId],
        now: DateTime<Utc>,
    ) -> Result<Vec<Pushed>, StoreError> {
        for id in calls {
            match id.is_message() {
                true => self.told.messages += 1,
                false => self.told.calls += 1,
            }
            // One that cannot be read is erased, too.
            let Ok(Some(case)) = store.case(*id) else { continue };
            self.told.unwritten += u32::from(case.due.is_some_and(|due| due.writes > 0));
            let ids = [(LeftKind::Record, "ticket"), (LeftKind::Customer, "customer")];
            let ids = ids.into_iter().filter_map(|(kind, key)| Some((kind, case.ledger.id(key)?.to_owned())));
            self.left.extend(ids.filter(|(_, id)| !id.is_empty()));
        }
        erasing::erase(store, calls, Erased::Forgotten, now)
    }

    /// Whose the number is in the helpdesk, and what else is theirs.
    fn note_customers(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let matched = store.matched(&self.number)?.map(|matched| matched.customers).unwrap_or_default();
        let listed = store.listed(&self.number)?.into_iter().map(|listed| listed.customer.id);
        let customers: BTreeSet<String> = matched.into_iter().map(|one| one.id).chain(listed).collect();
        let mut further = BTreeSet::new();
        for customer in customers {
            further.extend(store.numbers_of(&customer, 20)?);
            self.left.insert((LeftKind::Customer, customer));
        }
        further.remove(&self.number);
        self.told.further_numbers = further.into_iter().map(|one| Party::Phone(one).display()).collect();
        Ok(())
    }
}

/// What is being forgotten.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn stored(store: &dyn Store) -> Result<Vec<Job>, StoreError> {
    let text = store.setting(FORGETTING)?.filter(|text| !text.is_empty());
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
}

/// Stores it, beside what other programs on the same database are at. Those that are done are gone, with their numbers.
///
/// # Errors
/// If the store cannot be changed.
pub(crate) fn put(store: &dyn Store, jobs: &[Job], now: DateTime<Utc>) -> Result<(), StoreError> {
    store.setting_once(FORGETTING, "")?;
    for _ in 0..TRIES {
        let before = store.setting(FORGETTING)?.unwrap_or_default();
        let others: Vec<Job> = if before.is_empty() { Vec::new() } else { serde_json::from_str(&before)? };
        let is_ours = |other: &Job| jobs.iter().any(|job| job.number == other.number);
        let others = others.iter().filter(|other| !is_ours(other));
        let open: Vec<&Job> = jobs.iter().filter(|job| !job.is_done()).chain(others).collect();
        let text = if open.is_empty() { String::new() } else { serde_json::to_string(&open)? };
        let mut change = Change::at(now);
        change.provided.push((FORGETTING.to_owned(), before));
        change.settings.push((FORGETTING.to_owned(), text));
        match store.commit(&change) {
            // Another program was faster: its jobs are read, too.
            Err(StoreError::Overtaken(_)) => {}
            done => return done.map(|_| ()),
        }
    }
    Err(StoreError::Overtaken(FORGETTING.to_owned()))
}

/// By which a number that was forgotten is known again.
///
/// # Errors
/// If the store cannot be read or changed.
pub(crate) fn hash(store: &dyn Store, number: &E164) -> Result<String, StoreError> {
    let key = match store.setting(KEY)? {
        Some(key) => key,
        None => {
            let new = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
            store.setting_once(KEY, &new)?
        }
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|error| StoreError::Damaged(error.to_string()))?;
    mac.update(number.as_str().as_bytes());
    Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Forgets a number while no engine runs.
///
/// # Errors
/// If the store cannot be changed; what is done by then stays done, and the next run goes on.
pub fn forget(
    store: &dyn Store,
    helpdesk: &dyn Helpdesk,
    number: &E164,
    now: DateTime<Utc>,
) -> Result<Forgotten, StoreError> {
    let mut jobs = stored(store)?;
    let at = match jobs.iter().position(|job| job.number == *number) {
        Some(at) => at,
        None => {
            jobs.push(Job::new(number.clone(), now));
            jobs.len() - 1
        }
    };
    put(store, &jobs, now)?;
    while !jobs[at].is_done() {
        jobs[at].step(store, now)?;
        put(store, &jobs, now)?;
    }
    for left in removal::clear(store, now)?.left {
        tracing::warn!(%left, "a recording stays in its folder for now; it is taken away once a hub runs and the folder is there");
    }
    // The last steps are in the log that was emptied before them.
    while store.scrub(false)? {}
    Ok(jobs[at].told(helpdesk))
}
