//! Recordings and voicemails go into a folder (C6), one at a time, beside everything else and independent of what goes into
//! the helpdesk. What is wanted lies in the store, so that a program that was killed goes on where it was; of several hubs on one
//! store one has a file in hand.
//!
//! Whatever touches the folder is done on a thread of its own: it may lie on another computer that does not answer. Where a
//! file goes into the helpdesk, too, it is fetched once: what came for the note is copied.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aircall::SignedUrl;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use http::Response;
use serde_json::Value;
use sidetone_protocol::{Alert, Mode, Vendor};

use super::files::{LATE_TRIES, LINK_HOLDS, PAUSES_SECONDS};
use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::{CaseId, Origin};
use crate::files::{Accepts, LATEST, Medium};
use crate::helpdesk::Answer;
use crate::inbox;
use crate::keep::folder::{self, Growing, Lies, Placed, beside};
use crate::keep::{self, KeptFile, KeptState, ending_of, may_be_kept, removal};
use crate::number::masked_text;
use crate::settings::Recordings;
use crate::store::{CaseChange, Change, LEASE, StoreError};
use crate::transfer::{self, Fetched, Got};
use crate::transport::{Incoming, TransportError};

/// A file of a call that is written into the helpdesk is left to that for so long, so that it is fetched once.
const NOTE_GOES_FIRST: TimeDelta = TimeDelta::minutes(3);
/// Another hub may have put something there: that is looked up this often.
const HEED_EVERY: TimeDelta = TimeDelta::seconds(15);
/// The table is asked for so many at once.
const AT_ONCE: usize = 8;
/// So many are in hand: one that comes, and those whose link is asked for meanwhile.
const IN_HAND: usize = 3;
/// What is in hand is claimed anew when less than this is left of its time.
const CLAIM_LEFT: TimeDelta = TimeDelta::seconds(45);
/// Pauses while the folder takes nothing, in seconds; the last one from then on.
const FOLDER_AGAIN_SECONDS: [i64; 5] = [30, 60, 120, 300, 600];
/// A folder without our mark is known by one of so many files, those of the newest calls.
const KNOWN: usize = 20;
/// What is so much larger than any call is none.
const LARGEST_BYTES: u64 = 4 << 30;
/// A file that does not come is not tried for longer than this.
const TRIED_FOR: TimeDelta = TimeDelta::days(30);
/// How often what is old enough is looked for.
const RETENTION_EVERY: TimeDelta = TimeDelta::hours(1);

type Which = (CaseId, Medium);

/// What is on its way into the folder, and out of it.
pub(crate) struct Keeping {
    /// What is moving now.
    pub(super) moving: FuturesUnordered<BoxFuture<'static, Kept>>,
    /// What is in hand, and until when it is claimed.
    in_hand: BTreeMap<Which, DateTime<Utc>>,
    links: BTreeMap<Which, Links>,
    look_at: DateTime<Utc>,
    forget_at: DateTime<Utc>,
    /// Since when the folder takes nothing, or gives nothing up.
    fault: Option<Fault>,
    is_probed: bool,
}

/// What is known of a file's links.
#[derive(Default)]
struct Links {
    /// This one does not open it any more.
    dead: Option<SignedUrl>,
    /// When we last asked for a fresh one, and got it.
    renewed_at: Option<DateTime<Utc>>,
}

struct Fault {
    since: DateTime<Utc>,
    why: String,
    tries: usize,
    again_at: DateTime<Utc>,
    calls: u32,
}

/// A step that came to its end.
pub(crate) struct Kept {
    file: Option<KeptFile>,
    what: What,
}

enum What {
    /// Whether the folder takes files.
    Probed(std::io::Result<()>),
    /// The server answers with the file, or with what is missing of it.
    Opened(Box<(Response<Incoming>, Got)>),
    /// It lies in the folder.
    Placed(Placed, Option<String>),
    /// Nothing came of it.
    Fetched(Fetched, Option<SignedUrl>),
    /// The folder does not take it.
    Folder(String),
    /// It was to be copied, and could not be read.
    NotCopied,
    Removed(std::io::Result<()>),
}

