//! A record that is in Front already, read back into a ledger (B17).
//!
//! Imports may be repeated without harm, so what a lost ledger could do is little: make comments twice, and give a
//! conversation away once more. Messages tell no `external_id`: an activity of ours is known by the second in which it
//! happened and by what it says, unless another call holds it. Aircall corrects the start of some calls after their end, and
//! people rename lines: then the end, or the link to what was recorded, shows that the call is there. The contact is asked,
//! then its conversations, the messages of those (first of those with our tag, which may be two where contacts were merged
//! or a conversation was thrown away), and the comments of the one with the call.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use front::{Account, Comment, ConversationId, ErrorKind, MAX_LIMIT, Message, comments, contacts, messages};
use serde_json::{Value, json};

use super::answers::{CLOCKS_DIFFER, refusal};
use super::contacts::{anonymous, by_id, customer, look_up, without_plus};
use super::conversation::{has_our_tag, of_contact};
use super::handle::own_handle;
use super::heading::{is_heading, is_of_line};
use super::markdown::plain;
use super::message::{self, MESSAGE};
use super::record::{DURATION, EntryKind, MAIN, RECORDING, duration_body, line_name, record};
use super::withdrawal::{MARK, Mark, mark_in};
use crate::call::Call;
use crate::choice::Chosen;
use crate::directory::Customer;
use crate::helpdesk::{Adopted, Answer, Context, Refusal, Request};
use crate::ledger::{AGAIN, GONE, HANDLE, Holding, Ledger, WITHDRAWN};
use crate::number::Party;
use crate::readiness::{keep, kind};
use crate::settings::Language;
use crate::store::Case;
use crate::words::{Words, words};

/// What is still to be looked through; never kept.
const OTHERS: &str = "other_conversations";
/// How many beginnings of the call were found in the conversation that is looked through; never kept.
const BEGUN: &str = "begun";
/// The contacts to whom the record was moved, as far as that was followed; never kept.
const FOLLOWED: &str = "followed";
const NEVER_KEPT: [&str; 3] = [OTHERS, BEGUN, FOLLOWED];
/// So many of a contact's conversations are looked through, newest first.
const MOST_CONVERSATIONS: usize = 5;
/// A call whose end was found may have begun so much earlier or later than Aircall says now.
const CORRECTED_BY_LESS: TimeDelta = TimeDelta::minutes(5);
/// Of a call with its beginning alone: Aircall corrects by about a second.
pub(super) const CORRECTED_BY: TimeDelta = TimeDelta::seconds(2);

/// The first question: to the conversation, where it is known, and else to the contact; this one, if one is named.
pub(super) fn ask(account: &Account, case: &Case, of: Option<&str>) -> Request {
    match (known_conversation(case), of) {
        (Some(known), _) => messages::of_conversation(&known, Some(MAX_LIMIT)).to_http(account),
        (None, Some(contact)) => of_contact(contact).to_http(account),
        (None, None) => ask_the_contact(account, case),
    }
}

/// The conversation that the ledger has.
fn known_conversation(case: &Case) -> Option<ConversationId> {
    case.ledger.id("ticket").filter(|_| !case.ledger.has(GONE)).map(ConversationId::new)
}

fn ask_the_contact(account: &Account, case: &Case) -> Request {
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
    let path = asked.path();
    let read = if path.ends_with("/comments") {
        comments_found(account, case, path, so_far, context, answer)
    } else if path.ends_with("/messages") {
        messages_found(account, case, path, so_far, context, answer)
    } else if path.ends_with("/conversations") {
        conversations_found(account, case, asked, so_far, answer)
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
        Ok(adopted)
            if adopted.next.is_none()
                && !adopted.holdings.iter().any(|h| h.key == "ticket")
                && known_conversation(case).is_none() =>
        {
            Ok(Adopted { holdings: to_be_written_there(adopted.holdings)?, next: None })
        }
        Ok(mut adopted) => {
            if adopted.next.is_none() {
                adopted.holdings.retain(|holding| !NEVER_KEPT.contains(&holding.key.as_str()));
            }
            if case.ledger.has(MAIN) {
                // To whom the call gave it, or is still to give it, this ledger knows.
                adopted.holdings.retain(|holding| holding.key != "assignee");
            }
            Ok(adopted)
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. }) => {
            // Merged into another one, or deleted.
            let is_known = known_conversation(case).filter(|known| path.contains(known.as_str()));
            let next = match is_known {
                Some(_) => Some(ask_the_contact(account, case)),
                None => spelled_otherwise(account, case, path),
            };
            Ok(Adopted { holdings: Vec::new(), next })
        }
        Err(error) => Err(refusal(error)),
    }
}

