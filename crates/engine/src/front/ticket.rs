//! How the conversation of a call stands before something is added to it (F2, G25): archived or not, whose, in which inbox;
//! merged into another one, or thrown away.

use chrono::{DateTime, Utc};
use front::{Account, ConversationId, ErrorKind, Status, conversations};
use serde_json::{Value, json};
use sidetone_protocol::Reason;

use super::answers::refusal;
use super::conversation::{assignee, inboxes, is_archived, is_list, standing_in};
use crate::helpdesk::{Answer, Probed, Refusal, Request};
use crate::ledger::{GONE, Holding, Ledger, SEEN};

pub(super) fn look(account: &Account, ledger: &Ledger) -> Option<Request> {
    Some(conversations::get(&ConversationId::new(ledger.id("ticket")?)).to_http(account))
}

/// Reads that answer: first the conversation, then the inboxes that it stands in.
pub(super) fn looked(
    account: &Account,
    ledger: &Ledger,
    told: &[Holding],
    answer: &Answer,
) -> Result<Probed, Refusal> {
    let Some(id) = ledger.id("ticket") else { return Ok(Probed::Nothing) };
    if is_list(answer) && !told.is_empty() {
        return inbox_seen(ledger, told, answer);
    }
    let request = conversations::get(&ConversationId::new(id));
    let found = match request.parse(answer) {
        Ok(found) => found,
        Err(error) => {
            return match request.moved(&error, account) {
                Some(survivor) => Ok(Probed::Ask(Box::new(survivor.to_http(account)))),
                None if *error.kind() == ErrorKind::NotFound => Ok(Probed::Done(vec![gone("ticket_gone")])),
                // Asked again, it would tell no more.
                None if matches!(error.kind(), ErrorKind::Merged { .. }) => {
                    Err(Refusal::Permanent(error.kind().code().to_owned(), error.to_string()))
                }
                None => Err(refusal(error)),
            };
        }
    };
    if found.status == Some(Status::Deleted) {
        return Ok(Probed::Done(vec![gone("ticket_trashed")]));
    }
    let seen = json!({ "assignee": assignee(&found), "archived": is_archived(&found) });
    let mut told = vec![bare(SEEN, seen)];
    if found.id.as_str() != id {
        // Merged into another one: the record follows.
        let mut detail = ledger.detail("ticket").cloned().unwrap_or_default();
        detail["merged_from"] = id.into();
        // Whose that one is is nothing to do with this call.
        detail["may_assign"] = false.into();
        told.push(Holding { key: "ticket".into(), helpdesk_id: found.id.to_string(), detail });
    }
    Ok(Probed::AskFurther(told, Box::new(inboxes(found.id.as_str()).to_http(account))))
}

/// When the conversation stood as the ledger says.
pub(super) fn seen_at(ledger: &Ledger) -> Option<DateTime<Utc>> {
    let as_of = ledger.detail(SEEN).and_then(|seen| seen.get("as_of")?.as_i64());
    as_of.and_then(|at| DateTime::from_timestamp(at, 0)).or_else(|| ledger.written_at(SEEN))
}

fn inbox_seen(ledger: &Ledger, told: &[Holding], answer: &Answer) -> Result<Probed, Refusal> {
    let listed = inboxes("").parse(answer).map_err(refusal)?;
    let before = ledger.detail(SEEN).and_then(|seen| seen.get("inbox")?.as_str());
    let mut told = told.to_vec();
    for seen in told.iter_mut().filter(|holding| holding.key == SEEN) {
        seen.detail["inbox"] = standing_in(&listed.items, before).map_or(Value::Null, Value::from);
    }
    Ok(Probed::Done(told))
}

pub(super) fn gone(why: &str) -> Holding {
    bare(GONE, json!({ "why": why }))
}

pub(super) fn bare(key: &str, detail: Value) -> Holding {
    Holding { key: key.into(), helpdesk_id: String::new(), detail }
}

/// Why a call gets nothing more, and what a person can do.
pub(super) fn reason(ledger: &Ledger) -> Option<Reason> {
    let code = ledger.detail(GONE)?.get("why").and_then(Value::as_str).unwrap_or("ticket_gone");
    let what = if code == "ticket_trashed" { "moved to the trash" } else { "deleted" };
    Some(Reason {
        code: code.to_owned(),
        text: format!(
            "The conversation of this call was {what} in Front, so nothing more is written to it. If the call should be in \
             Front after all, create it again: a new conversation is made."
        ),
    })
}
