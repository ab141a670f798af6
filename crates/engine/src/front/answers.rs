//! How the answers to writes and to looks for unclear ones read.
//!
//! An import is accepted before it is made (`reference/front.md §2.4`). Where its conversation is known, that is enough;
//! where it begins one, the message is looked for by the uid of the answer until it tells its conversation. An import
//! whose answer was lost is sent again: its `external_id` makes that harmless, whether Front then answers 202 or 409; later
//! it is looked for instead, as people may have changed what it says. So is a contact: one number is one contact's, and a
//! second try is refused (409).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta};
use front::{Account, Error, ErrorKind, MAX_LIMIT, MessageUid, comments, contacts, conversations, messages};
use front::{ConversationId, Message};
use serde_json::Value;

use super::adopt::{CORRECTED_BY, is_taken_by_another, text_of};
use super::arrival;
use super::contacts::by_id;
use super::conversation::{assignee, is_list, of_contact, ours};
use super::handle::is_of_a_known_contact;
use super::heading::are_of_one_line;
use super::markdown::plain;
use super::plan::contact_of;
use super::withdrawal::is_done;
use crate::helpdesk::{Answer, Probed, Refusal, Request};
use crate::ledger::{Attempt, Holding, SEEN, Write, WriteKind, leads_past_the_number};

/// When an accepted import is looked for, in milliseconds after it was sent: often at first, then every 15 s for two
/// minutes (`reference/front.md §2.4`).
pub(super) const ACCEPTED_LOOKS_MS: &[i64] =
    &[500, 1_500, 3_500, 7_500, 15_500, 30_500, 45_500, 60_500, 75_500, 90_500, 105_500, 120_500];
/// From this look on the contact's conversations are asked, too: the answer to a repeated import may name a uid under
/// which nothing ever appears.
const ALSO_AMONG_CONVERSATIONS: u32 = 4;
/// From this look on the beginning of the same call is enough.
const ALSO_WHAT_WAS_CORRECTED: u32 = 7;
/// An import of something that happened longer ago may have been there before, written by somebody whose memory we do not
/// have; and a person may have archived or thrown away its conversation since.
const MAY_BE_OLDER: TimeDelta = TimeDelta::minutes(2);
/// Front's clock may be behind ours by so much, when a comment is told from an older one.
pub(super) const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(5);

pub(super) fn is_import(write: &Write) -> bool {
    write.path.ends_with("/imported_messages")
}

fn is_comment(write: &Write) -> bool {
    write.path.ends_with("/comments")
}

pub(super) fn settle(write: &Write, answer: &Answer) -> Result<Vec<Holding>, Refusal> {
    let method = write.method.parse().unwrap_or(http::Method::POST);
    let told = front::Request::<Value>::raw(method, &write.path, None).parse(answer);
    if is_import(write) {
        return import_settled(write, told);
    }
    if is_of_a_known_contact(write)
        && let Err(error) = &told
        && *error.kind() == ErrorKind::Conflict
        && is_its_own(write, &error.conflicting_contacts())
    {
        // The contact itself has it, as Front reads it: then nothing was missing.
        return Ok(named(write, ""));
    }
    let body = match told {
        // Gone already: that is all that is wanted of what is taken back.
        Err(error) if write.kind == WriteKind::TakeBack && *error.kind() == ErrorKind::NotFound => {
            return Ok(named(write, ""));
        }
        told => told.map_err(refusal)?,
    };
    let id = body.get("id").and_then(Value::as_str);
    let is_made = write.kind == WriteKind::CreateCustomer || is_comment(write);
    match id {
        None if is_made => {
            Err(Refusal::Unclear("Front says that it was made, but not what: its answer has no id".into()))
        }
        id => Ok(named(write, id.unwrap_or_default())),
    }
}

/// Whether what was refused as somebody's is the contact's own.
fn is_its_own(write: &Write, named: &[front::ContactId]) -> bool {
    let id = id_in(write, "/contacts/");
    // A handle of ours is nobody else's.
    (named.is_empty() && leads_past_the_number(write)) || named.iter().any(|named| Some(named.as_str()) == id)
}

