//! Connecting Aircall and a helpdesk by key or by sign-in: tested with harmless reads, kept only if accepted, never told
//! again.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use sidetone_engine::transport::Transport;
use sidetone_protocol::{AircallKey, ConnectedBy, HelpdeskKey, Permission, Setup, Tested, Vendor};
use toml::Value;

use super::view::Noted;
use super::{read, view};
use crate::config::{Draft, Secret, USER_AGENT, sign_in_of};
use crate::house::{Entered, House, NotKept, noted};
use crate::problem::Problem;
use crate::signin::SignedIn;

/// `POST /api/setup/aircall`: the key is tested, and kept if Aircall takes it.
pub(super) async fn aircall(State(house): State<House>, body: Bytes) -> Result<Json<Tested>, Problem> {
    let asked: AircallKey = read(&body, "{\"api_id\": \"…\", \"api_token\": \"…\"}")?;
    can_be_entered(&house, &["aircall.api_id", "aircall.api_token"])?;
    let (id, token) = (asked.api_id.trim(), asked.api_token.trim());
    let account =
        ::aircall::Account::new(&house.draft().addresses.aircall, ::aircall::Credential::key(id, token))
            .and_then(|account| account.with_user_agent(USER_AGENT));
    let account = match account {
        Ok(account) => account,
        Err(error) => return Ok(Json(refused("wrong_key", error.to_string()))),
    };
    let tested = test_aircall(&account, house.plain_transport().as_ref()).await;
    if tested.accepted {
        let name = tested.account.clone().unwrap_or_default();
        house.setup().forget_lines().await;
        house
            .keep(vec![
                Entered::Value("aircall.api_id", Some(Value::String(id.to_owned()))),
                Entered::Secret("aircall.api_token", Some(Secret::new(token))),
                Entered::Secret(sign_in_of(Vendor::Aircall), None),
                Entered::Note(noted("aircall"), Noted::now(&name)),
            ])
            .await?;
    }
    Ok(Json(tested))
}

/// `POST /api/setup/helpdesk`: the key or token is tested, and kept if the helpdesk takes it.
pub(super) async fn helpdesk(State(house): State<House>, body: Bytes) -> Result<Json<Tested>, Problem> {
    let example = "{\"vendor\": \"gorgias\", \"account\": \"acme\", \"email\": \"…\", \"api_key\": \"…\"}";
    match read(&body, example)? {
        HelpdeskKey::Gorgias { account, email, api_key } => {
            gorgias(&house, &account, email.trim(), api_key.trim()).await
        }
        HelpdeskKey::Front { api_token } => front(&house, api_token.trim()).await,
    }
}

async fn gorgias(house: &House, entered: &str, email: &str, key: &str) -> Result<Json<Tested>, Problem> {
    can_be_entered(house, &["gorgias.account", "gorgias.email", "gorgias.api_key", "front.api_token"])?;
    let credential = ::gorgias::Credential::basic(email, key);
    let Ok(subdomain) = ::gorgias::subdomain_of(entered) else {
        let told = ::gorgias::AccountError::NotASubdomain.to_string();
        return Ok(Json(refused("no_such_account", told)));
    };
    let account = match &house.draft().addresses.gorgias {
        Some(url) => ::gorgias::Account::new(url, credential),
        None => ::gorgias::Account::for_subdomain(&subdomain, credential),
    };
    let account = match account.and_then(|account| account.with_user_agent(USER_AGENT)) {
        Ok(account) => account,
        Err(error) => return Ok(Json(refused("wrong_key", error.to_string()))),
    };
    let mut tested = test_gorgias(&account, house.plain_transport().as_ref()).await;
    if tested.accepted {
        let name = tested.account.get_or_insert(subdomain.clone()).clone();
        house
            .keep(helpdesk_is(
                vec![
                    Entered::Value("gorgias.account", Some(Value::String(subdomain))),
                    Entered::Value("gorgias.email", Some(Value::String(email.to_owned()))),
                    Entered::Secret("gorgias.api_key", Some(Secret::new(key))),
                ],
                Vendor::Gorgias,
                ConnectedBy::Key,
                &name,
            ))
            .await?;
    }
    Ok(Json(tested))
}

async fn front(house: &House, token: &str) -> Result<Json<Tested>, Problem> {
    can_be_entered(house, &["front.api_token", "gorgias.email", "gorgias.api_key"])?;
    let account = ::front::Account::new(&house.draft().addresses.front, ::front::Credential::bearer(token))
        .and_then(|account| account.with_user_agent(USER_AGENT));
    let account = match account {
        Ok(account) => account,
        Err(error) => return Ok(Json(refused("wrong_key", error.to_string()))),
    };
    let tested = test_front(&account, house.plain_transport().as_ref()).await;
    if tested.accepted {
        let name = tested.account.clone().unwrap_or_default();
        let token = Entered::Secret("front.api_token", Some(Secret::new(token)));
        house.keep(helpdesk_is(vec![token], Vendor::Front, ConnectedBy::Key, &name)).await?;
    }
    Ok(Json(tested))
}