impl Keeping {
    pub(super) fn new(now: DateTime<Utc>) -> Keeping {
        Keeping {
            moving: FuturesUnordered::new(),
            in_hand: BTreeMap::new(),
            links: BTreeMap::new(),
            look_at: now,
            forget_at: now,
            fault: None,
            is_probed: false,
        }
    }

    /// The clock was ahead: what it was to do then would wait until it is as late as that.
    pub(super) fn clock_was_set_back(&mut self, now: DateTime<Utc>) {
        (self.look_at, self.forget_at) = (now, now);
        if let Some(fault) = &mut self.fault {
            fault.again_at = now;
        }
        self.in_hand.values_mut().for_each(|until| *until = now);
    }

    /// What a person has to do about the folder.
    pub(super) fn alert(&self, folder: Option<&Path>) -> Option<Alert> {
        let (fault, folder) = (self.fault.as_ref()?, folder?.display());
        Some(Alert {
            code: "recordings_not_kept".into(),
            since: fault.since.timestamp(),
            calls: fault.calls,
            what: format!("Recordings cannot be kept in {folder} ({}).", fault.why),
            mend: "Make room there, connect its disk again, or let Sidetone's user write in that folder; or choose another \
                   one. Nothing is lost: they follow by themselves."
                .into(),
        })
    }

    fn folder_works(&mut self) {
        self.fault = None;
        self.is_probed = true;
    }
}

impl Engine {
    fn folder(&self) -> Option<PathBuf> {
        self.settings.logging.recordings_dir.clone().filter(|_| !self.settings.study_only)
    }

    /// Calls that began before this have nothing in the folder any more.
    fn kept_from(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = self.settings.logging.recordings_keep_days;
        (days > 0).then(|| now - TimeDelta::days(days.into()))
    }

    /// A call has changed: what it leaves is wanted from now on.
    pub(super) fn note_what_is_to_be_kept(&mut self, changed: &CaseChange, change: &mut Change) {
        let case = &changed.case;
        if self.folder().is_none() || !may_be_kept(case, &self.settings.privacy) {
            return;
        }
        let call = &case.call;
        let Some(started_at) = call.started_at().or(call.ended_at()) else { return };
        let now = change.at;
        let over = call.ended_at().unwrap_or(started_at);
        let logging = &self.settings.logging;
        let goes_into_a_note = logging.mode.0 == Mode::Live
            && logging.recordings == Recordings::Attach
            && case.barred.is_none()
            && self.helpdesk.vendor() == Vendor::Gorgias
            && now - over < NOTE_GOES_FIRST;
        for (medium, is_there) in keep::of_call(call) {
            let due_at = match is_there {
                true if goes_into_a_note => over + NOTE_GOES_FIRST,
                true => now,
                // Aircall says so by an event when it is there; at the end it is asked once.
                false => (over + LATEST).max(now),
            };
            change.to_keep.push(KeptFile::wanted(case.call.id, medium, started_at, due_at, now));
            self.keeping.look_at = self.keeping.look_at.min(due_at);
        }
    }

    /// A page of old calls was read: what they left is wanted, too, also of those that were known.
    pub(super) fn keep_of_old_calls(&mut self, calls: &[aircall::RawCall], change: &mut Change) {
        if self.folder().is_none() {
            return;
        }
        let (now, kept_from) = (change.at, self.kept_from(change.at));
        for call in calls {
            let data = call.value();
            let started_at = data.get("started_at").and_then(Value::as_i64);
            let started_at = started_at.and_then(|at| DateTime::from_timestamp(at, 0));
            let Some(started_at) = started_at.filter(|at| kept_from.is_none_or(|from| *at >= from)) else {
                continue;
            };
            let has = |medium: &Medium| {
                data.get(medium.key()).and_then(Value::as_str).is_some_and(|link| !link.is_empty())
            };
            for medium in Medium::ALL.into_iter().filter(has) {
                change.to_keep.push(KeptFile::wanted(CaseId(call.id()), medium, started_at, now, now));
            }
        }
        self.keeping.look_at = now;
    }

