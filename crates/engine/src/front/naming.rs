//! G5 for Front: the name that a person gives to a contact whom we had made with nothing but a number.

use front::ErrorKind;
use front::contacts::{self, ContactUpdate};
use serde_json::{Value, json};

use super::answers::refusal;
use super::contacts::{HABITS, by_id};
use super::plan::from;
use crate::choice::CallerName;
use crate::directory::Customer;
use crate::helpdesk::{Answer, Refusal};
use crate::ledger::{Holding, Ledger, NAMED, Write, WriteKind};
use crate::number::E164;

/// What a call keeps of the name that its contact is to get; `None` if the contact is not called by the number.
pub(super) fn rename(number: &E164, customer: &Customer, name: &CallerName) -> Option<Holding> {
    let is_unnamed = customer.name.trim().is_empty() || customer.name == (HABITS.placeholder_name)(number);
    is_unnamed.then(|| Holding {
        key: NAMED.into(),
        helpdesk_id: customer.id.clone(),
        detail: json!({ "name": name.name, "was": customer.name }),
    })
}

/// What is still to be written of it.
pub(super) fn plan(ledger: &Ledger) -> Option<Write> {
    let detail = ledger.detail(NAMED)?;
    if detail.get("kept").is_some() || detail.get("done").is_some() {
        return None;
    }
    let id = ledger.id(NAMED)?;
    let name = detail.get("name").and_then(Value::as_str).map(str::to_owned);
    let update = ContactUpdate { name, ..ContactUpdate::default() };
    let mut done = detail.clone();
    done["done"] = true.into();
    Some(Write {
        holdings: vec![Holding { key: NAMED.into(), helpdesk_id: id.to_owned(), detail: done }],
        rule: "A person named the caller, and the contact still was called by the number (G5)".into(),
        ..from(WriteKind::NameCustomer, &contacts::update(&by_id(id), &update))
    })
}

/// Whether the contact was looked at since the name was given, so that the write may follow.
pub(super) fn is_looked_at(ledger: &Ledger) -> bool {
    ledger.detail(NAMED).is_some_and(|detail| detail.get("looked_at").is_some())
}

/// What the look just before the write showed: that the name is still ours, or that somebody named the contact meanwhile.
pub(super) fn seen(ledger: &Ledger, answer: &Answer) -> Result<Option<Holding>, Refusal> {
    let Some((id, detail)) = ledger.id(NAMED).zip(ledger.detail(NAMED)) else { return Ok(None) };
    let mut detail = detail.clone();
    let was = detail["was"].as_str().unwrap_or_default();
    match contacts::get(&by_id(id)).parse(answer) {
        Ok(found) if found.name.as_deref().unwrap_or_default() == was => detail["looked_at"] = true.into(),
        Ok(_) => detail["kept"] = "renamed".into(),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::Merged { .. } => detail["kept"] = "gone".into(),
            _ => return Err(refusal(error)),
        },
    }
    Ok(Some(Holding { key: NAMED.into(), helpdesk_id: id.to_owned(), detail }))
}