/// The helpdesk is this one, and no other any more.
fn helpdesk_is(mut entered: Vec<Entered>, vendor: Vendor, by: ConnectedBy, account: &str) -> Vec<Entered> {
    let by_key = by == ConnectedBy::Key;
    if !(vendor == Vendor::Gorgias && by_key) {
        entered.extend(without_gorgias_key());
    }
    if vendor != Vendor::Gorgias {
        entered.push(Entered::Value("gorgias.account", None));
    }
    if !(vendor == Vendor::Front && by_key) {
        entered.push(Entered::Secret("front.api_token", None));
    }
    let unused = [Vendor::Gorgias, Vendor::Front].into_iter().filter(|other| by_key || *other != vendor);
    entered.extend(unused.map(|vendor| Entered::Secret(sign_in_of(vendor), None)));
    entered.push(Entered::Note(noted("helpdesk"), Noted::now(account)));
    entered
}

/// What is entered beside the tokens once somebody signed in.
pub(crate) fn by_sign_in(draft: &Draft, signed_in: &SignedIn, tested: &Tested) -> Vec<Entered> {
    let name = tested.account.as_deref().or(signed_in.account.as_deref()).unwrap_or_default();
    match (signed_in.vendor, &signed_in.account) {
        (Vendor::Aircall, _) => vec![
            Entered::Value("aircall.api_id", None),
            Entered::Secret("aircall.api_token", None),
            Entered::Note(noted("aircall"), Noted::now(name)),
        ],
        (vendor, account) => {
            // Where the file names it, it is this one: see `fits`.
            let account = account
                .clone()
                .filter(|_| !draft.given.contains("gorgias.account"))
                .map(|account| Entered::Value("gorgias.account", Some(Value::String(account))));
            helpdesk_is(account.into_iter().collect(), vendor, ConnectedBy::SignIn, name)
        }
    }
}

fn without_gorgias_key() -> [Entered; 2] {
    [Entered::Value("gorgias.email", None), Entered::Secret("gorgias.api_key", None)]
}

/// `DELETE /api/setup/aircall`: forgets what was entered.
pub(super) async fn forget_aircall(State(house): State<House>) -> Result<Json<Setup>, Problem> {
    house.setup().forget_lines().await;
    house
        .keep(vec![
            Entered::Value("aircall.api_id", None),
            Entered::Secret("aircall.api_token", None),
            Entered::Secret(sign_in_of(Vendor::Aircall), None),
            Entered::Note(noted("aircall"), String::new()),
        ])
        .await?;
    view::setup(&house).await
}

/// `DELETE /api/setup/helpdesk`: forgets what was entered.
pub(super) async fn forget_helpdesk(State(house): State<House>) -> Result<Json<Setup>, Problem> {
    let mut entered = Vec::from(without_gorgias_key());
    entered.push(Entered::Value("gorgias.account", None));
    entered.push(Entered::Secret("front.api_token", None));
    entered.extend([Vendor::Gorgias, Vendor::Front].map(|vendor| Entered::Secret(sign_in_of(vendor), None)));
    entered.push(Entered::Note(noted("helpdesk"), String::new()));
    house.keep(entered).await?;
    view::setup(&house).await
}

/// Before anything is tested: whether it could be kept.
fn can_be_entered(house: &House, keys: &[&str]) -> Result<(), Problem> {
    let draft = house.draft();
    if let Some(key) = keys.iter().find(|key| draft.given.contains(**key)) {
        return Err(NotKept::ReadOnly((*key).to_owned()).into());
    }
    house.vault().map(drop).map_err(|unkept| NotKept::NoVault(unkept).into())
}

fn refused(code: &str, detail: String) -> Tested {
    Tested {
        accepted: false,
        account: None,
        lines: None,
        permissions: Vec::new(),
        code: Some(code.to_owned()),
        detail: Some(detail),
    }
}

fn accepted(account: Option<String>, permissions: Vec<Permission>) -> Tested {
    Tested { accepted: true, account, lines: None, permissions, code: None, detail: None }
}

/// Nobody is there any more who could test.
pub(crate) fn stopping() -> Tested {
    refused("unreachable", "Sidetone is stopping".to_owned())
}

