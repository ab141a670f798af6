//! How the answers to writes and to look-ups of our markers read.

use gorgias::{Account, Error, ErrorKind, Ticket, TicketStatus};
use serde_json::{Value, json};

use super::message::MESSAGE;
use super::{customer, messages, ticket, tickets_by_marker};
use crate::helpdesk::{Answer, CustomerSeen, Owner, Probed, Refusal, Request, Whereabouts};
use crate::ledger::{Holding, Write, WriteKind};

pub(super) fn settle(write: &Write, answer: &Answer) -> Result<Vec<Holding>, Refusal> {
    let method = write.method.parse().unwrap_or(http::Method::POST);
    let body = match gorgias::Request::<Value>::raw(method, &write.path, None).parse(answer) {
        // Gone already: that is all that is wanted of what is taken back.
        Err(error) if write.kind == WriteKind::TakeBack && *error.kind() == ErrorKind::NotFound => {
            Value::Null
        }
        body => body.map_err(refusal)?,
    };
    let id = id_of(&body);
    let made = matches!(
        write.kind,
        WriteKind::CreateCustomer | WriteKind::CreateTicket | WriteKind::AddEntry | WriteKind::AddLink
    );
    if made && id.is_none() {
        return Err(Refusal::Unclear(
            "Gorgias says that it was made, but not what: its answer has no id".into(),
        ));
    }
    let mut holdings = named(write, id.unwrap_or_default(), &body);
    // A ticket for a customer who was merged may go to the survivor without a word: that is who has it (G25).
    if write.kind == WriteKind::CreateTicket
        && let Some(owner) = body.get("customer").and_then(id_of)
        && let Some(customer) = holdings.iter_mut().find(|holding| holding.key == "customer")
    {
        customer.helpdesk_id = owner;
    }
    if matches!(write.kind, WriteKind::CreateTicket | WriteKind::SetStatus | WriteKind::SetAssignee) {
        holdings.extend(ticket::told_by_body(&body));
    }
    Ok(holdings)
}

/// What an attachment needs (`reference/gorgias.md` §6.11).
pub(super) fn uploaded(answer: &Answer) -> Result<Value, Refusal> {
    let files = gorgias::files::Upload::parse(answer).map_err(refusal)?;
    let file = files.items.into_iter().next();
    let file =
        file.ok_or_else(|| Refusal::Unclear("Gorgias took the file and does not say where it is".into()))?;
    Ok(json!({
        "url": file.url, "name": file.name, "content_type": file.content_type, "size": file.size_bytes,
    }))
}

/// What became of the customer whom a refused ticket was made for, or whose refused text message it was.
pub(super) fn whereabouts(account: &Account, write: &Write) -> Option<Request> {
    let id = customer_in(write)?;
    let is_text = write.kind == WriteKind::AddEntry && write.main_key() == MESSAGE;
    (write.kind == WriteKind::CreateTicket || is_text).then(|| gorgias::customers::get(id).to_http(account))
}

pub(super) fn whereabouts_told(
    account: &Account,
    write: &Write,
    answer: &Answer,
) -> Result<Whereabouts, Refusal> {
    let was = customer_in(write).unwrap_or_default();
    match gorgias::customers::get(was).parse(answer) {
        Ok(found) if found.id == was => Ok(Whereabouts::There),
        Ok(found) => Ok(Whereabouts::Became { was: was.to_string(), customer: customer(found) }),
        Err(error) => match (error.kind(), error.survivor()) {
            (ErrorKind::Merged { .. }, Some(survivor)) => {
                let request = Box::new(gorgias::customers::get(survivor).to_http(account));
                Ok(Whereabouts::Ask { was: was.to_string(), request })
            }
            (ErrorKind::Merged { .. } | ErrorKind::NotFound, _) => {
                Ok(Whereabouts::Gone { was: was.to_string() })
            }
            _ => Err(refusal(error)),
        },
    }
}

