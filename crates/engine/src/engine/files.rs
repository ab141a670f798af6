//! Files on their way (G17): a few at a time, beside everything else. No call is held up by one for longer than
//! [`NOTE_WAITS`](crate::files::NOTE_WAITS), and no customer's thread at all: each step begins in the call's turn and goes
//! on by itself.
//!
//! What is on its way is known here only, and lies in a folder of its own. A crash loses it, and it is fetched again:
//! a file that was uploaded and is attached to nothing is seen by nobody, so what is unclear is uploaded once more.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;

use aircall::SignedUrl;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use sidetone_protocol::{Alert, Vendor};
use uuid::Uuid;

use super::outbox::{Begun, lane};
use super::{Engine, Job};
use crate::call::{CaseId, Origin};
use crate::files::{self, FILE, Medium, NOTHING_UNDER_WAY, Progress, Source, UnderWay, Wanted, Why};
use crate::helpdesk::{Answer, Assessment, Refusal, Standing};
use crate::inbox;
use crate::keep::{KeptState, folder};
use crate::ledger::Holding;
use crate::number::masked_text;
use crate::settings::FilesSettings;
use crate::store::{Case, StoreError};
use crate::transfer::{self, Fetch, Fetched, Got, Sent};
use crate::transport::TransportError;

/// So many files are fetched at once, and so many uploaded.
const AT_ONCE: usize = 2;
/// A link is used for so long after Aircall signed it: ten minutes is the shortest life that was told of
/// (`reference/aircall.md` §5.4), and a download has to begin within it.
pub(super) const LINK_HOLDS: TimeDelta = TimeDelta::minutes(9);
/// Pauses before another try, in seconds; the last one from then on.
pub(super) const PAUSES_SECONDS: [i64; 6] = [5, 20, 60, 300, 900, 3600];
/// A file that is fetched late for the first time, after a long outage, gets so long for its tries.
pub(super) const LATE_TRIES: TimeDelta = TimeDelta::hours(1);
/// Whoever has to look after the disk needs longer than a server that stumbled.
const DISK_AGAIN: TimeDelta = TimeDelta::minutes(2);

/// The files of all calls that are on their way.
pub(crate) struct Transfers {
    settings: FilesSettings,
    under_way: HashMap<CaseId, UnderWay>,
    /// What is moving now.
    pub(super) moving: FuturesUnordered<BoxFuture<'static, Moved>>,
    downloads: usize,
    uploads: usize,
    /// Those that wait for one of the few places, oldest first.
    queue: VecDeque<(CaseId, String)>,
    /// Each try has a file of its own on the disk.
    last_serial: u64,
    /// Since when the disk takes nothing, and what the system says.
    disk_fault: Option<(DateTime<Utc>, String)>,
}

/// One step that came to its end.
pub(crate) struct Moved {
    call: CaseId,
    wanted: Wanted,
    serial: u64,
    what: What,
}

enum What {
    Down(SignedUrl, Fetched),
    /// It lay in the folder of recordings, and was copied from there; or not.
    Copied(Option<Got>),
    Up(Sent),
}

/// What the next step with a file is.
enum Next {
    Upload(Got),
    Download(SignedUrl),
    Renew(Medium),
}

impl Transfers {
    pub(super) fn new(settings: FilesSettings) -> Transfers {
        Transfers {
            settings,
            under_way: HashMap::new(),
            moving: FuturesUnordered::new(),
            downloads: 0,
            uploads: 0,
            queue: VecDeque::new(),
            last_serial: 0,
            disk_fault: None,
        }
    }

