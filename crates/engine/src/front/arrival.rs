//! Imports into a known conversation, which Front takes (202) before it makes them: each is remembered as not yet seen, and
//! looked for once the call has nothing more to write (`reference/front.md §2.4`). What is not there by then is lost.
//!
//! One open import is asked for by its uid, and else among the messages of its conversation, as the answer to a repeated
//! import may name a uid under which nothing ever appears. Several are looked for among the messages; where the conversation
//! is not there any more, each by its uid.
//!
//! Taken is as good as written for whoever looks at the call, until a look did not find it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use front::{Account, ConversationId, ErrorKind, List, MAX_LIMIT, Message, MessageUid, messages};
use serde_json::{Value, json};

use super::adopt::{is_taken_by_another, text_of};
use super::answers::refusal;
use super::markdown::plain;
use super::message::MESSAGE;
use crate::helpdesk::{Answer, Arrivals, Refusal, Request};
use crate::ledger::{Holding, LOST, Ledger, SEEN, Write};

/// In the detail of an activity: it was taken, and nobody has seen it yet.
const UNSEEN: &str = "unseen";
/// Beside it: how many looks Front refused.
const REFUSED: &str = "refused";
/// Pauses between the last import, or look, and the next look, in seconds: two minutes in all.
const PAUSES_S: [i64; 4] = [20, 20, 40, 40];

/// What to keep of an import that was taken, to find it by.
pub(super) fn taken(holding: &mut Holding, write: &Write) {
    let told = json!({ "at": write.body.get("created_at"), "body": write.body.get("body"), "looks": 0 });
    if let Some(detail) = holding.detail.as_object_mut() {
        detail.insert(UNSEEN.into(), told);
    }
}

/// Whether it was taken, and no look failed to find it.
pub(super) fn is_there(ledger: &Ledger, key: &str) -> bool {
    ledger.detail(key).is_some_and(|detail| looks(detail) == 0)
}

/// Whether it was taken, and has not been found yet.
pub(super) fn is_unseen(ledger: &Ledger, key: &str) -> bool {
    ledger.detail(key).is_some_and(|detail| detail.get(UNSEEN).is_some())
}

/// Whether a look did not find it, of this try or of the one before.
pub(super) fn was_missed(ledger: &Ledger, key: &str) -> bool {
    ledger.has(&format!("{LOST}{key}")) || ledger.detail(key).is_some_and(|detail| looks(detail) > 0)
}

fn open(ledger: &Ledger) -> Vec<&Holding> {
    ledger.rows().map(|row| &row.holding).filter(|held| held.detail.get(UNSEEN).is_some()).collect()
}

/// How many looks did not find it.
fn looks(detail: &Value) -> usize {
    counted(detail, "looks")
}

fn counted(detail: &Value, what: &str) -> usize {
    let count = detail.get(UNSEEN).and_then(|unseen| unseen.get(what)?.as_u64());
    count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}

