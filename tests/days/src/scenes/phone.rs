//! What happens on the phone.

use sidetone_sandbox::{HangUp, aircall_world as world};

use super::writer::{Writer, people_of};
use crate::cast::{LINES, OWN_NUMBER, REASONS, STRANGERS};
use crate::script::{CallNo, Deed};

/// More than the helpdesk has room for at once.
pub(super) const RUSH: usize = 45;

fn line(w: &mut Writer) -> u64 {
    w.chance.one_of(&LINES).0
}

/// Somebody calls and is answered, if anybody is free.
pub fn answered(w: &mut Writer, at: u64) {
    let (line, from) = (line(w), w.caller());
    w.talk(at, line, from);
}

/// Somebody calls in vain, for any of the documented reasons.
pub fn missed(w: &mut Writer, at: u64) {
    let (line, from) = (line(w), w.caller());
    in_vain(w, at, line, from, false);
}

/// Somebody leaves a voicemail.
pub fn voicemail(w: &mut Writer, at: u64) {
    let (line, from) = (line(w), w.caller());
    in_vain(w, at, line, from, true);
}

/// An agent calls somebody.
pub fn dialled(w: &mut Writer, at: u64) {
    outbound(w, at, true);
}

/// An agent calls somebody who does not answer.
pub fn dialled_in_vain(w: &mut Writer, at: u64) {
    outbound(w, at, false);
}

/// Answered, and handed to another agent, who takes it.
pub fn handed_on(w: &mut Writer, at: u64) {
    hand_on(w, at, |call, to| Deed::Transfer(call, to, true), true);
}

/// Answered, and handed to another agent, who does not take it.
pub fn handed_on_in_vain(w: &mut Writer, at: u64) {
    hand_on(w, at, |call, to| Deed::Transfer(call, to, false), false);
}

/// Answered, and handed to a team, of which somebody takes it.
pub fn handed_to_a_team(w: &mut Writer, at: u64) {
    let team = |agent| if [world::AMELIA, world::INES].contains(&agent) { world::SALES } else { world::CARE };
    hand_on(w, at, |call, to| Deed::TransferToTeam(call, team(to), to), true);
}

/// Answered, and handed to another line, which in one day of three is not selected.
pub fn handed_to_a_line(w: &mut Writer, at: u64) {
    hand_on(w, at, |call, to| Deed::TransferToLine(call, world::SALES_US, to), true);
}

/// Answered, and handed to a number outside.
pub fn handed_outside(w: &mut Writer, at: u64) {
    let (line, from) = (line(w), w.caller());
    let call = w.ring(at, line, from, &[]);
    let end = at + 90;
    if let Some(agent) = w.free(people_of(line), at, end) {
        w.deed(at + 9, Deed::Answer(call, Some(agent)));
        w.deed(at + 50, Deed::TransferOutside(call, "+33199007070"));
    }
    w.deed(end, Deed::HangUp(call, HangUp::default()));
}

/// A line of the company itself calls (G23).
pub fn internal(w: &mut Writer, at: u64) {
    w.talk(at, world::SUPPORT_FR, Some(OWN_NUMBER.into()));
}

/// The caller chooses in a menu.
pub fn menu(w: &mut Writer, at: u64) {
    let call = into_the_menu(w, at);
    in_the_menu(w, call, at);
}

/// The caller hangs up in the menu.
pub fn menu_left(w: &mut Writer, at: u64) {
    let call = into_the_menu(w, at);
    w.deed(at + 9, Deed::HangUp(call, HangUp::default()));
}

/// Both numbers of a menu deliver, and Aircall makes two calls of one.
pub fn parent_and_child(w: &mut Writer, at: u64) {
    let from = w.caller();
    let parent = w.ring(at, world::RECEPTION, from.clone(), &["1"]);
    w.deed(at + 4, Deed::HangUp(parent, HangUp::default()));
    w.talk(at + 3, world::SUPPORT_FR, from);
}

/// Both numbers of a menu deliver, and tell of one call (`reference/aircall.md` §6.3).
pub fn parent_and_child_of_one_call(w: &mut Writer, at: u64) {
    let call = into_the_menu(w, at);
    let told = at + w.chance.between(0, 8);
    w.deed(told, Deed::ChildTells(call, world::SUPPORT_FR));
    in_the_menu(w, call, at);
}

