//! `sidetone-hub check`: looks at the set-up and says of each fault how to mend it. Reads only.

mod front;

use std::time::SystemTime;

use serde::Serialize;
use sidetone_engine::directory::People;
use sidetone_engine::gorgias::person;
use sidetone_engine::transport::{Transport, TransportError};

use crate::config::{Config, HelpdeskAccount};
use crate::database;

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// All well.
    Passed,
    /// Works, but could be better.
    Hint,
    /// Does not work.
    Fault,
}

/// One check with its result. `code` is stable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable name.
    pub code: &'static str,
    /// What it found.
    pub finding: Finding,
    /// What, in a sentence.
    pub what: String,
    /// What to do; empty if passed.
    pub mend: String,
}

/// Clocks further apart than this confuse what came first.
const CLOCK_OFF_SECONDS: i64 = 30;

/// Looks at everything.
pub async fn check(config: &Config, transport: &dyn Transport) -> Vec<Check> {
    let mut checks: Vec<Check> = database::check(&config.database).await.into_iter().collect();
    aircall(config, transport, &mut checks).await;
    match &config.helpdesk {
        HelpdeskAccount::Gorgias(account) => gorgias(config, account, transport, &mut checks).await,
        HelpdeskAccount::Front { account, inbox, .. } => {
            front::check(config, account, inbox, transport, &mut checks).await;
        }
    }
    arrival(config, &mut checks);
    checks
}

pub(crate) fn passed(code: &'static str, what: impl Into<String>) -> Check {
    Check { code, finding: Finding::Passed, what: what.into(), mend: String::new() }
}

pub(crate) fn fault(code: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { code, finding: Finding::Fault, what: what.into(), mend: mend.into() }
}

fn hint(code: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Check {
    Check { code, finding: Finding::Hint, what: what.into(), mend: mend.into() }
}

fn unreachable(code: &'static str, vendor: &str, error: &TransportError) -> Check {
    fault(code, format!("{vendor} cannot be reached: {error}"), "Check network, proxy and firewall")
}

async fn aircall(config: &Config, transport: &dyn Transport, checks: &mut Vec<Check>) {
    let request = aircall::numbers::list(aircall::Paging::default());
    let mut lines: Vec<aircall::Number> = Vec::new();
    let mut next = Some(request);
    while let Some(request) = next.take() {
        let answer = match transport.send(request.to_http(&config.aircall)).await {
            Ok(answer) => answer,
            Err(error) => return checks.push(unreachable("aircall_key", "Aircall", &error)),
        };
        clock(&answer, checks);
        match request.parse(&answer) {
            Ok(page) => {
                next = request.next_page(&page);
                lines.extend(page.items);
            }
            Err(error) => {
                let what = match error.kind() {
                    aircall::ErrorKind::Credential => "Aircall does not accept the key",
                    aircall::ErrorKind::Malformed => {
                        "Something that is not Aircall's API answers in its place"
                    }
                    _ => "Aircall does not list its lines",
                };
                return checks.push(fault("aircall_key", what, error.to_string()));
            }
        }
    }
    checks.push(passed("aircall_key", format!("Aircall accepts the key; {} lines", lines.len())));
    let wanted = &config.settings.lines;
    let missing: Vec<String> =
        wanted.iter().filter(|id| !lines.iter().any(|l| l.id == **id)).map(ToString::to_string).collect();
    checks.push(match (wanted.is_empty(), missing.is_empty()) {
        (true, _) => fault(
            "lines",
            "No line is selected, so nothing is shown or logged",
            "Give the lines' ids in [aircall] numbers",
        ),
        (false, false) => {
            fault("lines", format!("Aircall has no line {}", missing.join(", ")), "Correct [aircall] numbers")
        }
        (false, true) => passed("lines", format!("{} selected lines exist", wanted.len())),
    });
    let menus: Vec<&str> = lines
        .iter()
        .filter(|l| wanted.contains(&l.id) && l.is_ivr == Some(true))
        .filter_map(|l| l.name.as_deref())
        .collect();
    if !menus.is_empty() && wanted.len() > menus.len() {
        checks.push(hint(
            "menu_lines",
            format!(
                "{} is a menu; a call through it to another selected line may be two calls at Aircall",
                menus.join(", ")
            ),
            "Leave the menu out of [aircall] numbers if its calls appear twice",
        ));
    }
}

fn clock(answer: &http::Response<bytes::Bytes>, checks: &mut Vec<Check>) {
    if checks.iter().any(|c| c.code == "clock") {
        return;
    }
    let Some(theirs) = aircall::answered_at(answer.headers()) else { return };
    let ours =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs().cast_signed());
    let off = (ours - theirs).abs();
    checks.push(if off > CLOCK_OFF_SECONDS {
        fault("clock", format!("The clock is {off} s off"), "Switch on time synchronisation on this machine")
    } else {
        passed("clock", "The clock is right")
    });
}

