//! A record that is in Gorgias already, found by its markers and read back into a ledger (B17).
//!
//! The list of tickets is asked by marker, and then the messages, page by page: the ticket's own read may be slow and
//! holds only the first of them (`reference/gorgias.md` §6.2). Where there is no ticket, a customer that was made for
//! the call may be there. What the ticket no longer shows, but must have shown when it was made, a person took away:
//! it counts as written, so that it is not put back.

use chrono::{DateTime, TimeDelta, Utc};
use gorgias::tickets::ListTickets;
use gorgias::{Account, List, MAX_LIMIT, OrderBy};
use serde_json::{Value, json};

use super::record::record;
use super::ticket::told_by;
use super::{adopt_message, customer_marker, messages, refusal, ticket_marker, tickets_by_marker, user_id};
use crate::call::{Call, CaseId};
use crate::files::Medium;
use crate::helpdesk::{Adopted, Answer, Context, ListPage, Met, Refusal, Request};
use crate::ledger::{AGAIN, GONE, Holding, Ledger, SEEN, WITHDRAWN};
use crate::number::Party;
use crate::readiness::{Kind, keep, kind};
use crate::settings::Language;
use crate::store::Case;
use crate::words::words;

/// Who wrote the record before us was at work: a tag that was picked so long before our memory begins had been put on the
/// ticket. One that was picked later only we could have put there.
const WRITTEN_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// The first question.
pub(super) fn ask(account: &Account, case: &Case) -> Request {
    tickets_by_marker(&ticket_marker(&case.call)).to_http(account)
}

/// All tickets, newest first: there is no filter by time or by the beginning of a marker (`reference/gorgias.md` §6.2).
pub(super) fn all_tickets() -> gorgias::Request<List<gorgias::Ticket>> {
    gorgias::tickets::list(&ListTickets {
        include_trashed: true,
        order_by: Some(OrderBy::CreatedDescending),
        limit: Some(MAX_LIMIT),
        ..ListTickets::default()
    })
}

/// Tickets of ours on a page of all. A ticket that was made late is back-dated to its call, never before it.
pub(super) fn met(
    account: &Account,
    since: DateTime<Utc>,
    answer: &Answer,
) -> Result<ListPage<Met>, Refusal> {
    let request = all_tickets();
    let page = request.parse(answer).map_err(refusal)?;
    let body = gorgias::Request::<Value>::raw(http::Method::GET, "/api/tickets", None).parse(answer);
    let body = body.map_err(refusal)?;
    let records = body.get("data").unwrap_or(&body).as_array().map(Vec::as_slice).unwrap_or_default();
    let items = records.iter().filter_map(|record| {
        let id = record.get("external_id")?.as_str()?.strip_prefix("aircall:call:")?.parse().ok()?;
        Some(Met { call: CaseId(id), record: record.clone() })
    });
    let reached = page.items.iter().filter_map(|t| t.created_datetime).any(|made| made < since);
    let next = request.next_page(&page).filter(|_| !reached).map(|next| next.to_http(account));
    Ok(ListPage { items: items.collect(), next })
}

/// A ticket that was met needs not be asked for again: its messages are next.
pub(super) fn begin_with(
    account: &Account,
    case: &Case,
    met: &Met,
    context: &Context<'_>,
) -> Option<(Vec<Holding>, Request)> {
    let ticket = gorgias::Ticket::from_value(&met.record)?;
    let known = case.ledger.id("ticket").is_none_or(|id| id == ticket.id.to_string());
    let ours = met.call == case.call.id && known && !case.ledger.is_replaced(&ticket.id.to_string());
    ours.then(|| match is_thrown_away(&ticket) {
        // It may have been replaced by one that is back-dated, and so comes later in the walk: all of the call's are
        // asked for (G25).
        true => (Vec::new(), ask(account, case)),
        false => (ticket_holdings(&ticket, case, context), messages(ticket.id).to_http(account)),
    })
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
    if case.call.id.is_message() {
        return adopt_message::read(account, case, asked, so_far, context, answer);
    }
    match asked.path() {
        "/api/tickets" => ticket_found(account, case, context, answer),
        "/api/customers" => customer_found(case, context, answer),
        _ => messages_found(account, case, asked, so_far, context, answer),
    }
}

