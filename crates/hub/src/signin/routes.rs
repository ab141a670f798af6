//! The routes of signing in: those that a browser comes to from outside, and those of the set-up.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sidetone_protocol::{PastedAddress, SignInBegun, SignInRequest, SignInView, Tested, Vendor};
use sidetone_words::Language;

use super::app::AppError;
use super::back::vendor_named;
use super::code::Code;
use super::page::{self, Ending};
use super::signins::{BeginError, PasteError, SignIns};
use super::store_front::AskError;
use crate::problem::Problem;
use crate::setup::read;

/// Open to everybody: `/oauth/{vendor}/callback`, `/install/gorgias`.
pub fn open_routes(sign_ins: SignIns) -> Router {
    Router::new()
        .route("/oauth/{vendor}/callback", get(callback))
        .route("/install/gorgias", get(install))
        .with_state(sign_ins)
}

/// For an admin, who is looked at before: `/api/setup/sign-in` and below, `/api/setup/accept`, `/api/setup/refuse`.
pub fn admin_routes(sign_ins: SignIns) -> Router {
    Router::new()
        .route("/api/setup/sign-in", post(begin))
        .route("/api/setup/sign-in/{id}", get(view).delete(cancel))
        .route("/api/setup/sign-in/{id}/paste", post(paste))
        .route("/api/setup/accept", post(accept))
        .route("/api/setup/refuse", post(refuse))
        .with_state(sign_ins)
}

async fn callback(
    State(sign_ins): State<SignIns>,
    Path(vendor): Path<String>,
    method: axum::http::Method,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let Some(vendor) = vendor_named(&vendor) else { return Problem::no_such_page().into_response() };
    // Something that looks at a link before a person opens it must not use the code up.
    if method != axum::http::Method::GET {
        return StatusCode::NO_CONTENT.into_response();
    }
    let ending = sign_ins.came_back(vendor, uri.query().unwrap_or_default()).await;
    told(ending, page::language(&headers))
}

/// The page, or the vendor's own.
pub(super) fn told(ending: Ending, language: Language) -> Response {
    match ending {
        Ending::Done { finish: Some(finish), .. } => onward(finish),
        ending => page::page(&ending, language),
    }
}

fn onward(address: String) -> Response {
    let headers = [
        (header::LOCATION, address),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (StatusCode::FOUND, headers).into_response()
}

#[derive(Deserialize)]
struct Installed {
    #[serde(default)]
    account: String,
}

async fn install(
    State(sign_ins): State<SignIns>,
    installed: Result<Query<Installed>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let account = installed.map(|Query(installed)| installed.account).unwrap_or_default();
    let vendor = Vendor::Gorgias;
    let ending = match sign_ins.install(&account).await {
        Ok(begun) => return onward(begun.url),
        Err(BeginError::NoSuchAccount(account)) => {
            Ending::Failed { vendor, code: Code::NoSuchAccount, account: Some(account) }
        }
        Err(BeginError::NotKept) => Ending::NotKept,
        Err(error) => {
            tracing::warn!(%error, "somebody came from the app store and cannot sign in");
            Ending::NotOffered { vendor }
        }
    };
    page::page(&ending, page::language(&headers))
}

async fn begin(State(sign_ins): State<SignIns>, body: Bytes) -> Result<Json<SignInBegun>, Problem> {
    let request: SignInRequest = read(&body, "{\"vendor\": \"front\"}")?;
    Ok(Json(sign_ins.begin(request.vendor, request.account.as_deref()).await?))
}

async fn view(State(sign_ins): State<SignIns>, Path(id): Path<String>) -> Result<Json<SignInView>, Problem> {
    sign_ins.view(&id).map(Json).ok_or_else(no_such_sign_in)
}

async fn paste(
    State(sign_ins): State<SignIns>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<SignInView>, Problem> {
    let pasted: PastedAddress = read(&body, "{\"url\": \"https://…\"}")?;
    sign_ins.paste(&id, &pasted.url).await.map(Json).map_err(|error| match error {
        PasteError::NoSuchSignIn => no_such_sign_in(),
        PasteError::NoCode => Problem::new(StatusCode::BAD_REQUEST, "no_code", error.to_string()),
    })
}

async fn cancel(State(sign_ins): State<SignIns>, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    if sign_ins.cancel(&id) { Ok(StatusCode::NO_CONTENT) } else { Err(no_such_sign_in()) }
}

/// The account that the admin saw, so that nobody else is accepted in its place.
#[derive(Default, Deserialize)]
struct Seen {
    #[serde(default)]
    account: Option<String>,
}

/// A body may be left out.
fn seen(body: &str) -> Result<Seen, Problem> {
    if body.trim().is_empty() {
        return Ok(Seen::default());
    }
    serde_json::from_str(body).map_err(|error| Problem::bad(error.to_string()))
}

async fn accept(State(sign_ins): State<SignIns>, body: String) -> Result<Json<Tested>, Problem> {
    Ok(Json(sign_ins.accept(seen(&body)?.account.as_deref()).await?))
}

async fn refuse(State(sign_ins): State<SignIns>, body: String) -> Result<StatusCode, Problem> {
    sign_ins.refuse(seen(&body)?.account.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn no_such_sign_in() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no_such_sign_in", PasteError::NoSuchSignIn.to_string())
}

impl From<BeginError> for Problem {
    fn from(error: BeginError) -> Problem {
        let (status, code) = match &error {
            BeginError::NotOffered => (StatusCode::CONFLICT, "not_offered"),
            BeginError::NotKept => (StatusCode::CONFLICT, "keeps_no_secrets"),
            BeginError::NoSuchAccount(_) | BeginError::App(AppError::NoAccount) => {
                (StatusCode::BAD_REQUEST, Code::NoSuchAccount.as_str())
            }
            BeginError::App(_) => (StatusCode::CONFLICT, Code::WrongApp.as_str()),
            BeginError::PortTaken(_) => (StatusCode::CONFLICT, "port_taken"),
        };
        Problem::new(status, code, error.to_string())
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Problem {
        match error {
            AskError::NobodyAsks => Problem::new(StatusCode::CONFLICT, "nobody_asks", error.to_string()),
            AskError::NotKept(_) => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_kept", error.to_string())
            }
            AskError::Shelf(error) => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", error.to_string())
            }
        }
    }
}
