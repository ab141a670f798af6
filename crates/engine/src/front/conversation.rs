//! A contact's conversation (F2 to F4, F11): which one it is, how it stands, and in which inbox; and what our writes make of
//! it.
//!
//! Two questions: the conversation itself, else the contact's conversations, and then the inboxes it stands in. A
//! conversation that was merged answers 301; the same is then asked of the survivor, at the same host.

use chrono::{DateTime, Utc};
use front::conversations::{self, ListConversations};
use front::{
    Account, Conversation as Found, ConversationId, ErrorKind, Inbox, List, MAX_LIMIT, Status, Teammate,
};
use serde_json::Value;

use super::answers::refusal;
use super::contacts::by_id;
use super::is_for_all;
use super::plan::TAG;
use super::withdrawal::is_trash;
use crate::conversation::{Conversation, Thread};
use crate::helpdesk::{Answer, Refusal, Request, Told};
use crate::ledger::{Holding, SEEN, Write, WriteKind};

pub(super) fn look(account: &Account, customer: &str, known: Option<&Conversation>) -> Request {
    match known.and_then(|known| known.thread.as_ref()) {
        Some(thread) => conversations::get(&ConversationId::new(thread.ticket.clone())).to_http(account),
        None => of_contact(customer).to_http(account),
    }
}

/// All of a contact's conversations, newest first.
pub(super) fn of_contact(contact: &str) -> front::Request<List<Found>> {
    let all = ListConversations { limit: Some(MAX_LIMIT), ..ListConversations::default() };
    conversations::of_contact(&by_id(contact), &all)
}

/// Of a contact's conversations the one that ours go into: the newest with our tag, first of those that are this contact's,
/// as the list also has what the contact only takes part in.
pub(super) fn ours<'a>(found: &'a [Found], contact: &str) -> Option<&'a Found> {
    let of = |one: &Found| one.recipient.as_ref().and_then(|recipient| recipient.contact.clone());
    let mut tagged = found.iter().filter(|one| has_our_tag(one));
    let newest = tagged.clone().next();
    tagged.find(|one| of(one).is_some_and(|of| of.as_str() == contact)).or(newest)
}

pub(super) fn has_our_tag(found: &Found) -> bool {
    found.tags.iter().any(|tag| tag.name.as_deref() == Some(TAG))
}

/// Whether an answer is a list, and so none of a single object.
pub(super) fn is_list(answer: &Answer) -> bool {
    serde_json::from_slice::<Value>(answer.body())
        .is_ok_and(|body| body.get("_results").is_some_and(Value::is_array))
}

pub(super) fn told(
    account: &Account,
    customer: &str,
    known: Option<&Conversation>,
    so_far: Option<&Conversation>,
    now: DateTime<Utc>,
    answer: &Answer,
) -> Result<Told, Refusal> {
    if let Some(seen) = so_far {
        let asked_before = known.is_some_and(|known| known.seen_at == DateTime::UNIX_EPOCH);
        return inbox_told(seen, asked_before, answer);
    }
    let kept = known.and_then(|known| known.thread.as_ref());
    let none = |thrown_away: Option<String>| {
        let thrown_away = thrown_away.or(known.and_then(|known| known.thrown_away.clone()));
        Ok(Told::Conversation(Box::new(Conversation { thrown_away, ..Conversation::none(customer, now) })))
    };
    let found = match kept {
        None => match of_contact(customer).parse(answer) {
            Ok(listed) => match (ours(&listed.items, customer), of_contact(customer).next_page(&listed)) {
                // With others about by the hundred, ours may be far down: the list is read on.
                (None, Some(next)) => {
                    return Ok(Told::Ask { request: Box::new(next.to_http(account)), so_far: None });
                }
                (ours, _) => ours.cloned(),
            },
            Err(error) if is_elsewhere(&error) => return Ok(Told::CustomerIsGone),
            Err(error) => return Err(refusal(error)),
        },
        Some(thread) => {
            let request = conversations::get(&ConversationId::new(thread.ticket.clone()));
            match request.parse(answer) {
                Ok(found) => Some(found),
                Err(error) => match request.moved(&error, account) {
                    Some(survivor) => {
                        let request = Box::new(survivor.to_http(account));
                        return Ok(Told::Ask { request, so_far: None });
                    }
                    None if is_elsewhere(&error) => return none(Some(thread.ticket.clone())),
                    None => return Err(refusal(error)),
                },
            }
        }
    };
    let Some(found) = found else { return none(None) };
    if found.status == Some(Status::Deleted) {
        return none(Some(found.id.to_string()));
    }
    let request = Box::new(conversations::inboxes(&found.id).to_http(account));
    let seen = Conversation {
        thread: Some(thread(&found, kept)),
        thrown_away: known.and_then(|known| known.thrown_away.clone()),
        ..Conversation::none(customer, now)
    };
    Ok(Told::Ask { request, so_far: Some(Box::new(seen)) })
}

fn is_elsewhere(error: &front::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. })
}

