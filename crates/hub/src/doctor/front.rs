//! What is looked at of Front: the token, the people, the inbox of calls.

use ::front::{Account, Error, ErrorKind, Inbox, List, Request, Teammate};
use sidetone_engine::directory::People;
use sidetone_engine::front::{inbox_of_calls, is_inbox_of_calls, person};
use sidetone_engine::helpdesk::PLACE_KEPT_IN;
use sidetone_engine::transport::Transport;

use super::{Check, emails, fault, hint, passed, unreachable};
use crate::config::Config;
use crate::database;

pub(super) async fn check(
    config: &Config,
    account: &Account,
    inbox: &str,
    transport: &dyn Transport,
    checks: &mut Vec<Check>,
) {
    let Some(teammates) = teammates(account, transport, checks).await else { return };
    let people = People(teammates.iter().map(person).collect());
    checks.push(passed("front_key", format!("Front accepts the token; {} teammates", people.0.len())));
    inboxes(config, account, inbox, transport, checks).await;
    let told = "Their calls are logged by the customer, and their conversations stay unassigned. Give them the same e-mail \
                in both";
    emails(config, transport, &people, ("Front teammate", told), checks).await;
}

async fn teammates(
    account: &Account,
    transport: &dyn Transport,
    checks: &mut Vec<Check>,
) -> Option<Vec<Teammate>> {
    let what = |error: &Error| match error.kind() {
        ErrorKind::Credential => "Front does not accept the token",
        ErrorKind::WrongAddress | ErrorKind::Malformed => {
            "Something that is not Front's API answers in its place"
        }
        _ => "Front does not list its teammates",
    };
    all(::front::teammates::list(), account, transport, "front_key", what, checks).await
}

/// Which inbox calls go into, by the engine's own rule; or that it is made: whether the token may, is seen only then.
async fn inboxes(
    config: &Config,
    account: &Account,
    wanted: &str,
    transport: &dyn Transport,
    checks: &mut Vec<Check>,
) {
    let what = |_: &Error| "Front does not list its inboxes";
    let list = ::front::inboxes::list();
    let Some(inboxes) = all(list, account, transport, "front_inbox", what, checks).await else { return };
    // A database that cannot be read is told of by a check of its own.
    let remembered = database::remembered(&config.database, &PLACE_KEPT_IN).await;
    checks.push(inbox(&inboxes, remembered.as_ref().map(Option::as_deref).ok(), wanted));
}

/// `remembered`: the inbox that calls went into so far, if any; `None` where that is not known.
fn inbox(inboxes: &[Inbox], remembered: Option<Option<&str>>, wanted: &str) -> Check {
    let was = remembered.flatten();
    let still = inboxes.iter().find(|inbox| Some(inbox.id.as_str()) == was);
    if let Some(own) = still.filter(|inbox| inbox.is_private == Some(true)) {
        let name = own.name.as_deref().unwrap_or(wanted);
        return hint(
            "front_inbox",
            format!("The inbox \"{name}\", which calls go into, is one person's own by now"),
            "Share it with the agents in Front again",
        );
    }
    let so_called = inboxes.iter().filter(|inbox| is_inbox_of_calls(inbox, wanted)).count();
    let Some(found) = inbox_of_calls(inboxes, was, wanted) else {
        let is_somebodys = inboxes.iter().any(|inbox| inbox.name.as_deref().map(str::trim) == Some(wanted));
        return match (remembered, is_somebodys) {
            (None, _) => hint(
                "front_inbox",
                format!(
                    "There is no inbox \"{wanted}\". Whether calls went into one of another name is not known: the \
                     database cannot be read now"
                ),
                "Check again when it can; if they did not, the inbox is made with the next call",
            ),
            (Some(_), true) => hint(
                "front_inbox",
                format!(
                    "The inbox \"{wanted}\" is one person's own, so no calls go into it; another one is made with the \
                     first call"
                ),
                "Rename the one or share it in Front",
            ),
            (Some(_), false) => passed(
                "front_inbox",
                format!("There is no inbox \"{wanted}\" yet; it is made with the first call"),
            ),
        };
    };
    let name = found.name.as_deref().map(str::trim).unwrap_or_default();
    match so_called {
        _ if was == Some(found.id.as_str()) && name != wanted => hint(
            "front_inbox",
            format!("Calls go on into the inbox \"{name}\", as they did before it was called so"),
            format!(
                "Give this name in [front] inbox instead of \"{wanted}\": an installation without this one's database \
                 goes by it"
            ),
        ),
        _ if was == Some(found.id.as_str()) => {
            passed("front_inbox", format!("Calls go into the inbox \"{name}\""))
        }
        0 | 1 => passed("front_inbox", format!("Calls go into the inbox \"{wanted}\"")),
        n => fault(
            "front_inbox",
            format!("There are {n} inboxes \"{wanted}\"; calls go into the oldest"),
            "Rename all but one of them in Front",
        ),
    }
}

/// A whole list; what is wrong is told.
async fn all<T>(
    list: Request<List<T>>,
    account: &Account,
    transport: &dyn Transport,
    code: &'static str,
    what: impl Fn(&Error) -> &'static str,
    checks: &mut Vec<Check>,
) -> Option<Vec<T>> {
    let mut items = Vec::new();
    let mut next = Some(list);
    while let Some(request) = next.take() {
        let answer = match transport.send(request.to_http(account)).await {
            Ok(answer) => answer,
            Err(error) => {
                checks.push(unreachable(code, "Front", &error));
                return None;
            }
        };
        match request.parse(&answer) {
            Ok(page) => {
                next = request.next_page(&page);
                items.extend(page.items);
            }
            Err(error) => {
                checks.push(fault(code, what(&error), error.to_string()));
                return None;
            }
        }
    }
    Some(items)
}
