//! What is asked of an authorization server, with the `oauth2` crate: the address for the browser, and the three requests
//! for tokens. They go over a [`Transport`] like everything else.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{HeaderValue, StatusCode, Uri, header};
use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, Client, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, ErrorResponseType, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, RevocableToken, RevocationUrl, Scope,
    StandardErrorResponse,
};
use sidetone_engine::transport::{Transport, TransportError};
use url::Url;

use self::answer::Answer;
use super::app::App;
use super::code::Code;
use super::habits::{Habits, Proof, habits};
use crate::config::Secret;
use crate::unsaid;

mod answer;

const USER_AGENT: &str = concat!("sidetone/", env!("CARGO_PKG_VERSION"));
/// So many characters of what a vendor says are kept.
const DETAIL_CHARS: usize = 200;
/// 32 bytes of chance: nobody guesses it.
const STATE_BYTES: u32 = 32;

/// Tokens that were given.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    /// Unix seconds; `None`: no end.
    pub(super) expires_at: Option<i64>,
}

/// Where the browser is sent, and what must come back.
pub(super) struct Asked {
    pub(super) url: Url,
    pub(super) state: Secret,
    pub(super) verifier: Option<Secret>,
}

/// Why no token was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    /// The vendor's `error`, where it gave one.
    pub(super) error: Option<String>,
    /// In the vendor's words, or the system's.
    pub(super) detail: String,
}

impl Refusal {
    /// Whether what the person gave is taken back or over, so that only signing in again helps.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.error.as_deref() == Some("invalid_grant")
    }
}

type Server = Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    ToRevoke,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointSet,
>;

fn server(app: &App) -> Server {
    let proof = match habits(app.vendor).proof {
        Proof::Basic => AuthType::BasicAuth,
        Proof::JsonBody => AuthType::RequestBody,
    };
    Client::new(app.client_id.clone())
        .set_client_secret(app.client_secret.clone())
        .set_auth_type(proof)
        .set_auth_uri(app.authorize.clone())
        .set_token_uri(app.token.clone())
        .set_revocation_url_option(app.revoke.as_ref().and_then(secured))
}

/// The crate refuses to revoke but over https. An [`App`] has seen to that already; the stand-in on this computer, which
/// has none, gets its own address back in [`Line::send`].
fn secured(url: &RevocationUrl) -> Option<RevocationUrl> {
    let mut url = url.url().clone();
    url.set_scheme("https").ok()?;
    Some(RevocationUrl::from_url(url))
}

/// Begins: the address for the browser, a state and what belongs to it, fresh each time.
pub(super) fn ask(app: &App, redirect: &RedirectUrl) -> Asked {
    let ways = habits(app.vendor);
    let server = server(app);
    let mut asked = server
        .authorize_url(|| CsrfToken::new_random_len(STATE_BYTES))
        .set_redirect_uri(Cow::Borrowed(redirect))
        .add_scopes(ways.scopes.iter().map(|scope| Scope::new((*scope).to_owned())));
    if ways.nonce {
        let nonce = CsrfToken::new_random_len(STATE_BYTES);
        asked = asked.add_extra_param("nonce", nonce.secret().clone());
    }
    let mut verifier = None;
    if ways.pkce {
        let (challenge, kept) = PkceCodeChallenge::new_random_sha256();
        asked = asked.set_pkce_challenge(challenge);
        verifier = Some(Secret::new(kept.secret().as_str()));
    }
    let (url, state) = asked.url();
    Asked { url, state: Secret::new(state.secret().as_str()), verifier }
}

/// Exchanges a code. `redirect` is the one that the code was asked for with.
pub(super) async fn exchange(
    app: &App,
    transport: &Arc<dyn Transport>,
    code: &Secret,
    redirect: &RedirectUrl,
    verifier: Option<&Secret>,
    now: DateTime<Utc>,
) -> Result<Grant, Refusal> {
    let server = server(app);
    let mut request = server
        .exchange_code(AuthorizationCode::new(code.reveal().to_owned()))
        .set_redirect_uri(Cow::Borrowed(redirect));
    if let Some(verifier) = verifier {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.reveal().to_owned()));
    }
    let line = Line::new(app, transport);
    let answer = request.request_async(&line).await;
    answer.map(|answer| answer.grant(app, now)).map_err(|error| line.refusal(error))
}

