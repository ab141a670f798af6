//! Record − ledger for Gorgias: the writes that are still to come, in order, facts packed into as few as the API takes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use gorgias::tickets::Assign;
use gorgias::{Author, Body, Medium, NewChannel, NewMessage, NewTag, NewTicket, TicketStatus, TicketUpdate};
use serde_json::{Value, json};

use super::naming;
use super::record::{Entry, Record};
use super::{ticket_marker, user_id};
use crate::call::Call;
use crate::ledger::{AGAIN, Holding, Ledger, MOVED, SEEN, Write, WriteKind};
use crate::settings::Language;
use crate::whom::{NewCustomer, Whom};

/// A ticket that is made later than this after the call began is back-dated to it.
pub(super) const MADE_LATE: TimeDelta = TimeDelta::minutes(5);
/// Stands for an id that only an earlier write of the plan will give.
pub(super) const CUSTOMER: &str = "{customer}";

/// The writes that are still to come. What a parked write is about (`is_refused`, by ledger key) is not packed with
/// anything else.
pub(super) fn plan(
    call: &Call,
    record: &Record,
    ledger: &Ledger,
    known_tags: &BTreeSet<String>,
    is_refused: &dyn Fn(&str) -> bool,
    now: DateTime<Utc>,
) -> Vec<Write> {
    let mut writes: Vec<Write> = naming::plan(ledger).into_iter().collect();
    if let Whom::New(new) = &record.whom {
        writes.push(create_customer(new, record.language));
    }
    let wanted: Vec<&(String, String)> =
        record.tags.iter().filter(|(key, name)| !is_there(ledger, key, name)).collect();
    let ticket = ledger.id("ticket");
    // Once the ticket stands, tags wait for the end of the call, so that all of them go in one request.
    let tags_now = ticket.is_none() || record.status.is_some();
    if tags_now {
        let missing = names(&wanted).into_iter().filter(|name| !known_tags.contains(*name));
        writes.extend(missing.filter(|name| !ledger.has(&new_tag_key(name))).map(create_tag));
    }
    match ticket {
        None => writes.extend(create_ticket(call, record, &wanted, ledger, now)),
        Some(id) => {
            writes.extend(give_ticket(id, ledger));
            writes.extend(set_assignee(id, record, ledger));
            // The status goes first: its answer shows the ticket, so that the note needs no look of its own (G25).
            if let Some(status) = record.status.filter(|_| !ledger.has("status")) {
                writes.push(set_status(id, status, record, ledger));
            }
            let entries = record.entries.iter().filter(|e| !ledger.has(&e.key));
            writes.extend(entries.map(|entry| add_entry(call, id, entry)));
            if tags_now {
                let (refused, wanted): (Vec<_>, Vec<_>) =
                    wanted.into_iter().partition(|(key, _)| is_refused(&format!("tag:{key}")));
                writes.extend([wanted, refused].iter().filter_map(|tags| add_tags(id, tags, ledger)));
                let (refused, gone): (Vec<_>, Vec<_>) = tags_gone(record, ledger)
                    .into_iter()
                    .partition(|(key, _)| is_refused(&format!("tag:{key}")));
                writes.extend([gone, refused].iter().filter_map(|tags| remove_tags(id, tags, ledger)));
            }
        }
    }
    writes
}

/// Whether a tag need not be written: we wrote it, or it stood on the ticket when we found it again.
fn is_there(ledger: &Ledger, key: &str, name: &str) -> bool {
    let found = ledger.detail("ticket").and_then(|d| d.get("tags_there")).and_then(Value::as_array);
    ledger.has(&format!("tag:{key}"))
        || found.is_some_and(|tags| tags.iter().any(|t| t.as_str() == Some(name)))
}

