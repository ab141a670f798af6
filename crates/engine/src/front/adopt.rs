//! A record that is in Front already, read back into a ledger (B17).
//!
//! Imports may be repeated without harm, so what a lost ledger could do is little: make comments twice, and give a
//! conversation away once more. Messages tell no `external_id`: an activity of ours is known by the second in which it
//! happened and by what it says. The contact is asked, then its conversations, the messages of the one that ours go
//! into, and its comments.

use front::{Account, Comment, ConversationId, ErrorKind, MAX_LIMIT, Message, comments, contacts, messages};
use serde_json::{Value, json};

use super::answers::refusal;
use super::contacts::{anonymous, by_id, customer};
use super::conversation::{of_contact, ours};
use super::markdown::plain;
use super::message::MESSAGE;
use super::record::{DURATION, EntryKind, MAIN, RECORDING, record};
use crate::call::Call;
use crate::helpdesk::{Adopted, Answer, Context, Refusal, Request};
use crate::ledger::Holding;
use crate::number::Party;
use crate::readiness::{keep, kind};
use crate::settings::Language;
use crate::store::Case;
use crate::words::words;

/// The first question.
pub(super) fn ask(account: &Account, case: &Case) -> Request {
    if let Some(contact) = case.ledger.id("customer") {
        return of_contact(contact).to_http(account);
    }
    let who = match case.call.party() {
        Party::Phone(number) => front::ContactRef::phone(number.as_str()),
        Party::Withheld | Party::Other(_) => anonymous(),
    };
    contacts::get(&who).to_http(account)
}

/// Reads the answer to `asked`, and asks further.
pub(super) fn read(
    account: &Account,
    case: &Case,
    asked: &http::Uri,
    so_far: &[Holding],
    context: &Context<'_>,
    answer: &Answer,
) -> Result<Adopted, Refusal> {
    let nothing = || Adopted { holdings: so_far.to_vec(), next: None };
    let path = asked.path();
    let read = if path.ends_with("/comments") {
        comments_found(case, path, so_far, context, answer)
    } else if path.ends_with("/messages") {
        messages_found(account, case, path, so_far, answer)
    } else if path.ends_with("/conversations") {
        of_contact("").parse(answer).map(|listed| {
            let next = ours(&listed.items)
                .map(|ours| messages::of_conversation(&ours.id, Some(MAX_LIMIT)).to_http(account));
            Adopted { next, ..nothing() }
        })
    } else {
        contacts::get(&by_id("")).parse(answer).map(|contact| {
            let next = Some(of_contact(contact.id.as_str()).to_http(account));
            let known = customer(contact);
            let detail = json!({ "name": known.name, "adopted": true });
            // Kept only where a record is found: else the customer is looked up, and perhaps chosen.
            let contact = Holding { key: "customer".into(), helpdesk_id: known.id, detail };
            Adopted { holdings: vec![contact], next }
        })
    };
    match read {
        Ok(adopted) if adopted.next.is_none() && !adopted.holdings.iter().any(|h| h.key == "ticket") => {
            Ok(Adopted { holdings: Vec::new(), next: None })
        }
        Ok(adopted) => Ok(adopted),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. }) => {
            Ok(Adopted { holdings: Vec::new(), next: None })
        }
        Err(error) => Err(refusal(error)),
    }
}

/// `/conversations/cnv_1/messages` → `cnv_1`.
fn conversation_in(path: &str) -> ConversationId {
    let id = path.rsplit('/').nth(1).unwrap_or_default();
    ConversationId::new(id)
}

fn messages_found(
    account: &Account,
    case: &Case,
    path: &str,
    so_far: &[Holding],
    answer: &Answer,
) -> Result<Adopted, front::Error> {
    let conversation = conversation_in(path);
    let request = messages::of_conversation(&conversation, Some(MAX_LIMIT));
    let page = request.parse(answer)?;
    let mut holdings = so_far.to_vec();
    for message in &page.items {
        if let Some(found) = activity(&case.call, &conversation, message) {
            holdings.extend(found.into_iter().filter(|new| !so_far.iter().any(|known| known.key == new.key)));
        }
    }
    let is_found = holdings.iter().any(|holding| holding.key == "ticket");
    let oldest = page.items.iter().filter_map(|message| message.created_at).min();
    // Newest first: beyond the beginning of the call there is nothing of it.
    let is_beyond = oldest.zip(case.call.started_at()).is_some_and(|(oldest, began)| oldest < began);
    let next = match request.next_page(&page).filter(|_| !is_found && !is_beyond) {
        Some(next) => Some(next.to_http(account)),
        None => is_found.then(|| comments::list(&conversation).to_http(account)),
    };
    Ok(Adopted { holdings, next })
}

