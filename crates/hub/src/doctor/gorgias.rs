//! What is looked at of Gorgias: the key, the account, the people, what the key may read, and who else logs calls there.

use ::gorgias::{Account, Error, ErrorKind, List, Request, Ticket, rate};
use chrono::{TimeDelta, Utc};
use sidetone_engine::directory::People;
use sidetone_engine::gorgias::person;
use sidetone_engine::transport::Transport;
use sidetone_protocol::Vendor;

use super::budget;
use super::check::{Check, count, fault, named, passed, some_of};
use super::patient::Patient;
use super::unreachable;
use super::{counted, said};

/// Gorgias' name for the channel of Aircall's own integration (`reference/gorgias.md §7`).
const NATIVE_CHANNEL: &str = "aircall";
const NAME: &str = "Gorgias";
/// A list of users is read so far, 100 on a page.
const MOST_PAGES: u32 = 10;

/// Reads and checks; the people are there once the key is accepted.
pub(super) async fn read(patient: &Patient, account: &Account, checks: &mut Vec<Check>) -> Option<People> {
    let transport = patient.transport.as_ref();
    // How full the limit was, but for what was asked here.
    let mut seen = None;
    let is_signed_in = patient.is_signed_in(Vendor::Gorgias);
    let people = match people(account, transport, &mut seen, is_signed_in).await {
        Ok(people) => people,
        Err(check) => {
            checks.push(*check);
            return None;
        }
    };
    let n = count(people.0.len(), "user", "users");
    checks.push(
        passed("gorgias_key", format!("Gorgias accepts the {}; {n}", patient.credential(Vendor::Gorgias)))
            .with_value(counted!(value_users, people.0.len())),
    );
    checks.push(fallback_author(&people));
    let (info, customers, tickets, tags) = tokio::join!(
        ask(::gorgias::accounts::current(), account, transport),
        ask(one_customer(), account, transport),
        ask(newest_tickets(), account, transport),
        ask(one_tag(), account, transport),
    );
    checks.extend(account_check(&info));
    let asked = [
        ("account:read", refused(&info)),
        ("customers:read", refused(&customers)),
        ("tickets:read", refused(&tickets)),
        ("tags:read", refused(&tags)),
    ];
    checks.push(permissions("Gorgias", &asked));
    checks.extend(tickets.ok().and_then(|tickets| native_integration(&tickets.items)));
    checks.extend(budget::helpdesk(patient, seen));
    Some(people)
}

async fn people(
    account: &Account,
    transport: &dyn Transport,
    seen: &mut Option<(u32, u32)>,
    is_signed_in: bool,
) -> Result<People, Box<Check>> {
    // Read as the engine reads them: whom it takes for nobody's counterpart is none here either.
    let mut people = People::default();
    let users = ::gorgias::users::ListUsers { limit: Some(::gorgias::MAX_LIMIT), ..Default::default() };
    let mut next = Some(::gorgias::users::list(&users));
    for asked in 1..=MOST_PAGES {
        let Some(request) = next.take() else { break };
        let answer = transport.send(request.to_http(account)).await;
        let answer = answer.map_err(|error| unreachable("gorgias_key", "Gorgias", &error))?;
        let rate = rate(answer.headers());
        *seen = rate.map(|(used, limit)| (used.saturating_sub(asked), limit)).or(*seen);
        let page = request.parse(&answer).map_err(|error| key_fault(&error, is_signed_in))?;
        next = request.next_page(&page);
        people.0.extend(page.items.into_iter().map(person));
    }
    Ok(people)
}