fn import_settled(write: &Write, told: Result<Value, Error>) -> Result<Vec<Holding>, Refusal> {
    let uid = match told {
        Ok(body) => match body.get("message_uid").and_then(Value::as_str) {
            Some(uid) => Some(uid.to_owned()),
            None => return Err(Refusal::Unclear("Front's answer to an import has no message_uid".into())),
        },
        // It was imported before.
        Err(error) if *error.kind() == ErrorKind::Conflict => None,
        // The inbox, or the conversation, is not there any more.
        Err(error) if *error.kind() == ErrorKind::NotFound => return Err(Refusal::Astray(error.to_string())),
        Err(error) => return Err(refusal(error)),
    };
    let mut holdings = named(write, uid.as_deref().unwrap_or_default());
    let is_placed = holdings.iter().all(|h| h.key != "ticket" || !h.helpdesk_id.is_empty());
    if is_placed {
        if uid.is_some()
            && let Some(entry) = holdings.iter_mut().find(|held| is_entry(&held.key))
        {
            arrival::taken(entry, write);
        }
        return Ok(holdings);
    }
    let mut taken = Write { holdings, ..write.clone() };
    if let Some(entry) = taken.holdings.iter_mut().find(|h| is_entry(&h.key)) {
        entry.detail["taken"] = true.into();
    }
    Err(Refusal::Accepted(Box::new(taken)))
}

/// Whether a ledger key is that of an activity or a comment.
fn is_entry(key: &str) -> bool {
    !matches!(key, "ticket" | "customer" | "assignee" | SEEN)
}

/// The holdings of a write with the id that the answer gave.
fn named(write: &Write, id: &str) -> Vec<Holding> {
    let fill = |holding: &Holding| {
        let is_its_own = is_entry(&holding.key) || write.kind == WriteKind::CreateCustomer;
        let helpdesk_id = match holding.helpdesk_id.as_str() {
            "" if is_its_own => id.to_owned(),
            known => known.to_owned(),
        };
        Holding { helpdesk_id, ..holding.clone() }
    };
    write.holdings.iter().map(fill).collect()
}

fn entry_of(write: &Write) -> Option<&Holding> {
    write.holdings.iter().find(|holding| is_entry(&holding.key))
}

/// Whether Front has taken the import, and it is to be seen what became of it.
pub(super) fn is_taken(write: &Write) -> bool {
    entry_of(write).is_some_and(|entry| entry.detail.get("taken").is_some())
}

/// An import that Front took and lost: what its answer told is forgotten. Once: after that other calls of the contact go
/// first.
pub(super) fn sent_anew(write: &Write) -> Option<Write> {
    let mut anew = write.clone();
    let entry = anew.holdings.iter_mut().find(|holding| is_entry(&holding.key))?;
    let is_first = entry.detail.get("taken").is_some() && entry.detail.get("sent_anew").is_none();
    entry.helpdesk_id.clear();
    let detail = entry.detail.as_object_mut().filter(|_| is_first)?;
    detail.remove("taken");
    detail.insert("sent_anew".into(), true.into());
    Some(anew)
}

pub(super) fn probe(account: &Account, write: &Write) -> Option<Request> {
    if is_import(write) {
        let entry = entry_of(write).filter(|_| is_taken(write))?;
        return Some(match entry.helpdesk_id.as_str() {
            "" => of_contact(contact_of(write)?).to_http(account),
            uid => messages::by_uid(&MessageUid::new(uid)).to_http(account),
        });
    }
    Some(match write.kind {
        WriteKind::AddNumber | WriteKind::NameCustomer => {
            contacts::get(&by_id(id_in(write, "/contacts/")?)).to_http(account)
        }
        WriteKind::AddEntry => comments::list(&conversation_in(write)?).to_http(account),
        WriteKind::TakeBack if is_comment(write) => comments::list(&conversation_in(write)?).to_http(account),
        WriteKind::SetAssignee => conversations::get(&conversation_in(write)?).to_http(account),
        _ => return None,
    })
}