    /// Removes what an earlier run left behind.
    pub(super) fn clean(&self) {
        // Made when it is needed first.
        let Ok(entries) = std::fs::read_dir(&self.settings.dir) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Only what has a name of ours: the folder may be somebody's mistake.
            let is_ours = name.split_once("-file-").is_some_and(|(call, _)| call.parse::<u64>().is_ok());
            if is_ours && let Err(error) = std::fs::remove_file(entry.path()) {
                tracing::warn!(%error, "a file of an earlier run could not be removed");
            }
        }
    }

    /// The files of one call.
    pub(super) fn of(&self, call: CaseId) -> &UnderWay {
        self.under_way.get(&call).unwrap_or(&NOTHING_UNDER_WAY)
    }

    /// Forgets files of a call that nobody wants any more.
    pub(super) fn keep_only(&mut self, call: CaseId, assessment: &Assessment) {
        let Some(under_way) = self.under_way.get_mut(&call) else { return };
        let is_wanted = |key: &String| match assessment.standing {
            Standing::Logged => assessment.files.iter().any(|file| file.key == *key),
            Standing::Early | Standing::Held(_) => true,
            Standing::Gone(_) | Standing::NotLogged(_) => false,
        };
        let gone: Vec<String> = under_way.keys().filter(|key| !is_wanted(key)).cloned().collect();
        let serials: Vec<(String, u64)> =
            gone.into_iter().filter_map(|key| under_way.remove(&key).map(|p| (key, p.serial))).collect();
        if under_way.is_empty() {
            self.under_way.remove(&call);
        }
        for (key, serial) in serials {
            self.remove(call, &key, serial);
        }
    }

    /// Forgets all files of a call.
    pub(super) fn forget(&mut self, call: CaseId) {
        for (key, progress) in self.under_way.remove(&call).unwrap_or_default() {
            self.remove(call, &key, progress.serial);
        }
    }

    fn progress(&mut self, call: CaseId, key: &str) -> Option<&mut Progress> {
        self.under_way.get_mut(&call)?.get_mut(key)
    }

    fn begin(&mut self, call: CaseId, key: &str, now: DateTime<Utc>) -> Progress {
        let serial = self.last_serial + 1;
        let progress = self
            .under_way
            .entry(call)
            .or_default()
            .entry(key.to_owned())
            .or_insert_with(|| Progress { serial, ..Progress::begun(now) });
        self.last_serial = self.last_serial.max(progress.serial);
        progress.clone()
    }

    fn path(&self, call: CaseId, key: &str, serial: u64) -> PathBuf {
        let key: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        self.settings.dir.join(format!("{call}-{key}-{serial}"))
    }

    fn remove(&self, call: CaseId, key: &str, serial: u64) {
        // It may never have come so far.
        let _ = std::fs::remove_file(self.path(call, key, serial));
    }

    /// The folder, for this user only.
    fn make_folder(&self) -> std::io::Result<()> {
        let mut folder = std::fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&self.settings.dir)
    }

    /// What a person has to do about the disk.
    pub(super) fn alert(&self) -> Option<Alert> {
        let (since, why) = self.disk_fault.as_ref()?;
        let dir = self.settings.dir.display();
        Some(Alert {
            code: "files_not_kept".into(),
            since: since.timestamp(),
            calls: u32::try_from(self.under_way.len()).unwrap_or(u32::MAX),
            what: format!("Recordings and voicemails cannot be stored in {dir} on their way ({why}). Notes are written without them."),
            mend: "Make room on that disk, or let Sidetone's user write in that folder. The files follow by themselves.".into(),
        })
    }
}

impl Engine {
    /// One step further with a file of this call, in the call's turn.
    pub(super) fn fetch(
        &mut self,
        case: Case,
        wanted: Wanted,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        let progress = self.transfers.begin(case.call.id, &wanted.key, now);
        if progress.got.is_none() && self.copy_what_is_kept(case.call.id, &wanted, &progress)? {
            self.look_again(case.call.id, now)?;
            return Ok(Begun::NotNow);
        }
        match next(&wanted, &progress, now) {
            Next::Upload(got) => return self.upload(case, wanted, &got, progress.serial, now),
            Next::Download(address) => self.download(case.call.id, wanted, address, &progress, now)?,
            Next::Renew(medium) => self.renew(&case, &wanted, medium, now),
        }
        // When it is looked at again follows from how far the file is.
        self.look_again(case.call.id, now)?;
        Ok(Begun::NotNow)
    }