fn ticket_found(
    account: &Account,
    case: &Case,
    context: &Context<'_>,
    answer: &Answer,
) -> Result<Adopted, Refusal> {
    let marker = ticket_marker(&case.call);
    let found = tickets_by_marker(&marker).parse(answer).map_err(refusal)?;
    let known: Option<u64> = case.ledger.id("ticket").and_then(|id| id.parse().ok());
    let is_ours = |t: &gorgias::Ticket| {
        t.external_id.as_deref() == Some(&marker) && !case.ledger.is_replaced(&t.id.to_string())
    };
    let mut ours: Vec<gorgias::Ticket> = found.items.into_iter().filter(is_ours).collect();
    // One that nobody threw away, and of those the one that the ledger names.
    ours.sort_by_key(|t| (is_thrown_away(t), known != Some(t.id), t.id));
    let mut ours = ours.into_iter();
    let (ours, replaced) = (ours.next(), ours.filter(is_thrown_away).map(|t| t.id.to_string()));
    let replaced = Ledger::instead_of(replaced);
    let next = match (&ours, known) {
        (Some(ticket), _) => Some(messages(ticket.id).to_http(account)),
        // The marker is gone, or the list lags behind.
        (None, Some(known)) => Some(messages(known).to_http(account)),
        (None, None) => {
            let wanted = !case.ledger.has("customer") && matches!(case.call.party(), Party::Phone(_));
            wanted.then(|| gorgias::customers::by_external_id(&customer_marker(&case.call)).to_http(account))
        }
    };
    let mut holdings = ours.map(|t| ticket_holdings(&t, case, context)).unwrap_or_default();
    holdings.extend(replaced);
    Ok(Adopted { holdings, next })
}

fn is_thrown_away(ticket: &gorgias::Ticket) -> bool {
    ticket.trashed_datetime.is_some() || ticket.spam
}

fn ticket_holdings(ticket: &gorgias::Ticket, case: &Case, context: &Context<'_>) -> Vec<Holding> {
    let agent = ticket.assignee_user_id.and_then(|id| agent_behind(id, &case.call, context));
    let detail = json!({
        "subject": ticket.subject,
        "language": language_of(ticket).map(Language::code),
        "assignee": ticket.assignee_user_id.filter(|_| agent.is_some()),
        "agent": agent,
        "tags_there": ticket.tags,
        "adopted": true,
    });
    let mut holdings = vec![Holding { key: "ticket".into(), helpdesk_id: ticket.id.to_string(), detail }];
    holdings.extend(ticket.customer_id.map(|id| {
        let id = id.to_string();
        let known =
            context.matched.or(context.anonymous).and_then(|m| m.customers.iter().find(|c| c.id == id));
        let detail = json!({ "name": known.map(|c| c.name.as_str()), "adopted": true });
        Holding { key: "customer".into(), helpdesk_id: id, detail }
    }));
    // Whether it was thrown away, and how it looked.
    holdings.extend(told_by(ticket));
    holdings
}

/// What the record was begun in is told by the subject or, where a person rewrote that, by the tag of the direction.
fn language_of(ticket: &gorgias::Ticket) -> Option<Language> {
    let by_subject = |l: &Language| ticket.subject.as_deref().is_some_and(|s| words(*l).is_subject(s));
    let by_tag = |l: &Language| {
        ticket.tags.iter().any(|tag| tag == words(*l).inbound_call || tag == words(*l).outbound_call)
    };
    Language::ALL.into_iter().find(by_subject).or_else(|| Language::ALL.into_iter().find(by_tag))
}

/// The agent of the call whose counterpart the assignee is, as an Aircall id; none if a person chose the assignee.
fn agent_behind(assignee: u64, call: &Call, context: &Context<'_>) -> Option<u64> {
    let agents = [call.first_agent(), call.agent()].map(|agent| agent.map(|agent| context.completed(agent)));
    let person = |email: &str| context.people?.by_email(email).map(user_id);
    let behind = agents.iter().flatten().find(|a| a.email.as_deref().and_then(person) == Some(assignee));
    behind.map(|agent| agent.id)
}

fn customer_found(case: &Case, context: &Context<'_>, answer: &Answer) -> Result<Adopted, Refusal> {
    let marker = customer_marker(&case.call);
    let found = gorgias::customers::by_external_id(&marker).parse(answer).map_err(refusal)?;
    let ours = found.items.into_iter().filter(|c| c.external_id.as_deref() == Some(marker.as_str()));
    let holding = ours.min_by_key(|c| c.id).map(|made| {
        let language = context.settings.logging.language;
        let w = words(language);
        let remark = if case.call.contact().is_some() { w.not_found_but_contact } else { w.not_found };
        let detail = json!({
            "name": made.name, "email": made.email, "language": language.code(), "remark": remark, "adopted": true,
        });
        Holding { key: "customer".into(), helpdesk_id: made.id.to_string(), detail }
    });
    Ok(Adopted { holdings: holding.into_iter().collect(), next: None })
}

/// The ticket whose messages were asked for.
pub(super) fn asked_ticket(asked: &http::Uri) -> Result<u64, Refusal> {
    let ticket = asked.query().and_then(|q| q.split('&').find_map(|part| part.strip_prefix("ticket_id=")));
    let ticket = ticket.and_then(|id| id.parse().ok());
    ticket.ok_or_else(|| Refusal::Unclear("the messages of no ticket were asked for".to_owned()))
}