    /// The next file, where one is due and the folder takes it.
    pub(super) fn keep_on(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.settings.study_only {
            return Ok(());
        }
        self.keep_in_hand(now)?;
        if let Some(from) = self.kept_from(now).filter(|_| now >= self.keeping.forget_at) {
            self.keeping.forget_at = now + RETENTION_EVERY;
            if self.store.let_files_go(from, now)? > 0 {
                self.keeping.look_at = now;
            }
        }
        let folder = self.folder();
        if let Some(folder) = &folder
            && self.keeping.in_hand.is_empty()
            && self.keeping.moving.is_empty()
            && match &self.keeping.fault {
                Some(fault) => now >= fault.again_at,
                None => !self.keeping.is_probed,
            }
        {
            // Once at the start, so that a wrong folder is told before there is a recording; and while it takes nothing.
            let folder = folder.clone();
            let known = self.store.kept_in(&folder.to_string_lossy(), KNOWN)?;
            self.keeping.moving.push(Box::pin(async move {
                let probed = beside(move || {
                    if !known.is_empty() {
                        folder::is_ours(&folder, &known)?;
                    }
                    folder::probe(&folder)
                });
                Kept { file: None, what: What::Probed(probed.await) }
            }));
        }
        if let Some(fault) = &self.keeping.fault {
            let at = fault.again_at;
            self.wake_by(at);
        }
        if self.keeping.look_at > now {
            self.wake_by(self.keeping.look_at);
            return Ok(());
        }
        let next = self.store.next_file_due()?;
        // What is due now and cannot be begun is looked at again then, or when something comes to its end.
        self.keeping.look_at = next.filter(|at| *at > now).unwrap_or(now + HEED_EVERY).min(now + HEED_EVERY);
        self.wake_by(self.keeping.look_at);
        if next.is_none_or(|at| at > now) || !self.keeping.moving.is_empty() {
            return Ok(());
        }
        let takes_files = folder.is_some() && self.keeping.fault.is_none() && self.keeping.is_probed;
        let states: &[KeptState] =
            if takes_files { &[KeptState::Removing, KeptState::Wanted] } else { &[KeptState::Removing] };
        for file in self.store.files_due(now, states, AT_ONCE)? {
            if self.keeping.in_hand.len() >= IN_HAND || !self.keeping.moving.is_empty() {
                break;
            }
            let is_in_hand = self.keeping.in_hand.contains_key(&(file.call, file.medium));
            if is_in_hand || !self.take_in_hand(&file, now)? {
                continue;
            }
            match (file.state, &folder) {
                (KeptState::Wanted, Some(folder)) => self.begin_to_keep(file, folder.clone(), now)?,
                _ => self.take_out_of_the_folder(file),
            }
        }
        Ok(())
    }

    fn take_in_hand(&mut self, file: &KeptFile, now: DateTime<Utc>) -> Result<bool, StoreError> {
        if !self.store.claim(&file.thread(), now)? {
            return Ok(false);
        }
        // Another hub may have been done with it since it was read.
        let is_so = self.store.kept_files(file.call)?.contains(file);
        if is_so {
            self.keeping.in_hand.insert((file.call, file.medium), now + LEASE);
        } else {
            self.store.release(&[file.thread()])?;
        }
        Ok(is_so)
    }

    /// What is in hand stays so.
    fn keep_in_hand(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        for ((call, medium), until) in &mut self.keeping.in_hand {
            if *until - now < CLAIM_LEFT {
                let thread = KeptFile::wanted(*call, *medium, now, now, now).thread();
                // Whoever has it by now finds what lies in the folder.
                self.store.claim(&thread, now)?;
                *until = now + LEASE;
            }
        }
        Ok(())
    }

    /// What became of a file is stored, and it is free for others.
    fn put_kept(&mut self, was: KeptState, file: KeptFile, now: DateTime<Utc>) -> Result<(), StoreError> {
        let which = (file.call, file.medium);
        let thread = file.thread();
        if file.state != KeptState::Wanted {
            self.keeping.links.remove(&which);
        }
        let in_vain = (was == KeptState::Wanted).then(|| file.clone());
        let mut done = self.push(&Change { kept: vec![(was, file)], ..Change::at(now) });
        if let (Err(StoreError::Stale(_)), Some(in_vain)) = (&done, in_vain) {
            done = self.was_overtaken(in_vain);
        }
        self.keeping.in_hand.remove(&which);
        self.keeping.look_at = now;
        self.wake_by(now);
        self.store.release(&[thread])?;
        done
    }