/// What a message is of this call's record.
fn activity(call: &Call, conversation: &ConversationId, message: &Message) -> Option<Vec<Holding>> {
    let at = message.created_at?.timestamp();
    let text = message.text.as_deref().or(message.body.as_deref()).unwrap_or_default();
    let is_at = |moment: Option<chrono::DateTime<chrono::Utc>>| moment.map(|at| at.timestamp()) == Some(at);
    let uid = message.uid.as_ref().map(ToString::to_string).unwrap_or_default();
    let entry =
        |key: &str| Holding { key: key.into(), helpdesk_id: uid.clone(), detail: json!({ "adopted": true }) };
    if let Some(sent) = call.message() {
        let is_it = is_at(sent.sent_at()) && plain(text).starts_with(&plain(sent.text()));
        return is_it.then(|| vec![ticket(conversation, message, text), entry(MESSAGE)]);
    }
    let language = Language::ALL.into_iter().find(|language| words(*language).is_heading(text));
    if is_at(call.started_at()) && language.is_some() {
        // To whom it was given, a person may have changed since.
        let agent = call.agent().map(|agent| agent.id);
        let assignee = json!({ "assignee": null, "agent": agent, "adopted": true });
        let assignee = Holding { key: "assignee".into(), helpdesk_id: String::new(), detail: assignee };
        return Some(vec![ticket(conversation, message, text), entry(MAIN), assignee]);
    }
    let is_end = is_at(call.ended_at());
    let is_link = call.asset().is_some_and(|link| text.contains(link));
    let is_duration =
        Language::ALL.into_iter().any(|language| text.starts_with(words(language).total_duration));
    match (is_end, is_link, is_duration) {
        (true, true, _) => Some(vec![entry(RECORDING)]),
        (true, false, true) => Some(vec![entry(DURATION)]),
        _ => None,
    }
}

fn ticket(conversation: &ConversationId, message: &Message, text: &str) -> Holding {
    let language = Language::ALL.into_iter().find(|language| words(*language).is_heading(text));
    let detail = json!({
        "subject": message.subject,
        "language": language.map(Language::code),
        "may_assign": false,
        "adopted": true,
    });
    Holding { key: "ticket".into(), helpdesk_id: conversation.to_string(), detail }
}

fn comments_found(
    case: &Case,
    path: &str,
    so_far: &[Holding],
    context: &Context<'_>,
    answer: &Answer,
) -> Result<Adopted, front::Error> {
    let mut listed = comments::list(&conversation_in(path)).parse(answer)?.items;
    let mut holdings = so_far.to_vec();
    let call = case.call.with_own(&case.own, &case.ledger);
    let mut ledger = case.ledger.clone();
    for holding in so_far.iter().filter(|holding| !case.ledger.has(&holding.key)) {
        ledger.put(holding.clone(), context.now);
    }
    let kind = kind(&call);
    let keep = kind.map(|kind| (kind, keep(kind, &context.settings.logging)));
    let record = keep.map(|(kind, keep)| record(&call, kind, call.is_over(), keep, &ledger, context));
    let Some(Ok(record)) = record else { return Ok(Adopted { holdings, next: None }) };
    for entry in record.entries.iter().filter(|entry| !case.ledger.has(&entry.key)) {
        let EntryKind::Comment(author) = &entry.kind else { continue };
        let is_it = |comment: &Comment| {
            let by = comment.author.as_ref().map(|by| &by.id);
            author.as_ref().is_none_or(|author| by == Some(author))
                && plain(comment.body.as_deref().unwrap_or_default()) == plain(&entry.body)
                && comment.posted_at.is_none_or(|at| at.timestamp() >= entry.at.timestamp())
        };
        // One comment of two with the same text is one of them only.
        let Some(at) = listed.iter().position(is_it) else { continue };
        let found = listed.swap_remove(at);
        let detail: Value = json!({ "adopted": true });
        holdings.push(Holding { key: entry.key.clone(), helpdesk_id: found.id.to_string(), detail });
    }
    Ok(Adopted { holdings, next: None })
}
