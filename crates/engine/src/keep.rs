//! Recordings and voicemails that are kept in a folder (C6): which, for how long, and how each is called.
//!
//! Pure but for `folder`, which does what is done on the disk, and [`removal`], which takes away what is to go. How bytes
//! come is in `transfer`, who fetches what when in `engine/keeping`.

pub(crate) mod folder;
pub mod removal;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sidetone_protocol::{KeptFileState, KeptFileView, KeptMedium};

use crate::call::{Call, CaseId};
use crate::erasing::is_private;
use crate::files::{self, Accepts, Medium};
use crate::settings::Privacy;
use crate::store::Case;

/// A folder on another computer may not answer: a window waits no longer than this.
const LOOKED_FOR: Duration = Duration::from_millis(500);
/// While so many looks are without an answer, none is begun.
const LOOKS: usize = 4;

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptState {
    /// It is to be fetched.
    Wanted,
    /// It was put into the folder. Whether somebody has taken it away since, the folder knows.
    Kept,
    /// It was not to be had.
    Missing,
    /// It is to be taken away.
    Removing,
    /// We have taken it away.
    Removed,
}

impl KeptState {
    /// All.
    pub const ALL: [KeptState; 5] =
        [KeptState::Wanted, KeptState::Kept, KeptState::Missing, KeptState::Removing, KeptState::Removed];

    /// As it is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            KeptState::Wanted => "wanted",
            KeptState::Kept => "kept",
            KeptState::Missing => "missing",
            KeptState::Removing => "removing",
            KeptState::Removed => "removed",
        }
    }
}

/// A file that is kept, or is to be: everything that is remembered of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Whose.
    pub call: CaseId,
    /// Which.
    pub medium: Medium,
    /// When the call began.
    pub started_at: DateTime<Utc>,
    /// How far it is.
    pub state: KeptState,
    /// When it is looked after next.
    pub due_at: Option<DateTime<Utc>>,
    /// Since when it is wanted.
    pub since: DateTime<Utc>,
    /// How often in a row it did not come.
    pub tries: u32,
    /// The folder that was set when it was begun.
    pub folder: Option<String>,
    /// Its place in there, once it lies there; see [`name`].
    pub path: Option<String>,
    /// How many bytes it has, as far as the server said.
    pub total: Option<u64>,
    /// What the server calls the version that was begun.
    pub etag: Option<String>,
    /// Its content type, as the server said.
    pub content_type: Option<String>,
    /// SHA-256 of what lies in the folder, in hex.
    pub sha256: Option<String>,
    /// When its state was settled.
    pub done_at: Option<DateTime<Utc>>,
}

impl KeptFile {
    /// A file that is to be fetched.
    #[must_use]
    pub fn wanted(
        call: CaseId,
        medium: Medium,
        started_at: DateTime<Utc>,
        due_at: DateTime<Utc>,
        since: DateTime<Utc>,
    ) -> KeptFile {
        KeptFile {
            call,
            medium,
            started_at,
            state: KeptState::Wanted,
            due_at: Some(due_at),
            since,
            tries: 0,
            folder: None,
            path: None,
            total: None,
            etag: None,
            content_type: None,
            sha256: None,
            done_at: None,
        }
    }

    /// Settled so.
    pub(crate) fn ends(&mut self, state: KeptState, now: DateTime<Utc>) {
        (self.state, self.due_at, self.done_at) = (state, None, Some(now));
    }

    /// What is locked while one program works on it.
    pub(crate) fn thread(&self) -> String {
        format!("file:{}:{}", self.call, self.medium.key())
    }
}

/// Whether anything of a call may lie in the folder at all. A reason for which nothing of a call may be kept stands here, and
/// nowhere else: it is asked before a file is wanted, before it is fetched, and before it is put into the folder.
#[must_use]
pub fn may_be_kept(case: &Case, privacy: &Privacy) -> bool {
    // Calls on selected lines (G18); what is attached to text messages is no recording.
    let is_private = privacy.never_logs(&case.call) || is_private(case.barred.as_deref());
    case.selected == Some(true) && !case.call.id.is_message() && !is_private
}