/// Asks for an import whose answer was lost, where it may say by now what people have changed since (subject, inbox, whether
/// the conversation is archived): in its conversation, else among the contact's.
pub(super) fn probe_late(account: &Account, write: &Write) -> Option<Request> {
    if write.kind == WriteKind::TakeBack && !is_comment(write) {
        return Some(conversations::get(&conversation_in(write)?).to_http(account));
    }
    if !is_import(write) || is_taken(write) {
        return None;
    }
    let into = write.body.get("conversation_id").and_then(Value::as_str);
    Some(match into {
        Some(id) => messages::of_conversation(&ConversationId::new(id), Some(MAX_LIMIT)).to_http(account),
        None => of_contact(contact_of(write)?).to_http(account),
    })
}

pub(super) fn probed(
    account: &Account,
    attempt: &Attempt,
    taken: &BTreeSet<String>,
    answer: &Answer,
) -> Result<Probed, Refusal> {
    let write = &attempt.write;
    if is_import(write) {
        return import_probed(account, attempt, taken, answer);
    }
    let done = |id: &str| Probed::Done(named(write, id));
    let contact = || match contacts::get(&by_id("")).parse(answer) {
        Ok(contact) => Ok(Some(contact)),
        // Deleted or merged meanwhile: whose number it is now is asked anew.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. }) => Ok(None),
        Err(error) => Err(refusal(error)),
    };
    let wanted = |key: &str| write.body.get(key).and_then(Value::as_str);
    Ok(match write.kind {
        WriteKind::AddNumber => {
            let has_it =
                contact()?.filter(|c| c.handles.iter().any(|h| Some(&*h.handle) == wanted("handle")));
            has_it.map_or(Probed::Nothing, |owner| done(owner.id.as_str()))
        }
        WriteKind::NameCustomer => {
            let is_called_so = contact()?.filter(|contact| contact.name.as_deref() == wanted("name"));
            is_called_so.map_or(Probed::Nothing, |contact| done(contact.id.as_str()))
        }
        WriteKind::TakeBack if !is_comment(write) => match conversation_of(account, write, answer)? {
            Ok(found) if is_done(write, &found) => done(""),
            Ok(_) => Probed::Nothing,
            Err(survivor) => survivor,
        },
        WriteKind::AddEntry | WriteKind::TakeBack => comment_probed(account, attempt, taken, answer)?,
        WriteKind::SetAssignee => assignee_probed(account, write, answer)?,
        _ => Probed::Nothing,
    })
}

/// Comments have no marker (`design.md` §3.6): one of the same author, with the same text, written after the intent, that
/// is none of those known, of this call or of others, is ours.
fn comment_probed(
    account: &Account,
    attempt: &Attempt,
    taken: &BTreeSet<String>,
    answer: &Answer,
) -> Result<Probed, Refusal> {
    let write = &attempt.write;
    let request = comments::list(&conversation_in(write).unwrap_or(ConversationId::new("")));
    let listed = match request.parse(answer) {
        Ok(listed) => listed.items,
        Err(error) => {
            let survivor = request.moved(&error, account);
            return survivor.map(|s| Probed::Ask(Box::new(s.to_http(account)))).ok_or_else(|| refusal(error));
        }
    };
    let author = write.body.get("author_id").and_then(Value::as_str);
    let text = plain(write.body.get("body").and_then(Value::as_str).unwrap_or_default());
    let others = entry_of(write).and_then(|entry| entry.detail.get("others")?.as_array());
    let is_another = |id: &str| others.into_iter().flatten().any(|other| other.as_str() == Some(id));
    let is_ours = |comment: &&front::Comment| {
        let by = comment.author.as_ref().map(|by| by.id.as_str());
        author.is_none_or(|author| by == Some(author))
            && comment.posted_at.is_some_and(|at| at >= attempt.begun_at - CLOCKS_DIFFER)
            && plain(comment.body.as_deref().unwrap_or_default()) == text
            && !is_another(comment.id.as_str())
            && !taken.contains(comment.id.as_str())
    };
    let ours = listed.iter().filter(is_ours).min_by_key(|comment| comment.posted_at);
    Ok(ours.map_or(Probed::Nothing, |ours| Probed::Done(named(write, ours.id.as_str()))))
}