/// A record that was moved, and is not there yet: to whom, and under which key it is to be written.
fn to_be_written_there(found: Vec<Holding>) -> Result<Vec<Holding>, Refusal> {
    if !found.iter().any(|holding| holding.key == FOLLOWED) {
        return Ok(Vec::new());
    }
    let whose = found.iter().find(|holding| holding.key == "customer");
    let chosen = whose.map(|whose| chosen(&whose.helpdesk_id).holding()).transpose();
    let chosen = chosen.map_err(|error| Refusal::Unclear(error.to_string()))?;
    Ok(found.into_iter().filter(|holding| holding.key == AGAIN).chain(chosen).collect())
}

fn chosen(contact: &str) -> Chosen {
    let customer = Customer {
        id: contact.to_owned(),
        name: String::new(),
        email: None,
        note: None,
        updated_at: None,
        spelled: None,
    };
    Chosen { customer, has_number: false, is_gone: false }
}

/// After the number was looked up with its plus: without it, as a shop may have stored it.
fn spelled_otherwise(account: &Account, case: &Case, path: &str) -> Option<Request> {
    let Party::Phone(number) = case.call.party() else { return None };
    let is_it =
        contacts::get(&front::ContactRef::phone(number.as_str())).to_http(account).uri().path() == path;
    without_plus(&number).filter(|_| is_it).map(|spelled| look_up(account, &spelled))
}

/// `/conversations/cnv_1/messages` → `cnv_1`.
fn conversation_in(path: &str) -> ConversationId {
    let id = path.rsplit('/').nth(1).unwrap_or_default();
    ConversationId::new(id)
}

/// Goes on with the first of these conversations, and keeps the others in mind.
fn in_the_next(account: &Account, mut holdings: Vec<Holding>, conversations: &[String]) -> Adopted {
    let Some((first, others)) = conversations.split_first() else {
        holdings.retain(|holding| holding.key != OTHERS);
        return Adopted { holdings, next: None };
    };
    remember_others(&mut holdings, others);
    let first = ConversationId::new(first.clone());
    let next = Some(messages::of_conversation(&first, Some(MAX_LIMIT)).to_http(account));
    Adopted { holdings, next }
}

/// A page of the contact's conversations, newest first. Our tag says which ones are ours, and where a page has none, the next
/// one is read; unless a person took the tag off, and then the newest of all are looked through.
fn conversations_found(
    account: &Account,
    case: &Case,
    asked: &http::Uri,
    so_far: &[Holding],
    answer: &Answer,
) -> Result<Adopted, front::Error> {
    let contact = asked.path().rsplit('/').nth(1).unwrap_or_default();
    let request = of_contact(contact);
    // As asked, so that what follows this page is told from it.
    let request = asked.query().map_or(request.clone(), |page| request.at_page(page));
    let listed = request.parse(answer)?;
    let left = conversations_in(so_far, AGAIN);
    let is_left = |one: &front::Conversation| left.iter().any(|left| left == one.id.as_str());
    let may_be_it = |one: &&front::Conversation| !case.ledger.is_replaced(one.id.as_str()) && !is_left(one);
    let (tagged, others): (Vec<_>, Vec<_>) =
        listed.items.iter().filter(may_be_it).partition(|one| has_our_tag(one));
    let newer = others_in(so_far);
    let id = |one: &front::Conversation| one.id.to_string();
    let next = request.next_page(&listed).filter(|_| tagged.is_empty());
    let found = tagged.into_iter().map(id).chain(newer).chain(others.into_iter().map(id));
    let found: Vec<String> = found.take(MOST_CONVERSATIONS).collect();
    let mut holdings = so_far.to_vec();
    if let Some(next) = next {
        remember_others(&mut holdings, &found);
        return Ok(Adopted { holdings, next: Some(next.to_http(account)) });
    }
    Ok(in_the_next(account, holdings, &found))
}

