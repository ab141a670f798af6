//! The scenes that days are made of, and the writing of a script out of them.
//!
//! A new kind of scene is a function in one of the files below and a line in one of the tables here. What it does must
//! be over by [`CALLS_OVER_S`] of its stretch.

mod house;
mod meanwhile;
mod phone;
mod texts;
mod writer;

pub use writer::Writer;

use crate::chance::Chance;
use crate::day::Desk;
use crate::people::{self, Act};
use crate::script::{CALLS_OVER_S, CallNo, Deed, SCENES_BEGIN_S, Script, SetUp, Stretch};

/// The stream of a seed that scripts are thrown with.
const STREAM: u64 = 1;
/// No scene begins once a day has so many calls.
const MOST_CALLS: usize = 28;
const FEWEST_CALLS: usize = 10;
const STRETCHES: usize = 3;
/// In some stretches it takes hours until it is calm: room for a long outage.
const LONG_S: u64 = 4 * 3_600;

/// Something that happens, from this second on.
pub type Scene = fn(&mut Writer, u64);

/// What happens on the phone; some are several calls.
pub const ON_THE_PHONE: &[Scene] = &[
    phone::answered,
    phone::missed,
    phone::voicemail,
    phone::dialled,
    phone::dialled_in_vain,
    phone::handed_on,
    phone::handed_on_in_vain,
    phone::handed_to_a_team,
    phone::handed_to_a_line,
    phone::handed_outside,
    phone::internal,
    phone::menu,
    phone::menu_left,
    phone::parent_and_child,
    phone::parent_and_child_of_one_call,
    phone::stranger_twice,
    phone::three_at_once,
    phone::one_caller_two_lines,
    phone::withheld,
];

/// What most calls are like.
const ORDINARY: &[Scene] = &[
    phone::answered,
    phone::answered,
    phone::answered,
    phone::missed,
    phone::voicemail,
    phone::dialled,
    phone::dialled_in_vain,
];

/// Calls of guests, while people work on their tickets.
pub const MEANWHILE: &[Scene] = &[
    meanwhile::at_the_ticket,
    meanwhile::at_the_ticket,
    meanwhile::at_the_ticket_of_a_call_that_is_handed_on,
    meanwhile::customer_merged,
    meanwhile::customer_deleted,
    meanwhile::guest_again,
];

/// Text messages.
pub const IN_WRITING: &[Scene] = &[
    texts::customer_writes,
    texts::agent_writes,
    texts::back_and_forth,
    texts::stranger_writes,
    texts::writes_and_calls,
    texts::goes_on,
    texts::goes_on,
];

/// What is done to Sidetone once everything is written.
pub const IN_THE_HOUSE: &[Scene] = &[house::other_mode, house::other_mode, house::night];

/// The script of this seed's day.
#[must_use]
pub fn script(seed: u64, desk: Desk) -> Script {
    let mut chance = Chance::new(seed, STREAM);
    let lines = lines(&mut chance);
    let set_up = SetUp::throw(&mut chance, lines.clone(), desk);
    let mut writer = Writer::new(chance, desk, lines, set_up.sends_files());
    // Who took over has no memory of before, as if the database had been lost.
    writer.moves = writer.chance.percent(15);
    writer.may_forget = writer.chance.percent(50);
    let move_in = writer.chance.between(0, STRETCHES as u64 - 1) as usize;
    let mut stretches: Vec<Stretch> = Vec::new();
    for n in 0..STRETCHES {
        let begin = stretches.last().map_or(0, |last| last.end() + writer.away);
        let lasts = if writer.chance.percent(12) { LONG_S } else { CALLS_OVER_S };
        let stretch = Stretch { begin, calm: begin + lasts };
        if writer.moves && n == move_in {
            house::second_joins(&mut writer, begin + 5);
        }
        fill(&mut writer, &stretch, n);
        writer.away = 0;
        let first = writer.calls;
        if writer.moves && n == move_in {
            house::take_over(&mut writer, stretch.house());
        } else if n + 1 < STRETCHES && writer.chance.percent(30) {
            // Of another mode only the installation knows in which it was set.
            let scene = if writer.moves || writer.may_forget {
                house::night
            } else {
                *writer.chance.one_of(IN_THE_HOUSE)
            };
            scene(&mut writer, stretch.house());
        }
        writer.earlier.extend(first..writer.calls);
        stretches.push(stretch);
    }
    let Writer { mut deeds, calls, texts, .. } = writer;
    deeds.sort_by_key(|(at, _)| *at);
    let ends_at = stretches.last().map_or(0, Stretch::end);
    Script { set_up, stretches, deeds, calls, texts, ends_at }
}

