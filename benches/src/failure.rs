//! Why a figure could not be measured. A figure that is not certain is none: the whole run ends then.

use std::path::PathBuf;

/// What went wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The file system.
    #[error("{path}: {error}. Check the disk's free space and the folder's rights")]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A program of ours is missing, did not start or has ended.
    #[error("{program} {what}. Its log: {}", if log.is_empty() { "empty" } else { log })]
    Program {
        /// Its file name.
        program: String,
        /// What it did.
        what: String,
        /// The end of what it logged.
        log: String,
    },
    /// A connection broke.
    #[error("a request to {whom} failed: {error}")]
    Request {
        /// Who was asked.
        whom: String,
        /// The cause.
        error: String,
    },
    /// An answer that is no success.
    #[error("{whom} answered {status} to {what}; a figure from refused requests would be worth nothing")]
    Answer {
        /// Who was asked.
        whom: String,
        /// What for.
        what: String,
        /// The status.
        status: u16,
    },
    /// Answered 200 and not in the store.
    #[error("{whom} answered 200 to {lost} events that are not in its database, call {example} among them")]
    Lost {
        /// Who lost them.
        whom: String,
        /// How many.
        lost: usize,
        /// One of them.
        example: u64,
    },
    /// Something did not come in time.
    #[error("{what} did not happen within {seconds} s. On a busy machine run it again when it is quiet")]
    Late {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
    },
    /// A database could not be read.
    #[error("a database could not be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// The sandbox.
    #[error(transparent)]
    Sandbox(#[from] sidetone_sandbox::SandboxError),
    /// The sandbox does not take an operation.
    #[error("the sandbox does not take it: {0}")]
    Refused(#[from] sidetone_sandbox::Refused),
    /// A signal came.
    #[error("ended before all was measured, as it was asked to")]
    Stopped,
    /// Something that was read is not what it should be.
    #[error("{whom} sent something unreadable: {error}")]
    Unreadable {
        /// Who.
        whom: String,
        /// What is wrong with it.
        error: String,
    },
}

impl Failure {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Failure {
        let path = path.into();
        move |error| Failure::File { path, error }
    }

    pub(crate) fn request<E: std::fmt::Display>(whom: &str) -> impl FnOnce(E) -> Failure {
        let whom = whom.to_owned();
        move |error| Failure::Request { whom, error: error.to_string() }
    }
}