fn messages_found(
    account: &Account,
    case: &Case,
    asked: &http::Uri,
    so_far: &[Holding],
    context: &Context<'_>,
    answer: &Answer,
) -> Result<Adopted, Refusal> {
    let request = messages(asked_ticket(asked)?);
    let page = request.parse(answer).map_err(refusal)?;
    let prefix = format!("{}:", ticket_marker(&case.call));
    let entries = page.items.iter().filter_map(|message| {
        let key = message.external_id.as_deref()?.strip_prefix(&prefix)?;
        let links = message.body_text.as_deref().zip(case.call.asset());
        let mut detail = json!({
            "author": message.sender_id,
            "links": links.is_none_or(|(text, asset)| text.contains(asset)),
            "adopted": true,
        });
        let mut held = files_in(key, message);
        if let Some(own) = held.iter().position(|file| file.key == key) {
            detail["file"] = held.swap_remove(own).detail["file"].clone();
        }
        held.push(Holding { key: key.to_owned(), helpdesk_id: message.id.to_string(), detail });
        Some(held)
    });
    let entries = entries.flatten();
    let mut holdings = so_far.to_vec();
    holdings.extend(entries);
    let next = request.next_page(&page).map(|next| next.to_http(account));
    if next.is_none() {
        if is_without_notes(case, &holdings) {
            // No ticket is made without one: they were taken back, or somebody removed them. That stays.
            holdings.push(Holding {
                key: WITHDRAWN.into(),
                helpdesk_id: String::new(),
                detail: json!({ "adopted": true }),
            });
        }
        let implied = implied(case, &holdings, context);
        holdings.extend(implied);
    }
    Ok(Adopted { holdings, next })
}

/// Whether a ticket of ours, of which the ledger knows nothing, has none of our notes any more.
fn is_without_notes(case: &Case, found: &[Holding]) -> bool {
    let is_note =
        |holding: &Holding| !matches!(holding.key.as_str(), "ticket" | "customer" | SEEN | GONE | AGAIN);
    !case.ledger.has("ticket")
        && found.iter().any(|holding| holding.key == "ticket")
        && !found.iter().any(|holding| holding.key == GONE)
        && !found.iter().any(is_note)
}

/// G17: the files that a note of ours carries; their names begin with what they are.
fn files_in(entry: &str, message: &gorgias::Message) -> Vec<Holding> {
    let held = |file: &gorgias::File| {
        let medium = Medium::ALL.into_iter().find(|medium| file.name.starts_with(medium.key()))?;
        let detail = json!({ "in": entry, "file": file.name, "adopted": true });
        Some(Holding { key: medium.key().into(), helpdesk_id: message.id.to_string(), detail })
    };
    message.attachments.iter().filter_map(held).collect()
}

/// What must have been written, too, given what was found.
fn implied(case: &Case, found: &[Holding], context: &Context<'_>) -> Vec<Holding> {
    let mut ledger = case.ledger.clone();
    for holding in found.iter().filter(|h| !case.ledger.has(&h.key)) {
        ledger.put(holding.clone(), context.now);
    }
    let Some(kind) = kind(&case.call).filter(|_| ledger.has("ticket")) else { return Vec::new() };
    let bare = |key: String, detail: Value| Holding { key, helpdesk_id: String::new(), detail };
    let mut implied = Vec::new();
    let ended = ledger.has("ended");
    // Whatever its status is now, a person may have set it since; we have had our once (G8).
    if ended && !ledger.has("status") {
        implied.push(bare("status".into(), json!({ "adopted": true })));
    }
    let keep = keep(kind, case, &context.settings.logging);
    let Ok(record) = record(&case.call, kind, ended, keep, &ledger, context) else { return implied };
    for entry in record.entries.iter().filter(|e| is_of_the_create(&e.key, kind) && !ledger.has(&e.key)) {
        implied.push(bare(entry.key.clone(), json!({ "links": true, "adopted": true })));
    }
    let there = tags_there(found);
    // Where our ledger knows the ticket, it knows what it has not written: that is still to come. Only where it knows
    // nothing may a tag that is not there have been taken away by a person.
    let nothing_known = !case.ledger.has("ticket");
    for (key, name) in &record.tags {
        let was_written = there.contains(&name.as_str())
            || !key.starts_with("call:") && key != "voicemail"
            || nothing_known && ended && picked_before(&case.call, key, context.remembers_since);
        let key = format!("tag:{key}");
        if was_written && !ledger.has(&key) {
            implied.push(bare(key, json!({ "name": name })));
        }
    }
    implied
}

/// A ticket is never made without these.
fn is_of_the_create(key: &str, kind: Kind) -> bool {
    match key {
        "answered" | "not_found" => true,
        "ended" => kind != Kind::Answered,
        _ => false,
    }
}

fn tags_there(found: &[Holding]) -> Vec<&str> {
    let there = found.iter().find(|h| h.key == "ticket").and_then(|h| h.detail.get("tags_there")?.as_array());
    there.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn picked_before(call: &Call, key: &str, remembers_since: DateTime<Utc>) -> bool {
    let picked = call.tags().into_iter().find(|tag| key == format!("call:{}", tag.id));
    let at = picked.and_then(|tag| DateTime::from_timestamp(tag.tagged_at?, 0));
    at.is_some_and(|at| remembers_since - at > WRITTEN_WITHIN)
}