/// A working day of one team: so many calls, one after the other, the usual ones only, and nothing odd about the vendors.
#[must_use]
pub fn working_day(seed: u64, desk: Desk, calls: usize) -> Script {
    use sidetone_sandbox::aircall_world as world;
    let lines = vec![world::SUPPORT_FR, world::SUPPORT_DE, world::SALES_US];
    let mut writer = Writer::new(Chance::new(seed, STREAM), desk, lines.clone(), false);
    let mut at = 30;
    while writer.calls < calls {
        let scene = *writer.chance.one_of(ORDINARY);
        scene(&mut writer, at);
        at += writer.chance.between(40, 76);
    }
    let stretch = Stretch { begin: 0, calm: at + 1_200 };
    let Writer { mut deeds, calls, texts, .. } = writer;
    deeds.sort_by_key(|(at, _)| *at);
    let ends_at = stretch.end();
    Script { set_up: SetUp::usual(lines, desk), stretches: vec![stretch], deeds, calls, texts, ends_at }
}

/// In one day of three a line is not selected (G18).
fn lines(chance: &mut Chance) -> Vec<u64> {
    use sidetone_sandbox::aircall_world as world;
    let mut lines = vec![world::SUPPORT_FR, world::SUPPORT_DE, world::RECEPTION, world::SALES_US];
    if chance.percent(33) {
        lines.pop();
    }
    lines
}

fn fill(writer: &mut Writer, stretch: &Stretch, n: usize) {
    let first = writer.calls;
    let begin = stretch.begin;
    let at = |writer: &mut Writer| begin + writer.chance.between(10, SCENES_BEGIN_S);
    let mut scenes = ON_THE_PHONE.to_vec();
    writer.chance.shuffle(&mut scenes);
    scenes.truncate(writer.chance.between(if n == 0 { 5 } else { 3 }, 7) as usize);
    for _ in 0..writer.chance.between(0, 4) {
        scenes.push(*writer.chance.one_of(MEANWHILE));
    }
    for _ in 0..writer.chance.between(0, 4) {
        scenes.push(*writer.chance.one_of(IN_WRITING));
    }
    for scene in scenes {
        if writer.calls - writer.rushed < MOST_CALLS - 3 {
            let at = at(writer);
            scene(writer, at);
        }
    }
    while n + 1 == STRETCHES && writer.calls - writer.rushed < FEWEST_CALLS {
        let at = at(writer);
        phone::answered(writer, at);
    }
    if writer.chance.percent(25) {
        house::pause(writer, begin);
    }
    // Where it takes hours until it is calm, somebody may be away for hours, and all of this waits.
    if stretch.calm - begin > CALLS_OVER_S && writer.chance.percent(30) {
        let at = at(writer);
        phone::rush(writer, at);
    }
    late(writer, begin);
    people(writer, stretch.people(), first);
    texts::people_at_conversations(writer, stretch.people() + 60);
    writer.earlier.extend(first..writer.calls);
}

