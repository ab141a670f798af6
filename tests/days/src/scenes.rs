//! The scenes that a day is made of, and the writing of a script out of them.

use std::collections::BTreeSet;
use std::ops::Range;

use sidetone_sandbox::{HangUp, MissedReason, aircall_world as world};

use crate::chance::Chance;
use crate::day::MARTA;
use crate::people::{ACTS, Act};
use crate::script::{CallNo, Deed, PEOPLE_S, SCENES_BEGIN_S, STRETCH_S, STRETCHES, Script};

/// The stream of a seed that scripts are thrown with.
const STREAM: u64 = 1;
const MOST_CALLS: usize = 25;
const FEWEST_CALLS: usize = 10;

/// In the helpdesk; the last two share a number, so that a person must choose (B7).
const KNOWN: [&str; 6] =
    [MARTA, "+33199001144", "+33199001155", "+12025550117", "+493023125044", "+12025550161"];
/// Known to Aircall only (G4), with and without an e-mail address.
const CONTACTS: [&str; 2] = ["+12025550143", "+12025550168"];
/// Known to nobody; the last stands in the helpdesk in a spelling that the search does not match.
const STRANGERS: [&str; 6] =
    ["+33199005501", "+33199005502", "+33199005503", "+33199005504", "+12025550199", "+33199001177"];
const REASONS: [MissedReason; 6] = [
    MissedReason::OutOfOpeningHours,
    MissedReason::ShortAbandoned,
    MissedReason::AbandonedInIvr,
    MissedReason::AbandonedInClassic,
    MissedReason::NoAvailableAgent,
    MissedReason::AgentsDidNotAnswer,
];
const TAGS: [&str; 6] =
    ["Refund", "Order status", "Warranty", "Complaint", "Callback Request", "Called Back"];
const NOTES: [&str; 5] = [
    "Sends a photo of the kettle",
    "Promised a call on Monday <b>before noon</b>",
    "Wants the invoice again",
    "Größe XL, señal débil",
    "Spoke to the owner & the accountant",
];
/// Line, and who answers there.
const LINES: [(u64, &[u64]); 3] = [
    (world::SUPPORT_FR, &[world::CAMILLE, world::THEO]),
    (world::SUPPORT_DE, &[world::JONAS]),
    (world::SALES_US, &[world::AMELIA, world::INES]),
];

/// Something that happens on the phone; some are several calls.
#[derive(Clone, Copy, Debug)]
pub enum Scene {
    /// Somebody calls and is answered, if anybody is free.
    Answered,
    /// Somebody calls in vain, for any of the documented reasons.
    Missed,
    /// Somebody leaves a voicemail.
    Voicemail,
    /// An agent calls somebody.
    Dialled,
    /// An agent calls somebody who does not answer.
    DialledInVain,
    /// Answered, and handed to another agent, who takes it.
    HandedOn,
    /// Answered, and handed to another agent, who does not take it.
    HandedOnInVain,
    /// Handed to a number outside.
    HandedOutside,
    /// A line of the company itself calls (G23).
    Internal,
    /// The caller chooses in a menu.
    Menu,
    /// The caller hangs up in the menu.
    MenuLeft,
    /// Both numbers of a menu deliver: Aircall makes two calls of one.
    ParentAndChild,
    /// A stranger calls twice, 30 s apart.
    StrangerTwice,
    /// Three people call at once.
    ThreeAtOnce,
    /// A caller rings on two lines at once.
    OneCallerTwoLines,
    /// The number is withheld (G23).
    Withheld,
}

/// What days are made of.
pub const SCENES: [Scene; 16] = [
    Scene::Answered,
    Scene::Missed,
    Scene::Voicemail,
    Scene::Dialled,
    Scene::DialledInVain,
    Scene::HandedOn,
    Scene::HandedOnInVain,
    Scene::HandedOutside,
    Scene::Internal,
    Scene::Menu,
    Scene::MenuLeft,
    Scene::ParentAndChild,
    Scene::StrangerTwice,
    Scene::ThreeAtOnce,
    Scene::OneCallerTwoLines,
    Scene::Withheld,
];

/// The script of this seed's day.
#[must_use]
pub fn script(seed: u64) -> Script {
    let mut writer = Writer {
        chance: Chance::new(seed, STREAM),
        deeds: Vec::new(),
        calls: 0,
        busy: Vec::new(),
        earlier: Vec::new(),
        strangers: BTreeSet::new(),
    };
    let lines = writer.lines();
    for stretch in 0..STRETCHES {
        writer.stretch(stretch * STRETCH_S);
    }
    let Writer { mut deeds, calls, .. } = writer;
    deeds.sort_by_key(|(at, _)| *at);
    Script { lines, deeds, calls }
}