/// What became of a customer, by the customer's own page.
pub(super) fn customer_seen(id: &str, answer: &Answer) -> Result<CustomerSeen, Refusal> {
    match gorgias::customers::get(id.parse().unwrap_or_default()).parse(answer) {
        Ok(found) => Ok(CustomerSeen::There(customer(found))),
        Err(error) => match (error.kind(), error.survivor()) {
            (ErrorKind::Merged { .. }, Some(survivor)) => Ok(CustomerSeen::Became(survivor.to_string())),
            (ErrorKind::Merged { .. } | ErrorKind::NotFound, _) => Ok(CustomerSeen::Gone),
            _ => Err(refusal(error)),
        },
    }
}

fn customer_in(write: &Write) -> Option<u64> {
    let end = if write.body["from_agent"] == true { "/receiver/id" } else { "/sender/id" };
    write.body.pointer("/customer/id").or_else(|| write.body.pointer(end))?.as_u64()
}

pub(super) fn conflicting(account: &Account, write: &Write, owner: Option<&str>) -> Option<Request> {
    let email = write.body.get("email").and_then(Value::as_str)?;
    let request = match owner.and_then(|id| id.parse().ok()) {
        Some(id) => gorgias::customers::get(id).to_http(account),
        None => gorgias::customers::by_email(email).to_http(account),
    };
    (write.kind == WriteKind::CreateCustomer).then_some(request)
}

/// Who has an e-mail address beside the primary one, as merged customers do, is found by that channel.
pub(super) fn conflicting_otherwise(account: &Account, write: &Write) -> Option<Request> {
    let email = write.body.get("email").and_then(Value::as_str)?;
    let request = gorgias::customers::by_any_email(email).to_http(account);
    (write.kind == WriteKind::CreateCustomer).then_some(request)
}

pub(super) fn resolve_conflict(write: &Write, answer: &Answer) -> Result<Owner, Refusal> {
    // A customer has a field `data`, too, which is no list.
    let is_list = serde_json::from_slice::<Value>(answer.body())
        .is_ok_and(|body| body.is_array() || body.get("data").is_some_and(Value::is_array));
    let found = match is_list {
        true => gorgias::customers::by_email("").parse(answer).map(|found| found.items),
        false => gorgias::customers::get(0).parse(answer).map(|one| vec![one]),
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let survivor = error.survivor().map(|id| Owner::IsNow(id.to_string()));
            return survivor.ok_or_else(|| refusal(error));
        }
    };
    let email = write.body.get("email").and_then(Value::as_str).unwrap_or_default();
    // A filter that is ignored lists others (`reference/gorgias.md` §8.1): whoever does not have it is not the owner.
    let owner = found.into_iter().filter(|c| has_email(c, email)).min_by_key(|c| c.id);
    let Some(owner) = owner else { return Ok(Owner::Nobody) };
    let channels = write.body.get("channels").and_then(Value::as_array);
    let phone =
        channels.into_iter().flatten().find(|c| c["type"] == "phone").and_then(|c| c["address"].as_str());
    let Some(phone) = phone else { return Ok(Owner::Nobody) };
    let update = gorgias::CustomerUpdate {
        channels: Some(owner.channels_and(gorgias::NewChannel::phone(phone))),
        ..gorgias::CustomerUpdate::default()
    };
    let request = gorgias::customers::update(owner.id, &update);
    let language = write.holdings.first().and_then(|h| h.detail.get("language").cloned());
    let detail = json!({ "name": owner.name, "language": language, "email": owner.email });
    Ok(Owner::Gets(Box::new(Write {
        kind: WriteKind::AddNumber,
        holdings: vec![Holding { key: "customer".into(), helpdesk_id: owner.id.to_string(), detail }],
        removes: Vec::new(),
        method: request.method().to_string(),
        path: request.path().to_owned(),
        body: request.body().cloned().unwrap_or(Value::Null),
        marker: None,
        rule: "The e-mail belongs to a customer already, so the number is added to that one (G4)".into(),
    })))
}