    fn download(
        &mut self,
        call: CaseId,
        wanted: Wanted,
        address: SignedUrl,
        progress: &Progress,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.transfers.downloads >= AT_ONCE {
            self.wait_in_line(call, &wanted.key);
            return Ok(());
        }
        if let Err(error) = self.transfers.make_folder() {
            return self.disk_refuses(call, &wanted, &error.to_string(), now);
        }
        self.is_under_way(call, &wanted.key);
        let fetch = Fetch {
            address: address.clone(),
            to: self.transfers.path(call, &wanted.key, progress.serial),
            have: progress.got.clone(),
            limit: self.transfers.settings.largest_bytes,
            accepts: wanted.accepts,
        };
        let (transport, serial) = (self.transport.clone(), progress.serial);
        self.transfers.downloads += 1;
        self.transfers.moving.push(Box::pin(async move {
            let fetched = transfer::fetch(transport, fetch).await;
            Moved { call, wanted, serial, what: What::Down(address, fetched) }
        }));
        Ok(())
    }

    /// What lies in the folder of recordings is not fetched a second time (C6). Once for each file: should it not be there any
    /// more, it is fetched.
    fn copy_what_is_kept(
        &mut self,
        call: CaseId,
        wanted: &Wanted,
        progress: &Progress,
    ) -> Result<bool, StoreError> {
        let Source::OfCall { medium, .. } = &wanted.source else { return Ok(false) };
        if progress.was_looked_for || self.transfers.downloads >= AT_ONCE {
            return Ok(false);
        }
        self.transfers
            .progress(call, &wanted.key)
            .into_iter()
            .for_each(|progress| progress.was_looked_for = true);
        let kept = self.store.kept_files(call)?.into_iter().find(|file| file.medium == *medium);
        let Some(kept) = kept.filter(|file| file.state == KeptState::Kept) else { return Ok(false) };
        if kept.total.is_some_and(|bytes| bytes > self.transfers.settings.largest_bytes)
            || self.transfers.make_folder().is_err()
        {
            return Ok(false);
        }
        self.is_under_way(call, &wanted.key);
        let (wanted, serial) = (wanted.clone(), progress.serial);
        let to = self.transfers.path(call, &wanted.key, serial);
        self.transfers.downloads += 1;
        self.transfers.moving.push(Box::pin(async move {
            let content_type = kept.content_type.clone();
            let copied = folder::beside(move || folder::copy_out(&kept, &to)).await;
            let got = copied.ok().map(|bytes| Got {
                bytes,
                total: Some(bytes),
                etag: None,
                content_type,
                is_whole: true,
            });
            Moved { call, wanted, serial, what: What::Copied(got) }
        }));
        Ok(true)
    }

    fn upload(
        &mut self,
        case: Case,
        wanted: Wanted,
        got: &Got,
        serial: u64,
        now: DateTime<Utc>,
    ) -> Result<Begun, StoreError> {
        let (call, vendor) = (case.call.id, self.helpdesk.vendor());
        if self.transfers.uploads >= AT_ONCE {
            self.wait_in_line(call, &wanted.key);
        } else if self.may_ask(vendor, lane(&case, now), now).is_err() {
            return Ok(Begun::Blocked);
        } else {
            self.is_under_way(call, &wanted.key);
            let told = got.content_type.as_deref().unwrap_or_default();
            let content_type = files::content_type(told, wanted.content_type.as_deref(), wanted.accepts);
            let name = format!("{}.{}", wanted.name, files::ending(&content_type));
            let upload = self.helpdesk.upload(&name, &content_type, got.bytes, &Uuid::new_v4().to_string());
            let path = self.transfers.path(call, &wanted.key, serial);
            let (transport, bytes) = (self.transport.clone(), got.bytes);
            self.transfers.uploads += 1;
            self.transfers.moving.push(Box::pin(async move {
                let sent = transfer::send(transport, path, bytes, upload).await;
                Moved { call, wanted, serial, what: What::Up(sent) }
            }));
        }
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
        Ok(Begun::NotNow)
    }

    /// Asks Aircall for a link that is signed now.
    fn renew(&mut self, case: &Case, wanted: &Wanted, medium: Medium, now: DateTime<Utc>) {
        let call = case.call.id;
        let job = Job::FreshLink { call, wanted: Box::new(wanted.clone()), medium };
        let request = Self::call_request(call, false).to_http(&self.aircall);
        match self.ask(Vendor::Aircall, lane(case, now), job, request, now) {
            Ok(()) => self.is_under_way(call, &wanted.key),
            Err(until) => self.again(call, &wanted.key, until),
        }
    }