    fn begin_to_keep(
        &mut self,
        mut file: KeptFile,
        folder: PathBuf,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let case = self.readable_case(file.call)?;
        let is_young = self.kept_from(now).is_none_or(|from| file.started_at >= from);
        // Another hub may be about to fold it, or it can be read again some day.
        let is_to_come = match &case {
            Some(case) => case.selected.is_none() && !case.call.id.is_message() && case.barred.is_none(),
            None => self.store.erased(file.call)?.is_none(),
        };
        if is_to_come && is_young {
            return self.keep_again(file, "its call is not known yet", now);
        }
        let privacy = &self.settings.privacy;
        let Some(case) = case.filter(|case| may_be_kept(case, privacy) && is_young) else {
            // Not, or not any more: what may lie there of it goes.
            (file.state, file.due_at) = (KeptState::Removing, Some(now));
            return self.put_kept(KeptState::Wanted, file, now);
        };
        let which = (file.call, file.medium);
        let note_has_it =
            self.transfers.of(file.call).get(&file.medium.file_key()).is_some_and(|p| !p.gave_way());
        if note_has_it && now - file.since < NOTE_GOES_FIRST * 2 {
            file.due_at = Some(now + TimeDelta::seconds(20));
            return self.put_kept(KeptState::Wanted, file, now);
        }
        let links = self.keeping.links.entry(which).or_default();
        let is_renewed = links.renewed_at.is_some_and(|at| now - at < LINK_HOLDS);
        let link = case.call.link(file.medium).filter(|link| {
            links.dead.as_ref() != Some(&link.address)
                && (is_renewed || now.timestamp() - link.as_of < LINK_HOLDS.num_seconds())
        });
        let Some(link) = link else {
            let is_of_today = now - file.started_at < TimeDelta::days(1);
            let lane = if is_of_today { Lane::Late } else { Lane::Backfill };
            let request = Self::call_request(file.call, false).to_http(&self.aircall);
            let job = Job::KeptLink(Box::new(file.clone()));
            if let Err(until) = self.ask(Vendor::Aircall, lane, job, request, now) {
                file.due_at = Some(until.max(now + TimeDelta::seconds(1)));
                return self.put_kept(KeptState::Wanted, file, now);
            }
            return Ok(());
        };
        if file.folder.as_deref().is_some_and(|before| Path::new(before) != folder) {
            // Another folder was set meanwhile: what lies in the one before stays a part, and is of no use.
            let before = file.clone();
            tokio::task::spawn_blocking(move || removal::take_away(&before));
            (file.total, file.etag, file.content_type) = (None, None, None);
        }
        let name = folder.to_string_lossy().into_owned();
        let known = self.store.kept_in(&name, KNOWN)?;
        file.folder = Some(name);
        let transport = Arc::clone(&self.transport);
        self.keeping.moving.push(Box::pin(async move {
            let root = folder.clone();
            if !known.is_empty()
                && let Err(error) = beside(move || folder::is_ours(&root, &known)).await
            {
                return Kept { file: Some(file), what: What::Folder(error.to_string()) };
            }
            let what = opened(transport, &file, folder, link.address).await;
            Kept { file: Some(file), what }
        }));
        Ok(())
    }

    fn take_out_of_the_folder(&mut self, file: KeptFile) {
        self.keeping.moving.push(Box::pin(async move {
            let gone = file.clone();
            Kept { file: Some(file), what: What::Removed(beside(move || removal::take_away(&gone)).await) }
        }));
    }

