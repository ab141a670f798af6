//! G5: how customers are called whom nobody knows, and the name that a person gives them afterwards.

use gorgias::{Customer as Found, ErrorKind, NewChannel};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answers::refusal;
use super::plan::from;
use crate::choice::CallerName;
use crate::directory::Customer;
use crate::helpdesk::{Answer, Refusal};
use crate::ledger::{Holding, Ledger, NAMED, Write, WriteKind};
use crate::number::E164;

/// How placeholder customers are called; kept as it is in every language.
const PLACEHOLDER_NAME: &str = "Aircall New Contact";

/// The name of somebody of whom only the number is known.
pub(super) fn placeholder_name(number: &E164) -> String {
    format!("{PLACEHOLDER_NAME} {}", number.as_str())
}

/// Whether a name says nothing of who it is.
pub(super) fn is_placeholder(name: &str) -> bool {
    name.trim().is_empty() || name.starts_with(PLACEHOLDER_NAME)
}

/// `<random digits>@aircall.io`. The digits are a hash of the number: no second address when a write is repeated.
pub(super) fn placeholder_email(number: &E164) -> String {
    let hash = Sha256::digest(number.as_str().as_bytes());
    let digits = hash.iter().take(8).fold(0u64, |n, byte| (n << 8) | u64::from(*byte)) % 1_000_000_000_000;
    format!("{digits:012}@aircall.io")
}

/// What a call keeps of the name that its customer is to get; `None` if the customer is not called by our placeholder.
pub(super) fn rename(number: &E164, customer: &Customer, name: &CallerName) -> Option<Holding> {
    (customer.name == placeholder_name(number)).then(|| Holding {
        key: NAMED.into(),
        helpdesk_id: customer.id.clone(),
        detail: json!({
            "name": name.name,
            "email": name.email,
            "was": customer.name,
            "placeholder_email": placeholder_email(number),
        }),
    })
}

/// What is still to be written of it.
pub(super) fn plan(ledger: &Ledger) -> Option<Write> {
    let detail = ledger.detail(NAMED)?;
    if detail.get("kept").is_some() || detail.get("done").is_some() {
        return None;
    }
    let id: u64 = ledger.id(NAMED)?.parse().ok()?;
    let text = |key: &str| detail.get(key).and_then(Value::as_str);
    let update = gorgias::CustomerUpdate {
        name: text("name").map(str::to_owned),
        email: text("email").map(str::to_owned),
        channels: text("email").and_then(|email| channels(detail, email)),
        ..gorgias::CustomerUpdate::default()
    };
    let mut done = detail.clone();
    done["done"] = true.into();
    Some(Write {
        holdings: vec![Holding { key: NAMED.into(), helpdesk_id: id.to_string(), detail: done }],
        rule: "A person named the caller, and the customer still had the placeholder that we wrote (G5)"
            .into(),
        ..from(WriteKind::NameCustomer, &gorgias::customers::update(id, &update))
    })
}

/// Whether the customer was looked at since the name was given, so that the write may follow.
pub(super) fn is_looked_at(ledger: &Ledger) -> bool {
    ledger.detail(NAMED).is_some_and(|detail| detail.get("channels").is_some())
}

/// All ways to reach the customer, the new address in the placeholder's place: an update replaces the whole list.
fn channels(detail: &Value, email: &str) -> Option<Vec<NewChannel>> {
    let placeholder = detail.get("placeholder_email").and_then(Value::as_str);
    let seen = detail.get("channels")?.as_array()?;
    let known = seen.iter().filter_map(|channel| {
        Some(NewChannel {
            kind: channel.get("type")?.as_str()?.to_owned(),
            address: channel.get("address")?.as_str()?.to_owned(),
            preferred: channel.get("preferred")?.as_bool()?,
        })
    });
    let is_other =
        |channel: &NewChannel| channel.kind != "email" || Some(channel.address.as_str()) != placeholder;
    let mut channels: Vec<NewChannel> = known.filter(is_other).collect();
    let is_there =
        |channel: &NewChannel| channel.kind == "email" && channel.address.eq_ignore_ascii_case(email);
    if !channels.iter().any(is_there) {
        channels.push(NewChannel::email(email));
    }
    Some(channels)
}

/// What the look just before the write showed: the channels to keep, or that somebody named the customer meanwhile.
pub(super) fn seen(ledger: &Ledger, answer: &Answer) -> Result<Option<Holding>, Refusal> {
    let Some((id, detail)) = ledger.id(NAMED).zip(ledger.detail(NAMED)) else { return Ok(None) };
    let mut detail = detail.clone();
    match gorgias::customers::get(id.parse().unwrap_or_default()).parse(answer) {
        Ok(found) if found.name.as_deref() == detail["was"].as_str() => detail["channels"] = living(&found),
        Ok(_) => detail["kept"] = "renamed".into(),
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::Merged { .. } => detail["kept"] = "gone".into(),
            _ => return Err(refusal(error)),
        },
    }
    Ok(Some(Holding { key: NAMED.into(), helpdesk_id: id.to_owned(), detail }))
}

fn living(found: &Found) -> Value {
    let living = found.channels.iter().filter(|channel| !channel.deleted);
    let written =
        |c: &gorgias::Channel| json!({ "type": c.kind, "address": c.address, "preferred": c.preferred });
    living.map(written).collect()
}
