//! The engine in this process as the window's [`Backend`]: a house as the hub has one, with a webhook receiver beside it
//! where Aircall can reach us. Without a configuration the house waits for its set-up.

use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;
use futures_util::StreamExt;
use http::Method;
use sidetone_engine::call::CaseId;
use sidetone_engine::choice::CallerName;
use sidetone_engine::settings::Arrival;
use sidetone_engine::store::{Filter, Query, StoreError};
use sidetone_engine::{Declined, Handle};
use sidetone_hub::house::{House, HouseError, NotKept, Opening};
use sidetone_hub::recordings;
use sidetone_hub::server;
use sidetone_protocol::{CallDetail, CallPage, Now, OpenRecords, Pushed};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, broadcast};

use crate::backend::{Action, ApiAnswer, Backend, BackendError, CallFilter, CallQuery};
use crate::compose::ComposeError;
use crate::export::Lines;
use crate::links::{Links, is_loopback};
use crate::moment;

/// Calls on one page, if the page does not say.
const PAGE: usize = 50;

/// The engine, and what runs beside it.
pub struct OwnEngine {
    house: House,
    links: Links,
    beside: Mutex<Beside>,
}

/// What ends with the engine.
struct Beside {
    serving: Option<server::Serving>,
    demo: Option<crate::demo::Sandbox>,
}

impl OwnEngine {
    /// Opens the house, and the receiver if events come by webhook. `listener`: already bound, else the configured
    /// address is. `demo`: the sandbox that ends with the engine.
    ///
    /// # Errors
    /// [`ComposeError`].
    pub async fn start(
        opening: Opening,
        listener: Option<TcpListener>,
        demo: Option<crate::demo::Sandbox>,
    ) -> Result<OwnEngine, ComposeError> {
        let house = House::open(opening).await.map_err(|error| match error {
            HouseError::Config(error) => ComposeError::Configuration(error.to_string()),
            other => ComposeError::Start(other.to_string()),
        })?;
        let links = if demo.is_some() { Links::default().with_loopback() } else { Links::default() };
        let engine = OwnEngine { house, links, beside: Mutex::new(Beside { serving: None, demo }) };
        engine.follow_the_helpdesk();
        engine.receive_if_wanted(listener).await.map_err(ComposeError::Start)?;
        Ok(engine)
    }

    /// What may be opened in the browser, whichever helpdesk is connected.
    #[must_use]
    pub fn links(&self) -> Links {
        self.links.clone()
    }

    /// Pages of the helpdesk that is connected, and of all vendors that people may sign in to; before one is connected,
    /// of both helpdesks.
    fn follow_the_helpdesk(&self) {
        let draft = self.house.draft();
        let host = |url: &str| {
            let url = url::Url::parse(url).ok()?;
            // Where the operator says that a vendor is on this computer, its pages are there, too.
            if is_loopback(&url) {
                Some(url.origin().ascii_serialization())
            } else {
                url.host_str().map(str::to_owned)
            }
        };
        let (addresses, apps, is_open) = (&draft.addresses, &draft.apps, draft.helpdesk.is_none());
        let mut hosts: Vec<String> =
            draft.helpdesk.iter().filter_map(|(helpdesk, _)| host(helpdesk.pages())).collect();
        if is_open || apps.gorgias.is_some() {
            hosts.extend(addresses.gorgias.as_deref().map_or(Some(".gorgias.com".to_owned()), host));
        }
        if is_open || apps.front.is_some() {
            hosts.extend(host(&addresses.front_app));
        }
        hosts.extend(apps.aircall.as_ref().and_then(|app| host(app.sign_in_url.as_deref()?)));
        self.links.lead_to(hosts);
    }

    /// Listens as soon as events come by webhook, or are about to.
    async fn receive_if_wanted(&self, listener: Option<TcpListener>) -> Result<(), String> {
        let draft = self.house.draft();
        let mut beside = self.beside.lock().await;
        let wanted = draft.settings.arrival != Arrival::Polling || draft.public_url.is_some();
        if !wanted || beside.serving.is_some() {
            return Ok(());
        }
        let listener = match listener {
            Some(bound) => Ok(bound),
            None => TcpListener::bind(draft.listen).await,
        };
        let serving = listener.and_then(|listener| server::serve_on(listener, self.house.routes()));
        beside.serving = Some(serving.map_err(|error| {
            format!(
                "Webhooks cannot be received on {}: {error}. Give another address in [hub] listen.",
                draft.listen
            )
        })?);
        Ok(())
    }

    /// Holds also between two engines, which the house sees to.
    async fn pause(&self) -> Result<(), BackendError> {
        let (status, told) = self.house.ask(Method::POST, "/api/pause", Bytes::new()).await;
        match status {
            200 => Ok(()),
            409 => self.handle().map(drop),
            _ => Err(BackendError::Unavailable(detail(&told, "The pause could not be stored. Try again."))),
        }
    }

