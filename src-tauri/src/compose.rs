//! Chooses and starts the backend that the command line asks for.
//!
//! Called once, after it is certain that no other companion runs and before there is a window.

use std::sync::Arc;

use crate::args::Args;
use crate::backend::Backend;
use crate::links::Links;

/// A backend that runs, and what may be opened in the browser from it.
pub struct Running {
    /// The calls.
    pub backend: Arc<dyn Backend>,
    /// The helpdesk's hosts; loopback too in the demo.
    pub links: Links,
}

/// Why there is no backend. The sentence is shown to a person.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The configuration cannot be followed. Exit code 2.
    #[error("{0}")]
    Configuration(String),
    /// It could not be started. Exit code 1.
    #[error("{0}")]
    Start(String),
}

/// Starts the backend for a command line. Runs inside Tauri's asynchronous runtime.
///
/// # Errors
/// [`ComposeError`], which says what to do.
#[cfg(feature = "fake-backend")]
pub fn backend(_args: &Args) -> Result<Running, ComposeError> {
    let fake =
        crate::fake::FakeBackend::from_env().map_err(|fault| ComposeError::Start(fault.to_string()))?;
    let links = Links::to_helpdesk(["northbrook.example.com".to_owned()]).with_loopback();
    Ok(Running { backend: Arc::new(fake), links })
}

/// Starts the backend for a command line. Runs inside Tauri's asynchronous runtime.
///
/// # Errors
/// [`ComposeError`], which says what to do.
#[cfg(not(feature = "fake-backend"))]
pub fn backend(_args: &Args) -> Result<Running, ComposeError> {
    Err(ComposeError::Start("This build has no engine; build it with the feature `fake-backend`.".to_owned()))
}