/// Whether somebody may connect this account: file or environment may say that it is another one.
pub(crate) fn fits(draft: &Draft, signed_in: &SignedIn) -> Result<(), Tested> {
    let is_fixed = signed_in.vendor == Vendor::Gorgias && draft.given.contains("gorgias.account");
    if is_fixed && draft.gorgias.account != signed_in.account {
        let told = NotKept::ReadOnly("gorgias.account".to_owned()).to_string();
        return Err(refused("read_only", told));
    }
    Ok(())
}

/// Tests what somebody signed in to, with the token that it gave.
pub(crate) async fn test_signed_in(house: &House, signed_in: &SignedIn, access: &Secret) -> Tested {
    let (addresses, transport) = (&house.draft().addresses, house.plain_transport());
    let wrong = |error: String| refused("wrong_key", error);
    match (signed_in.vendor, &signed_in.account) {
        (Vendor::Aircall, _) => {
            let account =
                ::aircall::Account::new(&addresses.aircall, ::aircall::Credential::bearer(access.reveal()));
            match account.and_then(|account| account.with_user_agent(USER_AGENT)) {
                Ok(account) => test_aircall(&account, transport.as_ref()).await,
                Err(error) => wrong(error.to_string()),
            }
        }
        (Vendor::Gorgias, account) => {
            let credential = ::gorgias::Credential::bearer(access.reveal());
            let account = match &addresses.gorgias {
                Some(url) => ::gorgias::Account::new(url, credential),
                None => ::gorgias::Account::for_subdomain(account.as_deref().unwrap_or_default(), credential),
            };
            match account.and_then(|account| account.with_user_agent(USER_AGENT)) {
                Ok(account) => test_gorgias(&account, transport.as_ref()).await,
                Err(error) => wrong(error.to_string()),
            }
        }
        (Vendor::Front, _) => {
            let account =
                ::front::Account::new(&addresses.front, ::front::Credential::bearer(access.reveal()));
            match account.and_then(|account| account.with_user_agent(USER_AGENT)) {
                Ok(account) => test_front(&account, transport.as_ref()).await,
                Err(error) => wrong(error.to_string()),
            }
        }
    }
}

/// A read that no answer came to.
fn unreachable(error: &sidetone_engine::transport::TransportError) -> Tested {
    refused("unreachable", error.to_string())
}

/// Harmless reads at Aircall: its lines and the company's name. A key has no permissions to lack; 403 means that it is
/// wrong (`reference/aircall.md §2.2`).
pub(crate) async fn test_aircall(account: &::aircall::Account, transport: &dyn Transport) -> Tested {
    let of = |error: &::aircall::Error| {
        let code = match error.kind() {
            ::aircall::ErrorKind::Credential => "wrong_key",
            ::aircall::ErrorKind::RateLimited => "rate_limited",
            ::aircall::ErrorKind::Service => "unreachable",
            _ => "not_an_api",
        };
        refused(code, said(error.status(), error.text()))
    };
    let mut lines = 0;
    let mut next = Some(::aircall::numbers::list(::aircall::Paging::default()));
    while let Some(request) = next.take() {
        let answer = match transport.send(request.to_http(account)).await {
            Ok(answer) => answer,
            Err(error) => return unreachable(&error),
        };
        match request.parse(&answer) {
            Ok(page) => {
                next = request.next_page(&page);
                lines += u32::try_from(page.items.len()).unwrap_or(u32::MAX);
            }
            Err(error) => return of(&error),
        }
    }
    // The name is a nicety: without it the connection works all the same.
    let company = ::aircall::company::get();
    let company = match transport.send(company.to_http(account)).await {
        Ok(answer) => company.parse(&answer).ok(),
        Err(_) => None,
    };
    Tested { lines: Some(lines), ..accepted(company.map(|company| company.name), Vec::new()) }
}