    /// As the hub's pages have it mended.
    async fn mend(&self, alert: &str) -> Result<(), BackendError> {
        self.handle()?;
        let asked = serde_json::json!({ "alert": alert }).to_string();
        match self.house.ask(Method::POST, "/api/mend", Bytes::from(asked)).await {
            // 404: it does not hold any more.
            (202 | 404, _) => Ok(()),
            (_, told) => Err(BackendError::Invalid(detail(&told, "It could not be mended. Try again."))),
        }
    }

    fn handle(&self) -> Result<Handle, BackendError> {
        self.house.handle().ok_or_else(|| {
            if self.house.draft().is_complete() {
                BackendError::Unavailable("Settings are being applied. Try again in a moment.".to_owned())
            } else {
                BackendError::Declined("not_set_up", "Sidetone is not set up yet.".to_owned())
            }
        })
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

/// A route of the API that ends: nothing else of the house is the page's.
fn api_path(path: &str) -> Result<&str, BackendError> {
    let uri =
        path.parse::<http::Uri>().ok().filter(|uri| uri.scheme().is_none() && uri.authority().is_none());
    let is_ours = uri.is_some_and(|uri| {
        let parts: Vec<&str> = uri.path().split('/').skip(1).collect();
        let is_plain = parts.iter().all(|part| !matches!(*part, "" | "." | ".."));
        parts.len() > 1 && parts[0] == "api" && is_plain && uri.path() != "/api/events"
    });
    if is_ours {
        Ok(path)
    } else {
        Err(BackendError::Invalid("Only routes below /api/ can be asked.".to_owned()))
    }
}

#[async_trait]
impl Backend for OwnEngine {
    fn now(&self) -> Result<Now, BackendError> {
        Ok(self.handle()?.now(Some(moment::start_of_today()))?)
    }

    fn is_set_up(&self) -> bool {
        self.house.draft().is_complete()
    }

    async fn api(
        &self,
        method: &str,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> Result<ApiAnswer, BackendError> {
        let path = api_path(path)?;
        let method = match method {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "DELETE" => Method::DELETE,
            _ => return Err(BackendError::Invalid("The verb is GET, POST or DELETE.".to_owned())),
        };
        let body = body.filter(|body| !body.is_null()).map(|body| body.to_string()).unwrap_or_default();
        let (status, told) = self.house.ask(method, path, Bytes::from(body)).await;
        self.follow_the_helpdesk();
        if let Err(error) = self.receive_if_wanted(None).await {
            tracing::warn!("{error}");
        }
        let body = serde_json::from_slice(&told).unwrap_or(serde_json::Value::Null);
        Ok(ApiAnswer { status, body })
    }

    fn calls(&self, query: CallQuery) -> Result<CallPage, BackendError> {
        let filter = match query.filter {
            CallFilter::All => Filter::All,
            CallFilter::NotLogged => Filter::NotLogged,
            CallFilter::Missed => Filter::Missed,
            CallFilter::Voicemail => Filter::Voicemail,
        };
        let limit = query.limit.map_or(PAGE, |limit| limit as usize);
        let at = |text: Option<String>| match text.map(|text| DateTime::parse_from_rfc3339(&text)).transpose()
        {
            Ok(at) => Ok(at.map(|at| at.to_utc())),
            Err(_) => Err(BackendError::Invalid("A time is given as 2026-11-01T09:00:00Z.".to_owned())),
        };
        let agent = query.agent.map(|agent| agent.parse()).transpose();
        let agent =
            agent.map_err(|_| BackendError::Invalid("An agent is named by Aircall's id.".to_owned()))?;
        let (from, until) = (at(query.from)?, at(query.until)?);
        let asked = Query {
            before: query.before,
            filter,
            text: query.text,
            from,
            until,
            agent,
            limit,
            ..Query::default()
        };
        Ok(self.handle()?.calls(&asked)?)
    }

    fn call(&self, id: &str) -> Result<Option<CallDetail>, BackendError> {
        Ok(self.handle()?.call(call_id(id)?)?)
    }

    async fn open_records(&self, customer: &str) -> Result<OpenRecords, BackendError> {
        Ok(self.handle()?.open_records(customer).await?)
    }

    async fn export(&self, query: &str, format: &str) -> Result<Lines, BackendError> {
        let path = format!("/api/calls/export?format={format}&{query}");
        let (status, lines) = self.house.stream(api_path(&path)?).await;
        if status == 200 {
            return Ok(lines);
        }
        let told: Vec<Bytes> = lines.filter_map(|some| std::future::ready(some.ok())).collect().await;
        let said = detail(&told.concat(), "The calls cannot be read. Try again in a moment.");
        Err(match status {
            400 | 422 => BackendError::Invalid(said),
            _ => BackendError::Unavailable(said),
        })
    }

    async fn keep_recordings_in(&self, folder: &Path) -> Result<(), BackendError> {
        recordings::keep_in(&self.house, folder).await.map_err(|error| match error {
            NotKept::ReadOnly(_) => BackendError::Declined("read_only", error.to_string()),
            NotKept::Wrong(_) => BackendError::Invalid(error.to_string()),
            other => BackendError::Unavailable(other.to_string()),
        })
    }

    async fn act(&self, action: Action) -> Result<(), BackendError> {
        match action {
            Action::Pause => return self.pause().await,
            Action::Mend(alert) => return self.mend(&alert).await,
            _ => {}
        }
        let handle = self.handle()?;
        match action {
            Action::Retry(id) => handle.retry(call_id(&id)?),
            // Done above.
            Action::Pause | Action::Mend(_) => {}
            Action::Resume => handle.resume().await?,
            Action::Choose { call, customer, remember } => {
                handle.choose(call_id(&call)?, &customer, remember).await?;
            }
            Action::Withdraw(id) => {
                handle.withdraw_choice(call_id(&id)?).await?;
            }
            Action::Name { call, name, email } => {
                let name = CallerName::parse(&name, email.as_deref());
                let name = name.map_err(|bad| BackendError::Invalid(bad.to_string()))?;
                handle.name(call_id(&call)?, name).await?;
            }
        }
        Ok(())
    }

    fn events(&self) -> broadcast::Receiver<Pushed> {
        self.house.subscribe()
    }

    async fn shutdown(&self) {
        let (serving, demo) = {
            let mut beside = self.beside.lock().await;
            (beside.serving.take(), beside.demo.take())
        };
        if let Some(serving) = serving {
            serving.stop().await;
        }
        self.house.close().await;
        if let Some(demo) = demo {
            demo.stop().await;
        }
    }
}

/// What an answer of the API says that went wrong.
fn detail(told: &[u8], else_say: &str) -> String {
    let told: serde_json::Value = serde_json::from_slice(told).unwrap_or_default();
    told["detail"].as_str().unwrap_or(else_say).to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use sidetone_hub::config::Base;
    use sidetone_hub::house::Folder;
    use sidetone_hub::seal::Configured;
    use sidetone_hub::transport::HttpTransport;
    use sidetone_hub::vault::SealKey;
    use sidetone_sandbox::{Options, Ports, Sandbox, aircall_world, gorgias_world};

    use super::*;

    #[test]
    fn the_page_reaches_what_is_below_api_and_nothing_else() {
        for path in ["/api/setup", "/api/setup/sign-in/7/paste", "/api/numbers/explain?number=%2B33"] {
            assert!(api_path(path).is_ok(), "{path}");
        }
        for path in [
            "/webhooks/aircall",
            "/api",
            "/api/",
            "/api/../webhooks/aircall",
            "/api//x",
            "/api/events",
            "/apis/x",
            "http://example.com/api/setup",
            "//example.com/api/setup",
            "api/setup",
            "",
            "/oauth/front/callback",
        ] {
            assert!(api_path(path).is_err(), "{path}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn without_a_configuration_the_window_comes_up_and_sets_everything_up() {
        let sandbox = Sandbox::new(Options::default()).expect("is made");
        let served = sandbox.serve(Ports::default()).await.expect("is served");
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!(
            "[aircall]\napi_url = \"http://{}\"\n[gorgias]\napi_url = \"http://{}\"\n",
            served.aircall, served.gorgias
        );
        let start = async || {
            let key = SealKey::from_text("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
            let opening = Opening {
                base: Base::new(text.clone(), std::iter::empty()),
                transport: Arc::new(HttpTransport::new().expect("is made")),
                folder: Some(Folder { path: folder.path().to_owned(), always: true }),
                sandbox: None,
                keys: Some(Arc::new(Configured(key))),
                has_window: true,
            };
            OwnEngine::start(opening, None, None).await.expect("starts")
        };
        let engine = start().await;
        assert_eq!(engine.now().expect_err("is not set up").code(), "not_set_up");
        let ask = async |engine: &OwnEngine, method: &str, path: &str, body| {
            engine.api(method, path, body).await.expect("is answered")
        };
        let setup = ask(&engine, "GET", "/api/setup", None).await;
        assert_eq!((setup.status, setup.body["aircall"].clone()), (200, json!(null)));
        let key = json!({"api_id": aircall_world::API_ID, "api_token": aircall_world::API_TOKEN});
        assert_eq!(ask(&engine, "POST", "/api/setup/aircall", Some(key)).await.body["accepted"], true);
        let key = json!({"vendor": "gorgias", "account": "northbrook", "email": gorgias_world::EMAIL,
            "api_key": gorgias_world::API_KEY});
        assert_eq!(ask(&engine, "POST", "/api/setup/helpdesk", Some(key)).await.body["accepted"], true);
        assert!(engine.now().expect("is set up").live.is_empty());
        engine.shutdown().await;
        drop(engine);

        let again = start().await;
        assert!(again.now().is_ok(), "what was entered is kept");
        again.shutdown().await;
    }
}