/// Given to the agent, or by a person to somebody else since: that stays.
fn assignee_probed(account: &Account, write: &Write, answer: &Answer) -> Result<Probed, Refusal> {
    let found = match conversation_of(account, write, answer)? {
        Ok(found) => found,
        Err(survivor) => return Ok(survivor),
    };
    let before = write.holdings.first().and_then(|h| h.detail.get("from")?.as_str());
    let is_done = assignee(&found).as_deref() != before;
    Ok(if is_done { Probed::Done(named(write, "")) } else { Probed::Nothing })
}

/// The conversation that a write goes to; or the one that it was merged into is to be asked for.
fn conversation_of(
    account: &Account,
    write: &Write,
    answer: &Answer,
) -> Result<Result<front::Conversation, Probed>, Refusal> {
    let request = conversations::get(&conversation_in(write).unwrap_or(ConversationId::new("")));
    request.parse(answer).map(Ok).or_else(|error| {
        let survivor = request.moved(&error, account);
        survivor.map(|s| Err(Probed::Ask(Box::new(s.to_http(account))))).ok_or_else(|| refusal(error))
    })
}

/// What became of an import that Front took: by its uid, else among the contact's conversations.
fn import_probed(
    account: &Account,
    attempt: &Attempt,
    taken: &BTreeSet<String>,
    answer: &Answer,
) -> Result<Probed, Refusal> {
    let write = &attempt.write;
    if is_list(answer) {
        return found_among(account, attempt, taken, answer);
    }
    match messages::by_uid(&MessageUid::new("")).parse(answer) {
        Ok(message) => Ok(placed(attempt, &message)),
        Err(error) if *error.kind() == ErrorKind::NotFound => {
            let contact = contact_of(write).filter(|_| attempt.probes >= ALSO_AMONG_CONVERSATIONS);
            Ok(match contact {
                Some(contact) => Probed::Ask(Box::new(of_contact(contact).to_http(account))),
                None => Probed::Nothing,
            })
        }
        Err(error) => Err(refusal(error)),
    }
}

/// A list of conversations, or of the messages of the one that ours go into.
fn found_among(
    account: &Account,
    attempt: &Attempt,
    taken: &BTreeSet<String>,
    answer: &Answer,
) -> Result<Probed, Refusal> {
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let is_of_messages = body.pointer("/_results/0/id").and_then(Value::as_str);
    if is_of_messages.is_some_and(|id| id.starts_with("msg_")) {
        let messages = messages::of_conversation(&ConversationId::new(""), None);
        let mut listed = messages.parse(answer).map_err(refusal)?.items;
        listed.retain(|message| !is_taken_by_another(message, taken));
        let exactly = listed.iter().find(|message| is_the_import(&attempt.write, message));
        let ours = exactly.or_else(|| {
            let late = attempt.probes >= ALSO_WHAT_WAS_CORRECTED;
            listed.iter().find(|message| late && began_about_then(&attempt.write, message))
        });
        return Ok(ours.map_or(Probed::Nothing, |ours| placed(attempt, ours)));
    }
    let contact = contact_of(&attempt.write).unwrap_or_default();
    let of_contact = of_contact(contact);
    let listed = of_contact.parse(answer).map_err(refusal)?;
    let next = match ours(&listed.items, contact) {
        Some(ours) => Some(messages::of_conversation(&ours.id, Some(MAX_LIMIT)).to_http(account)),
        None => of_contact.next_page(&listed).map(|next| next.to_http(account)),
    };
    Ok(next.map_or(Probed::Nothing, |next| Probed::Ask(Box::new(next))))
}