/// Letter case is ignored, as Gorgias does; channels that were removed do not count.
fn has_email(customer: &gorgias::Customer, email: &str) -> bool {
    let wanted = email.trim().to_lowercase();
    let is_it = |address: &str| address.trim().to_lowercase() == wanted;
    let mut living = customer.channels.iter().filter(|c| c.kind == "email" && !c.deleted);
    customer.email.as_deref().is_some_and(is_it) || living.any(|c| is_it(&c.address))
}

pub(super) fn probe(account: &Account, write: &Write) -> Option<Request> {
    let marker = write.marker.as_deref();
    let request = match write.kind {
        WriteKind::CreateCustomer => gorgias::customers::by_external_id(marker?).to_http(account),
        WriteKind::CreateTicket => tickets_by_marker(marker?).to_http(account),
        WriteKind::AddEntry | WriteKind::AddLink => messages(ticket_of(write)?).to_http(account),
        // A PUT replaces all channels: repeated, it would take away what a person added since.
        WriteKind::AddNumber | WriteKind::NameCustomer => {
            gorgias::customers::get(customer_of(write)?).to_http(account)
        }
        kind if kind.is_for_a_ticket() => gorgias::tickets::get(ticket_of(write)?).to_http(account),
        _ => return None,
    };
    Some(request)
}

/// Asks whether a ticket was thrown away, or our tags taken off, where so much time went by that others may have come since.
/// A note of ours is ours however late it is.
pub(super) fn probe_late(account: &Account, write: &Write) -> Option<Request> {
    let is_of_all = write.kind == WriteKind::TakeBack && !write.path.contains("/messages/");
    Some(gorgias::tickets::get(ticket_of(write).filter(|_| is_of_all)?).to_http(account))
}

/// The customer that a write changes, out of its path.
fn customer_of(write: &Write) -> Option<u64> {
    write.path.strip_prefix("/api/customers/")?.split(['/', '?']).next()?.parse().ok()
}

/// Whether a customer has the numbers that a write was to give.
fn has_the_numbers(customer: &gorgias::Customer, write: &Write) -> bool {
    let wanted = write.body.get("channels").and_then(Value::as_array).into_iter().flatten();
    let mut numbers = wanted.filter(|c| c["type"] == "phone").filter_map(|c| c["address"].as_str());
    numbers.all(|number| {
        customer.channels.iter().any(|c| c.kind == "phone" && !c.deleted && c.address == number)
    })
}

