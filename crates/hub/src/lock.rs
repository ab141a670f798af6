//! One program at a time in a data directory.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;

/// Holds the data directory until it is dropped.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

/// Why the data directory cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another program has it.
    #[error("another Sidetone is running with this data directory")]
    Taken,
    /// It cannot be made or written.
    #[error(
        "the data directory {path} cannot be used ({error}). Create it, or give another with [hub] data_dir"
    )]
    Unusable {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

/// Makes the directory if it is missing, for this user only, and locks it.
///
/// # Errors
/// [`LockError`].
pub fn hold(data_dir: &Path) -> Result<DataDirLock, LockError> {
    let unusable = |error| LockError::Unusable { path: data_dir.display().to_string(), error };
    if !data_dir.exists() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(data_dir).map_err(unusable)?;
    }
    let path = data_dir.join("sidetone.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(DataDirLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(LockError::Taken),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}
