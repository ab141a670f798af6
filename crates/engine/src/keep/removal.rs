//! Files are taken out of the folder (C6): those that are old enough, and those of calls that are forgotten.
//!
//! What is known of a call is erased in one commit with the wish that its files go (`tables/erasure.rs`): from then on nothing
//! of it is fetched, and what is kept is taken away by the engine that runs, over restarts and also where the
//! folder is away at the moment. Where no engine runs, or somebody waits for it, [`clear`] does so at once.

use std::io::ErrorKind;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use super::{KeptFile, KeptState, ending_of, folder, name};
use crate::store::{Change, Store, StoreError};

/// A file that cannot be taken away is tried again after so many seconds; the last figure from then on.
const PAUSES_SECONDS: [i64; 4] = [60, 600, 3600, 86_400];
/// A folder that is gone is looked for so often, where at most a part of a file lies in it. A file that was put there is never
/// given up: its disk may come back.
const TRIES_WITHOUT_FOLDER: u32 = 30;

/// What was taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// So many files.
    pub removed: u32,
    /// What could not be, each with what the system says; it is tried again by itself while an engine runs.
    pub left: Vec<String>,
}

/// Takes away all that is to be taken away now. Blocks; a folder on another computer may take its time.
///
/// # Errors
/// If the store cannot be read or changed.
pub fn clear(store: &dyn Store, now: DateTime<Utc>) -> Result<Cleared, StoreError> {
    let mut cleared = Cleared::default();
    for mut file in store.files_due(now, &[KeptState::Removing], usize::MAX)? {
        let thread = file.thread();
        // A program that fetches it at the moment takes it away itself.
        if !store.claim(&thread, now)? {
            cleared.left.push("another Sidetone on this database has the file in hand".into());
            continue;
        }
        let gone = take_away(&file);
        settle(&mut file, gone.as_ref().err(), now);
        match gone {
            Ok(()) => cleared.removed += 1,
            Err(error) => cleared.left.push(error.to_string()),
        }
        let done = store.commit(&Change { kept: vec![(KeptState::Removing, file)], ..Change::at(now) });
        store.release(&[thread])?;
        match done {
            // Another one was faster.
            Ok(_) | Err(StoreError::Stale(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(cleared)
}

/// Takes one file out of the folder in which it was begun.
pub(crate) fn take_away(file: &KeptFile) -> std::io::Result<()> {
    let Some(root) = &file.folder else { return Ok(()) };
    let called = name(file.call, file.medium, file.started_at);
    let root = Path::new(root);
    if file.path.is_some() {
        folder::is_ours(root, std::slice::from_ref(file))?;
        return folder::take_away(root, &called, file.path.as_deref());
    }
    // A program that was killed may have put it there and not lived to say so.
    let ending = ending_of(file.content_type.as_deref());
    let placed = folder::lies_whole(root, &called, &ending, file.total)?;
    folder::take_away(root, &called, placed.as_deref())
}

/// What becomes of a file that was to be taken away.
pub(crate) fn settle(file: &mut KeptFile, failed: Option<&std::io::Error>, now: DateTime<Utc>) {
    let is_given_up = |error: &std::io::Error| {
        file.path.is_none() && error.kind() == ErrorKind::NotFound && file.tries >= TRIES_WITHOUT_FOLDER
    };
    let is_gone = failed.is_none_or(is_given_up);
    if is_gone {
        file.ends(KeptState::Removed, now);
        // The call's id and when it began are left, so that it is not fetched again.
        (file.folder, file.path, file.etag, file.sha256) = (None, None, None, None);
        (file.total, file.content_type) = (None, None);
        return;
    }
    let pause = PAUSES_SECONDS.get(file.tries as usize).or(PAUSES_SECONDS.last());
    file.tries += 1;
    file.due_at = Some(now + TimeDelta::seconds(pause.copied().unwrap_or_default()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CaseId;
    use crate::files::Medium;

    #[test]
    fn a_file_that_was_put_there_is_never_given_up_and_a_part_of_one_is() {
        let now: DateTime<Utc> = "2026-11-21T14:05:09Z".parse().expect("a moment");
        let away = std::io::Error::from(ErrorKind::NotFound);
        for (path, state) in [(Some("2026/11/x.mp3"), KeptState::Removing), (None, KeptState::Removed)] {
            let mut file = KeptFile::wanted(CaseId(7), Medium::Recording, now, now, now);
            (file.state, file.tries) = (KeptState::Removing, TRIES_WITHOUT_FOLDER);
            file.path = path.map(str::to_owned);
            settle(&mut file, Some(&away), now);
            assert_eq!(file.state, state);
        }
    }
}