    /// What came for a note is copied into the folder.
    pub(super) fn keep_what_came(
        &mut self,
        (call, medium): Which,
        from: &Path,
        got: &Got,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(folder) = self.folder().filter(|_| self.keeping.fault.is_none()) else { return Ok(()) };
        let is_it = |file: &KeptFile| file.medium == medium && file.state == KeptState::Wanted;
        let Some(mut file) = self.store.kept_files(call)?.into_iter().find(is_it) else { return Ok(()) };
        let case = self.readable_case(call)?;
        let may = case.is_some_and(|case| may_be_kept(&case, &self.settings.privacy))
            && self.kept_from(now).is_none_or(|from| file.started_at >= from);
        // Open, it stays there also when the note has it and it is removed.
        let Some(from) = File::open(from).ok().filter(|_| may) else { return Ok(()) };
        if self.keeping.in_hand.contains_key(&(call, medium)) || !self.take_in_hand(&file, now)? {
            return Ok(());
        }
        let name = folder.to_string_lossy().into_owned();
        let known = self.store.kept_in(&name, KNOWN)?;
        file.folder = Some(name);
        (file.total, file.content_type) = (Some(got.bytes), got.content_type.clone());
        // Where it goes is remembered first, so that whoever takes it away looks there.
        if !self.is_remembered(&file, now)? {
            return Ok(());
        }
        let got = got.clone();
        self.keeping.moving.push(Box::pin(async move {
            let (name, bytes) = (keep::name(call, medium, file.started_at), got.bytes);
            let ending = ending_of(got.content_type.as_deref());
            let placed = beside(move || {
                if !known.is_empty() {
                    folder::is_ours(&folder, &known)?;
                }
                if folder::copy(from, &folder, &name)? != bytes {
                    return Ok(None);
                }
                folder::place(&folder, &name, &ending, bytes).map(Some)
            });
            let what = match placed.await {
                Ok(Some(placed)) => What::Placed(placed, got.content_type),
                Ok(None) => What::NotCopied,
                Err(error) => What::Folder(error.to_string()),
            };
            Kept { file: Some(file), what }
        }));
        Ok(())
    }

