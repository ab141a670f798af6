//! Imports into a known conversation, which Front takes (202) before it makes them: each is remembered as not yet seen, and
//! looked for once the call has nothing more to write (`reference/front.md §2.4`). What is not there by then is lost.
//!
//! One open import is asked for by its uid, and else among the messages of its conversation, as the answer to a repeated
//! import may name a uid under which nothing ever appears. Several are looked for among the messages, and else by uid.

use chrono::{DateTime, TimeDelta, Utc};
use front::{Account, ConversationId, ErrorKind, MAX_LIMIT, Message, MessageUid, messages};
use serde_json::{Value, json};

use super::adopt::text_of;
use super::answers::refusal;
use super::markdown::plain;
use crate::helpdesk::{Answer, Arrivals, Refusal, Request};
use crate::ledger::{Holding, Ledger, Write};

/// In the detail of an activity: it was taken, and nobody has seen it yet.
const UNSEEN: &str = "unseen";
/// Pauses between the last import, or look, and the next look, in seconds: two minutes in all.
const PAUSES_S: [i64; 4] = [20, 20, 40, 40];

/// What to keep of an import that was taken, to find it by.
pub(super) fn taken(holding: &mut Holding, write: &Write) {
    let told = json!({ "at": write.body.get("created_at"), "body": write.body.get("body"), "looks": 0 });
    if let Some(detail) = holding.detail.as_object_mut() {
        detail.insert(UNSEEN.into(), told);
    }
}

/// Whether it was seen since it was taken.
pub(super) fn is_seen(ledger: &Ledger, key: &str) -> bool {
    ledger.detail(key).is_some_and(|detail| detail.get(UNSEEN).is_none())
}

fn open(ledger: &Ledger) -> Vec<&Holding> {
    ledger.rows().map(|row| &row.holding).filter(|held| held.detail.get(UNSEEN).is_some()).collect()
}

fn looks(holding: &Holding) -> usize {
    let looks = holding.detail.get(UNSEEN).and_then(|unseen| unseen.get("looks")?.as_u64());
    looks.and_then(|looks| usize::try_from(looks).ok()).unwrap_or(0)
}

/// When what was taken is looked for next.
pub(super) fn due(ledger: &Ledger) -> Option<DateTime<Utc>> {
    let next = |held: &Holding| {
        let pause = PAUSES_S.get(looks(held)).or(PAUSES_S.last()).copied().unwrap_or_default();
        Some(ledger.written_at(&held.key)? + TimeDelta::seconds(pause))
    };
    open(ledger).into_iter().filter_map(next).max()
}

pub(super) fn ask(account: &Account, ledger: &Ledger) -> Option<Request> {
    match open(ledger).as_slice() {
        [] => None,
        [one] if !one.helpdesk_id.is_empty() => Some(ask_by_uid(account, one)),
        _ => ask_for_list(account, ledger),
    }
}

fn ask_by_uid(account: &Account, held: &Holding) -> Request {
    messages::by_uid(&MessageUid::new(held.helpdesk_id.clone())).to_http(account)
}

fn ask_for_list(account: &Account, ledger: &Ledger) -> Option<Request> {
    let conversation = ConversationId::new(ledger.id("ticket")?);
    Some(messages::of_conversation(&conversation, Some(MAX_LIMIT)).to_http(account))
}

/// Reads the answer to `asked`. `seen`: keys, by the answers before.
pub(super) fn told(
    account: &Account,
    ledger: &Ledger,
    asked: &http::Uri,
    seen: &[String],
    answer: &Answer,
) -> Result<Arrivals, Refusal> {
    let open = open(ledger);
    let mut seen = seen.to_vec();
    let next = if asked.path().ends_with("/messages") {
        let request = messages::of_conversation(&ConversationId::new(""), None);
        match request.parse(answer) {
            Ok(listed) => {
                let is_there = |held: &&&Holding| listed.items.iter().any(|message| is_it(held, message));
                seen.extend(open.iter().filter(is_there).map(|held| held.key.clone()));
                None
            }
            // Where it was merged, or went, each is asked for by itself; one alone was.
            Err(error) if is_elsewhere(&error) => match open.as_slice() {
                [first, _, ..] => Some(ask_by_uid(account, first)),
                _ => None,
            },
            Err(error) => return Err(refusal(error)),
        }
    } else {
        let at = open.iter().position(|held| asked.path().ends_with(&format!(":{}", held.helpdesk_id)));
        let is_there = match messages::by_uid(&MessageUid::new("")).parse(answer) {
            Ok(_) => true,
            Err(error) if is_elsewhere(&error) => false,
            Err(error) => return Err(refusal(error)),
        };
        seen.extend(at.filter(|_| is_there).and_then(|at| open.get(at)).map(|held| held.key.clone()));
        match (open.len(), is_there) {
            (1, true) => None,
            (1, false) => ask_for_list(account, ledger),
            _ => at.and_then(|at| open.get(at + 1)).map(|held| ask_by_uid(account, held)),
        }
    };
    Ok(match next {
        Some(next) => Arrivals::Ask(seen, Box::new(next)),
        None => {
            let (there, others): (Vec<&Holding>, Vec<_>) =
                open.into_iter().partition(|h| seen.contains(&h.key));
            let (lost, awaited) = others.into_iter().partition(|held| looks(held) + 1 >= PAUSES_S.len());
            let there = there.into_iter().map(arrived);
            Arrivals::Told {
                put: there.chain(Vec::into_iter(awaited).map(looked)).collect(),
                lost: Vec::into_iter(lost).map(|held: &Holding| held.key.clone()).collect(),
            }
        }
    })
}

fn is_elsewhere(error: &front::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. })
}

fn is_it(held: &Holding, message: &Message) -> bool {
    let is_its_uid = message.uid.as_ref().is_some_and(|uid| uid.as_str() == held.helpdesk_id);
    let told = |what: &str| held.detail.get(UNSEEN).and_then(|unseen| unseen.get(what));
    let at = told("at").and_then(Value::as_i64);
    let body = told("body").and_then(Value::as_str).unwrap_or_default();
    let says_it = plain(text_of(message)) == plain(body);
    is_its_uid || (at.is_some() && message.created_at.map(|at| at.timestamp()) == at && says_it)
}

fn arrived(held: &Holding) -> Holding {
    let mut held = held.clone();
    if let Some(detail) = held.detail.as_object_mut() {
        detail.remove(UNSEEN);
    }
    held
}

fn looked(held: &Holding) -> Holding {
    let mut held = held.clone();
    held.detail[UNSEEN]["looks"] = (looks(&held) + 1).into();
    held
}
