//! Whether a vendor accepts what somebody entered or signed in with: asked by harmless reads.

use sidetone_engine::transport::Transport;
use sidetone_protocol::{Permission, Tested};

use crate::config::{Draft, USER_AGENT};

/// Aircall as it is reached with this credential, or what is wrong with it.
pub(super) fn aircall_account(
    draft: &Draft,
    credential: ::aircall::Credential,
) -> Result<::aircall::Account, Tested> {
    let account = ::aircall::Account::new(&draft.addresses.aircall, credential);
    account.and_then(|account| account.with_user_agent(USER_AGENT)).map_err(|error| unusable(&error))
}

/// The Gorgias account of this name, likewise.
pub(super) fn gorgias_account(
    draft: &Draft,
    subdomain: &str,
    credential: ::gorgias::Credential,
) -> Result<::gorgias::Account, Tested> {
    let account = match &draft.addresses.gorgias {
        Some(url) => ::gorgias::Account::new(url, credential),
        None => ::gorgias::Account::for_subdomain(subdomain, credential),
    };
    account.and_then(|account| account.with_user_agent(USER_AGENT)).map_err(|error| unusable(&error))
}

/// Front, likewise.
pub(super) fn front_account(
    draft: &Draft,
    credential: ::front::Credential,
) -> Result<::front::Account, Tested> {
    let account = ::front::Account::new(&draft.addresses.front, credential);
    account.and_then(|account| account.with_user_agent(USER_AGENT)).map_err(|error| unusable(&error))
}

/// Something that cannot stand in a request, such as a key with a line break.
fn unusable(error: &dyn std::fmt::Display) -> Tested {
    refused("wrong_key", error.to_string())
}

pub(super) fn refused(code: &str, detail: String) -> Tested {
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

/// A read that no answer came to.
fn unreachable(error: &sidetone_engine::transport::TransportError) -> Tested {
    refused("unreachable", error.to_string())
}

/// Harmless reads at Aircall: its lines and the company's name. A key has no permissions to lack; 403 means that it is
/// wrong (`reference/aircall.md §2.2`).
pub(super) async fn test_aircall(account: &::aircall::Account, transport: &dyn Transport) -> Tested {
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
pub(super) async fn test_gorgias(account: &::gorgias::Account, transport: &dyn Transport) -> Tested {
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
pub(super) async fn test_front(account: &::front::Account, transport: &dyn Transport) -> Tested {
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