/// Harmless reads at Gorgias: the account, and one of each list that is needed.
pub(crate) async fn test_gorgias(account: &::gorgias::Account, transport: &dyn Transport) -> Tested {
    use ::gorgias::{ErrorKind, customers, tags, tickets, users};
    let of = |error: &::gorgias::Error| {
        let code = match error.kind() {
            ErrorKind::WrongAccount => "no_such_account",
            ErrorKind::Credential => "wrong_key",
            ErrorKind::Forbidden => "forbidden",
            ErrorKind::RateLimited => "rate_limited",
            ErrorKind::Service => "unreachable",
            _ => "not_an_api",
        };
        refused(code, said(error.status(), error.text()))
    };
    let mut tests = Tests::default();
    let current = ::gorgias::accounts::current();
    let info = match transport.send(current.to_http(account)).await {
        Err(error) => return unreachable(&error),
        Ok(answer) => match current.parse(&answer) {
            Ok(info) => Some(info),
            Err(error) if *error.kind() == ErrorKind::Forbidden => None,
            Err(error) => return of(&error),
        },
    };
    tests.shows("account", info.is_some());
    macro_rules! probe {
        ($code:literal, $request:expr) => {
            let request = $request;
            match transport.send(request.to_http(account)).await {
                Err(error) => return unreachable(&error),
                Ok(answer) => match request.parse(&answer) {
                    Ok(_) => tests.shows($code, true),
                    Err(error) if *error.kind() == ErrorKind::Forbidden => tests.shows($code, false),
                    Err(error) => return of(&error),
                },
            }
        };
    }
    let one = Some(1);
    probe!("users", users::list(&users::ListUsers { limit: one, ..Default::default() }));
    probe!("customers", customers::list(&customers::ListCustomers { limit: one, ..Default::default() }));
    probe!("tickets", tickets::list(&tickets::ListTickets { limit: one, ..Default::default() }));
    probe!("tags", tags::list(&tags::ListTags { limit: one, ..Default::default() }));
    tests.verdict(info.and_then(|info| info.domain))
}

/// Harmless reads at Front: the company, and one of each list that is needed.
pub(crate) async fn test_front(account: &::front::Account, transport: &dyn Transport) -> Tested {
    use ::front::{ContactRef, ErrorKind, contacts, conversations, inboxes, tags, teammates};
    let of = |error: &::front::Error| {
        let code = match error.kind() {
            ErrorKind::Credential => "wrong_key",
            ErrorKind::Forbidden => "forbidden",
            ErrorKind::RateLimited | ErrorKind::RouteGuard { .. } => "rate_limited",
            ErrorKind::Service => "unreachable",
            _ => "not_an_api",
        };
        refused(code, said(error.status(), error.text()))
    };
    let mut tests = Tests::default();
    let current = ::front::company::current();
    let company = match transport.send(current.to_http(account)).await {
        Err(error) => return unreachable(&error),
        Ok(answer) => match current.parse(&answer) {
            Ok(company) => company,
            Err(error) => return of(&error),
        },
    };
    macro_rules! probe {
        ($code:literal, $request:expr) => {
            let request = $request;
            match transport.send(request.to_http(account)).await {
                Err(error) => return unreachable(&error),
                Ok(answer) => match request.parse(&answer) {
                    Ok(_) => tests.shows($code, true),
                    Err(error) if *error.kind() == ErrorKind::Forbidden => tests.shows($code, false),
                    Err(error) => return of(&error),
                },
            }
        };
    }
    probe!("teammates", teammates::list());
    probe!("inboxes", inboxes::list());
    let newest = contacts::list(&contacts::ListContacts { limit: Some(1), ..Default::default() });
    let somebody = match transport.send(newest.to_http(account)).await {
        Err(error) => return unreachable(&error),
        Ok(answer) => match newest.parse(&answer) {
            Ok(page) => {
                tests.shows("contacts", true);
                page.items.into_iter().next()
            }
            Err(error) if *error.kind() == ErrorKind::Forbidden => {
                tests.shows("contacts", false);
                None
            }
            Err(error) => return of(&error),
        },
    };
    // Conversations are asked for by contact only: a search costs a large share of the company's limit.
    if let Some(contact) = somebody {
        let newest = conversations::ListConversations { limit: Some(1), ..Default::default() };
        probe!("conversations", conversations::of_contact(&ContactRef::Id(contact.id), &newest));
    }
    probe!("tags", tags::list(Some(1)));
    tests.verdict(company.name)
}

/// What the reads showed so far.
#[derive(Default)]
struct Tests(Vec<Permission>);

impl Tests {
    fn shows(&mut self, code: &str, granted: bool) {
        self.0.push(Permission { code: code.to_owned(), granted });
    }

    /// Where something may not even be read, calls cannot be logged. The account's own page is a nicety.
    fn verdict(self, account: Option<String>) -> Tested {
        let is_missing = |permission: &&Permission| !permission.granted && permission.code != "account";
        let missing: Vec<&str> = self.0.iter().filter(is_missing).map(|p| p.code.as_str()).collect();
        if missing.is_empty() {
            return accepted(account, self.0);
        }
        let detail = format!("it may not read {}", missing.join(", "));
        Tested { account, permissions: self.0, ..refused("forbidden", detail) }
    }
}

/// What the vendor said, for a report.
fn said(status: http::StatusCode, text: Option<&str>) -> String {
    match text {
        Some(text) => format!("{status}: {text}"),
        None => status.to_string(),
    }
}