/// Renews.
pub(super) async fn renew(
    app: &App,
    transport: &Arc<dyn Transport>,
    refresh: &Secret,
    now: DateTime<Utc>,
) -> Result<Grant, Refusal> {
    let server = server(app);
    let refresh = RefreshToken::new(refresh.reveal().to_owned());
    let line = Line::new(app, transport);
    let answer = server.exchange_refresh_token(&refresh).request_async(&line).await;
    answer.map(|answer| answer.grant(app, now)).map_err(|error| line.refusal(error))
}

/// Gives a token back. `false`: the vendor has no way to do so.
pub(super) async fn revoke(
    app: &App,
    transport: &Arc<dyn Transport>,
    refresh: &Secret,
) -> Result<bool, Refusal> {
    let Some(url) = &app.revoke else { return Ok(false) };
    let server = server(app);
    let line = Line { to: Uri::try_from(url.as_str()).ok(), ..Line::new(app, transport) };
    let request = server.revoke_token(ToRevoke(refresh.clone())).map_err(|error| Refusal {
        code: Code::WrongApp,
        error: None,
        detail: error.to_string(),
    })?;
    let answer = request.request_async(&line).await;
    answer.map(|()| true).map_err(|error| line.refusal(error))
}

/// Without the hint that RFC 7009 would allow: the vendor names `token` only (`reference/gorgias.md §2`).
struct ToRevoke(Secret);

impl RevocableToken for ToRevoke {
    fn secret(&self) -> &str {
        self.0.reveal()
    }

    fn type_hint(&self) -> Option<&str> {
        None
    }
}

/// One request to an authorization server, and the status that it was answered with.
#[derive(Clone)]
struct Line {
    ways: &'static Habits,
    transport: Arc<dyn Transport>,
    /// Instead of where the crate would send it.
    to: Option<Uri>,
    status: Arc<AtomicU16>,
}

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = TransportError;
    type Future = BoxFuture<'c, Result<HttpResponse, TransportError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        self.send(request).boxed()
    }
}

impl Line {
    fn new(app: &App, transport: &Arc<dyn Transport>) -> Line {
        Line { ways: habits(app.vendor), transport: Arc::clone(transport), to: None, status: Arc::default() }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let mut request = request.map(Bytes::from);
        let secrets = unsaid::of_form(request.body());
        if let Some(to) = &self.to {
            *request.uri_mut() = to.clone();
        }
        if self.ways.proof == Proof::JsonBody {
            *request.body_mut() = as_json(request.body());
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::CONTENT_TYPE, json);
        }
        if let Some(basic) = request.headers_mut().get_mut(header::AUTHORIZATION) {
            basic.set_sensitive(true);
        }
        request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        let mut answer = unsaid::without(&secrets, self.transport.send(request).await?);
        self.status.store(answer.status().as_u16(), Ordering::Relaxed);
        if answer.status().is_success() {
            // The crate wants exactly 200.
            *answer.status_mut() = StatusCode::OK;
        }
        Ok(answer.map(|body| body.to_vec()))
    }

    /// The answer's body is not told where it could not be read: it may hold tokens.
    fn refusal<T>(&self, error: RequestTokenError<TransportError, StandardErrorResponse<T>>) -> Refusal
    where
        T: ErrorResponseType + AsRef<str> + Display + 'static,
    {
        let status = self.status.load(Ordering::Relaxed);
        match error {
            RequestTokenError::Request(error) => {
                Refusal { code: Code::Unreachable, error: None, detail: error.to_string() }
            }
            RequestTokenError::ServerResponse(said) if status < 500 && status != 429 => {
                let error = said.error().as_ref().to_owned();
                let description = said.error_description().map(|text| shortened(text.as_str()));
                let code = Code::of_error(&error, description.as_deref());
                let detail = match description {
                    Some(description) => format!("{error}: {description}"),
                    None => error.clone(),
                };
                Refusal { code, error: Some(error), detail: shortened(&detail) }
            }
            _ => Refusal { code: code_of_status(status), error: None, detail: format!("HTTP {status}") },
        }
    }
}

/// What a status says where the body says nothing. A host without an account answers 404 (`reference/gorgias.md §1`).
fn code_of_status(status: u16) -> Code {
    match status {
        404 => Code::NoSuchAccount,
        400 | 401 | 403 => Code::WrongApp,
        _ => Code::Unreachable,
    }
}

/// The members of a form as a JSON object.
fn as_json(form: &[u8]) -> Bytes {
    let members = url::form_urlencoded::parse(form);
    let members: serde_json::Map<String, serde_json::Value> =
        members.map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
    serde_json::Value::Object(members).to_string().into()
}

/// A vendor's words, of a length that can be shown.
pub(super) fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(DETAIL_CHARS).collect()
}

#[cfg(test)]
mod tests;
