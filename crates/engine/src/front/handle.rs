//! By which handle an import reaches the contact that it is for (F1, B7). Front finds the contact of an import by the handle
//! at its outer end, and makes one where nobody has it: so whoever is to have the call must have the handle first.
//!
//! Mostly that is the number. A contact who was chosen for a call although the number is another's, or for this call only,
//! gets a handle of ours that nobody else can have.

use front::contacts::add_handle;
use front::{Handle, Medium, Source};
use serde_json::json;

use super::contacts::{ANONYMOUS, by_id, create_contact};
use super::plan::from;
use super::record::Record;
use crate::call::Call;
use crate::choice::{Decided, decided};
use crate::directory::Customer;
use crate::helpdesk::Context;
use crate::ledger::{HANDLE, Holding, Ledger, Write, WriteKind};
use crate::number::{E164, Party};
use crate::settings::Language;
use crate::whom::{Whom, meant_by_dialling};

/// What is to be done at the contact before anything is imported for it.
pub(super) fn contact(call: &Call, record: &Record, ledger: &Ledger, context: &Context<'_>) -> Option<Write> {
    match (&record.whom, call.party()) {
        (Whom::New(new), _) => Some(create_contact(new, record.language)),
        (Whom::Known(known), Party::Phone(number)) if !ledger.has("customer") => {
            let holders = context.matched.map(|matched| matched.customers.as_slice());
            // Front has one number at one contact: whoever is found by it as Front writes it has it.
            let has_it = |one: &&Customer| one.spelled.is_none();
            let holder = holders.map(|holders| holders.iter().find(has_it));
            match holder {
                Some(Some(holder)) if holder.id == known.id => None,
                Some(None) if !is_for_this_call_only(ledger, context) => {
                    Some(add_number(known, &number, record.language))
                }
                _ => Some(add_own(known, record.language)),
            }
        }
        (Whom::Known(_), _) => None,
    }
}

fn is_for_this_call_only(ledger: &Ledger, context: &Context<'_>) -> bool {
    let found = context.matched.map(|matched| matched.customers.as_slice());
    let chosen = decided(ledger, context.choice, found);
    let found = found.unwrap_or_default();
    // Whoever alone is found without its plus has the number, whatever was chosen. Of several it is nobody's.
    let has_the_number =
        |customer: &Customer| matches!(found, [one] if one.id == customer.id && one.spelled.is_some());
    match chosen {
        Some(Decided::Customer { customer, remembered: false }) => !has_the_number(&customer),
        Some(Decided::Customer { remembered: true, .. }) => false,
        _ => found.len() > 1 && meant_by_dialling(ledger).is_some(),
    }
}

/// Nobody has the number as Front writes it: this contact gets it, or the import would make another one.
fn add_number(known: &Customer, number: &E164, language: Language) -> Write {
    let detail = json!({ "name": known.name, "language": language.code(), "email": known.email, "adds": number.as_str() });
    let rule = match &known.spelled {
        Some(_) => {
            "The contact has the number without its plus: it is added as Front writes it, so that no second contact is made (F1)"
        }
        None => "The contact who was chosen gets the number, so that no second contact is made (F1, B7)",
    };
    added(known, &Handle::phone(number.as_str()), detail, rule)
}

/// The number is another contact's, or is to stay nobody's.
fn add_own(known: &Customer, language: Language) -> Write {
    let handle = own_handle(&known.id);
    let detail = json!({ "name": known.name, "language": language.code(), HANDLE: handle });
    let rule = "The contact who was chosen does not get the number: a handle of ours leads there (B7)";
    added(known, &Handle { source: Source::Custom, handle }, detail, rule)
}

/// A handle of ours begins so; the contact's id follows.
const OWN: &str = "sidetone-";

/// The handle of ours that leads to a contact.
pub(super) fn own_handle(contact: &str) -> String {
    format!("{OWN}{contact}")
}

fn added(known: &Customer, handle: &Handle, detail: serde_json::Value, rule: &str) -> Write {
    Write {
        holdings: vec![Holding { key: "customer".into(), helpdesk_id: known.id.clone(), detail }],
        rule: rule.into(),
        ..from(WriteKind::AddNumber, &add_handle(&by_id(&known.id), handle))
    }
}

/// Whether a write adds a handle to a contact who is known already, and not by an e-mail address alone.
pub(super) fn is_of_a_known_contact(write: &Write) -> bool {
    let detail = write.holdings.first().filter(|_| write.kind == WriteKind::AddNumber).map(|h| &h.detail);
    detail.is_some_and(|detail| detail.get("adds").is_some() || detail.get(HANDLE).is_some())
}

/// The outer end of an import.
pub(super) fn outer_end(
    call: &Call,
    record: &Record,
    ledger: &Ledger,
    context: &Context<'_>,
) -> (Medium, front::Party) {
    let name = match &record.whom {
        Whom::Known(customer) => customer.name.as_str(),
        Whom::New(new) => new.name.as_str(),
    };
    let own = || match ledger.detail("customer") {
        Some(detail) => detail.get(HANDLE)?.as_str().map(str::to_owned),
        None => {
            let first = contact(call, record, ledger, context)?.holdings.into_iter().next()?;
            first.detail.get(HANDLE)?.as_str().map(str::to_owned)
        }
    };
    let (medium, handle) = match call.party() {
        Party::Phone(number) => match own() {
            Some(handle) => (Medium::Custom, handle),
            None => (Medium::Sms, number.as_str().to_owned()),
        },
        Party::Withheld | Party::Other(_) => (Medium::Custom, ANONYMOUS.to_owned()),
    };
    (medium, front::Party { handle, name: Some(name.to_owned()).filter(|name| !name.trim().is_empty()) })
}
