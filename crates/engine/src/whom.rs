//! Whose call it is (G3 to G5, G23, B7): somebody whom the helpdesk knows, somebody to be made, or nobody yet. The same for
//! every helpdesk; how a stranger is made differs.

use sidetone_protocol::Reason;

use crate::call::Call;
use crate::choice::{CallerName, Decided, decided};
use crate::directory::Customer;
use crate::helpdesk::{Context, Step};
use crate::ledger::{EMAIL_REFUSED, FROM_TICKET, Ledger, NAMED, UNLINKED};
use crate::number::{E164, Party};
use crate::settings::{Language, Logging, UnknownCallers};
use crate::words::words;

/// How a helpdesk has customers made whom nobody knows.
pub(crate) struct Habits {
    /// The helpdesk's name, for sentences.
    pub(crate) helpdesk: &'static str,
    /// What marks the shared customer of callers who withheld their number (G23).
    pub(crate) anonymous: &'static str,
    /// The name of somebody of whom only the number is known.
    pub(crate) placeholder_name: fn(&E164) -> String,
    /// An address for whoever has none; `None` where the helpdesk needs none.
    pub(crate) placeholder_email: fn(&E164) -> Option<String>,
    /// Whether the record that a call was dialled from tells which one of several was meant (F8).
    pub(crate) dialled_from_tells: bool,
}

/// In the detail of [`FROM_TICKET`]: the customer whose record that is, or null if it does not tell; absent as long as
/// nobody has looked.
pub(crate) const WHOSE: &str = "whose";

/// Who the record belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Whom {
    /// Somebody the helpdesk knows.
    Known(Customer),
    /// Somebody to be made (G4, G5, G23).
    New(NewCustomer),
}

/// A customer to be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewCustomer {
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<E164>,
    pub(crate) external_id: String,
    /// G16: the sentence for the ticket; none for withheld callers.
    pub(crate) remark: Option<String>,
}

/// Why there is no record yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lacks {
    /// Do this first.
    First(Step),
    /// A person must decide.
    Held(Reason),
    /// It cannot be logged.
    NotLogged(Reason),
}

/// What finds the record of a call or message again (`design.md` §6).
pub(crate) fn record_marker(call: &Call) -> String {
    match call.message() {
        Some(message) => format!("aircall:message:{}", message.id()),
        None => format!("aircall:call:{}", call.id),
    }
}

/// What finds the customer again that is made for a call or message.
pub(crate) fn customer_marker(call: &Call) -> String {
    format!("{}:customer", record_marker(call))
}

/// What the record of a call was begun with.
pub(crate) fn frozen<'a>(ledger: &'a Ledger, what: &str) -> Option<&'a str> {
    ["ticket", "customer"].iter().filter_map(|key| ledger.detail(key)?.get(what)?.as_str()).next()
}

/// G3, G4, G5, G23, B7: the customer, or why there is none yet.
pub(crate) fn whom(
    call: &Call,
    language: Language,
    ledger: &Ledger,
    context: &Context<'_>,
    habits: &Habits,
) -> Result<Whom, Lacks> {
    if let Some(id) = ledger.id("customer") {
        let name = given(ledger, id).or(frozen(ledger, "name")).unwrap_or_default().to_owned();
        return Ok(Whom::Known(Customer {
            id: id.to_owned(),
            name,
            email: None,
            note: None,
            updated_at: None,
            spelled: None,
        }));
    }
    let logging = &context.settings.logging;
    match call.party() {
        Party::Phone(number) => whose(call, &number, language, ledger, context, habits),
        Party::Withheld | Party::Other(_) if !logging.log_anonymous => Err(Lacks::NotLogged(Reason {
            code: "anonymous_stored".into(),
            text: "The caller withheld the number; such calls are kept in the call log only (logging.anonymous_callers).".into(),
        })),
        Party::Withheld | Party::Other(_) => {
            let matched = context.anonymous.ok_or(Lacks::First(Step::LookUpAnonymous))?;
            Ok(match matched.customers.first() {
                Some(shared) => Whom::Known(shared.clone()),
                None => Whom::New(NewCustomer {
                    name: words(language).anonymous_caller.into(),
                    email: None,
                    phone: None,
                    external_id: habits.anonymous.into(),
                    remark: None,
                }),
            })
        }
    }
}