/// Notes and tags for calls of earlier stretches.
fn late(writer: &mut Writer, begin: u64) {
    use sidetone_sandbox::aircall_world as world;
    for call in writer.earlier.clone() {
        let at = begin + writer.chance.between(20, SCENES_BEGIN_S);
        let agent = *writer.chance.one_of(&[world::CAMILLE, world::JONAS, world::INES]);
        if writer.chance.percent(35) {
            let note = writer.note();
            writer.deed(at, Deed::Comment(call, agent, note));
        }
        let tag = writer.tag();
        if writer.chance.percent(20) {
            writer.deed(at + 20, Deed::Tag(call, agent, tag));
        }
        if writer.chance.percent(15) && !writer.has_moved && !writer.may_forget {
            writer.deed(at + 60, Deed::Untag(call, tag));
        }
    }
}

/// What people do to this stretch's tickets, once all of them are written.
fn people(writer: &mut Writer, at: u64, first: CallNo) {
    let mut at = at;
    for call in first..writer.calls {
        if writer.chance.percent(40) && !writer.guests_calls.contains(&call) {
            let act = *writer.chance.one_of(people::acts(writer.desk));
            let act = writer.allowed(act, call);
            writer.deed(at, Deed::Person(call, act));
            if matches!(act, Act::Trash | Act::Spam) && writer.chance.percent(40) {
                writer.deed(at + 30, Deed::CreateAgain(call));
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::House;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_gives_one_day_of_ten_to_thirty_calls_and_sometimes_a_rush() {
        for seed in 0..200 {
            let day = script(seed, Desk::Gorgias);
            let without = |rushes| day.calls.saturating_sub(rushes * phone::RUSH);
            let usual = FEWEST_CALLS..=MOST_CALLS + 8;
            assert!(
                (0..3).any(|rushes| usual.contains(&without(rushes))),
                "seed {seed}: {} calls",
                day.calls
            );
            assert_eq!(format!("{day:?}"), format!("{:?}", script(seed, Desk::Gorgias)));
            assert!(day.deeds.iter().all(|(at, _)| *at < day.ends_at));
            assert_eq!(day.stretches.len(), STRETCHES);
        }
    }

    #[test]
    fn what_happens_in_a_stretch_is_over_before_the_day_settles() {
        for seed in 0..200 {
            let day = script(seed, Desk::Gorgias);
            for (at, deed) in &day.deeds {
                let stretch = day.stretches.iter().find(|s| (s.begin..s.end()).contains(at));
                let Some(stretch) = stretch else {
                    // A night lies between stretches.
                    assert!(
                        matches!(deed, Deed::House(House::Off | House::On)),
                        "seed {seed}: {deed:?} at {at}"
                    );
                    continue;
                };
                let is_over = *at < stretch.begin + CALLS_OVER_S + 60;
                assert!(is_over || *at >= stretch.people(), "seed {seed}: {deed:?} at {at}");
            }
        }
    }

    #[test]
    fn in_two_hundred_days_everything_happens() {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for seed in 1..=200 {
            for (_, deed) in script(seed, Desk::Gorgias).deeds {
                let name = match &deed {
                    Deed::House(house) => format!("{house:?}"),
                    Deed::Person(_, act) => format!("{act:?}"),
                    Deed::Customer(_, act, after) => format!("{act:?} {}", after.is_some()),
                    other => format!("{other:?}"),
                };
                seen.insert(name.split(['(', ' ']).next().unwrap_or_default().to_owned());
            }
        }
        for wanted in [
            "Ring",
            "Dial",
            "Choose",
            "ChildTells",
            "Answer",
            "Decline",
            "Hold",
            "Transfer",
            "TransferToTeam",
            "TransferToLine",
            "TransferOutside",
            "HangUp",
            "Comment",
            "Tag",
            "Untag",
            "Close",
            "Reassign",
            "Delete",
            "Trash",
            "Spam",
            "MergeCustomerInto",
            "MergeInto",
            "CreateAgain",
            "Pause",
            "Resume",
            "Mode",
            "Off",
            "On",
            "SecondJoins",
            "TakeOver",
            "Text",
            "AtConversation",
        ] {
            assert!(seen.contains(wanted), "{wanted} happens in no day");
        }
    }
}
