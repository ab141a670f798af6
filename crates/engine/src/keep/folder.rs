//! What is done in the folder of recordings (C6). All of it blocks: a folder may lie on another computer that is away, so
//! nothing here is called on the engine's thread.
//!
//! The folder itself is never made: where a disk is not mounted, one of that name would fill the wrong one. What is below it is
//! ours, and no link in there is followed.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::keep::KeptFile;
use crate::transfer::Sink;

/// What is on its way is called so.
const PART: &str = "part";
/// Where we have put something lies a file of this name. A folder that had one and has none is another: its disk is away.
const MARK: &str = ".sidetone";
/// Files are read and written in pieces of this size.
const PIECE_BYTES: usize = 256 * 1024;
/// So many files of one name are kept beside each other.
const NAMESAKES: u32 = 99;

/// What lies there of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lies {
    /// So many bytes of it.
    Part(u64),
    /// All of it.
    Whole(Placed),
}

/// A file that lies in the folder under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Its place in the folder.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    /// SHA-256 in hex, of what was read back.
    pub(crate) sha256: String,
}

/// Whether files can be put into the folder.
pub(crate) fn probe(root: &Path) -> Result<()> {
    let probe = rooted(root)?.join(".sidetone-probe");
    // One that an earlier try left, or another hub is about to remove.
    let _ = std::fs::remove_file(&probe);
    let mut file = create(&probe)?;
    let done = file.write_all(b"Sidetone looks whether it may write here.\n").and_then(|()| file.sync_all());
    let _ = std::fs::remove_file(&probe);
    done
}

/// Whether the folder is the one that we put these files into, some of which may have been removed since. One without our mark
/// that has one of them as we left it is: somebody has tidied up, or it was filled before folders were marked.
pub(crate) fn is_ours(root: &Path, files: &[KeptFile]) -> Result<()> {
    let root = rooted(root)?;
    if is_file(&root.join(MARK))?.is_some() {
        return Ok(());
    }
    let lies_there = |file: &KeptFile| {
        let (Some(path), Some(total)) = (&file.path, file.total) else { return false };
        below(&root, path, false).and_then(|path| is_file(&path)).is_ok_and(|bytes| bytes == Some(total))
    };
    match files.iter().any(lies_there) {
        true => mark(&root),
        false => Err(Error::new(
            ErrorKind::NotFound,
            format!(
                "neither the file {MARK} that marks it nor a recording of ours is there: its disk is not connected"
            ),
        )),
    }
}