/// The conversations in which the record stood before it was made again.
fn conversations_in(holdings: &[Holding], key: &str) -> Vec<String> {
    let before = holdings.iter().find(|holding| holding.key == key);
    let before = before.and_then(|holding| holding.detail.get("instead_of")?.as_array());
    before.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The conversations that are still to be looked through.
fn others_in(holdings: &[Holding]) -> Vec<String> {
    let others = holdings.iter().find(|holding| holding.key == OTHERS);
    let others = others.and_then(|holding| holding.detail.as_array()).into_iter().flatten();
    others.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn remember_others(holdings: &mut Vec<Holding>, others: &[String]) {
    holdings.retain(|holding| holding.key != OTHERS);
    holdings.push(Holding { key: OTHERS.into(), helpdesk_id: String::new(), detail: json!(others) });
}

fn messages_found(
    account: &Account,
    case: &Case,
    path: &str,
    so_far: &[Holding],
    context: &Context<'_>,
    answer: &Answer,
) -> Result<Adopted, front::Error> {
    let conversation = conversation_in(path);
    let request = messages::of_conversation(&conversation, Some(MAX_LIMIT));
    let page = request.parse(answer)?;
    let free = || page.items.iter().filter(|message| !is_taken_by_another(message, context.taken));
    let mut holdings = so_far.to_vec();
    count_beginnings(&mut holdings, &case.call, free());
    for message in free() {
        if let Some(found) = activity(&case.call, &conversation, message) {
            let is_news = |new: &Holding| !holdings.iter().any(|known| known.key == new.key);
            let found: Vec<Holding> = found.into_iter().filter(is_news).collect();
            holdings.extend(found);
        }
    }
    reached_by(&mut holdings, free());
    let oldest = page.items.iter().filter_map(|message| message.created_at).min();
    // Newest first: beyond the beginning of the call there is nothing of it.
    let began = case.call.started_at().map(|began| began - CORRECTED_BY_LESS);
    let is_beyond = oldest.zip(began).is_some_and(|(oldest, began)| oldest < began);
    let has = |holdings: &[Holding], key: &str| holdings.iter().any(|holding| holding.key == key);
    let next_page = request.next_page(&page).filter(|_| !is_beyond);
    if !has(&holdings, DURATION) && case.call.message().is_none() {
        let of_then = free().find(|message| is_duration_of_then(&case.call, message));
        holdings.extend(of_then.map(|message| entry(DURATION, message)));
    }
    if next_page.is_none() && !has(&holdings, "ticket") && case.call.message().is_none() {
        // No other call has its link.
        let (by_link, by_duration) = (has(&holdings, RECORDING), has(&holdings, DURATION));
        let at_most = Off {
            its_line: if by_link || by_duration { CORRECTED_BY_LESS } else { CORRECTED_BY },
            any_line: match (by_link, by_duration) {
                (true, _) => Some(CORRECTED_BY_LESS),
                (false, true) => Some(CORRECTED_BY),
                (false, false) => None,
            },
        };
        holdings.extend(began_about_then(&case.call, &conversation, free(), at_most));
    }
    let is_known = known_conversation(case).as_ref() == Some(&conversation);
    if has(&holdings, "ticket") || (is_known && next_page.is_none()) {
        return Ok(Adopted { holdings, next: Some(comments::list(&conversation).to_http(account)) });
    }
    if let Some(next) = next_page {
        return Ok(Adopted { holdings, next: Some(next.to_http(account)) });
    }
    let others = others_in(&holdings);
    Ok(in_the_next(account, holdings, &others))
}

/// A record that was taken back, or moved away and back, may have been begun more than once in one conversation.
fn count_beginnings<'m>(
    holdings: &mut Vec<Holding>,
    call: &Call,
    messages: impl Iterator<Item = &'m Message>,
) {
    // Aircall may have corrected its start between two of them.
    let is_about_then = |message: &Message| {
        let off_by = message.created_at.zip(call.started_at()).map(|(at, began)| (at - began).abs());
        off_by.is_some_and(|off_by| off_by <= CORRECTED_BY)
    };
    let is_it = |message: &&Message| is_about_then(message) && is_of_line(text_of(message), &line_name(call));
    let count = beginnings_in(holdings) + messages.filter(is_it).count();
    holdings.retain(|holding| holding.key != BEGUN);
    holdings.push(Holding { key: BEGUN.into(), helpdesk_id: String::new(), detail: json!(count) });
}

/// A contact who has not the number is reached by a handle of ours: what comes late goes there, too.
fn reached_by<'m>(holdings: &mut [Holding], mut messages: impl Iterator<Item = &'m Message>) {
    let main = holdings.iter().find(|holding| holding.key == MAIN).map(|main| main.helpdesk_id.clone());
    let Some(main) = main else { return };
    let is_it = |message: &&Message| message.uid.as_ref().is_some_and(|uid| uid.as_str() == main);
    let Some(message) = messages.find(is_it) else { return };
    let customer = holdings.iter_mut().find(|holding| holding.key == "customer");
    let own = customer.as_ref().map(|customer| own_handle(&customer.helpdesk_id)).unwrap_or_default();
    let is_own = message.recipients.iter().any(|end| end.handle.as_deref() == Some(own.as_str()));
    if let Some(detail) = customer.filter(|_| is_own).and_then(|customer| customer.detail.as_object_mut()) {
        detail.insert(HANDLE.into(), own.into());
    }
}

