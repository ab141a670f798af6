//! Customers with their numbers, as Gorgias lists them: for the directory, for a look-up, and for a search's hits.

use chrono::{DateTime, Utc};
use gorgias::customers::ListCustomers;
use gorgias::{Account, ErrorKind, MAX_LIMIT, OrderBy};

use super::answers::refusal;
use super::customer;
use crate::directory::entry::{Address, Entry, EntryPage, Order};
use crate::helpdesk::{Answer, Refusal, Request};
use crate::number::E164;

/// An address is cut off here: Gorgias takes no longer one (`reference/gorgias.md` §6.1).
const LONGEST_ADDRESS: usize = 320;

pub(super) fn page(account: &Account, order: Order, cursor: Option<&str>) -> Request {
    let order_by = match order {
        Order::OldestFirst => OrderBy::CreatedAscending,
        Order::NewestFirst => OrderBy::CreatedDescending,
        Order::ChangedLastFirst => OrderBy::UpdatedDescending,
    };
    let page =
        ListCustomers { cursor: cursor.map(str::to_owned), limit: Some(MAX_LIMIT), order_by: Some(order_by) };
    gorgias::customers::list(&page).to_http(account)
}

/// Reads any list of customers.
pub(super) fn page_read(answer: &Answer) -> Result<EntryPage, Refusal> {
    let page = gorgias::customers::list(&ListCustomers::default()).parse(answer).map_err(refusal)?;
    Ok(EntryPage { entries: page.items.into_iter().map(entry).collect(), next: page.next_cursor })
}

pub(super) fn search(account: &Account, number: &E164) -> Request {
    gorgias::search::customers_by_phone(number.as_str()).to_http(account)
}

/// Ids of customers who may have the number: how Gorgias compares is not known (`reference/gorgias.md` §8.1).
pub(super) fn searched(answer: &Answer) -> Result<Vec<String>, Refusal> {
    let found = gorgias::search::customers_by_phone("").parse(answer).map_err(refusal)?;
    let mut ids: Vec<String> = Vec::new();
    for id in found.items.iter().map(|hit| hit.customer_id.to_string()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Reads one customer; `None` if there is none (any more).
pub(super) fn one_read(answer: &Answer) -> Result<Option<Entry>, Refusal> {
    match gorgias::customers::get(0).parse(answer) {
        Ok(found) => Ok(Some(entry(found))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. }) => Ok(None),
        Err(error) => Err(refusal(error)),
    }
}

fn entry(found: gorgias::Customer) -> Entry {
    let living = found.channels.iter().filter(|channel| channel.kind == "phone" && !channel.deleted);
    let addresses = living.map(|channel| Address(channel.address.chars().take(LONGEST_ADDRESS).collect()));
    Entry {
        addresses: addresses.collect(),
        made_at: found.created_datetime.as_ref().map(DateTime::<Utc>::timestamp_micros),
        customer: customer(found),
    }
}
