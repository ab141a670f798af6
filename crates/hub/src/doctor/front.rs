//! What is looked at of Front: the token, the people, the inbox of calls.

use ::front::{Account, Error, ErrorKind, Inbox, List, Request, Teammate};
use sidetone_engine::directory::People;
use sidetone_engine::front::person;
use sidetone_engine::transport::Transport;

use super::{Check, emails, fault, passed, unreachable};
use crate::config::Config;

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
    inboxes(account, inbox, transport, checks).await;
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

/// The inbox is there, or the token may be able to make it: that is seen only when it is made.
async fn inboxes(account: &Account, wanted: &str, transport: &dyn Transport, checks: &mut Vec<Check>) {
    let what = |_: &Error| "Front does not list its inboxes";
    let list = ::front::inboxes::list();
    let Some(inboxes) = all(list, account, transport, "front_inbox", what, checks).await else { return };
    let is_it = |inbox: &&Inbox| inbox.name.as_deref().map(str::trim) == Some(wanted);
    checks.push(match inboxes.iter().filter(is_it).count() {
        0 => passed(
            "front_inbox",
            format!("There is no inbox \"{wanted}\" yet; it is made with the first call"),
        ),
        1 => passed("front_inbox", format!("Calls go into the inbox \"{wanted}\"")),
        n => fault(
            "front_inbox",
            format!("There are {n} inboxes \"{wanted}\"; calls go into the oldest"),
            "Rename all but one of them in Front",
        ),
    });
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