fn beginnings_in(holdings: &[Holding]) -> usize {
    let count = holdings.iter().find(|holding| holding.key == BEGUN).and_then(|held| held.detail.as_u64());
    count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}

/// How far from its start, as Aircall tells it now, a call's main activity may be. Of any line, where its end or the link to
/// what was recorded shows that it is there: the call may have been handed on to another line since, or its line renamed.
#[derive(Clone, Copy)]
struct Off {
    its_line: TimeDelta,
    any_line: Option<TimeDelta>,
}

/// The main activity of a call whose start, or line, is another one by now: the next one, first of all of its line.
fn began_about_then<'m>(
    call: &Call,
    conversation: &ConversationId,
    messages: impl Iterator<Item = &'m Message>,
    at_most: Off,
) -> Vec<Holding> {
    let line = line_name(call);
    let off_by = |message: &Message| Some((message.created_at? - call.started_at()?).abs());
    let is_of_its_line = |message: &Message| is_of_line(text_of(message), &line);
    let mains = messages.filter(|message| {
        let at_most = match is_of_its_line(message) {
            true => Some(at_most.its_line),
            false => at_most.any_line.filter(|_| is_heading(text_of(message))),
        };
        off_by(message).zip(at_most).is_some_and(|(off_by, at_most)| off_by <= at_most)
    });
    mains
        .min_by_key(|message| (!is_of_its_line(message), off_by(message)))
        .map(|main| begun(call, conversation, main))
        .unwrap_or_default()
}

/// Whether another call's ledger holds this message.
pub(super) fn is_taken_by_another(message: &Message, taken: &BTreeSet<String>) -> bool {
    message.uid.as_ref().is_some_and(|uid| taken.contains(uid.as_str()))
}

pub(super) fn text_of(message: &Message) -> &str {
    message.text.as_deref().or(message.body.as_deref()).unwrap_or_default()
}

/// What a call's main activity tells.
fn begun(call: &Call, conversation: &ConversationId, message: &Message) -> Vec<Holding> {
    // To whom it was given, a person may have changed since.
    let agent = call.agent().map(|agent| agent.id);
    let assignee = json!({ "assignee": null, "agent": agent, "adopted": true });
    let assignee = Holding { key: "assignee".into(), helpdesk_id: String::new(), detail: assignee };
    vec![ticket(conversation, message, text_of(message)), entry(MAIN, message), assignee]
}

fn entry(key: &str, message: &Message) -> Holding {
    let uid = message.uid.as_ref().map(ToString::to_string).unwrap_or_default();
    Holding { key: key.into(), helpdesk_id: uid, detail: json!({ "adopted": true }) }
}

/// What a message is of this call's record.
fn activity(call: &Call, conversation: &ConversationId, message: &Message) -> Option<Vec<Holding>> {
    let at = message.created_at?.timestamp();
    let text = text_of(message);
    let is_at = |moment: Option<DateTime<Utc>>| moment.map(|at| at.timestamp()) == Some(at);
    if let Some(sent) = call.message() {
        let is_it = is_at(sent.sent_at()) && says(text, |w| message::text(sent, w));
        return is_it.then(|| vec![ticket(conversation, message, text), entry(MESSAGE, message)]);
    }
    if is_at(call.started_at()) && is_of_line(text, &line_name(call)) {
        return Some(begun(call, conversation, message));
    }
    let is_end = is_at(call.ended_at());
    let is_link = call.asset().is_some_and(|link| text.contains(link));
    let is_duration = says(text, |w| duration_body(call, w));
    match (is_end, is_link, is_duration) {
        (true, true, _) => Some(vec![entry(RECORDING, message)]),
        (true, false, true) => Some(vec![entry(DURATION, message)]),
        _ => None,
    }
}

/// Whether a message is the duration of a call as it was told before Aircall corrected when it began: the talk is the same.
fn is_duration_of_then(call: &Call, message: &Message) -> bool {
    let is_end =
        message.created_at.zip(call.ended_at()).is_some_and(|(at, end)| at.timestamp() == end.timestamp());
    let text = plain(text_of(message));
    is_end
        && Language::ALL.into_iter().any(|language| {
            let w = words(language);
            let talk = |text: &str| text.split_once(w.in_call_duration).map(|(_, talk)| talk.to_owned());
            text.starts_with(w.total_duration) && talk(&text) == talk(&plain(&duration_body(call, w)))
        })
}

