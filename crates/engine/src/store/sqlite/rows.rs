//! Rows to values and back.

use chrono::{DateTime, Utc};
use rusqlite::Row;
use serde::de::DeserializeOwned;
use sidetone_protocol::{CallState, CallView, Outcome, Phase};

use crate::call::Origin;
use crate::ledger::{Attempt, AttemptState, Ledger};
use crate::store::{Case, Due, Reads, StoreError};

/// The columns that [`case`] reads, in its order.
macro_rules! case_columns {
    () => {
        "facts, selected, barred, reads_failed, reads_given_up, adopted, carded, due_at, due_writes, due_since"
    };
}
pub(super) use case_columns;

pub(super) fn json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_str(text)?)
}

pub(super) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

pub(super) fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// Kind and event name of an origin.
pub(super) fn origin_text(origin: &Origin) -> (&'static str, &str) {
    match origin {
        Origin::Event(name) => ("event", name),
        Origin::Listed => ("listed", ""),
        Origin::Read { timeline: false } => ("read", ""),
        Origin::Read { timeline: true } => ("timeline", ""),
    }
}

pub(super) fn origin(kind: &str, event: String) -> Origin {
    match kind {
        "listed" => Origin::Listed,
        "read" => Origin::Read { timeline: false },
        "timeline" => Origin::Read { timeline: true },
        _ => Origin::Event(event),
    }
}

pub(super) fn case(row: &Row<'_>) -> Result<Case, StoreError> {
    let due: Option<i64> = row.get(7)?;
    let writes = row.get(8)?;
    let since: Option<i64> = row.get(9)?;
    Ok(Case {
        call: json(&row.get::<_, String>(0)?)?,
        selected: row.get(1)?,
        barred: row.get(2)?,
        ledger: Ledger::default(),
        attempts: Vec::new(),
        reads: Reads { failed: row.get(3)?, given_up: row.get(4)? },
        adopted: row.get(5)?,
        carded: row.get(6)?,
        due: due.map(|at| Due { at: moment(at), writes, since: moment(since.unwrap_or(at)) }),
    })
}

pub(super) fn attempt_state(state: AttemptState) -> &'static str {
    match state {
        AttemptState::Sent => "Sent",
        AttemptState::Unclear => "Unclear",
        AttemptState::Parked => "Parked",
    }
}

pub(super) fn attempt(row: &Row<'_>) -> Result<Attempt, StoreError> {
    let code: Option<String> = row.get(5)?;
    let text: Option<String> = row.get(6)?;
    Ok(Attempt {
        write: json(&row.get::<_, String>(0)?)?,
        state: match row.get::<_, String>(1)?.as_str() {
            "Parked" => AttemptState::Parked,
            "Unclear" => AttemptState::Unclear,
            _ => AttemptState::Sent,
        },
        begun_at: moment(row.get(2)?),
        probes: row.get(3)?,
        next_at: row.get::<_, Option<i64>>(4)?.map(moment),
        reason: code.map(|code| (code, text.unwrap_or_default())),
    })
}

/// The columns that lists are made from.
pub(super) struct ListColumns {
    pub(super) started_at: i64,
    pub(super) live: bool,
    pub(super) number: Option<String>,
    pub(super) state: Option<&'static str>,
    pub(super) reason: Option<String>,
    pub(super) wanted: bool,
    pub(super) outcome: Option<&'static str>,
    pub(super) talk_seconds: i64,
    pub(super) search: String,
    pub(super) view: Option<String>,
}

impl ListColumns {
    pub(super) fn of(case: &Case, view: Option<&CallView>) -> Result<ListColumns, StoreError> {
        let Some(view) = view else {
            let started_at = case.call.started_at().map_or(0, |at| at.timestamp());
            return Ok(ListColumns {
                started_at,
                live: false,
                number: None,
                state: None,
                reason: None,
                wanted: false,
                outcome: None,
                talk_seconds: 0,
                search: String::new(),
                view: None,
            });
        };
        Ok(ListColumns {
            started_at: view.started_at,
            live: view.phase != Phase::Ended,
            number: view.number.e164.clone(),
            state: Some(match view.state {
                CallState::Complete => "complete",
                CallState::Pending => "pending",
                CallState::Held => "held",
                CallState::Parked => "parked",
                CallState::NotLogged => "not_logged",
            }),
            reason: view.reason.as_ref().map(|r| r.code.clone()),
            wanted: is_wanted(view),
            outcome: view.outcome.map(|outcome| match outcome {
                Outcome::Answered => "answered",
                Outcome::Missed => "missed",
                Outcome::Voicemail => "voicemail",
                Outcome::Unanswered => "unanswered",
            }),
            talk_seconds: case.call.talk_seconds().unwrap_or(0),
            search: search_text(view),
            view: Some(serde_json::to_string(view)?),
        })
    }
}

/// Whether somebody expects this call in the helpdesk: not, if it is left out by a rule of the set-up.
fn is_wanted(view: &CallView) -> bool {
    const BY_RULE: [&str; 5] = ["before_go_live", "mode_off", "mode_shadow", "by_setting", "internal_call"];
    match (view.state, &view.reason) {
        (CallState::NotLogged, Some(reason)) => {
            !BY_RULE.contains(&reason.code.as_str()) && reason.code != "anonymous_stored"
        }
        // A person threw its ticket away (G25): nobody misses it.
        (CallState::Parked, Some(reason)) => !reason.code.starts_with("ticket_"),
        _ => true,
    }
}

fn search_text(view: &CallView) -> String {
    let digits: String =
        view.number.national.iter().flat_map(|n| n.chars()).filter(char::is_ascii_digit).collect();
    let name =
        view.customer.as_ref().map(|c| c.name.as_str()).or(view.contact_name.as_deref()).unwrap_or_default();
    let email = view.customer.as_ref().and_then(|c| c.email.as_deref()).unwrap_or_default();
    let agent = view.agent.as_ref().map(|a| a.name.as_str()).unwrap_or_default();
    let parts = [
        name,
        email,
        view.number.e164.as_deref().unwrap_or_default(),
        view.number.international.as_deref().unwrap_or_default(),
        &digits,
        &view.line.name,
        agent,
    ];
    parts.join(" ").to_lowercase()
}

/// A word of a search as a LIKE pattern.
pub(super) fn pattern(word: &str) -> String {
    let escaped = word.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// A page's cursor, `started_at.id`.
pub(super) fn cursor(text: &str) -> Option<(i64, i64)> {
    let (started_at, id) = text.split_once('.')?;
    Some((started_at.parse().ok()?, id.parse::<u64>().ok()?.cast_signed()))
}