/// A stranger calls twice, 30 s apart.
pub fn stranger_twice(w: &mut Writer, at: u64) {
    let from = Some((*w.chance.one_of(&STRANGERS)).to_owned());
    if w.chance.percent(50) {
        w.talk(at, world::SUPPORT_FR, from.clone());
    } else {
        in_vain(w, at, world::SUPPORT_FR, from.clone(), false);
    }
    w.talk(at + 30, world::SUPPORT_DE, from);
}

/// Three people call at once.
pub fn three_at_once(w: &mut Writer, at: u64) {
    for (line, _) in LINES {
        let from = w.caller();
        w.talk(at, line, from);
    }
}

/// A caller rings on two lines at once.
pub fn one_caller_two_lines(w: &mut Writer, at: u64) {
    let from = w.caller();
    w.talk(at, world::SUPPORT_FR, from.clone());
    let second = w.ring(at + 1, world::SUPPORT_DE, from, &[]);
    w.deed(at + 20, Deed::HangUp(second, HangUp::default()));
}

/// Many strangers call within a minute, and nobody has time for them.
pub fn rush(w: &mut Writer, at: u64) {
    for n in 0..RUSH {
        let begins = at + w.chance.between(0, 60);
        let call = w.ring(begins, world::SUPPORT_FR, Some(format!("+331990041{n:02}")), &[]);
        let end = begins + w.chance.between(6, 30);
        w.deed(end, Deed::HangUp(call, HangUp::default()));
    }
    w.rushed += RUSH;
}

/// The number is withheld (G23).
pub fn withheld(w: &mut Writer, at: u64) {
    let line = line(w);
    w.talk(at, line, None);
}

fn in_vain(w: &mut Writer, at: u64, line: u64, from: Option<String>, voicemail: bool) {
    let call = w.ring(at, line, from, &[]);
    let reason = w.chance.percent(70).then(|| *w.chance.one_of(&REASONS));
    let never_connected = !voicemail && w.chance.percent(10);
    let end = at + w.chance.between(2, 40);
    w.deed(end, Deed::HangUp(call, HangUp { reason, voicemail, never_connected }));
    if w.chance.percent(20) {
        let (note, after) = (w.note(), w.chance.between(60, 240));
        w.deed(end + after, Deed::Comment(call, world::CAMILLE, note));
    }
}

fn outbound(w: &mut Writer, at: u64, is_answered: bool) {
    let end = at + w.chance.between(30, 180);
    let (line, people) = *w.chance.one_of(&LINES);
    let (Some(agent), Some(to)) = (w.free(people, at, end), w.caller()) else { return };
    let call = w.next_call();
    w.note_stranger(call, Some(&to));
    w.deed(at, Deed::Dial(call, agent, line, to));
    if is_answered {
        w.deed(at + 12, Deed::Answer(call, None));
        w.during(call, agent, at + 12, end);
    } else {
        w.deed(end, Deed::HangUp(call, HangUp::default()));
    }
}

/// Answered by one, handed on to another, who takes it or does not.
fn hand_on(w: &mut Writer, at: u64, handing: impl Fn(CallNo, u64) -> Deed, succeeds: bool) {
    let from = w.caller();
    let call = w.ring(at, world::SUPPORT_FR, from, &[]);
    let end = at + 180;
    let first = w.free(&[world::CAMILLE, world::THEO], at, end);
    let second = w.free(&[world::JONAS, world::AMELIA, world::INES], at, end);
    let (Some(first), Some(second)) = (first, second) else {
        return w.deed(end, Deed::HangUp(call, HangUp::default()));
    };
    w.deed(at + 6, Deed::Answer(call, Some(first)));
    w.deed(at + 60, handing(call, second));
    let speaks = if succeeds { second } else { first };
    w.during(call, speaks, at + 61, end);
}

fn into_the_menu(w: &mut Writer, at: u64) -> CallNo {
    let from = w.caller();
    w.ring(at, world::RECEPTION, from, &[])
}

fn in_the_menu(w: &mut Writer, call: CallNo, at: u64) {
    let key = *w.chance.one_of(&["1", "2"]);
    w.deed(at + 5, Deed::Choose(call, key));
    let end = at + 120;
    match w.free(&[world::CAMILLE, world::THEO, world::AMELIA], at, end) {
        Some(agent) => {
            w.deed(at + 14, Deed::Answer(call, Some(agent)));
            w.during(call, agent, at + 14, end);
        }
        None => w.deed(end, Deed::HangUp(call, HangUp::default())),
    }
}
