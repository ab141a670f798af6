//! People who work in the helpdesk while a call goes on: before, between and after our writes (G25).
//!
//! Each has a guest of its own. What a person does depends on what is there at that moment: on a ticket they can only
//! work once there is one. So in a troubled day they come later, perhaps when everything is written; what the laws promise
//! then is in `promises.rs`.

use sidetone_sandbox::{HangUp, aircall_world as world};

use super::writer::{Writer, people_of};
use crate::cast::second_address_of;
use crate::day::Desk;
use crate::people::{self, Act, AtCustomer};
use crate::script::{CallNo, Deed};

/// What such a call brings: from the answer to the last late tag.
struct Call {
    call: CallNo,
    number: String,
}

/// Answered at +10 s, hung up at +70, over at +100; a note and a tag while it is up, a note at +220, a tag at +230.
fn call(w: &mut Writer, at: u64) -> Option<Call> {
    let (line, people) = w.selected_line();
    let agent = w.free(people, at, at + 70)?;
    let number = w.guest(at + 300);
    let call = w.ring(at, line, Some(number.clone()), &[]);
    w.guests_calls.insert(call);
    w.deed(at + 10, Deed::Answer(call, Some(agent)));
    in_and_after(w, call, at, agent);
    Some(Call { call, number })
}

fn in_and_after(w: &mut Writer, call: CallNo, at: u64, agent: u64) {
    if w.chance.percent(50) {
        let note = w.note();
        w.deed(at + 30, Deed::Comment(call, agent, note));
    }
    if w.chance.percent(50) {
        let tag = w.tag();
        w.deed(at + 32, Deed::Tag(call, agent, tag));
    }
    w.deed(at + 70, Deed::HangUp(call, HangUp::default()));
    let (note, tag) = (w.note(), w.tag());
    w.deed(at + 220, Deed::Comment(call, agent, note));
    w.deed(at + 230, Deed::Tag(call, agent, tag));
}

/// While it is up, between hang-up and end, or between the end and what comes late.
fn a_moment(w: &mut Writer, at: u64) -> u64 {
    let (from, to) = *w.chance.one_of(&[(11, 69), (71, 99), (101, 219)]);
    at + w.chance.between(from, to)
}

fn an_act(w: &mut Writer, call: CallNo) -> Act {
    let act = *w.chance.one_of(people::acts_meanwhile(w.desk));
    w.allowed(act, call)
}

/// Somebody works on the ticket.
pub fn at_the_ticket(w: &mut Writer, at: u64) {
    let Some(Call { call, .. }) = call(w, at) else { return };
    let act = an_act(w, call);
    let when = a_moment(w, at);
    w.deed(when, Deed::Person(call, act));
}

/// Somebody works on the ticket of a call that is handed from agent to agent (G24).
pub fn at_the_ticket_of_a_call_that_is_handed_on(w: &mut Writer, at: u64) {
    let (first, second) =
        (w.free(people_of(world::SUPPORT_FR), at, at + 70), w.free(&[world::JONAS], at, at + 70));
    let (Some(first), Some(second)) = (first, second) else { return };
    let number = w.guest(at + 300);
    let call = w.ring(at, world::SUPPORT_FR, Some(number), &[]);
    w.guests_calls.insert(call);
    w.deed(at + 10, Deed::Answer(call, Some(first)));
    w.deed(at + 45, Deed::Transfer(call, second, true));
    in_and_after(w, call, at, second);
    let act = if w.chance.percent(60) { Act::Reassign(4_103) } else { an_act(w, call) };
    let when = a_moment(w, at);
    w.deed(when, Deed::Person(call, act));
}

/// The guest's two entries in the helpdesk become one, before, while or after the call is written.
pub fn customer_merged(w: &mut Writer, at: u64) {
    let Some(Call { call, number }) = call(w, at) else { return };
    let into = AtCustomer::MergeInto(second_address_of(&number));
    match w.chance.percent(40) {
        true => {
            let when = at + w.chance.between(0, 10);
            w.deed(when, Deed::Customer(number, into, None));
        }
        false => {
            let when = a_moment(w, at);
            w.deed(when, Deed::Customer(number, into, Some(call)));
        }
    }
}

/// The guest is deleted in the helpdesk, before, while or after the call is written.
pub fn customer_deleted(w: &mut Writer, at: u64) {
    if w.desk == Desk::Front && (w.moves || w.may_forget) {
        // Front's conversations are found by their contact only: whoever has no memory finds none of somebody deleted.
        return at_the_ticket(w, at);
    }
    let Some(Call { call, number }) = call(w, at) else { return };
    match w.chance.percent(40) {
        true => {
            let when = at + w.chance.between(0, 10);
            w.deed(when, Deed::Customer(number, AtCustomer::Delete, None));
        }
        false => {
            let when = a_moment(w, at);
            w.deed(when, Deed::Customer(number, AtCustomer::Delete, Some(call)));
        }
    }
}

/// A guest of an earlier stretch calls again: whether what became of their customer is remembered.
pub fn guest_again(w: &mut Writer, at: u64) {
    let earlier: Vec<String> =
        w.guests.iter().filter(|(_, written)| written + 900 < at).map(|(number, _)| number.clone()).collect();
    if earlier.is_empty() {
        return at_the_ticket(w, at);
    }
    let number = w.chance.one_of(&earlier).clone();
    let (line, _) = w.selected_line();
    let call = w.talk(at, line, Some(number));
    w.guests_calls.insert(call);
}