pub(super) fn probed(account: &Account, write: &Write, answer: &Answer) -> Result<Probed, Refusal> {
    let marker = write.marker.as_deref().unwrap_or_default();
    let found = match write.kind {
        WriteKind::CreateCustomer => {
            let found = gorgias::customers::by_external_id(marker).parse(answer).map_err(refusal)?;
            let ids =
                found.items.into_iter().filter(|c| c.external_id.as_deref() == Some(marker)).map(|c| c.id);
            ids.min().map(|id| id.to_string())
        }
        WriteKind::CreateTicket => {
            let found = tickets_by_marker(marker).parse(answer).map_err(refusal)?;
            let ours = found.items.iter().filter(|t| t.external_id.as_deref() == Some(marker));
            let Some(ours) = ours.filter(|t| !is_an_old_one(write, t.id)).min_by_key(|t| t.id) else {
                return Ok(Probed::Nothing);
            };
            return Ok(done(write, ours.id.to_string(), ours));
        }
        WriteKind::AddEntry | WriteKind::AddLink => {
            let request = messages(ticket_of(write).unwrap_or_default());
            let found = request.parse(answer).map_err(refusal)?;
            let ours = found.items.iter().find(|m| m.external_id.as_deref() == Some(marker));
            match (ours, request.next_page(&found)) {
                (None, Some(next)) => return Ok(Probed::Ask(Box::new(next.to_http(account)))),
                (ours, _) => ours.map(|m| m.id.to_string()),
            }
        }
        WriteKind::SetStatus
        | WriteKind::SetAssignee
        | WriteKind::GiveTicket
        | WriteKind::AddTags
        | WriteKind::RemoveTags => {
            let ticket = gorgias::tickets::get(0).parse(answer).map_err(refusal)?;
            let is_done = is_carried_out(write, &ticket);
            return Ok(if is_done { done(write, String::new(), &ticket) } else { Probed::Nothing });
        }
        WriteKind::AddNumber => {
            match gorgias::customers::get(0).parse(answer) {
                Ok(customer) => has_the_numbers(&customer, write).then(|| customer.id.to_string()),
                // Deleted or merged meanwhile: whose the e-mail address is now is asked anew.
                Err(error) => match error.kind() {
                    ErrorKind::NotFound | ErrorKind::Merged { .. } => None,
                    _ => return Err(refusal(error)),
                },
            }
        }
        WriteKind::NameCustomer => match gorgias::customers::get(0).parse(answer) {
            Ok(customer) => {
                let is_called_so = customer.name.as_deref() == write.body["name"].as_str();
                is_called_so.then(|| customer.id.to_string())
            }
            // Merged or deleted meanwhile: the look before the next try says so.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. }) => None,
            Err(error) => return Err(refusal(error)),
        },
        WriteKind::TakeBack => match gorgias::tickets::get(0).parse(answer) {
            Ok(ticket) => is_carried_out(write, &ticket).then(String::new),
            Err(error) if *error.kind() == ErrorKind::NotFound => Some(String::new()),
            Err(error) => return Err(refusal(error)),
        },
        WriteKind::CreateTag => None,
    };
    Ok(found.map_or(Probed::Nothing, |id| Probed::Done(named(write, id, &Value::Null))))
}

/// Whether a ticket shows that a change of it was carried out, or that a person changed the same thing since. It is held
/// against how the ticket looked when the change was planned: all of a request is carried out, or nothing.
fn is_carried_out(write: &Write, ticket: &Ticket) -> bool {
    let has = |name: &Value| ticket.tags.iter().any(|tag| name == tag);
    let mut names = write.body.get("names").and_then(Value::as_array).into_iter().flatten();
    let before = |what: &str| write.holdings.first().and_then(|h| h.detail.get(what));
    match write.kind {
        WriteKind::SetStatus => {
            let is_so = ticket.status.map(TicketStatus::as_str) == write.body["status"].as_str();
            // Closed since: it was carried out, and then a person closed the ticket. That stays.
            let closed = ticket::closed_at(ticket.closed_datetime);
            is_so || !closed.is_null() && before("closed_before") != Some(&closed)
        }
        WriteKind::SetAssignee => ticket.assignee_user_id != before("from").and_then(Value::as_u64),
        WriteKind::AddTags => {
            // Of those that were not there before, a person may have taken some off since.
            let was_there = |h: &Holding| ["theirs", "there"].iter().any(|mark| h.detail.get(mark).is_some());
            let mut new = write.holdings.iter().filter(|h| !was_there(h)).peekable();
            if new.peek().is_none() { names.all(has) } else { new.any(|h| has(&h.detail["name"])) }
        }
        // All of these were there before; a person may have put some on again.
        WriteKind::RemoveTags => !names.all(has),
        WriteKind::GiveTicket => {
            ticket.customer_id.is_some() && ticket.customer_id == write.body["customer"]["id"].as_u64()
        }
        WriteKind::TakeBack if write.body.get("names").is_some() => !names.all(has),
        WriteKind::TakeBack => ticket.trashed_datetime.is_some(),
        WriteKind::CreateCustomer
        | WriteKind::AddNumber
        | WriteKind::NameCustomer
        | WriteKind::CreateTicket
        | WriteKind::AddEntry
        | WriteKind::AddLink
        | WriteKind::CreateTag => false,
    }
}

