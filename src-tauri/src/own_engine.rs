//! The engine in this process as the window's [`Backend`], with a webhook receiver beside it where Aircall can reach us.

use async_trait::async_trait;
use sidetone_engine::Declined;
use sidetone_engine::call::CaseId;
use sidetone_engine::choice::CallerName;
use sidetone_engine::settings::Arrival;
use sidetone_engine::store::{Filter, Query, StoreError};
use sidetone_hub::config::Config;
use sidetone_hub::lock::{self, DataDirLock};
use sidetone_hub::{running, server};
use sidetone_protocol::{CallDetail, CallPage, Now, OpenRecords, Pushed};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, broadcast};

use crate::backend::{Action, Backend, BackendError, CallFilter, CallQuery};
use crate::compose::ComposeError;
use crate::moment;

/// Calls on one page, if the page does not say.
const PAGE: usize = 50;

/// The engine, and what runs beside it.
pub struct OwnEngine {
    handle: sidetone_engine::Handle,
    /// Taken out when it is stopped.
    parts: Mutex<Option<Parts>>,
}

struct Parts {
    running: running::Running,
    serving: Option<server::Serving>,
    demo: Option<crate::demo::Sandbox>,
    _lock: DataDirLock,
}

impl OwnEngine {
    /// Starts the engine, and the receiver if events come by webhook. `listener`: already bound, else the configured
    /// address is. `demo`: the sandbox that ends with the engine.
    ///
    /// # Errors
    /// [`ComposeError::Start`].
    pub async fn start(
        config: &Config,
        listener: Option<TcpListener>,
        demo: Option<crate::demo::Sandbox>,
    ) -> Result<OwnEngine, ComposeError> {
        let lock = lock::hold(&config.data_dir).map_err(|error| ComposeError::Start(error.to_string()))?;
        for notice in &config.notices {
            tracing::warn!("{notice}");
        }
        let running = running::start(config).map_err(|error| ComposeError::Start(error.to_string()))?;
        let handle = running.handle.clone();
        let serving = if config.settings.arrival == Arrival::Polling {
            None
        } else {
            let listener = match listener {
                Some(bound) => Ok(bound),
                None => TcpListener::bind(config.listen).await,
            };
            let serving = match listener {
                Ok(listener) => server::serve_on(listener, &handle, config),
                Err(error) => Err(error),
            };
            Some(serving.map_err(|error| {
                ComposeError::Start(format!(
                    "Webhooks cannot be received on {}: {error}. Give another address in [hub] listen.",
                    config.listen
                ))
            })?)
        };
        Ok(OwnEngine { handle, parts: Mutex::new(Some(Parts { running, serving, demo, _lock: lock })) })
    }
}

impl From<StoreError> for BackendError {
    fn from(error: StoreError) -> Self {
        BackendError::Unavailable(error.to_string())
    }
}

impl From<Declined> for BackendError {
    fn from(declined: Declined) -> Self {
        match declined {
            Declined::Store(error) => error.into(),
            Declined::HelpdeskAway => BackendError::Unavailable(declined.to_string()),
            Declined::NoSuchCall => BackendError::Invalid(declined.to_string()),
            Declined::NoSuchCustomer | Declined::NothingChosen | Declined::Conflict { .. } => {
                BackendError::Declined(declined.code(), declined.to_string())
            }
        }
    }
}

fn call_id(text: &str) -> Result<CaseId, BackendError> {
    let id = text.parse::<u64>().ok().filter(|id| i64::try_from(*id).is_ok());
    id.map(CaseId).ok_or_else(|| BackendError::Invalid("A call's id is a number.".to_owned()))
}

#[async_trait]
impl Backend for OwnEngine {
    fn now(&self) -> Result<Now, BackendError> {
        Ok(self.handle.now(Some(moment::start_of_today()))?)
    }

    fn calls(&self, query: CallQuery) -> Result<CallPage, BackendError> {
        let filter = match query.filter {
            CallFilter::All => Filter::All,
            CallFilter::NotLogged => Filter::NotLogged,
            CallFilter::Missed => Filter::Missed,
            CallFilter::Voicemail => Filter::Voicemail,
        };
        let limit = query.limit.map_or(PAGE, |limit| limit as usize);
        Ok(self.handle.calls(&Query { before: query.before, filter, text: query.text, limit })?)
    }

    fn call(&self, id: &str) -> Result<Option<CallDetail>, BackendError> {
        Ok(self.handle.call(call_id(id)?)?)
    }

    async fn open_records(&self, customer: &str) -> Result<OpenRecords, BackendError> {
        Ok(self.handle.open_records(customer).await?)
    }

    async fn act(&self, action: Action) -> Result<(), BackendError> {
        match action {
            Action::Retry(id) => self.handle.retry(call_id(&id)?),
            Action::Pause => self.handle.pause().await?,
            Action::Resume => self.handle.resume().await?,
            Action::Mend(alert) if alert == "other_writer" => {
                // Nobody else writes any more: what was asked for holds already.
                let _ = self.handle.take_over().await;
            }
            Action::Choose { call, customer, remember } => {
                self.handle.choose(call_id(&call)?, &customer, remember).await?;
            }
            Action::Withdraw(id) => {
                self.handle.withdraw_choice(call_id(&id)?).await?;
            }
            Action::Name { call, name, email } => {
                let name = CallerName::parse(&name, email.as_deref());
                let name = name.map_err(|bad| BackendError::Invalid(bad.to_string()))?;
                self.handle.name(call_id(&call)?, name).await?;
            }
            Action::Mend(_) => {
                return Err(BackendError::Invalid(
                    "There is nothing to mend about this by itself.".to_owned(),
                ));
            }
        }
        Ok(())
    }

    fn events(&self) -> broadcast::Receiver<Pushed> {
        self.handle.subscribe()
    }

    async fn shutdown(&self) {
        let Some(parts) = self.parts.lock().await.take() else { return };
        if let Some(serving) = parts.serving {
            serving.stop().await;
        }
        parts.running.stop().await;
        if let Some(demo) = parts.demo {
            demo.stop().await;
        }
    }
}