    /// A step came to its end: what follows is stored.
    pub(super) fn kept(&mut self, kept: Kept) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.keeping.look_at = now;
        self.wake_by(now);
        let Some(mut file) = kept.file else {
            if let What::Probed(probed) = kept.what {
                match probed {
                    Ok(()) => self.keeping.folder_works(),
                    Err(error) => self.folder_refuses(&error.to_string(), now)?,
                }
            }
            return Ok(());
        };
        let was = file.state;
        match kept.what {
            What::Probed(_) => Ok(()),
            What::Opened(opened) => self.was_opened(file, *opened, now),
            What::Placed(placed, content_type) => {
                self.keeping.folder_works();
                (file.total, file.path, file.sha256) =
                    (Some(placed.bytes), Some(placed.path), Some(placed.sha256));
                (file.content_type, file.tries) = (content_type, 0);
                file.ends(KeptState::Kept, now);
                self.put_kept(was, file, now)
            }
            What::Fetched(fetched, address) => self.did_not_come(file, fetched, address, now),
            What::Folder(why) => {
                self.folder_refuses(&why, now)?;
                // Tried when the folder is well again.
                file.due_at = Some(now);
                self.put_kept(was, file, now)
            }
            What::NotCopied => {
                file.due_at = Some(now);
                self.put_kept(was, file, now)
            }
            What::Removed(gone) => {
                if let Err(error) = &gone {
                    tracing::warn!(call = %file.call, %error, "a recording could not be taken out of its folder; trying again");
                }
                removal::settle(&mut file, gone.as_ref().err(), now);
                self.put_kept(was, file, now)
            }
        }
    }

    /// Somebody was faster: another hub, which went on with the file while we were held up, or whoever has had the call
    /// forgotten. What we have put there goes, unless it is what the other one keeps.
    fn was_overtaken(&self, ours: KeptFile) -> Result<(), StoreError> {
        let is_it = |other: &KeptFile| {
            (other.medium, other.state, &other.folder) == (ours.medium, KeptState::Kept, &ours.folder)
                && (ours.path.is_none() || other.path == ours.path)
        };
        if !self.store.kept_files(ours.call)?.iter().any(is_it) {
            tokio::task::spawn_blocking(move || removal::take_away(&ours));
        }
        Ok(())
    }

    /// What is begun is remembered first, so that whoever goes on with it knows which version it is.
    fn was_opened(
        &mut self,
        mut file: KeptFile,
        (answer, got): (Response<Incoming>, Got),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        (file.total, file.etag, file.content_type) = (got.total, got.etag.clone(), got.content_type.clone());
        if !self.is_remembered(&file, now)? {
            return Ok(());
        }
        let folder = PathBuf::from(file.folder.clone().unwrap_or_default());
        self.keeping.moving.push(Box::pin(async move {
            let what = came(&file, folder, answer, got).await;
            Kept { file: Some(file), what }
        }));
        Ok(())
    }

    /// Stores what is begun, which stays in hand; `false`: it is not wanted any more.
    fn is_remembered(&mut self, file: &KeptFile, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let Err(error) = self.push(&Change { kept: vec![(file.state, file.clone())], ..Change::at(now) })
        else {
            return Ok(true);
        };
        self.keeping.in_hand.remove(&(file.call, file.medium));
        self.store.release(&[file.thread()])?;
        if matches!(error, StoreError::Stale(_)) { Ok(false) } else { Err(error) }
    }

    fn did_not_come(
        &mut self,
        mut file: KeptFile,
        fetched: Fetched,
        address: Option<SignedUrl>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let which = (file.call, file.medium);
        match fetched {
            Fetched::Closed(status) => {
                let links = self.keeping.links.entry(which).or_default();
                let was_fresh = links.renewed_at.is_some();
                links.dead = address;
                if was_fresh {
                    return self.keep_again(file, &format!("a fresh link answers {status}, too"), now);
                }
                file.due_at = Some(now);
                self.put_kept(KeptState::Wanted, file, now)
            }
            Fetched::Part(_, why) => {
                // As long as more comes each time, it is gone on with soon.
                file.tries = file.tries.min(1);
                self.keep_again(file, &why, now)
            }
            Fetched::TooLarge => self.keep_in_vain(file, "it is larger than any call", now),
            Fetched::NotAFile(kind) => {
                self.keep_again(file, &format!("its address answers with {kind} in its place"), now)
            }
            Fetched::Anew(why) => {
                // What lies there is begun anew.
                (file.total, file.etag) = (None, None);
                self.keep_again(file, &why, now)
            }
            Fetched::Failed(why) => self.keep_again(file, &why, now),
            Fetched::Disk(why) => {
                self.folder_refuses(&why, now)?;
                file.due_at = Some(now);
                self.put_kept(KeptState::Wanted, file, now)
            }
            // It is placed where that is seen.
            Fetched::Whole(_) => self.put_kept(KeptState::Wanted, file, now),
        }
    }

    fn keep_again(&mut self, mut file: KeptFile, why: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        if now - file.since >= TRIED_FOR {
            return self.keep_in_vain(file, why, now);
        }
        tracing::info!(call = %file.call, file = file.medium.key(), why = %masked_text(why), "a recording did not come over; trying again");
        let pause = PAUSES_SECONDS.get(file.tries as usize).or(PAUSES_SECONDS.last());
        file.tries += 1;
        file.due_at = Some(now + TimeDelta::seconds(pause.copied().unwrap_or_default()));
        self.put_kept(KeptState::Wanted, file, now)
    }

    fn keep_in_vain(&mut self, mut file: KeptFile, why: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        tracing::warn!(call = %file.call, file = file.medium.key(), why = %masked_text(why), "a recording is not kept");
        if file.folder.is_some() {
            // What came of it is of no use.
            let begun = file.clone();
            tokio::task::spawn_blocking(move || removal::take_away(&begun));
        }
        file.ends(KeptState::Missing, now);
        self.put_kept(KeptState::Wanted, file, now)
    }

    /// The call was read for a fresh link.
    pub(super) fn kept_link_was_read(
        &mut self,
        mut file: KeptFile,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return self.keep_again(file, &error.to_string(), now),
        };
        let read = match Self::call_request(file.call, false).parse(answer) {
            Ok(read) => read.into_value(),
            Err(error) if error.is_permanent() && !error.is_credential() => {
                return self.is_not_at_aircall(file, &error.to_string(), now);
            }
            Err(error) => return self.keep_again(file, &error.to_string(), now),
        };
        let link = read.get(file.medium.key()).and_then(Value::as_str).and_then(SignedUrl::new);
        let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
        self.store.receive(&[inbox::from_read(read, Origin::Read { timeline: false }, as_of, now)])?;
        let links = self.keeping.links.entry((file.call, file.medium)).or_default();
        match link {
            Some(link) if links.dead.as_ref() != Some(&link) => {
                links.renewed_at = Some(now);
                // What was received is joined to the call before its turn comes.
                file.due_at = Some(now);
                self.put_kept(KeptState::Wanted, file, now)
            }
            Some(_) => self.keep_again(file, "Aircall gives the same link again", now),
            None => self.is_not_at_aircall(file, "Aircall has no such file", now),
        }
    }

    /// Aircall says that there is none: it may come yet, but not for ever.
    fn is_not_at_aircall(&mut self, file: KeptFile, why: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let case = self.readable_case(file.call)?;
        let over = case.and_then(|case| case.call.ended_at()).unwrap_or(file.started_at);
        match now >= (over + LATEST).max(file.since + LATE_TRIES) {
            true => self.keep_in_vain(file, why, now),
            false => self.keep_again(file, why, now),
        }
    }

    /// The folder is let alone for a while; nothing that goes into it is fetched meanwhile.
    fn folder_refuses(&mut self, why: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let calls = self.store.calls_waiting_for_files(now)?;
        let (since, tries) =
            self.keeping.fault.as_ref().map_or((now, 0), |fault| (fault.since, fault.tries + 1));
        if tries == 0 {
            tracing::error!(%why, "recordings cannot be kept in their folder");
            self.telling.at_once(now);
        }
        let pause = FOLDER_AGAIN_SECONDS.get(tries).or(FOLDER_AGAIN_SECONDS.last());
        let again_at = now + TimeDelta::seconds(pause.copied().unwrap_or_default());
        self.keeping.fault = Some(Fault { since, why: why.to_owned(), tries, again_at, calls });
        Ok(())
    }
}

