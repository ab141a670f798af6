//! What people do in the helpdesk during a day.
//!
//! A person works on what is there: on a ticket only once there is one, and only then can they delete it. So an act is
//! put off until that is so, in both days of a seed; what must follow from it is in `promises.rs`. How each helpdesk takes
//! it is in a file of its own. In Front a call's ticket is the conversation of its contact, with all that stands in it.

mod front;
mod gorgias;

pub(crate) use front::{REMARK, teammate};

use sidetone_engine::call::CaseId;

use crate::day::{Day, Desk};

/// Something that a person does to the ticket of a call, or to its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Closes the ticket.
    Close,
    /// Gives it to another agent (the helpdesk's user id).
    Reassign(u64),
    /// Puts a tag of their own on it.
    Tag(&'static str),
    /// Takes one of our tags off.
    Untag(&'static str),
    /// Deletes it for good.
    Delete,
    /// Throws it into the bin.
    Trash,
    /// Marks it as spam.
    Spam,
    /// Merges its customer into another one (found by e-mail).
    MergeCustomerInto(&'static str),
    /// Opens it, in Front.
    Reopen,
    /// Moves it into another inbox, in Front.
    Move,
    /// Merges it into another conversation of its contact that is none of ours, if there is one, in Front.
    Merge,
    /// Comments on it, in Front.
    Comment(&'static str),
}

/// Something that a person does to a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtCustomer {
    /// Merges them into another one (found by e-mail).
    MergeInto(String),
    /// Deletes them.
    Delete,
}

/// What people do to tickets that are finished.
#[must_use]
pub fn acts(desk: Desk) -> &'static [Act] {
    match desk {
        Desk::Gorgias => gorgias::ACTS,
        Desk::Front => front::ACTS,
    }
}

/// What people do to tickets while their call is still being written.
#[must_use]
pub fn acts_meanwhile(desk: Desk) -> &'static [Act] {
    match desk {
        Desk::Gorgias => gorgias::MEANWHILE,
        Desk::Front => front::MEANWHILE,
    }
}

/// What people do to conversations of text messages. Nothing undoes it; but a further message opens one again that was
/// closed (M4), and goes into a new one where the old one was thrown away (M3).
#[must_use]
pub fn acts_at_conversations(desk: Desk) -> &'static [Act] {
    match desk {
        Desk::Gorgias => gorgias::CONVERSATION_ACTS,
        Desk::Front => front::CONVERSATION_ACTS,
    }
}

/// A ticket as a person found it when they did something to it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The ticket's id in the helpdesk.
    pub ticket: String,
    /// Whether the call was over for Aircall.
    pub is_over: bool,
    /// Whether the status of the end had been set.
    pub is_finished: bool,
}

/// From the hang-up to `call.ended`.
const ENDED_AFTER_S: i64 = 30;

/// Does it; `None` as long as there is nothing to do it to.
///
/// # Panics
/// If the helpdesk refuses.
pub fn act(day: &Day, call: u64, act: Act) -> Option<Found> {
    if act == Act::Delete && !is_known(day, call) {
        // A ticket of which nobody knows whether it was made, deleted: no program could tell that from one never made.
        return None;
    }
    match day.desk() {
        Desk::Gorgias => gorgias::act(day, call, act),
        Desk::Front => front::act(day, call, act),
    }
}

/// Does it to the newest conversation with this number; nothing if there is none.
///
/// # Panics
/// If the helpdesk refuses.
pub fn act_at_conversation(day: &Day, number: &str, act: Act) {
    match day.desk() {
        Desk::Gorgias => gorgias::act_at_conversation(day, number, act),
        Desk::Front => front::act_at_conversation(day, number, act),
    }
}

/// Does it to the customer with this number. `false` as long as `after` has no ticket yet that we know of.
///
/// # Panics
/// If the helpdesk refuses.
pub fn act_at_customer(day: &Day, number: &str, act: &AtCustomer, after: Option<u64>) -> bool {
    if after.is_some_and(|call| !is_known(day, call)) {
        return false;
    }
    match day.desk() {
        Desk::Gorgias => gorgias::act_at_customer(day, number, act),
        Desk::Front => front::act_at_customer(day, number, act),
    }
    true
}

fn is_over(day: &Day, call: u64) -> bool {
    let ended_at = day.aircall.call(call).and_then(|call| call["ended_at"].as_i64());
    ended_at.is_some_and(|at| at + ENDED_AFTER_S <= day.now().timestamp())
}

/// Whether our ledger has this call's ticket.
fn is_known(day: &Day, call: u64) -> bool {
    // A program that is down knows nothing at the moment.
    let detail = day.handle.call(CaseId(call)).ok().flatten();
    day.is_running() && detail.is_some_and(|d| d.ledger.iter().any(|row| row.key == "ticket"))
}
