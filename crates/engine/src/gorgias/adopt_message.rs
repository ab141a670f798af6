//! A text message that is in Gorgias already, found by its marker (B17): as the first of a conversation, whose ticket has
//! the same marker, or as a further one in one of the customer's conversations.

use gorgias::{Account, Ticket};
use serde_json::{Value, json};

use super::adopt::asked_ticket;
use super::message::{MESSAGE, TAG};
use super::{conversation, customer_marker, messages, refusal, ticket_marker, tickets_by_marker};
use crate::helpdesk::{Adopted, Answer, Context, Refusal, Request};
use crate::ledger::Holding;
use crate::number::Party;
use crate::store::Case;

/// So many of a customer's conversations are read, those changed last first.
const MOST_CONVERSATIONS: usize = 3;
/// Which conversations are still to be read: stands among what was found until the end.
const TO_READ: &str = "to_read";

/// Reads the answer to `asked`, and asks further.
pub(super) fn read(
    account: &Account,
    case: &Case,
    asked: &http::Uri,
    so_far: &[Holding],
    context: &Context<'_>,
    answer: &Answer,
) -> Result<Adopted, Refusal> {
    let of_customer = asked.query().is_some_and(|query| query.contains("customer_id="));
    match asked.path() {
        "/api/tickets" if of_customer => conversations_found(account, answer),
        "/api/tickets" => begun(account, case, context, answer),
        "/api/customers" => customer_found(account, case, answer),
        _ => messages_found(account, case, asked, so_far, answer),
    }
}

/// The message began a conversation; else it may be in one.
fn begun(account: &Account, case: &Case, context: &Context<'_>, answer: &Answer) -> Result<Adopted, Refusal> {
    let marker = ticket_marker(&case.call);
    let found = tickets_by_marker(&marker).parse(answer).map_err(refusal)?.items;
    if let Some(ticket) =
        found.into_iter().filter(|t| t.external_id.as_deref() == Some(&marker)).min_by_key(|t| t.id)
    {
        return Ok(Adopted { holdings: Vec::new(), next: Some(look_into(account, ticket.id)) });
    }
    let matched = context.matched.or(context.anonymous).map(|m| m.customers.as_slice()).unwrap_or_default();
    let only = match matched {
        [one] => Some(one.id.as_str()),
        _ => None,
    };
    let next = match case.ledger.id("customer").or(only) {
        Some(customer) => Some(conversation::ask_for_all(account, customer)),
        None if matches!(case.call.party(), Party::Phone(_)) => {
            Some(gorgias::customers::by_external_id(&customer_marker(&case.call)).to_http(account))
        }
        None => None,
    };
    Ok(Adopted { holdings: Vec::new(), next })
}

/// A customer that was made for the message, whose ticket was not.
fn customer_found(account: &Account, case: &Case, answer: &Answer) -> Result<Adopted, Refusal> {
    let marker = customer_marker(&case.call);
    let found = gorgias::customers::by_external_id(&marker).parse(answer).map_err(refusal)?.items;
    let made =
        found.into_iter().filter(|c| c.external_id.as_deref() == Some(marker.as_str())).min_by_key(|c| c.id);
    let next = made.as_ref().map(|made| conversation::ask_for_all(account, &made.id.to_string()));
    let holding = made.map(|made| {
        let detail = json!({ "name": made.name, "email": made.email, "adopted": true });
        Holding { key: "customer".into(), helpdesk_id: made.id.to_string(), detail }
    });
    Ok(Adopted { holdings: holding.into_iter().collect(), next })
}

fn conversations_found(account: &Account, answer: &Answer) -> Result<Adopted, Refusal> {
    let found = conversation::of_customer("").parse(answer).map_err(refusal)?.items;
    let is_one = |t: &Ticket| {
        let ours = t.external_id.as_deref().is_some_and(|marker| marker.starts_with("aircall:message:"));
        ours || t.tags.iter().any(|tag| tag == TAG)
    };
    let ids: Vec<u64> = found.into_iter().filter(is_one).map(|t| t.id).take(MOST_CONVERSATIONS).collect();
    Ok(go_on(account, Vec::new(), &ids))
}

fn go_on(account: &Account, mut holdings: Vec<Holding>, to_read: &[u64]) -> Adopted {
    let Some((next, rest)) = to_read.split_first() else { return Adopted { holdings, next: None } };
    holdings.push(Holding { key: TO_READ.into(), helpdesk_id: String::new(), detail: json!(rest) });
    Adopted { holdings, next: Some(look_into(account, *next)) }
}

fn look_into(account: &Account, ticket: u64) -> Request {
    messages(ticket).to_http(account)
}

fn messages_found(
    account: &Account,
    case: &Case,
    asked: &http::Uri,
    so_far: &[Holding],
    answer: &Answer,
) -> Result<Adopted, Refusal> {
    let ticket = asked_ticket(asked)?;
    let request = messages(ticket);
    let page = request.parse(answer).map_err(refusal)?;
    let (marker, remark) = (ticket_marker(&case.call), format!("{}:not_found", ticket_marker(&case.call)));
    let mut holdings: Vec<Holding> = so_far.iter().filter(|h| h.key != TO_READ).cloned().collect();
    for message in &page.items {
        let key = match message.external_id.as_deref() {
            Some(found) if found == marker => MESSAGE,
            Some(found) if found == remark => "not_found",
            // A file that followed.
            Some(found) => match found.strip_prefix(&marker).and_then(|rest| rest.strip_prefix(':')) {
                Some(key) if key.starts_with("media:") => key,
                _ => continue,
            },
            None => continue,
        };
        let detail = json!({ "author": message.sender_id, "adopted": true });
        holdings.push(Holding { key: key.into(), helpdesk_id: message.id.to_string(), detail });
    }
    if holdings.iter().any(|h| h.key == MESSAGE) {
        let detail = json!({ "adopted": true });
        holdings.push(Holding {
            key: "ticket".into(),
            helpdesk_id: ticket.to_string(),
            detail: detail.clone(),
        });
        // Whoever wrote the message tagged the conversation; what a person took off stays off.
        let line = case.call.line().map(|line| line.name);
        for (key, name) in [("tag:sms", Some(TAG.to_owned())), ("tag:line", line)] {
            let detail = json!({ "name": name, "adopted": true });
            holdings.push(Holding { key: key.into(), helpdesk_id: String::new(), detail });
        }
        return Ok(Adopted { holdings, next: None });
    }
    if let Some(next) = request.next_page(&page) {
        return Ok(Adopted { holdings: so_far.to_vec(), next: Some(next.to_http(account)) });
    }
    let rest = so_far.iter().find(|h| h.key == TO_READ).and_then(|h| h.detail.as_array());
    let rest: Vec<u64> = rest.into_iter().flatten().filter_map(Value::as_u64).collect();
    Ok(go_on(account, holdings, &rest))
}