/// Whether this is what we say in one of our languages.
fn says(text: &str, told: impl Fn(&Words) -> String) -> bool {
    let text = plain(text);
    Language::ALL.into_iter().any(|language| plain(&told(words(language))) == text)
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

/// What comments of ours say of the record: it was taken back, or is somewhere else. There may have been as many records as
/// beginnings; what was begun after the last of them was given up is the call's.
fn marks_found(
    account: &Account,
    case: &Case,
    path: &str,
    so_far: &mut Vec<Holding>,
    listed: &[Comment],
) -> Option<Adopted> {
    let mark = |comment: &Comment| {
        Some((comment.posted_at, comment.id.to_string(), mark_in(&case.call, comment.body.as_deref()?)?))
    };
    let mut marks: Vec<_> = listed.iter().filter_map(mark).collect();
    marks.sort_by_key(|(at, ..)| *at);
    let count = marks.len();
    let (_, id, last) = marks.pop()?;
    if case.ledger.has(WITHDRAWN) || case.ledger.left_behind().is_some() {
        return None;
    }
    let conversation = conversation_in(path).to_string();
    let mut before = conversations_in(so_far, AGAIN);
    before.extend(std::iter::repeat_n(conversation, count));
    let again = Ledger::instead_of(before.into_iter());
    if beginnings_in(so_far).max(1) > count {
        so_far.extend(again.filter(|_| !case.ledger.has(AGAIN)));
        return None;
    }
    match last {
        Mark::Withdrawn => {
            let held = |key: &str, id: &str| Holding {
                key: key.into(),
                helpdesk_id: id.into(),
                detail: json!({ "adopted": true }),
            };
            so_far.extend([held(WITHDRAWN, ""), held(MARK, &id)]);
            Some(Adopted { holdings: so_far.clone(), next: None })
        }
        Mark::Moved(contact) => {
            let followed = so_far.iter().find(|holding| holding.key == FOLLOWED);
            let mut followed =
                followed.and_then(|holding| holding.detail.as_array().cloned()).unwrap_or_default();
            if followed.iter().any(|before| before.as_str() == Some(contact.as_str())) {
                return None;
            }
            followed.push(contact.clone().into());
            let whose = Holding {
                key: "customer".into(),
                helpdesk_id: contact.clone(),
                detail: json!({ "adopted": true }),
            };
            let followed =
                Holding { key: FOLLOWED.into(), helpdesk_id: String::new(), detail: followed.into() };
            let holdings = again.into_iter().chain([whose, followed]).collect();
            Some(Adopted { holdings, next: Some(of_contact(&contact).to_http(account)) })
        }
    }
}

fn comments_found(
    account: &Account,
    case: &Case,
    path: &str,
    so_far: &[Holding],
    context: &Context<'_>,
    answer: &Answer,
) -> Result<Adopted, front::Error> {
    let mut listed = comments::list(&conversation_in(path)).parse(answer)?.items;
    let mut so_far = so_far.to_vec();
    if let Some(adopted) = marks_found(account, case, path, &mut so_far, &listed) {
        return Ok(adopted);
    }
    let so_far = so_far.as_slice();
    listed.retain(|comment| !context.taken.contains(comment.id.as_str()));
    let mut holdings = so_far.to_vec();
    let call = case.call.with_own(&case.own, &case.ledger);
    let mut ledger = case.ledger.clone();
    for holding in so_far.iter().filter(|holding| !case.ledger.has(&holding.key)) {
        ledger.put(holding.clone(), context.now);
    }
    let kind = kind(&call);
    let keep = kind.map(|kind| (kind, keep(kind, case, &context.settings.logging)));
    let record = keep.map(|(kind, keep)| record(&call, kind, call.is_over(), keep, &ledger, context));
    let Some(Ok(record)) = record else { return Ok(Adopted { holdings, next: None }) };
    for entry in record.entries.iter().filter(|entry| !case.ledger.has(&entry.key)) {
        let EntryKind::Comment(author) = &entry.kind else { continue };
        let is_it = |comment: &Comment| {
            let by = comment.author.as_ref().map(|by| &by.id);
            author.as_ref().is_none_or(|author| by == Some(author))
                && plain(comment.body.as_deref().unwrap_or_default()) == plain(&entry.body)
                && comment.posted_at.is_none_or(|at| at >= entry.at - CLOCKS_DIFFER)
        };
        // One comment of two with the same text is one of them only.
        let Some(at) = listed.iter().position(is_it) else { continue };
        let found = listed.swap_remove(at);
        let detail: Value = json!({ "adopted": true });
        holdings.push(Holding { key: entry.key.clone(), helpdesk_id: found.id.to_string(), detail });
    }
    Ok(Adopted { holdings, next: None })
}