struct Writer {
    chance: Chance,
    deeds: Vec<(u64, Deed)>,
    calls: usize,
    /// Who is on the phone, from when until when.
    busy: Vec<(u64, Range<u64>)>,
    /// Calls of earlier stretches: what comes late is theirs.
    earlier: Vec<CallNo>,
    /// Calls of people whom the helpdesk does not know. Nobody deletes their tickets: which of two tickets of a stranger
    /// holds the note of G16 is not compared (`records.rs`), so it must not go with one of them.
    strangers: BTreeSet<CallNo>,
}

impl Writer {
    /// In one day of three a line is not selected (G18).
    fn lines(&mut self) -> Vec<u64> {
        let mut lines = vec![world::SUPPORT_FR, world::SUPPORT_DE, world::RECEPTION, world::SALES_US];
        if self.chance.percent(33) {
            lines.pop();
        }
        lines
    }

    fn stretch(&mut self, begin: u64) {
        let first = self.calls;
        let mut scenes = SCENES.to_vec();
        self.chance.shuffle(&mut scenes);
        let enough = if begin == 0 { 6 } else { 3 };
        for scene in scenes.into_iter().take(self.chance.between(enough, 7) as usize) {
            if self.calls < MOST_CALLS - 3 {
                let at = begin + self.chance.between(10, SCENES_BEGIN_S);
                self.scene(scene, at);
            }
        }
        while begin > STRETCH_S && self.calls < FEWEST_CALLS {
            let at = begin + self.chance.between(10, SCENES_BEGIN_S);
            self.scene(Scene::Answered, at);
        }
        self.late(begin);
        self.people(begin, first);
        self.earlier.extend(first..self.calls);
    }

    /// Notes and tags for calls of earlier stretches.
    fn late(&mut self, begin: u64) {
        for call in self.earlier.clone() {
            let at = begin + self.chance.between(20, SCENES_BEGIN_S);
            let agent = *self.chance.one_of(&[world::CAMILLE, world::JONAS, world::INES]);
            if self.chance.percent(35) {
                let note = self.note();
                self.deed(at, Deed::Comment(call, agent, note));
            }
            let tag = self.tag();
            if self.chance.percent(20) {
                self.deed(at + 20, Deed::Tag(call, agent, tag));
            }
            if self.chance.percent(15) {
                self.deed(at + 60, Deed::Untag(call, tag));
            }
        }
    }

    /// What people do to this stretch's tickets, once all of them are written.
    fn people(&mut self, begin: u64, first: CallNo) {
        let mut at = begin + PEOPLE_S;
        for call in first..self.calls {
            if self.chance.percent(45) {
                let act = *self.chance.one_of(ACTS);
                let act = if act == Act::Delete && self.strangers.contains(&call) { Act::Close } else { act };
                self.deed(at, Deed::Person(call, act));
                at += 1;
            }
        }
    }

    fn scene(&mut self, scene: Scene, at: u64) {
        let (line, _) = *self.chance.one_of(&LINES);
        match scene {
            Scene::Answered => drop(self.inbound(at, line)),
            Scene::Missed => {
                let from = self.caller();
                self.missed(at, line, from, false);
            }
            Scene::Voicemail => {
                let from = self.caller();
                self.missed(at, line, from, true);
            }
            Scene::Dialled => self.outbound(at, true),
            Scene::DialledInVain => self.outbound(at, false),
            Scene::HandedOn => self.handed_on(at, true),
            Scene::HandedOnInVain => self.handed_on(at, false),
            Scene::HandedOutside => {
                let from = self.caller();
                let call = self.ring(at, line, from, &[]);
                self.deed(at + 15, Deed::TransferOutside(call, "+33199007070"));
                self.deed(at + 40, Deed::HangUp(call, HangUp::default()));
            }
            Scene::Internal => drop(self.talk(at, world::SUPPORT_FR, Some("+493023125010".into()))),
            Scene::Menu => self.menu(at),
            Scene::MenuLeft => {
                let from = self.caller();
                let call = self.ring(at, world::RECEPTION, from, &[]);
                self.deed(at + 9, Deed::HangUp(call, HangUp::default()));
            }
            Scene::ParentAndChild => {
                let from = self.caller();
                let parent = self.ring(at, world::RECEPTION, from.clone(), &["1"]);
                self.deed(at + 4, Deed::HangUp(parent, HangUp::default()));
                self.talk(at + 3, world::SUPPORT_FR, from);
            }
            Scene::StrangerTwice => {
                let from = Some((*self.chance.one_of(&STRANGERS)).to_owned());
                if self.chance.percent(50) {
                    self.talk(at, world::SUPPORT_FR, from.clone());
                } else {
                    self.missed(at, world::SUPPORT_FR, from.clone(), false);
                }
                self.talk(at + 30, world::SUPPORT_DE, from);
            }
            Scene::ThreeAtOnce => {
                for (line, _) in LINES {
                    let from = self.caller();
                    self.talk(at, line, from);
                }
            }
            Scene::OneCallerTwoLines => {
                let from = self.caller();
                self.talk(at, world::SUPPORT_FR, from.clone());
                let second = self.ring(at + 1, world::SUPPORT_DE, from, &[]);
                self.deed(at + 20, Deed::HangUp(second, HangUp::default()));
            }
            Scene::Withheld => drop(self.talk(at, line, None)),
        }
    }