/// A ticket that a person threw away before this one was asked for has the same marker.
fn is_an_old_one(write: &Write, ticket: u64) -> bool {
    let old = write.holdings.iter().find_map(|h| h.detail.get("instead_of")?.as_array());
    old.is_some_and(|ids| ids.iter().any(|id| id.as_str() == Some(ticket.to_string().as_str())))
}

/// Carried out, and what the ticket that shows it says besides.
fn done(write: &Write, id: String, ticket: &Ticket) -> Probed {
    let mut holdings = named(write, id, &Value::Null);
    holdings.extend(ticket::told_by(ticket));
    Probed::Done(holdings)
}

/// The ticket that a write goes to, out of its path.
fn ticket_of(write: &Write) -> Option<u64> {
    write.path.strip_prefix("/api/tickets/")?.split(['/', '?']).next()?.parse().ok()
}

fn id_of(body: &Value) -> Option<String> {
    let id = body.get("id")?;
    id.as_u64().map(|id| id.to_string()).or_else(|| id.as_str().map(str::to_owned))
}

/// A write's holdings with the ids that the answer gave.
fn named(write: &Write, id: String, answer: &Value) -> Vec<Holding> {
    let messages = answer.get("messages").and_then(Value::as_array);
    let message_id = |key: &str| {
        let is_it = |marker: &str| match key {
            // A text message and the conversation that it begins have one marker.
            MESSAGE => Some(marker) == write.marker.as_deref(),
            key => marker.ends_with(&format!(":{key}")),
        };
        let ours = messages?.iter().find(|m| m["external_id"].as_str().is_some_and(is_it))?;
        id_of(ours)
    };
    let fill = |holding: &Holding| {
        let own = match holding.key.as_str() {
            _ if !holding.helpdesk_id.is_empty() => holding.helpdesk_id.clone(),
            "customer" if write.kind == WriteKind::CreateTicket => String::new(),
            "status" | "assignee" => String::new(),
            key if key.starts_with("tag:") => String::new(),
            "ticket" | "customer" => id.clone(),
            // A file is where its note is.
            key if write.kind == WriteKind::CreateTicket => {
                message_id(holding.detail.get("in").and_then(Value::as_str).unwrap_or(key))
                    .unwrap_or_default()
            }
            _ => id.clone(),
        };
        Holding { helpdesk_id: own, ..holding.clone() }
    };
    write.holdings.iter().map(fill).collect()
}

/// Whether a field is refused that names a customer, a user or a tag by what we knew of it.
fn names_somebody_gone(error: &Error) -> bool {
    const NAMING: [&str; 6] = ["customer", "sender", "assignee_user", "tags", "names", "ids"];
    error.fields().keys().any(|field| field.split('.').any(|part| NAMING.contains(&part)))
}

/// What an error means for the outbox.
pub(super) fn refusal(error: Error) -> Refusal {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::RateLimited => {
            Refusal::RateLimited(error.retry_after().unwrap_or(std::time::Duration::from_secs(20)))
        }
        ErrorKind::Credential => Refusal::Credential(text),
        ErrorKind::WrongAccount => Refusal::WrongAccount(text),
        ErrorKind::Service | ErrorKind::Malformed => Refusal::Unclear(text),
        // A sign-in page or a proxy is in between: it may be gone tomorrow.
        ErrorKind::Other if error.status().is_redirection() => Refusal::Unclear(text),
        // So does something that did not wait for all of it.
        ErrorKind::Other if !error.is_permanent() => Refusal::Unclear(text),
        ErrorKind::NotFound | ErrorKind::Merged { .. } => Refusal::Missing(text),
        ErrorKind::Conflict => Refusal::Conflict(text),
        ErrorKind::Invalid if names_somebody_gone(&error) => Refusal::Stale(text),
        kind => Refusal::Permanent(kind.code().to_owned(), text),
    }
}