/// A message tells no `external_id`: the second in which it happened and what it says must do.
fn is_the_import(write: &Write, message: &Message) -> bool {
    let said = text_of(message);
    let told = write.body.get("body").and_then(Value::as_str).unwrap_or_default();
    let at = write.body.get("created_at").and_then(Value::as_i64);
    message.created_at.map(|at| at.timestamp()) == at && plain(said) == plain(told)
}

/// Whether a message is the beginning of the same call as another installation wrote it, before Aircall corrected when it
/// began: then Front keeps that one, and what we send is never there.
fn began_about_then(write: &Write, message: &Message) -> bool {
    let at =
        write.body.get("created_at").and_then(Value::as_i64).and_then(|at| DateTime::from_timestamp(at, 0));
    let off_by = message.created_at.zip(at).map(|(one, other)| (one - other).abs());
    let told = write.body.get("body").and_then(Value::as_str).unwrap_or_default();
    are_of_one_line(told, text_of(message)) && off_by.is_some_and(|off_by| off_by <= CORRECTED_BY)
}

fn placed(attempt: &Attempt, message: &Message) -> Probed {
    let write = &attempt.write;
    let Some(conversation) = &message.conversation else { return Probed::Nothing };
    let uid = message.uid.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut holdings = named(write, &uid);
    let at = message.created_at.unwrap_or(attempt.begun_at);
    if !is_taken(write) || attempt.begun_at - at > MAY_BE_OLDER {
        // Found late, or there before: how the conversation stands, only a look tells.
        holdings.retain(|holding| holding.key != SEEN);
    }
    for seen in holdings.iter_mut().filter(|holding| holding.key == SEEN) {
        // It was so when the import was sent; it may have been found much later.
        let sent_at = attempt.begun_at.timestamp();
        let seen_at = seen.detail.get("as_of").and_then(Value::as_i64);
        seen.detail["as_of"] = seen_at.map_or(sent_at, |seen_at| seen_at.min(sent_at)).into();
    }
    for holding in &mut holdings {
        if holding.key == "ticket" {
            holding.helpdesk_id = conversation.to_string();
        }
        if let Some(detail) = holding.detail.as_object_mut() {
            detail.remove("taken");
            detail.remove("sent_anew");
        }
    }
    Probed::Done(holdings)
}

/// The conversation that a write goes to, out of its path.
fn conversation_in(write: &Write) -> Option<ConversationId> {
    id_in(write, "/conversations/").map(ConversationId::new)
}

fn id_in<'a>(write: &'a Write, collection: &str) -> Option<&'a str> {
    write.path.strip_prefix(collection)?.split(['/', '?']).next()
}

/// Whether a field is refused that names a teammate, by what we knew of the company.
fn names_somebody_gone(error: &Error) -> bool {
    const NAMING: [&str; 3] = ["author_id", "assignee_id", "teammate"];
    error.details().iter().any(|detail| NAMING.iter().any(|field| detail.contains(field)))
}

/// What an error means for the outbox.
pub(super) fn refusal(error: Error) -> Refusal {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::RateLimited | ErrorKind::RouteGuard { .. } => {
            Refusal::RateLimited(error.retry_after().unwrap_or(std::time::Duration::from_secs(1)))
        }
        ErrorKind::Credential => Refusal::Credential(text),
        ErrorKind::WrongAddress => Refusal::WrongAccount(text),
        ErrorKind::Service | ErrorKind::Malformed => Refusal::Unclear(text),
        // A sign-in page or a proxy is in between: it may be gone tomorrow.
        ErrorKind::Other if error.status().is_redirection() => Refusal::Unclear(text),
        ErrorKind::NotFound | ErrorKind::Merged { .. } => Refusal::Missing(text),
        ErrorKind::Conflict => Refusal::Conflict(text),
        ErrorKind::Invalid if names_somebody_gone(&error) => Refusal::Stale(text),
        kind => Refusal::Permanent(kind.code().to_owned(), text),
    }
}
