//! What every helpdesk's assessment of a call has in common: who it would be logged to, why it is not logged, what is
//! parked.

use sidetone_protocol::{Completeness, PartState};

use crate::choice::{Decided, decided};
use crate::directory::Customer;
use crate::helpdesk::{Assessment, Context, Standing, Step};
use crate::ledger::{AttemptState, Write};
use crate::matched_by::MatchedBy;
use crate::number::Party;
use crate::store::Case;
use crate::whom::{Lacks, meant_by_dialling};

/// What is so before anything is known of the record.
pub(crate) fn early(case: &Case, context: &Context<'_>, completeness: Completeness) -> Assessment {
    Assessment {
        standing: Standing::Early,
        step: Step::Rest,
        writes: Vec::new(),
        files: Vec::new(),
        completeness,
        customer: known_customer(case, context),
        matched_by: matched_by(case, context),
    }
}

pub(crate) fn not_logged(mut assessment: Assessment) -> Assessment {
    let none = PartState::NotExpected;
    assessment.completeness = Completeness { note: none, tags: none, recording: none, voicemail: none };
    assessment
}

/// What was not written so far will not be.
pub(crate) fn without_what_is_awaited(mut assessment: Assessment) -> Assessment {
    let parts = &mut assessment.completeness;
    for part in [&mut parts.note, &mut parts.tags, &mut parts.recording, &mut parts.voicemail] {
        if *part == PartState::Awaited {
            *part = PartState::NotExpected;
        }
    }
    assessment
}

pub(crate) fn lacking(mut assessment: Assessment, lacks: Lacks) -> Assessment {
    match lacks {
        Lacks::First(step) => assessment.step = step,
        Lacks::Held(reason) => assessment.standing = Standing::Held(reason),
        Lacks::NotLogged(reason) => {
            assessment.standing = Standing::NotLogged(reason);
            return not_logged(assessment);
        }
    }
    assessment
}

/// Whether the helpdesk refused this write for good.
pub(crate) fn is_parked(case: &Case, write: &Write) -> bool {
    let is_it = |attempt: &crate::ledger::Attempt| attempt.write.main_key() == write.main_key();
    case.attempts.iter().any(|attempt| attempt.state == AttemptState::Parked && is_it(attempt))
}

fn known_customer(case: &Case, context: &Context<'_>) -> Option<Customer> {
    let found = match case.call.party() {
        Party::Phone(_) => context.matched,
        Party::Withheld | Party::Other(_) => context.anonymous,
    };
    let found = found.map(|m| m.customers.as_slice()).unwrap_or_default();
    match case.ledger.id("customer") {
        Some(id) => found.iter().find(|c| c.id == id).cloned().or_else(|| {
            let name =
                case.ledger.detail("customer").and_then(|d| d.get("name")?.as_str()).unwrap_or_default();
            Some(Customer {
                id: id.to_owned(),
                name: name.to_owned(),
                email: None,
                note: None,
                updated_at: None,
                spelled: None,
            })
        }),
        None => match (decided(&case.ledger, context.choice, context.matched.map(|_| found)), found) {
            (Some(Decided::Customer { customer, .. }), _) => Some(customer),
            (Some(Decided::WhatBecameOf(_) | Decided::Gone), _) => None,
            (_, [one]) => Some(one.clone()),
            _ => None,
        },
    }
}

fn matched_by(case: &Case, context: &Context<'_>) -> MatchedBy {
    let found = context.matched.map(|m| m.customers.as_slice());
    let chosen = decided(&case.ledger, context.choice, found);
    let logged_to = case.ledger.id("customer");
    match chosen.filter(|_| matches!(case.call.party(), Party::Phone(_))) {
        Some(Decided::Customer { customer, remembered }) if logged_to.is_none_or(|id| id == customer.id) => {
            return MatchedBy::Chosen { for_the_number: remembered };
        }
        Some(Decided::Named(..)) if found == Some(&[]) => {
            return MatchedBy::Named;
        }
        _ => {}
    }
    match (case.call.party(), context.matched.map(|m| m.customers.len())) {
        (Party::Withheld, _) => MatchedBy::Withheld,
        (Party::Other(_), _) => MatchedBy::NoNumber,
        (Party::Phone(_), Some(0)) => MatchedBy::Nobody,
        (Party::Phone(_), Some(n)) if logged_to.is_some() && meant_by_dialling(&case.ledger) == logged_to => {
            MatchedBy::Dialled(n)
        }
        (Party::Phone(_), Some(n)) => MatchedBy::ExactNumber(n),
        (Party::Phone(_), None) => MatchedBy::NotLookedUp,
    }
}
