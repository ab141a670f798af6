//! Chooses and starts the backend that the command line asks for.
//!
//! Called once, after it is certain that no other companion runs and before there is a window.

use std::sync::Arc;

use crate::args::Args;
#[cfg(not(feature = "fake-backend"))]
use crate::args::Command;
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
pub async fn backend(_args: &Args) -> Result<Running, ComposeError> {
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
pub async fn backend(args: &Args) -> Result<Running, ComposeError> {
    match args.command {
        Some(Command::Demo { helpdesk }) => crate::demo::backend(helpdesk).await,
        Some(Command::Dial { .. }) | None => own::backend(args).await,
    }
}

/// The engine in this process, on the person's own accounts.
#[cfg(not(feature = "fake-backend"))]
mod own {
    use std::path::PathBuf;
    use std::sync::Arc;

    use sidetone_hub::config::Base;
    use sidetone_hub::house::{Folder, Opening};
    use sidetone_hub::transport::HttpTransport;

    use super::{Args, ComposeError, Running};
    use crate::keys::DesktopKeys;
    use crate::own_engine::OwnEngine;

    pub(super) async fn backend(args: &Args) -> Result<Running, ComposeError> {
        let data_dir = match &args.data_dir {
            Some(given) => given.clone(),
            None => default_data_dir()?,
        };
        let file = args.config.clone().unwrap_or_else(|| data_dir.join("sidetone.toml"));
        // Without a file the set-up asks for everything; one that was named has to be there.
        let file = (args.config.is_some() || file.exists()).then_some(file);
        let base =
            Base::load(file.as_deref()).map_err(|error| ComposeError::Configuration(error.to_string()))?;
        let transport = HttpTransport::new().map_err(|error| ComposeError::Start(error.to_string()))?;
        let opening = Opening {
            base,
            transport: Arc::new(transport),
            folder: Some(Folder { path: data_dir.clone(), always: args.data_dir.is_some() }),
            sandbox: None,
            keys: Some(Arc::new(DesktopKeys::of(&data_dir))),
            has_window: true,
        };
        let backend = OwnEngine::start(opening, None, None).await?;
        let links = backend.links();
        Ok(Running { backend: Arc::new(backend), links })
    }

    fn default_data_dir() -> Result<PathBuf, ComposeError> {
        let base = dirs::data_dir().ok_or_else(|| {
            ComposeError::Start(
                "This system names no folder for application data; give one with --data-dir.".to_owned(),
            )
        })?;
        Ok(base.join("sidetone"))
    }
}
