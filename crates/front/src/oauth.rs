//! OAuth: connecting a company, and renewing the access token (`reference/front.md §1.3`).
//!
//! Front knows the authorization code grant only, for an app that an admin made in Front, and wants the app's secret.
//! What the app may do is chosen there; there is no `scope`.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Method, header};
use serde_json::Value;

use crate::{
    AccountError, Credential, Error, Secret, account,
    lenient::{self, Object, one},
    query::Query,
};

/// What a token is taken to live for that does not say (`reference/front.md §1.3`): an hour, with a margin.
const UNSTATED_LIFE_SECONDS: i64 = 55 * 60;
/// Below this a number is a duration, above it a moment (`reference/front.md §1.3`).
const LONGEST_DURATION_SECONDS: i64 = 100_000_000;

/// An app that an admin made in Front. `Debug` hides its secret.
#[derive(Clone, Debug)]
pub struct App {
    base: String,
    client_id: String,
    client_secret: Secret,
    redirect_uri: String,
}

impl App {
    /// An app at [`APP_URL`](crate::APP_URL), or at another address for tests. `redirect_uri` must be one of those that
    /// the app names.
    ///
    /// # Errors
    /// As [`Account::new`](crate::Account::new) for the address; [`AccountError::EmptyCredential`] without id or secret.
    pub fn new(
        base: &str,
        client_id: impl Into<String>,
        client_secret: Secret,
        redirect_uri: impl Into<String>,
    ) -> Result<Self, AccountError> {
        let client_id = client_id.into();
        if client_id.is_empty() || client_secret.reveal().is_empty() {
            return Err(AccountError::EmptyCredential);
        }
        Ok(Self {
            base: account::plain_base(base)?,
            client_id,
            client_secret,
            redirect_uri: redirect_uri.into(),
        })
    }

    /// Where an admin gives consent. `state` must be fresh and random, and come back unchanged with the code.
    pub fn authorize_url(&self, state: &str) -> String {
        let mut query = Query::default();
        query
            .push("response_type", "code")
            .push("client_id", &self.client_id)
            .push("redirect_uri", &self.redirect_uri)
            .push("state", state);
        query.on(&format!("{}/oauth/authorize", self.base))
    }

    /// Exchanges the code that came back.
    pub fn exchange(&self, code: &Secret) -> TokenRequest {
        let mut form = Query::default();
        form.push("grant_type", "authorization_code")
            .push("code", code.reveal())
            .push("redirect_uri", &self.redirect_uri);
        self.token(&form)
    }

    /// Renews the access token. The answer's refresh token replaces the old one, though it is mostly the same.
    pub fn refresh(&self, refresh_token: &Secret) -> TokenRequest {
        let mut form = Query::default();
        form.push("grant_type", "refresh_token").push("refresh_token", refresh_token.reveal());
        self.token(&form)
    }

    fn token(&self, form: &Query) -> TokenRequest {
        let id_and_secret = format!("{}:{}", self.client_id, self.client_secret.reveal());
        TokenRequest {
            url: format!("{}/oauth/token", self.base),
            basic: Secret::new(STANDARD.encode(id_and_secret)),
            form: Secret::new(form.written()),
        }
    }
}

/// A request for tokens. `Debug` shows the address only.
#[derive(Clone)]
pub struct TokenRequest {
    url: String,
    basic: Secret,
    form: Secret,
}

impl TokenRequest {
    /// The request as it goes out. Its body is secret.
    pub fn to_http(&self) -> http::Request<Bytes> {
        let mut request = http::Request::new(Bytes::from(self.form.reveal().to_owned()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = account::uri(&self.url, "");
        let headers = request.headers_mut();
        // Base64 is visible ASCII, hence always a legal header.
        if let Ok(mut basic) = HeaderValue::try_from(format!("Basic {}", self.basic.reveal())) {
            basic.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, basic);
        }
        headers.insert(header::USER_AGENT, account::user_agent());
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, form);
        request
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// As [`Request::parse`](crate::Request::parse), except that 400, 401 and 403 are all
    /// [`Credential`](crate::ErrorKind::Credential): the grant, or the app, must be renewed by a person.
    pub fn parse(answer: &http::Response<Bytes>) -> Result<Tokens, Error> {
        if !answer.status().is_success() {
            return Err(Error::refused(answer).of_grant());
        }
        one(answer.body()).map_err(|what| Error::malformed(answer.status(), what))
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Tokens that were given. `Debug` hides them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// Good for an hour.
    pub access_token: Secret,
    /// Good for six months. Store the one that came last; `None` when none came, then the old one stays.
    pub refresh_token: Option<Secret>,
    expires: Option<i64>,
}

impl Tokens {
    /// When the access token ends, in unix seconds, given when the answer came.
    ///
    /// `expires_at`, `expires_in` and `expires` have all been seen, as moments or durations; 55 minutes where none is
    /// told (`reference/front.md §1.3`).
    pub fn expires_at(&self, received_at: i64) -> i64 {
        match self.expires {
            Some(moment) if moment >= LONGEST_DURATION_SECONDS => moment,
            Some(duration) if duration > 0 => received_at + duration,
            _ => received_at + UNSTATED_LIFE_SECONDS,
        }
    }

    /// The access token as what a request is made with.
    pub fn credential(&self) -> Credential {
        Credential::bearer(self.access_token.reveal())
    }
}

impl Object for Tokens {
    const NAME: &'static str = "access token";

    fn read(value: &Value) -> Option<Self> {
        let expires = ["expires_at", "expires_in", "expires"].into_iter().find_map(|key| seconds(value, key));
        Some(Self {
            access_token: Secret::new(lenient::text(value, "access_token")?),
            refresh_token: lenient::text(value, "refresh_token").map(Secret::new),
            expires,
        })
    }
}

fn seconds(value: &Value, key: &str) -> Option<i64> {
    lenient::time(value, key).map(|time| time.timestamp())
}
