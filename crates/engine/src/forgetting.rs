//! One number is forgotten (B12): everything that is stored of it is erased, step by step, so that others wait for none of it.
//!
//! What is left to do is stored after every step: after a crash it goes on where it was. What stays is that the number was
//! forgotten, as a keyed hash, by which calls from before are known when something reads them for the first time; the key lies
//! in the same database, so whoever has that can try numbers out.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
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
/// The setting with what came of it, until somebody was told.
const UNTOLD: &str = "forgotten_untold";
/// It is remembered so long for whoever asks again.
const UNTOLD_KEPT: TimeDelta = TimeDelta::days(1);
/// The setting with the key of the hashes.
const KEY: &str = "forgotten_key";
/// Several programs that store theirs at once take turns so often.
const TRIES: usize = 20;
/// So many rows are looked at in one step,
const ROWS: usize = 500;
/// and so many of those that have one short text each.
const TEXTS: usize = 4_000;

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    /// Nothing is erased yet.
    Begun,
    /// Calls up to this one are looked at.
    Calls(Option<i64>),
    /// Statements up to this one are looked at.
    Inbox(Option<i64>),
    /// These calls are told of, and are erased next; then it goes on there.
    Erase(Vec<CaseId>, Box<Stage>),
    /// Everything that has the number as a number.
    Rest,
    /// Texts that may mention it: which, and up to which row they are looked at.
    Texts(usize, Option<i64>),
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
    pub(crate) fn told(&self, helpdesk: Option<&dyn Helpdesk>) -> Forgotten {
        let left = self.left.iter().map(|(kind, id)| LeftInHelpdesk {
            kind: *kind,
            id: id.clone(),
            url: helpdesk.and_then(|helpdesk| match kind {
                LeftKind::Record => helpdesk.ticket_url(id),
                LeftKind::Customer => helpdesk.customer_url(id),
            }),
        });
        Forgotten { done: self.is_done(), left: left.collect(), ..self.told.clone() }
    }

    /// The next step. May be done again.
    pub(crate) fn step(&mut self, store: &dyn Store, now: DateTime<Utc>) -> Result<Vec<Pushed>, StoreError> {
        let mut pushed = Vec::new();
        self.stage = match self.stage.clone() {
            Stage::Begun => {
                store.note_forgotten(&hash(store, &self.number)?, self.asked_at)?;
                self.note_customers(store)?;
                Stage::Calls(None)
            }
            Stage::Calls(after) => {
                let trawl = store.trawl_calls(&self.number, self.asked_at, after, ROWS)?;
                self.told.mentions += trawl.mentions;
                let next = trawl.last.map_or(Stage::Inbox(None), |last| Stage::Calls(Some(last)));
                self.note(store, trawl.calls, next)
            }
            Stage::Inbox(after) => {
                let trawl = store.trawl_inbox(&self.number, self.asked_at, after, ROWS)?;
                let next = trawl.last.map_or(Stage::Rest, |last| Stage::Inbox(Some(last)));
                self.note(store, trawl.calls, next)
            }
            Stage::Erase(calls, next) => {
                pushed = erasing::erase(store, &calls, Erased::Forgotten, now)?;
                *next
            }
            Stage::Rest => {
                let found = store.forget_number(&self.number)?;
                self.told.choices += found.choices;
                self.told.directory += found.directory;
                self.told.mentions += found.others;
                Stage::Texts(0, None)
            }
            Stage::Texts(part, after) => match store.trawl_texts(&self.number, part, after, TEXTS)? {
                Some(trawl) => {
                    self.told.mentions += trawl.mentions;
                    trawl.last.map_or(Stage::Texts(part + 1, None), |last| Stage::Texts(part, Some(last)))
                }
                None => Stage::Scrub(false),
            },
            Stage::Scrub(is_begun) if store.scrub(!is_begun)? => Stage::Scrub(true),
            Stage::Scrub(_) | Stage::Done => Stage::Done,
        };
        Ok(pushed)
    }

    /// What is told of calls is stored before they are erased: nobody could tell it afterwards.
    fn note(&mut self, store: &dyn Store, calls: Vec<CaseId>, next: Stage) -> Stage {
        if calls.is_empty() {
            return next;
        }
        for id in &calls {
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
        Stage::Erase(calls, Box::new(next))
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
    replace(store, FORGETTING, now, |before| {
        let others: Vec<Job> = if before.is_empty() { Vec::new() } else { serde_json::from_str(before)? };
        let is_ours = |other: &Job| jobs.iter().any(|job| job.number == other.number);
        let others = others.iter().filter(|other| !is_ours(other));
        let open: Vec<&Job> = jobs.iter().filter(|job| !job.is_done()).chain(others).collect();
        Ok(if open.is_empty() { String::new() } else { serde_json::to_string(&open)? })
    })
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
    hashed(&key, number)
}

/// When the number was forgotten last. Where nobody ever was, there is no key to look with.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn forgotten_at(store: &dyn Store, number: &E164) -> Result<Option<DateTime<Utc>>, StoreError> {
    let Some(key) = store.setting(KEY)? else { return Ok(None) };
    store.forgotten_at(&hashed(&key, number)?)
}