/// The names of tags, each once.
fn names<'a>(tags: &[&'a (String, String)]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for (_, name) in tags {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

pub(super) fn new_tag_key(name: &str) -> String {
    format!("new_tag:{name}")
}

pub(super) fn create_customer(new: &NewCustomer, language: Language) -> Write {
    let mut channels = Vec::new();
    channels.extend(new.email.iter().map(NewChannel::email));
    channels.extend(new.phone.iter().map(|n| NewChannel::phone(n.as_str())));
    let body = gorgias::NewCustomer {
        name: Some(new.name.clone()),
        email: new.email.clone(),
        channels,
        external_id: Some(new.external_id.clone()),
        ..gorgias::NewCustomer::default()
    };
    let detail =
        json!({ "name": new.name, "language": language.code(), "email": new.email, "remark": new.remark });
    Write {
        holdings: vec![Holding { key: "customer".into(), helpdesk_id: String::new(), detail }],
        marker: Some(new.external_id.clone()),
        rule: match new.phone {
            Some(_) => "Nobody in Gorgias has this number, so a customer is made (G4, G5)".into(),
            None => "The number is withheld: one shared customer for all such callers (G23)".into(),
        },
        ..from(WriteKind::CreateCustomer, &gorgias::customers::create(&body))
    }
}

pub(super) fn create_tag(name: &str) -> Write {
    let tag = NewTag { name: name.to_owned(), description: None, color: None };
    Write {
        holdings: vec![Holding {
            key: new_tag_key(name),
            helpdesk_id: String::new(),
            detail: json!({ "name": name }),
        }],
        rule: "A tag that Gorgias does not have yet is made once (G15)".into(),
        ..from(WriteKind::CreateTag, &gorgias::tags::create(&tag))
    }
}

fn create_ticket(
    call: &Call,
    record: &Record,
    tags: &[&(String, String)],
    ledger: &Ledger,
    now: DateTime<Utc>,
) -> Option<Write> {
    let mut messages = record.entries.iter().map(|entry| message(call, entry));
    let marker = ticket_marker(call);
    let mut ticket = NewTicket::new(Medium::Phone, messages.next()?);
    messages.for_each(|message| ticket.push(message));
    let customer = match &record.whom {
        Whom::Known(customer) => Some(customer),
        Whom::New(_) => None,
    };
    ticket.customer_id = customer.and_then(|c| c.id.parse().ok()).or(Some(0));
    ticket.from_agent = Some(call.is_outbound());
    ticket.subject = Some(record.subject.clone());
    ticket.assignee_user_id = record.assignee;
    ticket.tags = names(tags).into_iter().map(str::to_owned).collect();
    ticket.external_id = Some(marker.clone());
    ticket.status =
        Some(if record.status == Some("closed") { TicketStatus::Closed } else { TicketStatus::Open });
    ticket.created_datetime = (now - record.began_at > MADE_LATE).then_some(record.began_at);

    let mut write = from(WriteKind::CreateTicket, &gorgias::tickets::create(&ticket));
    let frozen = json!({
        "subject": record.subject,
        "language": record.language.code(),
        "name": customer.map(|c| c.name.as_str()),
        "assignee": record.assignee,
        "agent": record.agent,
        "recordings": record.recordings.code(),
        "instead_of": ledger.detail(AGAIN).and_then(|d| d.get("instead_of")),
    });
    write.holdings.push(Holding { key: "ticket".into(), helpdesk_id: String::new(), detail: frozen });
    match customer {
        Some(known) if !ledger.has("customer") => {
            let detail = json!({ "name": known.name, "language": record.language.code() });
            write.holdings.push(Holding { key: "customer".into(), helpdesk_id: known.id.clone(), detail });
        }
        Some(_) => {}
        None => write.body["customer"] = json!({ "id": CUSTOMER }),
    }
    write.holdings.extend(record.entries.iter().flat_map(entry_holdings));
    write.holdings.extend(tags.iter().map(|(key, name)| tag_holding(key, name)));
    if let Some(status) = record.status {
        write.holdings.push(Holding {
            key: "status".into(),
            helpdesk_id: String::new(),
            detail: status_detail(status, record),
        });
    }
    write.marker = Some(marker);
    write.rule = match record.status {
        None => "The call was answered: ticket, first note, tags and assignee in one (G2, G10)".into(),
        Some(_) => "The call is over: everything known goes into one request (G2, G11, G12)".into(),
    };
    Some(write)
}

fn add_entry(call: &Call, ticket: &str, entry: &Entry) -> Write {
    Write {
        holdings: entry_holdings(entry),
        marker: Some(marker_of(call, entry)),
        rule: match entry.key.as_str() {
            "ended" => "The call has ended (G11)".into(),
            "recording" | "voicemail" => {
                "What the call left came after the note of its end, or did not come (G17)".into()
            }
            key if key.starts_with("comment:") => {
                "A comment becomes one further note in its author's name (G13)".into()
            }
            _ => "A part that was missing when the ticket was made".into(),
        },
        ..for_ticket(WriteKind::AddEntry, ticket, |id| gorgias::messages::create(id, &message(call, entry)))
    }
}

/// To the customer whom a person moved the record to.
fn give_ticket(ticket: &str, ledger: &Ledger) -> Option<Write> {
    let moved = ledger.detail(MOVED)?;
    let to = ledger.id(MOVED)?.parse().ok()?;
    let update = TicketUpdate { customer_id: Some(to), ..TicketUpdate::default() };
    let mut detail = ledger.detail("customer").cloned().unwrap_or_else(|| json!({}));
    detail["name"] = moved.get("name").cloned().unwrap_or_default();
    Some(Write {
        holdings: vec![Holding { key: "customer".into(), helpdesk_id: to.to_string(), detail }],
        removes: vec![MOVED.to_owned()],
        rule: "A person moved the call to another customer, who gets the ticket (B7)".into(),
        ..for_ticket(WriteKind::GiveTicket, ticket, |id| gorgias::tickets::update(id, &update))
    })
}

/// G24: to the agent whom the call was handed to, if the ticket still has the assignee that we wrote. The agent's
/// Aircall id decides whether the call was handed on: that somebody's e-mail changed moves nothing. Handed to an agent
/// whom Gorgias does not know, nobody has it (G7), as if it had been made only then.
fn set_assignee(ticket: &str, record: &Record, ledger: &Ledger) -> Option<Write> {
    let (agent, user) = (record.agent?, record.assignee);
    let wrote = ledger.detail("assignee").or(ledger.detail("ticket"))?;
    let seen = ledger.detail(SEEN)?.get("assignee").and_then(Value::as_u64);
    let written = wrote.get("assignee").and_then(Value::as_u64);
    let was_handed_on = wrote.get("agent")?.as_u64()? != agent;
    if !was_handed_on || written == user || seen != written {
        return None;
    }
    let assign = user.map_or(Assign::Nobody, Assign::To);
    let update = TicketUpdate { assignee_user: Some(assign), ..TicketUpdate::default() };
    let detail = json!({ "assignee": user, "agent": agent, "from": written });
    Some(Write {
        holdings: vec![Holding { key: "assignee".into(), helpdesk_id: String::new(), detail }],
        rule: "The call was handed to another agent, and nobody else had reassigned the ticket (G24)".into(),
        ..for_ticket(WriteKind::SetAssignee, ticket, |id| gorgias::tickets::update(id, &update))
    })
}

/// What the end of the call freezes, beside the status.
fn status_detail(status: &str, record: &Record) -> Value {
    let teams: BTreeMap<String, &str> =
        record.teams.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect();
    json!({ "status": status, "teams": record.teams_known.then_some(teams) })
}

fn set_status(ticket: &str, status: &'static str, record: &Record, ledger: &Ledger) -> Write {
    let status_value = if status == "closed" { TicketStatus::Closed } else { TicketStatus::Open };
    let update = TicketUpdate { status: Some(status_value), ..TicketUpdate::default() };
    let mut detail = status_detail(status, record);
    detail["closed_before"] = ledger.detail(SEEN).and_then(|seen| seen.get("closed")).cloned().into();
    Write {
        holdings: vec![Holding { key: "status".into(), helpdesk_id: String::new(), detail }],
        rule: "When the call has ended the status is set, once (G8)".into(),
        ..for_ticket(WriteKind::SetStatus, ticket, |id| gorgias::tickets::update(id, &update))
    }
}

fn add_tags(ticket: &str, wanted: &[&(String, String)], ledger: &Ledger) -> Option<Write> {
    let names = names(wanted);
    let seen = tags_seen(ledger);
    let ours = |name: &str| ledger.under("tag:").any(|(_, row)| row.holding.detail["name"] == name);
    let holding = |(key, name): &(String, String)| {
        let mut holding = tag_holding(key, name);
        // By those that were not there before it is told whether an unclear request was carried out.
        if seen.contains(&name.as_str()) {
            holding.detail[if ours(name) { "there" } else { "theirs" }] = true.into();
        }
        holding
    };
    (!names.is_empty()).then(|| Write {
        holdings: wanted.iter().map(|tag| holding(tag)).collect(),
        rule: "Tags that came after the ticket was made (G15)".into(),
        ..for_ticket(WriteKind::AddTags, ticket, |id| gorgias::tickets::add_tags(id, &names))
    })
}

/// The tags that the ticket had when it was seen last.
fn tags_seen(ledger: &Ledger) -> Vec<&str> {
    let seen = ledger.detail(SEEN).and_then(|seen| seen.get("tags")?.as_array());
    seen.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Only tags that we added and that no person had put there before us, that Aircall no longer has, and whose name nothing else wants.
fn tags_gone<'a>(record: &Record, ledger: &'a Ledger) -> Vec<(&'a str, &'a str)> {
    ledger
        .under("tag:")
        .filter(|(key, row)| key.starts_with("call:") && row.holding.detail.get("theirs").is_none())
        .filter_map(|(key, row)| Some((key, row.holding.detail.get("name")?.as_str()?)))
        // Renamed in Aircall it is still on the call: the name is frozen. Names that differ in capitals only are one tag,
        // written in the spelling of whichever came first.
        .filter(|(key, name)| {
            let same = |wanted: &str| wanted.to_lowercase() == name.to_lowercase();
            !record.tags.iter().any(|(on, wanted)| same(wanted) || on == key)
        })
        .collect()
}

fn remove_tags(ticket: &str, gone: &[(&str, &str)], ledger: &Ledger) -> Option<Write> {
    // What the last look did not show any more is not sent: so one name that is gone shows that all were taken off.
    let seen = tags_seen(ledger);
    let looked_at = ledger.written_at(SEEN);
    let is_there = |(key, name): &&(&str, &str)| {
        seen.contains(name) || ledger.written_at(&format!("tag:{key}")) >= looked_at
    };
    let mut names: Vec<&str> = gone.iter().filter(is_there).map(|(_, name)| *name).collect();
    if names.is_empty() {
        names = gone.iter().map(|(_, name)| *name).collect();
    }
    (!gone.is_empty()).then(|| Write {
        removes: gone.iter().map(|(key, _)| format!("tag:{key}")).collect(),
        rule: "A tag was taken off in Aircall, and it was we who put it on the ticket (G15)".into(),
        ..for_ticket(WriteKind::RemoveTags, ticket, |id| gorgias::tickets::remove_tags(id, &names))
    })
}

fn message(call: &Call, entry: &Entry) -> NewMessage {
    let author = Author {
        user_id: user_id(&entry.author),
        name: entry.author.name.clone(),
        email: entry.author.email.clone(),
    };
    let body = Body { text: entry.text.clone(), html: entry.html.clone() };
    let note = NewMessage::internal_note(&author, body, marker_of(call, entry), entry.at);
    entry.files.iter().filter_map(|one| one.file.as_ref().ok()).fold(note, NewMessage::attach)
}

fn marker_of(call: &Call, entry: &Entry) -> String {
    format!("{}:{}", ticket_marker(call), entry.key)
}

/// The entry, and each file that is packed into it under a key of its own.
fn entry_holdings(entry: &Entry) -> Vec<Holding> {
    let mut own = json!({ "author": user_id(&entry.author), "links": entry.links });
    let mut packed = Vec::new();
    for one in &entry.files {
        let (what, value) = match &one.file {
            Ok(file) => ("file", file.name.as_str()),
            Err(why) => ("without", why.code()),
        };
        if one.medium.key() == entry.key {
            own[what] = value.into();
        } else {
            let mut detail = json!({ "in": entry.key });
            detail[what] = value.into();
            packed.push(Holding { key: one.medium.key().into(), helpdesk_id: String::new(), detail });
        }
    }
    let mut holdings = vec![Holding { key: entry.key.clone(), helpdesk_id: String::new(), detail: own }];
    holdings.extend(packed);
    holdings
}

pub(super) fn tag_holding(key: &str, name: &str) -> Holding {
    Holding { key: format!("tag:{key}"), helpdesk_id: String::new(), detail: json!({ "name": name }) }
}

pub(super) fn from<T>(kind: WriteKind, request: &gorgias::Request<T>) -> Write {
    Write {
        kind,
        holdings: Vec::new(),
        removes: Vec::new(),
        method: request.method().to_string(),
        path: request.path().to_owned(),
        body: request.body().cloned().unwrap_or(Value::Null),
        marker: None,
        rule: String::new(),
    }
}

pub(super) fn for_ticket<T>(
    kind: WriteKind,
    ticket: &str,
    request: impl FnOnce(u64) -> gorgias::Request<T>,
) -> Write {
    // The ledger holds what Gorgias gave: a number.
    let id = ticket.parse().unwrap_or_default();
    from(kind, &request(id))
}
