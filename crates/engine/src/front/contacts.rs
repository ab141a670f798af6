//! Contacts of Front (F1, B9): how they are looked up and listed, made, and how their answers read.

use front::contacts::{self, ListContacts, OrderBy};
use front::{Account, Contact, ContactId, ContactRef, ErrorKind, Handle, MAX_LIMIT, NewContact, Source};
use serde_json::{Value, json};

use super::answers::refusal;
use super::plan::from;
use crate::directory::Customer;
use crate::directory::entry::{Address, Entry, EntryPage, Order};
use crate::helpdesk::{Answer, CustomerSeen, Owner, Refusal, Request};
use crate::ledger::{Holding, Write, WriteKind};
use crate::number::E164;
use crate::settings::Language;
use crate::whom::{Habits, NewCustomer};

/// The handle of the shared contact of callers who withheld their number (G23).
pub(super) const ANONYMOUS: &str = "sidetone-anonymous";
/// A handle is cut off here for the directory: no number is longer.
const LONGEST_HANDLE: usize = 320;

/// How contacts are made whom nobody knows: the number is the name, and there is no invented address.
pub(super) const HABITS: Habits = Habits {
    helpdesk: "Front",
    anonymous: ANONYMOUS,
    placeholder_name: |number| number.as_str().to_owned(),
    placeholder_email: |_| None,
    dialled_from_tells: true,
};

/// Whoever has this phone number, as it is spelled.
pub(super) fn look_up(account: &Account, address: &Address) -> Request {
    contacts::get(&ContactRef::phone(address.0.clone())).to_http(account)
}

/// Reads that answer: one contact, or none.
pub(super) fn looked_up(answer: &Answer) -> Result<EntryPage, Refusal> {
    Ok(EntryPage { entries: one(answer)?.map(entry).into_iter().collect(), next: None })
}

/// The contact that an answer shows; `None`: there is none (any more).
pub(super) fn one(answer: &Answer) -> Result<Option<Contact>, Refusal> {
    match contacts::get(&ContactRef::phone("")).parse(answer) {
        Ok(contact) => Ok(Some(contact)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Merged { .. }) => Ok(None),
        Err(error) => Err(refusal(error)),
    }
}

pub(super) fn get(account: &Account, id: &str) -> Request {
    contacts::get(&by_id(id)).to_http(account)
}

pub(super) fn by_id(id: &str) -> ContactRef {
    ContactRef::Id(ContactId::new(id))
}

/// The shared contact of withheld callers.
pub(super) fn anonymous() -> ContactRef {
    ContactRef::Handle(Handle { source: Source::Custom, handle: ANONYMOUS.to_owned() })
}

/// What became of a contact, by the contact's own page. The id of one that was merged may show the survivor.
pub(super) fn seen(id: &str, answer: &Answer) -> Result<CustomerSeen, Refusal> {
    match contacts::get(&by_id(id)).parse(answer) {
        Ok(found) if found.id.as_str() == id => Ok(CustomerSeen::There(customer(found))),
        Ok(survivor) => Ok(CustomerSeen::Became(survivor.id.to_string())),
        Err(error) => match (error.kind(), error.surviving_contact()) {
            (ErrorKind::Merged { .. }, Some(survivor)) => Ok(CustomerSeen::Became(survivor.to_string())),
            (ErrorKind::Merged { .. } | ErrorKind::NotFound, _) => Ok(CustomerSeen::Gone),
            _ => Err(refusal(error)),
        },
    }
}

pub(super) fn page(account: &Account, order: Order, cursor: Option<&str>) -> Request {
    let order_by = match order {
        Order::OldestFirst => OrderBy::CreatedAscending,
        Order::NewestFirst => OrderBy::CreatedDescending,
        Order::ChangedLastFirst => OrderBy::UpdatedDescending,
    };
    let all = ListContacts { order_by: Some(order_by), limit: Some(MAX_LIMIT), ..ListContacts::default() };
    let first = contacts::list(&all);
    cursor.map_or_else(|| first.clone(), |cursor| first.at_page(cursor)).to_http(account)
}