    /// The call was read for a fresh link.
    pub(super) fn link_was_read(
        &mut self,
        call: CaseId,
        wanted: &Wanted,
        medium: Medium,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // Whatever comes of it: should it not be stored, the call's next turn goes on from here.
        self.again(call, &wanted.key, now);
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return self.try_again(call, wanted, &error.to_string(), now),
        };
        let read = match Self::call_request(call, false).parse(answer) {
            Ok(read) => read.into_value(),
            Err(error) if error.is_permanent() && !error.is_credential() => {
                return self.is_not_there(call, wanted, &error.to_string(), now);
            }
            Err(error) => return self.try_again(call, wanted, &error.to_string(), now),
        };
        let link = read.get(medium.key()).and_then(Value::as_str).and_then(SignedUrl::new);
        let as_of = aircall::answered_at(answer.headers()).unwrap_or(now.timestamp());
        self.store.receive(&[inbox::from_read(read, Origin::Read { timeline: false }, as_of, now)])?;
        let Some(progress) = self.transfers.progress(call, &wanted.key) else { return Ok(()) };
        match link {
            Some(link) if progress.dead.as_ref() != Some(&link) => {
                progress.renewed_at = Some(now);
                self.again(call, &wanted.key, now);
                // What was received is joined to the call before its turn comes.
                self.look_again(call, now)
            }
            Some(_) => self.try_again(call, wanted, "Aircall gives the same link again", now),
            None => self.is_not_there(call, wanted, "Aircall has no such file", now),
        }
    }

    /// Aircall says that there is none: it may come yet, but not for ever.
    fn is_not_there(
        &mut self,
        call: CaseId,
        wanted: &Wanted,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        match now >= wanted.until {
            true => self.give_up(call, wanted, Why::Missing, why, now),
            false => self.try_again(call, wanted, why, now),
        }
    }

    /// A step came to its end: what follows is stored, and the place is free for the next one.
    pub(super) fn moved(&mut self, moved: Moved) -> Result<(), StoreError> {
        let now = self.clock.now();
        match &moved.what {
            What::Down(..) | What::Copied(_) => {
                self.transfers.downloads = self.transfers.downloads.saturating_sub(1)
            }
            What::Up(_) => self.transfers.uploads = self.transfers.uploads.saturating_sub(1),
        }
        let Moved { call, wanted, serial, what } = moved;
        let key = &wanted.key;
        let done = match self.transfers.progress(call, key).filter(|progress| progress.serial == serial) {
            None => {
                // Nobody wants it any more.
                self.transfers.remove(call, key, serial);
                if let What::Up(sent) = what {
                    self.upload_counted(&sent, now);
                }
                Ok(())
            }
            Some(progress) => {
                // Whatever comes of it: should it not be stored, the call's next turn goes on from here.
                progress.again_at = Some(now);
                match what {
                    What::Down(address, fetched) => self.fetched(call, &wanted, address, fetched, now),
                    What::Copied(got) => {
                        progress.got = got;
                        self.look_again(call, now)
                    }
                    What::Up(sent) => self.sent(call, &wanted, sent, now),
                }
            }
        };
        while let Some((next, key)) = self.transfers.queue.pop_front() {
            if self.transfers.progress(next, &key).is_some() {
                self.again(next, &key, now);
                self.look_again(next, now)?;
                break;
            }
        }
        done
    }

    fn fetched(
        &mut self,
        call: CaseId,
        wanted: &Wanted,
        address: SignedUrl,
        fetched: Fetched,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !matches!(fetched, Fetched::Disk(_) | Fetched::Failed(_) | Fetched::Closed(_)) {
            self.transfers.disk_fault = None;
        }
        let Some(progress) = self.transfers.progress(call, &wanted.key) else { return Ok(()) };
        let (serial, is_fixed) = (progress.serial, matches!(wanted.source, Source::Fixed(_)));
        match fetched {
            Fetched::Whole(got) => {
                (progress.got, progress.failures) = (Some(got.clone()), 0);
                if let Source::OfCall { medium, .. } = &wanted.source {
                    let path = self.transfers.path(call, &wanted.key, serial);
                    self.keep_what_came((call, *medium), &path, &got, now)?;
                }
                self.look_again(call, now)
            }
            Fetched::Part(got, why) => {
                // What came is kept. As long as more comes each time, it is gone on with soon.
                if progress.got.as_ref().is_none_or(|before| got.bytes > before.bytes) {
                    progress.failures = 0;
                }
                progress.got = Some(got);
                self.try_again(call, wanted, &why, now)
            }
            Fetched::Anew(why) => {
                progress.got = None;
                self.try_again(call, wanted, &why, now)
            }
            Fetched::Closed(_) if is_fixed => {
                self.give_up(call, wanted, Why::Missing, "its address does not open it any more", now)
            }
            Fetched::Closed(_) if progress.dead.is_none() => {
                progress.dead = Some(address);
                self.look_again(call, now)
            }
            Fetched::Closed(status) => {
                progress.dead = Some(address);
                self.try_again(call, wanted, &format!("a fresh link answers {status}, too"), now)
            }
            Fetched::TooLarge => self.give_up(call, wanted, Why::TooLarge, "it is larger than 500 MB", now),
            Fetched::NotAFile(kind) if is_fixed => {
                self.give_up(call, wanted, Why::Refused, &format!("its content is {kind}"), now)
            }
            Fetched::NotAFile(kind) => {
                self.try_again(call, wanted, &format!("its address answers with {kind} in its place"), now)
            }
            Fetched::Failed(why) => self.try_again(call, wanted, &why, now),
            Fetched::Disk(why) => self.disk_refuses(call, wanted, &why, now),
        }
    }

    fn sent(
        &mut self,
        call: CaseId,
        wanted: &Wanted,
        sent: Sent,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.upload_counted(&sent, now);
        let answer = match sent {
            Sent::Answered(answer) => answer,
            Sent::Unanswered(error) => return self.try_again(call, wanted, &error.to_string(), now),
            Sent::Unreadable(why) => {
                if let Some(progress) = self.transfers.progress(call, &wanted.key) {
                    progress.got = None;
                }
                return self.try_again(call, wanted, &why, now);
            }
        };
        let status = answer.status().as_u16();
        match self.read_answer(&Ok(answer), now, |engine, answer| engine.helpdesk.uploaded(answer)) {
            Ok(detail) => {
                let holding = Holding { key: wanted.key.clone(), helpdesk_id: String::new(), detail };
                let rule = "The file is uploaded, so that a note can carry it (G17)";
                self.settle_file(call, wanted, holding, rule, &status.to_string(), now)
            }
            // Nothing to do with this file: it waits with everything else, and is due again then.
            Err(Refusal::RateLimited(_) | Refusal::Credential(_) | Refusal::WrongAccount(_)) => {
                self.look_again(call, now)
            }
            Err(Refusal::Unclear(why) | Refusal::Missing(why)) => self.try_again(call, wanted, &why, now),
            // No upload is answered so.
            Err(Refusal::Accepted(_)) => self.look_again(call, now),
            Err(Refusal::Permanent(code, text)) if code == "too_large" => {
                self.give_up(call, wanted, Why::TooLargeThere, &text, now)
            }
            // It is not the file that is refused: once the user may upload, it comes.
            Err(Refusal::Permanent(code, text)) if code == "forbidden" => {
                self.try_again(call, wanted, &text, now)
            }
            Err(
                Refusal::Permanent(_, text)
                | Refusal::Conflict(text)
                | Refusal::Stale(text)
                | Refusal::Astray(text),
            ) => self.give_up(call, wanted, Why::Refused, &text, now),
        }
    }

    /// What the answer to an upload tells of the helpdesk. That an upload broke off says nothing of the rest of it.
    fn upload_counted(&mut self, sent: &Sent, now: DateTime<Utc>) {
        let Some(budget) = self.budgets.get_mut(&self.helpdesk.vendor()) else { return };
        budget.answered();
        if let Sent::Answered(answer) = sent
            && let Some((used, limit)) = self.helpdesk.told(answer.headers())
        {
            // Reckoned when all of it had arrived, however long that took.
            budget.told(used, limit, now, now);
            if let Some(seconds) = self.helpdesk.is_unused_in(answer.headers(), now) {
                budget.is_unused_in(seconds, now);
            }
        }
    }

    fn disk_refuses(
        &mut self,
        call: CaseId,
        wanted: &Wanted,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.transfers.disk_fault.is_none() {
            tracing::error!(%why, "a file cannot be stored on its way to the helpdesk; notes go without it");
        }
        let since = self.transfers.disk_fault.take().map_or(now, |(since, _)| since);
        self.transfers.disk_fault = Some((since, why.to_owned()));
        if let Some(progress) = self.transfers.progress(call, &wanted.key) {
            (progress.got, progress.gave_way) = (None, true);
            let serial = progress.serial;
            // On a full disk half a file is in everybody's way.
            self.transfers.remove(call, &wanted.key, serial);
        }
        self.try_again(call, wanted, why, now)?;
        self.transfers.progress(call, &wanted.key).into_iter().for_each(|progress| {
            progress.again_at = progress.again_at.map(|at| at.max(now + DISK_AGAIN));
        });
        self.look_again(call, now)
    }

    /// Another try after a while; past its time, none.
    fn try_again(
        &mut self,
        call: CaseId,
        wanted: &Wanted,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(progress) = self.transfers.progress(call, &wanted.key) else { return Ok(()) };
        let last = wanted.until.max(progress.since + LATE_TRIES);
        if now >= last {
            return self.give_up(call, wanted, Why::Missing, why, now);
        }
        tracing::info!(%call, file = %wanted.key, why = %masked_text(why), "a file did not come over; trying again");
        let pause = PAUSES_SECONDS.get(progress.failures as usize).or(PAUSES_SECONDS.last());
        progress.failures += 1;
        // The last try is made when its time is over.
        let at = (now + TimeDelta::seconds(pause.copied().unwrap_or_default())).min(last);
        progress.again_at = Some(at);
        self.look_again(call, now)
    }

    /// It will not come: the note says so, once.
    fn give_up(
        &mut self,
        call: CaseId,
        wanted: &Wanted,
        why: Why,
        told: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        tracing::warn!(%call, file = %wanted.key, why = why.code(), told = %masked_text(told), "a file is not attached");
        let rule = "The file cannot be attached, and the note says why (G17)";
        self.settle_file(call, wanted, files::without(&wanted.key, why), rule, told, now)
    }

    /// What became of a file, in the ledger: what is on its way of it is forgotten with that.
    fn settle_file(
        &mut self,
        call: CaseId,
        wanted: &Wanted,
        holding: Holding,
        rule: &str,
        told: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let what = wanted.key.strip_prefix(FILE).unwrap_or(&wanted.key);
        let request = format!("{what}: POST {}", self.helpdesk.upload_path());
        self.insist(|engine| {
            let Some(case) = engine.store.case(call)? else { return Ok(()) };
            let line = engine.line(&case, rule, &request, &masked_text(told), now)?;
            engine.commit_case(case, vec![holding.clone()], Vec::new(), vec![line], now)
        })
    }

    fn wait_in_line(&mut self, call: CaseId, key: &str) {
        self.is_under_way(call, key);
        self.transfers.queue.push_back((call, key.to_owned()));
    }

    fn is_under_way(&mut self, call: CaseId, key: &str) {
        self.transfers.progress(call, key).into_iter().for_each(|progress| progress.again_at = None);
    }

    fn again(&mut self, call: CaseId, key: &str, at: DateTime<Utc>) {
        self.transfers.progress(call, key).into_iter().for_each(|progress| progress.again_at = Some(at));
    }
}

fn next(wanted: &Wanted, progress: &Progress, now: DateTime<Utc>) -> Next {
    if let Some(got) = progress.got.clone().filter(|got| got.is_whole) {
        return Next::Upload(got);
    }
    match &wanted.source {
        Source::Fixed(address) => Next::Download(address.clone()),
        Source::OfCall { medium, link } => {
            let is_young = |as_of: i64| now.timestamp() - as_of < LINK_HOLDS.num_seconds();
            // By our own clock, too: Aircall's may be another.
            let is_renewed = progress.renewed_at.is_some_and(|at| now - at < LINK_HOLDS);
            let usable = link.as_ref().filter(|link| progress.dead.as_ref() != Some(&link.address));
            match usable.filter(|link| is_renewed || is_young(link.as_of)) {
                Some(link) => Next::Download(link.address.clone()),
                None => Next::Renew(*medium),
            }
        }
    }
}
