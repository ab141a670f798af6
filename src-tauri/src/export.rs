//! Calls into a file that a person chose (C7): as they come out of the database, without ever being in memory as a whole.
//!
//! Until all of it is there it lies beside under another name: half an export is none, and a file that is replaced stays until
//! then.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use tokio::io::AsyncWriteExt;

/// Lines of an export, as they come.
pub type Lines = BoxStream<'static, io::Result<Bytes>>;

/// How an export ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// All of it is in the file.
    Whole,
    /// A person stopped it; there is no file.
    Stopped,
}

/// Writes an export into this file, unless it is stopped on the way.
///
/// # Errors
/// What the system, or whoever gives the lines, says. What was written is removed then.
pub async fn save(lines: Lines, file: &Path, stop: &AtomicBool) -> io::Result<Saved> {
    let part = beside(file);
    let done = write(lines, &part, stop).await;
    if matches!(done, Ok(Saved::Whole))
        && let Err(error) = tokio::fs::rename(&part, file).await
    {
        remove(&part).await;
        return Err(error);
    }
    if !matches!(done, Ok(Saved::Whole)) {
        remove(&part).await;
    }
    done
}

async fn write(mut lines: Lines, part: &Path, stop: &AtomicBool) -> io::Result<Saved> {
    // Numbers in full: for this user only.
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut open = options.open(part).await?;
    while let Some(some) = lines.next().await {
        if stop.load(Ordering::Relaxed) {
            return Ok(Saved::Stopped);
        }
        open.write_all(&some?).await?;
    }
    open.flush().await?;
    open.sync_all().await?;
    Ok(Saved::Whole)
}

async fn remove(part: &Path) {
    if let Err(error) = tokio::fs::remove_file(part).await
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "half an export could not be removed");
    }
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::stream;

    use super::*;

    fn lines(all: Vec<io::Result<&'static str>>) -> Lines {
        stream::iter(all).map(|some| some.map(|text| Bytes::from_static(text.as_bytes()))).boxed()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("reads").flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    #[tokio::test]
    async fn an_export_takes_the_place_of_the_file_once_all_of_it_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("calls.csv");
        std::fs::write(&file, "an older one").expect("writes");
        let never = AtomicBool::new(false);
        let seen = file.clone();
        let last = stream::once(async move {
            assert_eq!(
                std::fs::read_to_string(seen).expect("is there"),
                "an older one",
                "until then it stays"
            );
            Ok(Bytes::from_static(b"c"))
        });
        let all = lines(vec![Ok("a"), Ok("b")]).chain(last).boxed();
        assert_eq!(save(all, &file, &never).await.expect("is saved"), Saved::Whole);
        assert_eq!(std::fs::read_to_string(&file).expect("is there"), "abc");
        assert_eq!(names(folder.path()), ["calls.csv"]);
    }

    #[tokio::test]
    async fn half_an_export_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("calls.csv");
        let cut = lines(vec![Ok("a"), Err(io::Error::other("the database does not answer"))]);
        assert!(save(cut, &file, &AtomicBool::new(false)).await.is_err());
        assert!(names(folder.path()).is_empty());
        assert!(
            save(lines(vec![Ok("a")]), &folder.path().join("no/folder.csv"), &AtomicBool::new(false))
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn a_person_stops_it_and_what_was_there_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("calls.csv");
        std::fs::write(&file, "an older one").expect("writes");
        let stop = Arc::new(AtomicBool::new(false));
        let pressed = Arc::clone(&stop);
        let second = stream::once(async move {
            pressed.store(true, Ordering::Relaxed);
            Ok(Bytes::from_static(b"b"))
        });
        let all =
            lines(vec![Ok("a")]).chain(second).chain(stream::repeat_with(|| Ok(Bytes::from_static(b"x"))));
        assert_eq!(save(all.boxed(), &file, &stop).await.expect("is stopped"), Saved::Stopped);
        assert_eq!(names(folder.path()), ["calls.csv"]);
        assert_eq!(std::fs::read_to_string(&file).expect("is there"), "an older one");
    }
}