/// Looks what lies in the folder, and asks for what is missing.
async fn opened(
    transport: Arc<dyn crate::transport::Transport>,
    file: &KeptFile,
    folder: PathBuf,
    address: SignedUrl,
) -> What {
    let name = keep::name(file.call, file.medium, file.started_at);
    let ending = ending_of(file.content_type.as_deref());
    let total = file.total;
    let lies =
        beside(move || match folder::look(&folder, &name, total.map(|total| (ending.as_str(), total)))? {
            // The program was killed when all of it was there.
            Lies::Part(bytes) if total == Some(bytes) => {
                folder::place(&folder, &name, &ending, bytes).map(Lies::Whole)
            }
            lies => Ok(lies),
        });
    let bytes = match lies.await {
        Ok(Lies::Whole(placed)) => return What::Placed(placed, file.content_type.clone()),
        Ok(Lies::Part(bytes)) => bytes,
        Err(error) => return What::Folder(error.to_string()),
    };
    // Without a name for the version, or with one that does not promise the same bytes, nobody knows whether the rest is of the same file.
    let (etag, content_type) = (file.etag.clone(), file.content_type.clone());
    let have = Some(Got { bytes, total, etag, content_type, is_whole: false });
    let have = have.filter(|have| bytes > 0 && have.etag.as_ref().is_some_and(|tag| !tag.starts_with("W/")));
    match transfer::ask(transport, &address, have.as_ref(), Accepts::Sound, LARGEST_BYTES).await {
        Ok(opened) => What::Opened(Box::new(opened)),
        Err(why) => What::Fetched(why, Some(address)),
    }
}

/// Takes what comes, and puts it under its name.
async fn came(file: &KeptFile, folder: PathBuf, answer: Response<Incoming>, got: Got) -> What {
    let name = keep::name(file.call, file.medium, file.started_at);
    let (at, called, from) = (folder.clone(), name.clone(), got.bytes);
    let fetched = match beside(move || folder::open(&at, &called, from)).await {
        Ok(open) => transfer::receive(answer, Growing::new(open), got, LARGEST_BYTES).await,
        Err(error) => return What::Folder(error.to_string()),
    };
    let got = match fetched {
        Fetched::Whole(got) => got,
        Fetched::Disk(why) => {
            // On a full disk half a file is in everybody's way.
            let _ = beside(move || folder::take_away(&folder, &name, None)).await;
            return What::Folder(why);
        }
        fetched => return What::Fetched(fetched, None),
    };
    let ending = ending_of(got.content_type.as_deref());
    match beside(move || folder::place(&folder, &name, &ending, got.bytes)).await {
        Ok(placed) => What::Placed(placed, got.content_type),
        Err(error) => What::Folder(error.to_string()),
    }
}