/// When what was taken is looked for next.
pub(super) fn due(ledger: &Ledger) -> Option<DateTime<Utc>> {
    let next = |held: &Holding| {
        let looked = looks(&held.detail) + counted(&held.detail, REFUSED);
        let pause = PAUSES_S.get(looked).or(PAUSES_S.last()).copied().unwrap_or_default();
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
    Some(messages_of(ledger.id("ticket")?).to_http(account))
}

fn messages_of(conversation: &str) -> front::Request<List<Message>> {
    messages::of_conversation(&ConversationId::new(conversation), Some(MAX_LIMIT))
}

/// Reads the answer to `asked`. `seen`: what is there by the answers before; `taken`: the uids of other calls' messages.
pub(super) fn told(
    account: &Account,
    ledger: &Ledger,
    asked: &http::Uri,
    seen: &[Holding],
    taken: &BTreeSet<String>,
    answer: &Answer,
) -> Result<Arrivals, Refusal> {
    let open = open(ledger);
    let mut seen = seen.to_vec();
    let next = if asked.path().ends_with("/messages") {
        // As asked, so that what follows this page is told from it.
        let request = messages_of(ledger.id("ticket").unwrap_or_default());
        let request = asked.query().map_or(request.clone(), |page| request.at_page(page));
        match request.parse(answer) {
            Ok(listed) => {
                let missing = open.iter().filter(|held| !is_among(&seen, held));
                let found = missing
                    .filter_map(|held| Some(arrived(held, found_in(&listed.items, held, taken)?)))
                    .collect::<Vec<_>>();
                seen.extend(found);
                let mut missing = open.iter().filter(|held| !is_among(&seen, held));
                let reaches = missing.all(|held| reaches_back(&listed, held));
                request.next_page(&listed).filter(|_| !reaches).map(|next| next.to_http(account))
            }
            // Where it was merged, or went, each is asked for by itself; one alone was.
            Err(error) if is_elsewhere(&error) => match open.as_slice() {
                [first, _, ..] => Some(ask_by_uid(account, first)),
                _ => None,
            },
            Err(error) => return not_told(&open, seen, error),
        }
    } else {
        let at = open.iter().position(|held| asked.path().ends_with(&format!(":{}", held.helpdesk_id)));
        let found = match messages::by_uid(&MessageUid::new("")).parse(answer) {
            Ok(message) => Some(message),
            Err(error) if is_elsewhere(&error) => None,
            Err(error) => return not_told(&open, seen, error),
        };
        let asked_for = at.and_then(|at| open.get(at));
        seen.extend(asked_for.zip(found.as_ref()).map(|(held, message)| arrived(held, message)));
        match (open.len(), found) {
            (1, Some(_)) => None,
            (1, None) => ask_for_list(account, ledger),
            _ => at.and_then(|at| open.get(at + 1)).map(|held| ask_by_uid(account, held)),
        }
    };
    Ok(match next {
        Some(next) => Arrivals::Ask(seen, Box::new(next)),
        None => {
            let missing = open.into_iter().filter(|held| !is_among(&seen, held));
            let is_lost = |held: &&Holding| looks(&held.detail) + 1 >= PAUSES_S.len();
            let (lost, awaited): (Vec<&Holding>, Vec<_>) = missing.partition(is_lost);
            Arrivals::Told {
                lost: lost.iter().flat_map(|held| forgotten(&held.key)).collect(),
                put: awaited.into_iter().map(looked).chain(seen).collect(),
            }
        }
    })
}

/// A look that Front refuses to answer says nothing of what was taken. Refused each time, it is not asked for any more: what
/// was taken then counts as there.
fn not_told(open: &[&Holding], seen: Vec<Holding>, error: front::Error) -> Result<Arrivals, Refusal> {
    let refusal = refusal(error);
    if !matches!(refusal, Refusal::Permanent(..)) {
        return Err(refusal);
    }
    let refused = open.iter().filter(|held| !is_among(&seen, held)).map(|held| {
        let mut held = (*held).clone();
        let refused = counted(&held.detail, REFUSED) + 1;
        match held.detail.as_object_mut() {
            Some(detail) if refused >= PAUSES_S.len() => drop(detail.remove(UNSEEN)),
            _ => held.detail[UNSEEN][REFUSED] = refused.into(),
        }
        held
    });
    let put = refused.collect::<Vec<_>>().into_iter().chain(seen).collect();
    Ok(Arrivals::Told { put, lost: Vec::new() })
}

/// Whether a page of messages, newest first, ends before what was taken happened: it stands on no later one.
fn reaches_back(listed: &List<Message>, held: &Holding) -> bool {
    let oldest = listed.items.iter().filter_map(|message| message.created_at).min();
    match (oldest, happened_at(held)) {
        (Some(oldest), Some(at)) => oldest.timestamp() < at,
        _ => true,
    }
}

fn happened_at(held: &Holding) -> Option<i64> {
    held.detail.get(UNSEEN)?.get("at")?.as_i64()
}

fn is_elsewhere(error: &front::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. })
}

fn is_among(seen: &[Holding], held: &Holding) -> bool {
    seen.iter().any(|there| there.key == held.key)
}

/// By its uid, else by what it says: two calls of one second may say the same.
fn found_in<'a>(listed: &'a [Message], held: &Holding, taken: &BTreeSet<String>) -> Option<&'a Message> {
    let has_its_uid =
        |message: &&Message| message.uid.as_ref().is_some_and(|uid| uid.as_str() == held.helpdesk_id);
    let mut others = listed.iter().filter(|message| !is_taken_by_another(message, taken));
    listed.iter().find(has_its_uid).or_else(|| others.find(|message| says_it(held, message)))
}

fn says_it(held: &Holding, message: &Message) -> bool {
    let at = happened_at(held);
    let body = held.detail.get(UNSEEN).and_then(|unseen| unseen.get("body")?.as_str()).unwrap_or_default();
    at.is_some()
        && message.created_at.map(|at| at.timestamp()) == at
        && plain(text_of(message)) == plain(body)
}

/// What is not known any more where this was lost. A message is planned from its beginning, after a look at how the
/// conversation stands by now; what else there is of a call stands in the same conversation.
fn forgotten(key: &str) -> Vec<String> {
    let with_it: &[&str] = if key == MESSAGE { &["ticket", SEEN] } else { &[] };
    [key].iter().chain(with_it).map(|key| (*key).to_owned()).collect()
}

fn arrived(held: &Holding, message: &Message) -> Holding {
    let mut held = held.clone();
    if let Some(uid) = &message.uid {
        // Under the one that the answer named there may be nothing.
        held.helpdesk_id = uid.to_string();
    }
    if let Some(detail) = held.detail.as_object_mut() {
        detail.remove(UNSEEN);
    }
    held
}

fn looked(held: &Holding) -> Holding {
    let mut held = held.clone();
    held.detail[UNSEEN]["looks"] = (looks(&held.detail) + 1).into();
    held
}