pub(super) fn page_read(answer: &Answer) -> Result<EntryPage, Refusal> {
    let page = contacts::list(&ListContacts::default()).parse(answer).map_err(refusal)?;
    Ok(EntryPage { entries: page.items.into_iter().map(entry).collect(), next: page.next })
}

pub(super) fn entry(contact: Contact) -> Entry {
    let addresses = contact.phones().map(|phone| Address(phone.chars().take(LONGEST_HANDLE).collect()));
    Entry { addresses: addresses.collect(), made_at: None, customer: customer(contact) }
}

pub(super) fn customer(contact: Contact) -> Customer {
    let email = contact.handles.iter().find(|handle| handle.source == Source::Email);
    Customer {
        id: contact.id.to_string(),
        email: email.map(|email| email.handle.clone()),
        name: contact.name.unwrap_or_default(),
        note: contact.description.filter(|note| !note.trim().is_empty()),
        updated_at: None,
        spelled: None,
    }
}

/// F1: a contact for somebody whom Front does not know.
pub(super) fn create_contact(new: &NewCustomer, language: Language) -> Write {
    let phone = new.phone.as_ref().map(|number| Handle::phone(number.as_str()));
    let anonymous = || Handle { source: Source::Custom, handle: new.external_id.clone() };
    let mut handles = vec![phone.unwrap_or_else(anonymous)];
    handles.extend(new.email.iter().map(Handle::email));
    let body = NewContact { handles, name: Some(new.name.clone()), description: None };
    let detail = json!({ "name": new.name, "language": language.code(), "email": new.email, "made": true });
    Write {
        holdings: vec![Holding { key: "customer".into(), helpdesk_id: String::new(), detail }],
        rule: match new.phone {
            Some(_) => "Nobody in Front has this number, so a contact is made (F1)".into(),
            None => "The number is withheld: one shared contact for all such callers (G23)".into(),
        },
        ..from(WriteKind::CreateCustomer, &contacts::create(&body))
    }
}

/// After a contact was refused because another one has the e-mail address: asks who. Where there is none, it is the number
/// that somebody has, who is looked up anew.
pub(super) fn conflicting(account: &Account, write: &Write, owner: Option<&str>) -> Option<Request> {
    let handles = write.body.get("handles").and_then(Value::as_array).into_iter().flatten();
    let email = handles.into_iter().find(|handle| handle["source"] == "email")?["handle"].as_str()?;
    let who = owner.map_or_else(|| ContactRef::email(email), by_id);
    (write.kind == WriteKind::CreateCustomer).then(|| contacts::get(&who).to_http(account))
}

/// Reads that answer: whoever has the address gets the number, too.
pub(super) fn resolve_conflict(write: &Write, answer: &Answer) -> Result<Owner, Refusal> {
    let owner = match contacts::get(&by_id("")).parse(answer) {
        Ok(owner) => owner,
        Err(error) => {
            let survivor = error.surviving_contact().map(|id| Owner::IsNow(id.to_string()));
            return match error.kind() {
                ErrorKind::NotFound => Ok(Owner::Nobody),
                _ => survivor.ok_or_else(|| refusal(error)),
            };
        }
    };
    let Some(phone) = write.body.pointer("/handles/0/handle").and_then(Value::as_str) else {
        return Ok(Owner::Nobody);
    };
    let request = contacts::add_handle(&ContactRef::Id(owner.id.clone()), &Handle::phone(phone));
    let language = write.holdings.first().and_then(|h| h.detail.get("language").cloned());
    let owner = customer(owner);
    let detail = json!({ "name": owner.name, "language": language, "email": owner.email });
    Ok(Owner::Gets(Box::new(Write {
        holdings: vec![Holding { key: "customer".into(), helpdesk_id: owner.id, detail }],
        rule: "The e-mail address belongs to a contact already, so the number is added to that one (F1)"
            .into(),
        ..from(WriteKind::AddNumber, &request)
    })))
}

/// A number as a shop may have stored it: without its plus.
pub(super) fn without_plus(number: &E164) -> Option<Address> {
    number.as_str().strip_prefix('+').map(|digits| Address(digits.to_owned()))
}