async fn gorgias(
    config: &Config,
    account: &gorgias::Account,
    transport: &dyn Transport,
    checks: &mut Vec<Check>,
) {
    // Read as the engine reads them: whom it takes for nobody's counterpart is none here either.
    let mut people = People::default();
    let mut next = Some(gorgias::users::list(&gorgias::users::ListUsers {
        limit: Some(gorgias::MAX_LIMIT),
        ..Default::default()
    }));
    while let Some(request) = next.take() {
        let answer = match transport.send(request.to_http(account)).await {
            Ok(answer) => answer,
            Err(error) => return checks.push(unreachable("gorgias_key", "Gorgias", &error)),
        };
        match request.parse(&answer) {
            Ok(page) => {
                next = request.next_page(&page);
                people.0.extend(page.items.into_iter().map(person));
            }
            Err(error) => {
                let what = match error.kind() {
                    gorgias::ErrorKind::WrongAccount => "There is no Gorgias account under this address",
                    gorgias::ErrorKind::Credential => "Gorgias does not accept the key",
                    gorgias::ErrorKind::Malformed => {
                        "Something that is not Gorgias' API answers in its place"
                    }
                    _ => "Gorgias does not list its users",
                };
                return checks.push(fault("gorgias_key", what, error.to_string()));
            }
        }
    }
    checks.push(passed("gorgias_key", format!("Gorgias accepts the key; {} users", people.0.len())));
    checks.push(if people.fallback_author().is_some() {
        passed("fallback_author", "An active admin can write notes that have no agent")
    } else {
        fault(
            "fallback_author",
            "Gorgias has no active admin, so missed calls have no author",
            "Activate an admin in Gorgias",
        )
    });
    let told = "Their tickets stay unassigned, and the first admin writes their notes. Give them the same e-mail in both";
    emails(config, transport, &people, ("Gorgias user", told), checks).await;
}

/// Each Aircall user's counterpart in the helpdesk.
async fn emails(
    config: &Config,
    transport: &dyn Transport,
    people: &People,
    (counterpart, told): (&str, &str),
    checks: &mut Vec<Check>,
) {
    let mut without = Vec::new();
    let mut next = Some(aircall::users::list(aircall::Paging::default()));
    while let Some(request) = next.take() {
        // Whether Aircall answers was checked above.
        let Ok(answer) = transport.send(request.to_http(&config.aircall)).await else { return };
        let Ok(page) = request.parse(&answer) else { return };
        next = request.next_page(&page);
        let is_nobodys =
            |user: &aircall::User| user.email.as_deref().and_then(|email| people.by_email(email)).is_none();
        without.extend(page.items.into_iter().filter(is_nobodys).map(called));
    }
    checks.push(if without.is_empty() {
        passed("agents", format!("Every Aircall user has an active {counterpart} with the same e-mail"))
    } else {
        hint("agents", format!("No active {counterpart} has the e-mail of {}", without.join(", ")), told)
    });
}

fn called(user: aircall::User) -> String {
    user.name.or(user.email).unwrap_or_else(|| format!("user {}", user.id))
}

fn arrival(config: &Config, checks: &mut Vec<Check>) {
    use sidetone_engine::settings::Arrival;
    checks.push(match &config.settings.arrival {
        Arrival::OwnWebhook { .. } => passed("arrival", "Calls arrive in real time, by a webhook of our own"),
        Arrival::ManualWebhook => passed("arrival", "Calls arrive in real time, by a webhook made by hand"),
        Arrival::Polling => hint(
            "arrival",
            "Aircall is asked every few seconds: no messages, and ringing is seen late",
            "Give a public https address in [hub] public_url",
        ),
    });
}

#[cfg(test)]
mod tests;