    fn inbound(&mut self, at: u64, line: u64) -> CallNo {
        let from = self.caller();
        self.talk(at, line, from)
    }

    /// An inbound call that is answered, if anybody is free, and missed otherwise.
    fn talk(&mut self, at: u64, line: u64, from: Option<String>) -> CallNo {
        let call = self.ring(at, line, from, &[]);
        let (answer, end) = (at + self.chance.between(3, 16), at + self.chance.between(40, 200));
        let people = LINES.iter().find(|(id, _)| *id == line).map_or(&[][..], |(_, people)| people);
        match self.free(people, at, end) {
            Some(agent) => {
                if let (true, Some(other)) = (self.chance.percent(20), people.iter().find(|p| **p != agent)) {
                    self.deed(answer - 1, Deed::Decline(call, *other));
                }
                self.deed(answer, Deed::Answer(call, Some(agent)));
                self.during(call, agent, answer, end);
            }
            None => self.deed(end, Deed::HangUp(call, HangUp::default())),
        }
        call
    }

    fn missed(&mut self, at: u64, line: u64, from: Option<String>, voicemail: bool) {
        let call = self.ring(at, line, from, &[]);
        let reason = self.chance.percent(70).then(|| *self.chance.one_of(&REASONS));
        let never_connected = !voicemail && self.chance.percent(10);
        let end = at + self.chance.between(2, 40);
        self.deed(end, Deed::HangUp(call, HangUp { reason, voicemail, never_connected }));
        if self.chance.percent(20) {
            let (note, after) = (self.note(), self.chance.between(60, 240));
            self.deed(end + after, Deed::Comment(call, world::CAMILLE, note));
        }
    }

    fn outbound(&mut self, at: u64, is_answered: bool) {
        let end = at + self.chance.between(30, 180);
        let (line, people) = *self.chance.one_of(&LINES);
        let (Some(agent), Some(to)) = (self.free(people, at, end), self.caller()) else { return };
        let call = self.next_call();
        self.note_stranger(call, Some(&to));
        self.deed(at, Deed::Dial(call, agent, line, to));
        if is_answered {
            self.deed(at + 12, Deed::Answer(call, None));
            self.during(call, agent, at + 12, end);
        } else {
            self.deed(end, Deed::HangUp(call, HangUp::default()));
        }
    }

    /// Answered by one, handed on to another, who takes it or does not.
    fn handed_on(&mut self, at: u64, succeeds: bool) {
        let from = self.caller();
        let call = self.ring(at, world::SUPPORT_FR, from, &[]);
        let end = at + 180;
        let first = self.free(&[world::CAMILLE, world::THEO], at, end);
        let second = self.free(&[world::JONAS, world::AMELIA, world::INES], at, end);
        let (Some(first), Some(second)) = (first, second) else {
            return self.deed(end, Deed::HangUp(call, HangUp::default()));
        };
        self.deed(at + 6, Deed::Answer(call, Some(first)));
        self.deed(at + 60, Deed::Transfer(call, second, succeeds));
        let speaks = if succeeds { second } else { first };
        self.during(call, speaks, at + 61, end);
    }