fn inbox_told(seen: &Conversation, asked_before: bool, answer: &Answer) -> Result<Told, Refusal> {
    let mut seen = seen.clone();
    match inboxes("").parse(answer) {
        Ok(inboxes) => {
            if let Some(thread) = seen.thread.as_mut() {
                thread.place = standing_in(&inboxes.items, thread.place.as_deref());
            }
            Ok(Told::Conversation(Box::new(seen)))
        }
        // It went away between the two questions: both are asked once more.
        Err(error) if is_elsewhere(&error) && !asked_before => {
            seen.seen_at = DateTime::UNIX_EPOCH;
            Ok(Told::Conversation(Box::new(seen)))
        }
        Err(error) if is_elsewhere(&error) => {
            Err(Refusal::Permanent(error.kind().code().to_owned(), error.to_string()))
        }
        Err(error) => Err(refusal(error)),
    }
}

pub(super) fn inboxes(conversation: &str) -> front::Request<List<Inbox>> {
    conversations::inboxes(&ConversationId::new(conversation))
}

/// F2: of the inboxes in which it stands the one in which it was, else the first. In one person's own nothing is written:
/// of a conversation that stands nowhere else, the inbox of calls takes what follows.
pub(super) fn standing_in(inboxes: &[Inbox], before: Option<&str>) -> Option<String> {
    let mut others = inboxes.iter().filter(|inbox| is_for_all(inbox));
    let was = others.clone().find(|inbox| Some(inbox.id.as_str()) == before);
    was.or_else(|| others.next()).map(|inbox| inbox.id.to_string())
}

fn thread(found: &Found, kept: Option<&Thread>) -> Thread {
    // One that it was merged into has a subject and an assignee of its own.
    let kept = kept.filter(|kept| kept.ticket == found.id.as_str()).cloned().unwrap_or_default();
    Thread {
        ticket: found.id.to_string(),
        closed_at: is_archived(found).then(|| found.updated_at.unwrap_or_default()),
        tags: found.tags.iter().filter_map(|tag| tag.name.clone()).collect(),
        subject: subject(&kept, found.subject.as_deref()),
        shown: found.subject.clone(),
        assignee: assignee(found),
        ..kept
    }
}

/// F4: the subject that was written last. Front may go on showing the one before; where it shows another than it did, that is
/// what was written since by somebody whose memory we do not have (a backup was put back), or by a person.
fn subject(kept: &Thread, found: Option<&str>) -> Option<String> {
    let is_as_it_was = found.is_none() || kept.shown.is_none() || found == kept.shown.as_deref();
    let kept = kept.subject.as_deref().filter(|_| is_as_it_was);
    kept.or(found).map(str::to_owned)
}

pub(super) fn is_archived(found: &Found) -> bool {
    found.status == Some(Status::Archived)
}

pub(super) fn assignee(found: &Found) -> Option<String> {
    found.assignee.as_ref().map(|teammate: &Teammate| teammate.id.to_string())
}

/// What a write made of it.
pub(super) fn after(
    known: Option<&Conversation>,
    customer: &str,
    write: &Write,
    held: &[Holding],
    now: DateTime<Utc>,
) -> Option<Conversation> {
    let of = |key: &str| held.iter().find(|holding| holding.key == key);
    let text = |key: &str, what: &str| of(key)?.detail.get(what)?.as_str().map(str::to_owned);
    let kept = known.and_then(|known| known.thread.clone());
    match write.kind {
        // Whoever was made just now has none.
        WriteKind::CreateCustomer => Some(Conversation::none(customer, now)),
        WriteKind::CreateTicket => {
            let ticket = of("ticket")?.helpdesk_id.clone();
            let given = text("assignee", "assignee");
            let archived = of(SEEN).and_then(|seen| seen.detail.get("archived")?.as_bool()).unwrap_or(false);
            let was = kept.filter(|thread| thread.ticket == ticket);
            let is_new = was.is_none();
            let was = was.unwrap_or_default();
            let thread = Thread {
                ticket,
                closed_at: archived.then_some(now),
                subject: text("ticket", "subject"),
                shown: if is_new { text("ticket", "subject") } else { was.shown.clone() },
                place: text(SEEN, "inbox").or(was.place.clone()),
                assignee: if is_new { given.clone() } else { was.assignee.clone() },
                assigned: given.filter(|_| is_new).or(was.assigned.clone()),
                last: write.marker.clone(),
                ..was
            };
            Some(Conversation {
                thread: Some(thread),
                // Our own writing is no look; and what was found late may be another way by now.
                seen_at: match (known.filter(|_| !is_new), of(SEEN)) {
                    (_, None) => DateTime::UNIX_EPOCH,
                    (Some(known), _) => known.seen_at,
                    (None, _) => now,
                },
                thrown_away: known.and_then(|known| known.thrown_away.clone()),
                ..Conversation::none(customer, now)
            })
        }
        WriteKind::SetAssignee => {
            let to = text("assignee", "assignee");
            let thread = Thread { assignee: to.clone(), assigned: to, ..kept? };
            Some(Conversation { thread: Some(thread), ..known?.clone() })
        }
        WriteKind::AddNumber
        | WriteKind::NameCustomer
        | WriteKind::AddEntry
        | WriteKind::AddLink
        | WriteKind::CreateTag
        | WriteKind::AddTags
        | WriteKind::RemoveTags
        | WriteKind::SetStatus
        | WriteKind::GiveTicket => None,
        WriteKind::TakeBack => {
            let thread = kept
                .filter(|thread| is_trash(write) && write.path.ends_with(&format!("/{}", thread.ticket)))?;
            // What follows begins another one.
            Some(Conversation {
                thrown_away: Some(thread.ticket),
                ..Conversation::none(customer, DateTime::UNIX_EPOCH)
            })
        }
    }
}