fn hashed(key: &str, number: &E164) -> Result<String, StoreError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|error| StoreError::Damaged(error.to_string()))?;
    mac.update(number.as_str().as_bytes());
    Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What came of forgetting a number, for whoever asks again: by the number's hash, and when it was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Untold {
    hash: String,
    asked_at: DateTime<Utc>,
    at: DateTime<Utc>,
    told: Forgotten,
}

/// What is to be told of a number that is forgotten, and of the same one before where nobody was told; `None`: it is not done
/// yet. Remembered until [`was_told`]; may be done again.
///
/// # Errors
/// If the store cannot be changed.
pub(crate) fn outcome(
    store: &dyn Store,
    job: &Job,
    helpdesk: Option<&dyn Helpdesk>,
    now: DateTime<Utc>,
) -> Result<Option<Forgotten>, StoreError> {
    if !job.is_done() {
        return Ok(None);
    }
    let hash = hash(store, &job.number)?;
    let mut told = job.told(helpdesk);
    change_untold(store, now, |all| {
        let before = all.iter().position(|one| one.hash == hash).map(|at| all.remove(at));
        match before {
            // Killed right after this was remembered.
            Some(before) if before.asked_at == job.asked_at => told = before.told,
            Some(before) => told.add(before.told),
            None => {}
        }
        all.push(Untold { hash: hash.clone(), asked_at: job.asked_at, at: now, told: told.clone() });
    })?;
    Ok(Some(told))
}

/// Somebody was told.
///
/// # Errors
/// If the store cannot be changed.
pub(crate) fn was_told(store: &dyn Store, number: &E164, now: DateTime<Utc>) -> Result<(), StoreError> {
    let hash = hash(store, number)?;
    change_untold(store, now, |all| all.retain(|one| one.hash != hash))
}

/// What nobody asked for within a day is forgotten.
///
/// # Errors
/// If the store cannot be changed.
pub(crate) fn forget_untold(store: &dyn Store, now: DateTime<Utc>) -> Result<(), StoreError> {
    let any = store.setting(UNTOLD)?.is_some_and(|text| !text.is_empty());
    if any { change_untold(store, now, |_| {}) } else { Ok(()) }
}

/// One program after the other.
fn change_untold(
    store: &dyn Store,
    now: DateTime<Utc>,
    mut change: impl FnMut(&mut Vec<Untold>),
) -> Result<(), StoreError> {
    replace(store, UNTOLD, now, |before| {
        let mut all: Vec<Untold> = if before.is_empty() { Vec::new() } else { serde_json::from_str(before)? };
        all.retain(|one| now - one.at < UNTOLD_KEPT);
        change(&mut all);
        Ok(if all.is_empty() { String::new() } else { serde_json::to_string(&all)? })
    })
}

/// Makes a setting anew of what it says, as often as another program on the same database was faster.
fn replace(
    store: &dyn Store,
    name: &str,
    now: DateTime<Utc>,
    mut anew: impl FnMut(&str) -> Result<String, StoreError>,
) -> Result<(), StoreError> {
    store.setting_once(name, "")?;
    for _ in 0..TRIES {
        let before = store.setting(name)?.unwrap_or_default();
        let mut change = Change::at(now);
        change.settings.push((name.to_owned(), anew(&before)?));
        change.provided.push((name.to_owned(), before));
        match store.commit(&change) {
            Err(StoreError::Overtaken(_)) => {}
            done => return done.map(drop),
        }
    }
    Err(StoreError::Overtaken(name.to_owned()))
}

/// Forgets a number while no engine runs. `tell` answers whether somebody heard what came of it; else whoever asks next does.
/// What was kept of its calls in a folder is taken away by [`clear_folder`].
///
/// # Errors
/// If the store cannot be changed; what is done by then stays done, and the next run goes on.
pub fn forget(
    store: &dyn Store,
    helpdesk: Option<&dyn Helpdesk>,
    number: &E164,
    now: DateTime<Utc>,
    tell: impl FnOnce(Forgotten) -> bool,
) -> Result<(), StoreError> {
    let mut jobs = stored(store)?;
    let at = match jobs.iter().position(|job| job.number == *number) {
        Some(at) => at,
        None => {
            jobs.push(Job::new(number.clone(), now));
            jobs.len() - 1
        }
    };
    put(store, &jobs, now)?;
    let told = loop {
        jobs[at].step(store, now)?;
        let told = outcome(store, &jobs[at], helpdesk, now)?;
        put(store, &jobs, now)?;
        if let Some(told) = told {
            break told;
        }
    };
    tracing::info!(
        calls = told.calls,
        messages = told.messages,
        mentions = told.mentions,
        "a number was forgotten"
    );
    // The last steps are in the log that was emptied before them.
    while store.scrub(false)? {}
    if tell(told) { was_told(store, number, now) } else { Ok(()) }
}

/// Takes away what is left in the folder of recordings of calls that were forgotten, while no engine runs. Blocks; a folder on
/// another computer may take its time.
///
/// # Errors
/// If the store cannot be read or changed.
pub fn clear_folder(store: &dyn Store, now: DateTime<Utc>) -> Result<(), StoreError> {
    for left in removal::clear(store, now)?.left {
        tracing::warn!(%left, "a recording stays in its folder for now; it is taken away once a hub runs and the folder is there");
    }
    Ok(())
}