/// The files that a call that is over leaves, as far as is known; `true`: it lies at Aircall already.
pub(crate) fn of_call(call: &Call) -> Vec<(Medium, bool)> {
    if !call.is_over() {
        return Vec::new();
    }
    let expected = |medium: &(Medium, bool)| match medium.0 {
        Medium::Recording => call.has_recording() || (call.answered_at().is_some() && call.is_recorded()),
        Medium::Voicemail => call.has_voicemail(),
    };
    Medium::ALL.into_iter().map(|medium| (medium, call.link(medium).is_some())).filter(expected).collect()
}

/// Where a file lies in the folder, without its ending: by year and month, then by the moment when the call began, its id and
/// what it is. Every file system takes such names, they sort as the calls were, and they tell nobody's name or number.
#[must_use]
pub fn name(call: CaseId, medium: Medium, started_at: DateTime<Utc>) -> String {
    format!("{}Z {call} {}", started_at.format("%Y/%m/%Y-%m-%d %H.%M.%S"), medium.key())
}

/// How a file of sound is called.
pub(crate) fn ending_of(told: Option<&str>) -> String {
    files::ending(&files::content_type(&files::plain_type(told.unwrap_or_default()), None, Accepts::Sound))
}

/// What a look into the folder finds; `None` if that does not answer.
fn looked(look: impl FnOnce() -> bool + Send + 'static) -> Option<bool> {
    static OPEN: AtomicUsize = AtomicUsize::new(0);
    if OPEN.load(Ordering::Relaxed) >= LOOKS {
        return None;
    }
    OPEN.fetch_add(1, Ordering::Relaxed);
    let (told, answer) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let found = look();
        OPEN.fetch_sub(1, Ordering::Relaxed);
        // Whoever asked may not wait any more.
        let _ = told.send(found);
    });
    answer.recv_timeout(LOOKED_FOR).ok()
}

/// Whether a file lies there.
fn is_there(place: PathBuf) -> Option<bool> {
    looked(move || place.is_file())
}

/// A file for windows. Looks whether it still lies there; where that does not answer, it is as we left it.
pub(crate) fn view(file: &KeptFile) -> KeptFileView {
    let place =
        file.folder.as_ref().zip(file.path.as_ref()).map(|(folder, path)| Path::new(folder).join(path));
    let state = match file.state {
        KeptState::Wanted => KeptFileState::Awaited,
        KeptState::Kept if place.clone().is_some_and(|place| is_there(place).unwrap_or(true)) => {
            KeptFileState::Kept
        }
        KeptState::Kept => KeptFileState::Gone,
        KeptState::Missing => KeptFileState::Missing,
        KeptState::Removing | KeptState::Removed => KeptFileState::Removed,
    };
    let is_kept = state == KeptFileState::Kept;
    KeptFileView {
        medium: match file.medium {
            Medium::Recording => KeptMedium::Recording,
            Medium::Voicemail => KeptMedium::Voicemail,
        },
        state,
        path: place.filter(|_| is_kept).map(|place| place.display().to_string()),
        bytes: file.total,
        sha256: file.sha256.clone().filter(|_| is_kept),
        at: file.done_at.map(|at| at.timestamp()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_call_and_tells_nobodys_name() {
        let at: DateTime<Utc> = "2026-11-21T14:05:09.7Z".parse().expect("a moment");
        let name = name(CaseId(4_186_780_376), Medium::Recording, at);
        assert_eq!(name, "2026/11/2026-11-21 14.05.09Z 4186780376 recording");
    }

    #[test]
    fn a_folder_that_does_not_answer_is_given_up_and_few_wait_for_it() {
        let (go_on, held) = mpsc::channel::<()>();
        let held = std::sync::Arc::new(std::sync::Mutex::new(held));
        for n in 0..LOOKS {
            let held = std::sync::Arc::clone(&held);
            let found = looked(move || held.lock().is_ok_and(|held| held.recv().is_err()));
            assert_eq!(found, None, "look {n}");
        }
        assert_eq!(is_there("/".into()), None, "no further thread hangs there");
        drop(go_on);
        let answers = || (0..200).any(|_| is_there("/".into()).is_some());
        let is_well = (0..50).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            answers()
        });
        assert!(is_well, "once it answers, it is asked again");
    }

    #[test]
    fn each_state_has_a_code_of_its_own() {
        let codes: std::collections::BTreeSet<_> = KeptState::ALL.iter().map(|state| state.code()).collect();
        assert_eq!(codes.len(), KeptState::ALL.len());
    }
}
