//! Text messages (rows M). They come from guests, each with a conversation of their own, and from strangers.
//!
//! To whom a conversation goes follows from the message that begins it, and in a troubled day that may be another one than
//! in the quiet day. So within a stretch the messages that may begin one are all the customer's or all of one agent; only
//! an agent whom the helpdesk does not know answers at once.

use sidetone_sandbox::{HangUp, aircall_world as world};

use super::writer::{Correspondent, Writer, people_of};
use crate::cast::{LINES, STRANGERS_WHO_WRITE, second_address_of};
use crate::people::{self, Act, AtCustomer};
use crate::script::{Deed, HOUSE_S};

/// How long a scene lasts at most, and with it what goes on in writing.
const LASTS_S: u64 = 340;

fn any_line(w: &mut Writer) -> u64 {
    w.chance.one_of(&LINES).0
}

/// A guest who has no conversation yet.
fn somebody(w: &mut Writer, at: u64) -> String {
    let number = w.guest(at + LASTS_S);
    let written_at = at + LASTS_S;
    w.correspondents.push(Correspondent { number: number.clone(), is_open: true, written_at });
    number
}

/// Some messages on one or two lines, in one second or minutes apart.
fn some(w: &mut Writer, at: u64, number: &str, agent: impl Fn(&mut Writer) -> Option<u64>) {
    let mut line = any_line(w);
    let mut at = at;
    for _ in 0..w.chance.between(1, 5) {
        let agent = agent(w);
        w.text(at, line, number, agent);
        at += if w.chance.percent(40) { 0 } else { w.chance.between(1, 80) };
        if w.chance.percent(20) {
            line = any_line(w);
        }
    }
}

/// A customer writes.
pub fn customer_writes(w: &mut Writer, at: u64) {
    let number = somebody(w, at);
    some(w, at, &number, |_| None);
}

/// An agent writes to a customer.
pub fn agent_writes(w: &mut Writer, at: u64) {
    let number = somebody(w, at);
    let agent = *w.chance.one_of(&[world::CAMILLE, world::JONAS, world::AMELIA]);
    some(w, at, &number, |_| Some(agent));
}

/// A customer writes, and an agent whom the helpdesk does not know answers.
pub fn back_and_forth(w: &mut Writer, at: u64) {
    let number = somebody(w, at);
    some(w, at, &number, |w| w.chance.percent(50).then_some(world::INES));
}

/// Somebody writes whom the helpdesk does not know.
pub fn stranger_writes(w: &mut Writer, at: u64) {
    let number = *w.chance.one_of(&STRANGERS_WHO_WRITE);
    some(w, at, number, |_| None);
}

/// A customer writes and calls at the same time: one customer, two threads.
pub fn writes_and_calls(w: &mut Writer, at: u64) {
    let number = somebody(w, at);
    some(w, at, &number, |_| None);
    let (line, _) = w.selected_line();
    let (answer, end) = (at + 9, at + 70);
    let call = w.ring(at, line, Some(number), &[]);
    w.guests_calls.insert(call);
    if let Some(agent) = w.free(people_of(line), at, end) {
        w.deed(answer, Deed::Answer(call, Some(agent)));
    }
    w.deed(end, Deed::HangUp(call, HangUp::default()));
}

/// Somebody from an earlier stretch goes on writing, whatever became of the conversation.
pub fn goes_on(w: &mut Writer, at: u64) {
    let is_earlier = |one: &Correspondent| one.written_at + 900 < at;
    let earlier: Vec<usize> =
        (0..w.correspondents.len()).filter(|n| is_earlier(&w.correspondents[*n])).collect();
    if earlier.is_empty() {
        return customer_writes(w, at);
    }
    let n = *w.chance.one_of(&earlier);
    let Correspondent { number, is_open, .. } = w.correspondents[n].clone();
    w.correspondents[n].written_at = at + LASTS_S;
    if is_open {
        some(w, at, &number, |w| w.chance.percent(40).then_some(world::CAMILLE));
    } else {
        some(w, at, &number, |_| None);
        w.correspondents[n].is_open = true;
    }
}

/// What people do to this stretch's conversations, once all of them are written.
pub fn people_at_conversations(w: &mut Writer, at: u64) {
    for n in 0..w.correspondents.len() {
        let Correspondent { number, written_at, .. } = w.correspondents[n].clone();
        let is_of_this_stretch = written_at + 2 * HOUSE_S + 900 > at;
        if !is_of_this_stretch || !w.chance.percent(60) {
            continue;
        }
        if w.chance.percent(15) {
            let into = AtCustomer::MergeInto(second_address_of(&number));
            w.deed(at, Deed::Customer(number, into, None));
            continue;
        }
        let act = *w.chance.one_of(people::acts_at_conversations(w.desk));
        let act = w.allowed_at_conversation(act);
        if matches!(act, Act::Close | Act::Trash | Act::Spam | Act::Delete) {
            w.correspondents[n].is_open = false;
        }
        w.deed(at, Deed::AtConversation(number, act));
    }
}