/// Something of ours is about to lie there.
fn mark(root: &Path) -> Result<()> {
    match create(&root.join(MARK)) {
        Ok(mut mark) => {
            mark.write_all(
                b"Sidetone keeps recordings here. Without this file it takes the folder for another one.\n",
            )?;
            mark.sync_all()
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// What lies there of the file with this name; `whole`: its ending and size, as far as they are known from an earlier try.
pub(crate) fn look(root: &Path, name: &str, whole: Option<(&str, u64)>) -> Result<Lies> {
    let place = below(&rooted(root)?, name, true)?;
    let part = is_file(&with_ending(&place, PART))?;
    if let (None, Some((ending, bytes))) = (part, whole) {
        // A program that was killed may have put it there and not lived to say so.
        let path = with_ending(&place, ending);
        if is_file(&path)? == Some(bytes) {
            let sha256 = hash(&path)?;
            return Ok(Lies::Whole(Placed { path: format!("{name}.{ending}"), bytes, sha256 }));
        }
    }
    Ok(Lies::Part(part.unwrap_or(0)))
}

/// Its place in the folder where a file of this name lies whole, as far as is known how large it is.
pub(crate) fn lies_whole(
    root: &Path,
    name: &str,
    ending: &str,
    bytes: Option<u64>,
) -> Result<Option<String>> {
    let path = format!("{name}.{ending}");
    let there = match below(&rooted(root)?, &path, false) {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        place => is_file(&place?)?,
    };
    Ok(there.filter(|there| bytes.is_none_or(|bytes| bytes == *there)).map(|_| path))
}

/// The file on its way, to be written from this byte on.
pub(crate) fn open(root: &Path, name: &str, from: u64) -> Result<File> {
    let path = with_ending(&below(&rooted(root)?, name, true)?, PART);
    let there = is_file(&path)?;
    if from > 0 {
        return match there {
            Some(bytes) if bytes == from => OpenOptions::new().append(true).open(&path),
            _ => Err(Error::other("what lay there of the file has changed meanwhile")),
        };
    }
    if there.is_some() {
        std::fs::remove_file(&path)?;
    }
    create(&path)
}

/// A copy of a file that lies open elsewhere, on its way into the folder.
pub(crate) fn copy(mut from: File, root: &Path, name: &str) -> Result<u64> {
    let mut to = open(root, name, 0)?;
    std::io::copy(&mut from, &mut to)
}

/// A copy of what is kept, for whoever needs it elsewhere; answers its size. What is not as it was put there is no use.
pub(crate) fn copy_out(file: &KeptFile, to: &Path) -> Result<u64> {
    let (Some(root), Some(path)) = (&file.folder, &file.path) else {
        return Err(Error::new(ErrorKind::NotFound, "it is not kept"));
    };
    let path = below(&rooted(Path::new(root))?, path, false)?;
    let bytes = is_file(&path)?.filter(|bytes| Some(*bytes) == file.total);
    let bytes = bytes.ok_or_else(|| Error::new(ErrorKind::NotFound, "it is not as it was"))?;
    let mut open = OpenOptions::new();
    open.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    match std::io::copy(&mut File::open(&path)?, &mut open.open(to)?)? {
        copied if copied == bytes => Ok(bytes),
        _ => Err(Error::other("it has another size by now")),
    }
}

/// All of it came: it is on the disk for good, and under its name.
pub(crate) fn place(root: &Path, name: &str, ending: &str, bytes: u64) -> Result<Placed> {
    let root = rooted(root)?;
    let part = with_ending(&below(&root, name, false)?, PART);
    if is_file(&part)? != Some(bytes) {
        return Err(Error::other("the file has another size than was written"));
    }
    File::options().append(true).open(&part)?.sync_all()?;
    mark(&root)?;
    let sha256 = hash(&part)?;
    for n in 1..=NAMESAKES {
        let called = if n == 1 { name.to_owned() } else { format!("{name} ({n})") };
        let path = with_ending(&below(&root, &called, false)?, ending);
        match is_file(&path)? {
            None => std::fs::rename(&part, &path)?,
            // The same one: from before the database was lost.
            Some(size) if size == bytes && hash(&path)? == sha256 => std::fs::remove_file(&part)?,
            // Somebody else's, which is left alone.
            Some(_) => continue,
        }
        sync_folder(&path);
        return Ok(Placed { path: format!("{called}.{ending}"), bytes, sha256 });
    }
    Err(Error::new(ErrorKind::AlreadyExists, "there are too many files of that name"))
}

/// Takes a file away, and what lies there on its way. A file that is not there is well; whether it is the folder that had it is
/// another question ([`is_ours`]).
pub(crate) fn take_away(root: &Path, name: &str, path: Option<&str>) -> Result<()> {
    let root = rooted(root)?;
    let mut all = vec![format!("{name}.{PART}")];
    // Only what is called as we call the files of this call.
    all.extend(path.filter(|path| path.starts_with(name)).map(str::to_owned));
    for one in all {
        let path = match below(&root, &one, false) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            path => path?,
        };
        if is_file(&path)?.is_some() {
            std::fs::remove_file(&path)?;
            sync_folder(&path);
        }
        // A month without files needs no folder; one that has some is not removed by that.
        for folder in path.ancestors().skip(1).take_while(|folder| **folder != *root) {
            if std::fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
    Ok(())
}

/// What the folder is in truth. It may be a link itself: that is what somebody set.
fn rooted(root: &Path) -> Result<PathBuf> {
    let root = root.canonicalize()?;
    match root.is_dir() {
        true => Ok(root),
        false => Err(Error::new(ErrorKind::NotADirectory, "it is not a folder")),
    }
}

/// A place below the folder, with the folders on the way to it: each a real one.
fn below(root: &Path, name: &str, make: bool) -> Result<PathBuf> {
    let mut place = root.to_path_buf();
    let mut parts = Path::new(name).components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(part) = part else {
            return Err(Error::new(ErrorKind::InvalidInput, "the name leads out of the folder"));
        };
        place.push(part);
        if parts.peek().is_none() {
            return Ok(place);
        }
        match std::fs::symlink_metadata(&place) {
            Ok(there) if there.is_dir() => {}
            Ok(_) => {
                let what = format!("{} is in the way: it is no folder", place.display());
                return Err(Error::new(ErrorKind::NotADirectory, what));
            }
            Err(error) if error.kind() == ErrorKind::NotFound && make => make_folder(&place)?,
            Err(error) => return Err(error),
        }
    }
    Err(Error::new(ErrorKind::InvalidInput, "the file has no name"))
}

/// For this user only: what was said on the telephone is nobody else's business.
fn make_folder(path: &Path) -> Result<()> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "other systems have no modes"))]
    let mut folder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    match folder.create(path) {
        // Another hub made it this moment.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

fn create(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Its size, if it is a file; `None` if there is nothing. Whatever else has its name is an error.
fn is_file(path: &Path) -> Result<Option<u64>> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if there.is_file() => Ok(Some(there.len())),
        Ok(_) => Err(Error::other(format!("{} is no file of ours", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn with_ending(place: &Path, ending: &str) -> PathBuf {
    let mut path = place.as_os_str().to_owned();
    if !ending.is_empty() {
        path.push(".");
        path.push(ending);
    }
    path.into()
}

fn hash(path: &Path) -> Result<String> {
    let (mut file, mut hash, mut piece) = (File::open(path)?, Sha256::new(), vec![0; PIECE_BYTES]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => hash.update(&piece[..read]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// That the file has its name is on the disk, too. Not every system can be asked for that.
fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Some(folder) = path.parent()
        && let Err(error) = File::open(folder).and_then(|folder| folder.sync_all())
    {
        tracing::debug!(%error, "the folder of a recording cannot be flushed");
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// A file in the folder that grows while pieces come. They are written beside the engine's thread, some at a time.
pub(crate) struct Growing {
    file: Option<File>,
    pieces: Vec<u8>,
}

impl Growing {
    pub(crate) fn new(file: File) -> Growing {
        Growing { file: Some(file), pieces: Vec::with_capacity(PIECE_BYTES) }
    }

    async fn write(&mut self) -> Result<()> {
        let Some(mut file) = self.file.take() else {
            return Err(Error::other("an earlier piece was not written"));
        };
        let pieces = std::mem::take(&mut self.pieces);
        let written = beside(move || file.write_all(&pieces).map(|()| (file, pieces))).await;
        let (file, mut pieces) = written?;
        pieces.clear();
        (self.file, self.pieces) = (Some(file), pieces);
        Ok(())
    }
}

impl Sink for Growing {
    async fn put(&mut self, piece: Bytes) -> Result<()> {
        self.pieces.extend_from_slice(&piece);
        if self.pieces.len() < PIECE_BYTES { Ok(()) } else { self.write().await }
    }

    async fn end(&mut self) -> Result<()> {
        self.write().await
    }
}

/// Does what blocks on a thread of its own.
pub(crate) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Error::other("it was broken off")))
}

#[cfg(test)]
mod tests;