/// Whose number it is: chosen by a person, or the only one, or allowed by a rule, or nobody's yet.
fn whose(
    call: &Call,
    number: &E164,
    language: Language,
    ledger: &Ledger,
    context: &Context<'_>,
    habits: &Habits,
) -> Result<Whom, Lacks> {
    // Chosen for this call: nothing has to be asked.
    if let Some(Decided::Customer { customer, remembered: false }) = decided(ledger, None, None) {
        return Ok(Whom::Known(customer));
    }
    let look_up = || Lacks::First(Step::LookUp(number.clone()));
    let matched = context.matched.filter(|m| m.is_fresh(context.now)).ok_or_else(look_up)?;
    let found = matched.customers.as_slice();
    let name = match decided(ledger, context.choice, Some(found)) {
        Some(Decided::Customer { customer, .. }) => return Ok(Whom::Known(customer)),
        Some(Decided::WhatBecameOf(id)) => return Err(Lacks::First(Step::LookAtChosen(id))),
        Some(Decided::Gone) if !found.is_empty() => return Err(Lacks::Held(chosen_is_gone(found.len()))),
        // Somebody may have made the customer before the name was given.
        Some(Decided::Named(_, at)) if matched.checked_at < at => return Err(look_up()),
        Some(Decided::Named(name, _)) => Some(name),
        Some(Decided::Gone) | None => None,
    };
    if found.len() > 1 {
        match dialled_from(ledger, habits) {
            Some(Dialled::NotSeen) => return Err(Lacks::First(Step::LookAtLinked)),
            Some(Dialled::Of(id)) => {
                if let Some(meant) = found.iter().find(|one| one.id == id) {
                    return Ok(Whom::Known(meant.clone()));
                }
            }
            None => {}
        }
    }
    let logging = &context.settings.logging;
    match found {
        [one] => {
            let given = given(ledger, &one.id).map(str::to_owned);
            Ok(Whom::Known(Customer { name: given.unwrap_or_else(|| one.name.clone()), ..one.clone() }))
        }
        [_, ..] => match taken_by_rule(found, logging) {
            Some(recent) => Ok(Whom::Known(recent.clone())),
            None => Err(Lacks::Held(several(found.len()))),
        },
        // G4 goes before G5: whom Aircall knows by name is not unknown.
        [] if logging.unknown_callers == UnknownCallers::Hold
            && name.is_none()
            && contact_name(call).is_none() =>
        {
            Err(Lacks::Held(unknown(habits)))
        }
        [] => Ok(Whom::New(unknown_customer(
            call,
            number,
            language,
            logging.unknown_callers,
            name.as_ref(),
            ledger,
            habits,
        ))),
    }
}

/// The record that a call was dialled from.
enum Dialled<'a> {
    /// Nobody has looked at it yet.
    NotSeen,
    /// It is this customer's.
    Of(&'a str),
}

fn dialled_from<'a>(ledger: &'a Ledger, habits: &Habits) -> Option<Dialled<'a>> {
    let from = ledger.detail(FROM_TICKET).filter(|_| habits.dialled_from_tells && !ledger.has(UNLINKED))?;
    match from.get(WHOSE) {
        None => Some(Dialled::NotSeen),
        Some(whose) => whose.as_str().map(Dialled::Of),
    }
}

/// Whom a call was logged to because it was dialled from a record of theirs.
pub(crate) fn meant_by_dialling(ledger: &Ledger) -> Option<&str> {
    ledger.detail(FROM_TICKET)?.get(WHOSE)?.as_str()
}

fn contact_name(call: &Call) -> Option<String> {
    let contact = call.contact()?;
    contact.first_name.clone().or_else(|| contact.display()).filter(|name| !name.trim().is_empty())
}

/// As a person called the caller; G4 where Aircall knows a contact; else G5.
fn unknown_customer(
    call: &Call,
    number: &E164,
    language: Language,
    mode: UnknownCallers,
    given: Option<&CallerName>,
    ledger: &Ledger,
    habits: &Habits,
) -> NewCustomer {
    let w = words(language);
    let contact = call.contact();
    let name = given.map(|given| given.name.clone()).or_else(|| contact_name(call));
    let refused = ledger.detail(EMAIL_REFUSED).and_then(|d| d.get("email")?.as_str());
    let of_contact = contact.as_ref().and_then(|c| c.email.clone()).filter(|_| refused.is_none());
    let email = given.and_then(|given| given.email.clone()).or(of_contact);
    // Whoever holds unknown callers back wants none invented for those whom a person named.
    let invents = match mode {
        UnknownCallers::Placeholder => true,
        UnknownCallers::PhoneOnly => false,
        UnknownCallers::Hold => given.is_none(),
    };
    let mut remark = if contact.is_some() { w.not_found_but_contact } else { w.not_found }.to_owned();
    if let Some(refused) = refused {
        remark = format!("{remark}\n{}", w.email_refused(refused));
    }
    NewCustomer {
        remark: Some(remark),
        name: name.unwrap_or_else(|| (habits.placeholder_name)(number)),
        email: email.or_else(|| (habits.placeholder_email)(number).filter(|_| invents)),
        phone: Some(number.clone()),
        external_id: customer_marker(call),
    }
}

/// The name that a call's customer has or gets by a person's word.
pub(crate) fn given<'a>(ledger: &'a Ledger, customer: &str) -> Option<&'a str> {
    let detail =
        ledger.detail(NAMED).filter(|d| d.get("kept").is_none() && ledger.id(NAMED) == Some(customer))?;
    detail.get("name")?.as_str()
}

fn several(count: usize) -> Reason {
    Reason {
        code: "several_matches".into(),
        text: format!(
            "{count} customers share this number; nothing is written until a person chooses, or logging.several_matches allows it."
        ),
    }
}

fn chosen_is_gone(count: usize) -> Reason {
    let whose = if count == 1 { "One customer has" } else { "Several customers have" };
    Reason {
        code: "choice_gone".into(),
        text: format!(
            "The customer who was chosen for this number is no longer there, or has it no longer. {whose} the number \
             now; nothing is written until a person chooses again, or withdraws the choice."
        ),
    }
}

fn unknown(habits: &Habits) -> Reason {
    Reason {
        code: "unknown_caller".into(),
        text: format!(
            "Nobody in {} has this number; the call waits until a person names the caller.",
            habits.helpdesk
        ),
    }
}

/// B7: of several, best first, the one that was changed last, if that is the rule. Front does not tell of contacts when they were
/// changed (`reference/front.md`), so there a person chooses.
pub(crate) fn taken_by_rule<'a>(several: &'a [Customer], logging: &Logging) -> Option<&'a Customer> {
    several.first().filter(|recent| logging.several_take_recent && recent.updated_at.is_some())
}