    fn menu(&mut self, at: u64) {
        let from = self.caller();
        let call = self.ring(at, world::RECEPTION, from, &[]);
        let key = *self.chance.one_of(&["1", "2"]);
        self.deed(at + 5, Deed::Choose(call, key));
        let end = at + 120;
        match self.free(&[world::CAMILLE, world::THEO, world::AMELIA], at, end) {
            Some(agent) => {
                self.deed(at + 14, Deed::Answer(call, Some(agent)));
                self.during(call, agent, at + 14, end);
            }
            None => self.deed(end, Deed::HangUp(call, HangUp::default())),
        }
    }

    /// What an agent does while talking and in the minutes after.
    fn during(&mut self, call: CallNo, agent: u64, from: u64, end: u64) {
        let now_and_then = |writer: &mut Writer, percent, deed: &mut dyn FnMut(&mut Writer) -> Deed| {
            if writer.chance.percent(percent) {
                let at = writer.chance.between(from + 1, end);
                let deed = deed(writer);
                writer.deed(at, deed);
            }
        };
        now_and_then(self, 40, &mut |w| Deed::Comment(call, agent, w.note()));
        now_and_then(self, 40, &mut |w| Deed::Tag(call, agent, w.tag()));
        now_and_then(self, 30, &mut |w| Deed::Tag(call, agent, w.tag()));
        now_and_then(self, 20, &mut |w| Deed::Untag(call, w.tag()));
        if self.chance.percent(20) && end > from + 9 {
            self.deed(from + 2, Deed::Hold(call, true));
            self.deed(from + 8, Deed::Hold(call, false));
        }
        self.deed(end, Deed::HangUp(call, HangUp::default()));
        if self.chance.percent(40) {
            let (note, after) = (self.note(), self.chance.between(40, 150));
            self.deed(end + after, Deed::Comment(call, agent, note));
        }
        if self.chance.percent(30) {
            let (tag, after) = (self.tag(), self.chance.between(40, 150));
            self.deed(end + after, Deed::Tag(call, agent, tag));
        }
    }

    fn ring(&mut self, at: u64, line: u64, from: Option<String>, keys: &[&str]) -> CallNo {
        let call = self.next_call();
        self.note_stranger(call, from.as_deref());
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        self.deed(at, Deed::Ring(call, line, from, keys));
        call
    }

    fn note_stranger(&mut self, call: CallNo, number: Option<&str>) {
        if number.is_some_and(|number| !KNOWN.contains(&number)) {
            self.strangers.insert(call);
        }
    }

    fn next_call(&mut self) -> CallNo {
        self.calls += 1;
        self.calls - 1
    }

    fn deed(&mut self, at: u64, deed: Deed) {
        self.deeds.push((at, deed));
    }

    /// One of these agents who has no other call in that time; busy from now on, with the wrap-up after it.
    fn free(&mut self, people: &[u64], from: u64, end: u64) -> Option<u64> {
        let wanted = from..end + 25;
        let overlaps = |other: &Range<u64>| other.start < wanted.end && wanted.start < other.end;
        let is_free = |agent: &u64| !self.busy.iter().any(|(busy, when)| busy == agent && overlaps(when));
        let free = people.iter().copied().find(is_free)?;
        self.busy.push((free, wanted));
        Some(free)
    }

    fn caller(&mut self) -> Option<String> {
        let number = match self.chance.between(0, 100) {
            0..60 => *self.chance.one_of(&KNOWN),
            60..75 => *self.chance.one_of(&CONTACTS),
            _ => *self.chance.one_of(&STRANGERS),
        };
        Some(number.to_owned())
    }

    fn tag(&mut self) -> &'static str {
        self.chance.one_of::<&'static str>(&TAGS)
    }

    fn note(&mut self) -> String {
        let number = self.chance.between(100, 1000);
        format!("{} ({number})", self.chance.one_of(&NOTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_day_of_ten_to_twenty_five_calls() {
        for seed in 0..200 {
            let day = script(seed);
            assert!((FEWEST_CALLS..=MOST_CALLS).contains(&day.calls), "seed {seed}: {} calls", day.calls);
            assert_eq!(format!("{:?}", day.deeds), format!("{:?}", script(seed).deeds));
            assert!(day.deeds.iter().all(|(at, _)| *at < day.ends_at()));
        }
    }

    #[test]
    fn calls_are_over_before_the_day_settles() {
        for seed in 0..200 {
            for (at, deed) in script(seed).deeds {
                let within = at % STRETCH_S;
                match deed {
                    Deed::Person(..) => assert!(within >= PEOPLE_S),
                    deed => assert!(within < crate::script::CALM_S + 60, "seed {seed}: {deed:?} at {within}"),
                }
            }
        }
    }
}