fn key_fault(error: &Error, is_signed_in: bool) -> Check {
    let text = named(&error.to_string());
    let (what, mend) = match error.kind() {
        ErrorKind::WrongAccount => {
            (said!(gorgias_account_missing, text = text), said!(gorgias_account_missing_mend))
        }
        ErrorKind::Credential if is_signed_in => {
            (said!(sign_in_not_accepted, vendor = NAME, text = text), said!(sign_in_not_accepted_mend))
        }
        ErrorKind::Credential => {
            (said!(key_not_accepted, vendor = NAME, text = text), said!(gorgias_key_mend))
        }
        ErrorKind::Forbidden => {
            (said!(lists_no_users, vendor = NAME, text = text), said!(gorgias_users_mend))
        }
        ErrorKind::Malformed => {
            (said!(somebody_else, vendor = NAME, text = text), said!(somebody_else_mend, section = "gorgias"))
        }
        _ => (
            said!(lists_no_users, vendor = NAME, text = text),
            said!(status_page, page = "status.gorgias.com"),
        ),
    };
    fault("gorgias_key", what, mend)
}

fn fallback_author(people: &People) -> Check {
    match people.fallback_author() {
        Some(admin) => passed("fallback_author", "An active admin can write notes that have no agent")
            .with_value(named(&admin.name)),
        None => fault("fallback_author", said!(no_fallback_author), said!(no_fallback_author_mend)),
    }
}

/// What was read, or why not; `None`: no answer came.
type Asked<T> = Result<T, Option<Error>>;

async fn ask<T>(request: Request<T>, account: &Account, transport: &dyn Transport) -> Asked<T> {
    let answer = transport.send(request.to_http(account)).await.map_err(|_| None)?;
    request.parse(&answer).map_err(Some)
}

/// Whether the key may not read it. Whatever else is wrong is no matter of permissions.
fn refused<T>(asked: &Asked<T>) -> bool {
    matches!(asked, Err(Some(error)) if *error.kind() == ErrorKind::Forbidden)
}

fn one_customer() -> Request<List<::gorgias::Customer>> {
    ::gorgias::customers::list(&::gorgias::customers::ListCustomers { limit: Some(1), ..Default::default() })
}

fn newest_tickets() -> Request<List<Ticket>> {
    let newest = ::gorgias::tickets::ListTickets { limit: Some(30), ..Default::default() };
    ::gorgias::tickets::list(&newest)
}

fn one_tag() -> Request<List<::gorgias::Tag>> {
    ::gorgias::tags::list(&::gorgias::tags::ListTags { limit: Some(1), ..Default::default() })
}

fn account_check(info: &Asked<::gorgias::accounts::AccountInfo>) -> Option<Check> {
    let info = info.as_ref().ok()?;
    let name = info.domain.clone().unwrap_or_default();
    match info.status.as_deref() {
        Some(status) if status != "active" => Some(fault(
            "account",
            said!(account_not_active, name = name, status = named(status)),
            said!(account_not_active_mend),
        )),
        _ => Some(passed("account", "The Gorgias account is active").with_value(name)),
    }
}

/// What harmless reads were refused.
pub(super) fn permissions(vendor: &str, asked: &[(&str, bool)]) -> Check {
    let missing: Vec<String> =
        asked.iter().filter(|(_, refused)| *refused).map(|(scope, _)| (*scope).to_owned()).collect();
    if missing.is_empty() {
        let what = format!("{vendor} lets the key read what Sidetone needs");
        return passed("permissions", what).with_value(said!(n_of_m, n = asked.len(), m = asked.len()));
    }
    fault(
        "permissions",
        said!(permissions_lack, vendor = vendor, scopes = some_of(&missing)),
        said!(permissions_lack_mend, vendor = vendor),
    )
    .with_value(said!(n_of_m, n = asked.len() - missing.len(), m = asked.len()))
}

/// Aircall's own integration wrote tickets lately.
fn native_integration(tickets: &[Ticket]) -> Option<Check> {
    let week_ago = Utc::now() - TimeDelta::days(7);
    let is_native = |ticket: &&Ticket| {
        ticket.channel.as_deref() == Some(NATIVE_CHANNEL)
            && ticket.created_datetime.is_some_and(|at| at > week_ago)
    };
    let n = tickets.iter().filter(is_native).count();
    (n > 0).then(|| fault("other_integrations", said!(native_logs, n = n), said!(native_logs_mend)))
}
