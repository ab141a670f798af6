//! What scenes write a script with.

use std::collections::BTreeSet;
use std::ops::Range;

use sidetone_sandbox::{HangUp, Text, TextFile};

use crate::cast::{CONTACTS, FILES, KNOWN, LINES, NOTES, STRANGERS, TAGS, TEXTS, guest};
use crate::chance::Chance;
use crate::day::Desk;
use crate::people::Act;
use crate::script::{CallNo, Deed};

/// A guest who has a conversation of text messages.
#[derive(Clone)]
pub struct Correspondent {
    pub(super) number: String,
    /// Whether further messages surely go into the conversation that there is.
    pub(super) is_open: bool,
    /// In this second all of it is written.
    pub(super) written_at: u64,
}

/// A script that is being written.
pub struct Writer {
    pub(super) chance: Chance,
    pub(super) desk: Desk,
    lines: Vec<u64>,
    pub(super) deeds: Vec<(u64, Deed)>,
    pub(super) calls: usize,
    /// How many of them belong to a rush.
    pub(super) rushed: usize,
    /// Who is on the phone, from when until when.
    busy: Vec<(u64, Range<u64>)>,
    /// Calls of earlier stretches: what comes late is theirs.
    pub(super) earlier: Vec<CallNo>,
    /// Calls of people whom the helpdesk does not know. Nobody deletes their tickets: which of two tickets of a stranger
    /// holds the note of G16 is not compared (`records.rs`), so it must not go with one of them.
    strangers: BTreeSet<CallNo>,
    /// Calls with a withheld number. Nobody merges the customer whom they share into somebody: a program that remembers it
    /// follows, and one that lost its memory makes a new one; both are right.
    withheld: BTreeSet<CallNo>,
    /// Calls of guests: what people do there is in their scene.
    pub(super) guests_calls: BTreeSet<CallNo>,
    /// Guests that had their call, and the second from which on everything of it is written.
    pub(super) guests: Vec<(String, u64)>,
    pub(super) texts: usize,
    /// Whether text messages may bring files.
    sends_files: bool,
    /// Guests who write, or are written to.
    pub(super) correspondents: Vec<Correspondent>,
    /// Nobody does in this day what only our memory could tell from what was never written: it may get lost.
    pub(super) may_forget: bool,
    /// In this day another installation takes over.
    pub(super) moves: bool,
    /// It has.
    pub(super) has_moved: bool,
    /// How long nothing runs before the next stretch begins, in seconds.
    pub(super) away: u64,
}

impl Writer {
    pub(super) fn new(chance: Chance, desk: Desk, lines: Vec<u64>, sends_files: bool) -> Writer {
        Writer {
            chance,
            desk,
            lines,
            sends_files,
            texts: 0,
            correspondents: Vec::new(),
            deeds: Vec::new(),
            calls: 0,
            rushed: 0,
            busy: Vec::new(),
            earlier: Vec::new(),
            strangers: BTreeSet::new(),
            withheld: BTreeSet::new(),
            guests_calls: BTreeSet::new(),
            guests: Vec::new(),
            may_forget: false,
            moves: false,
            has_moved: false,
            away: 0,
        }
    }

    pub(super) fn deed(&mut self, at: u64, deed: Deed) {
        self.deeds.push((at, deed));
    }

    /// This act, or a harmless one where this one would make the records depend on more than the laws promise.
    pub(super) fn allowed(&self, act: Act, call: CallNo) -> Act {
        match act {
            Act::Delete if self.strangers.contains(&call) => Act::Close,
            Act::MergeCustomerInto(_) if self.withheld.contains(&call) => Act::Close,
            act => self.allowed_at_conversation(act),
        }
    }

    /// The same for a conversation of text messages.
    pub(super) fn allowed_at_conversation(&self, act: Act) -> Act {
        match act {
            // Who takes over, or lost the database, cannot tell what a person took away from what was never written.
            Act::Delete | Act::Untag(_) if self.moves || self.may_forget => Act::Close,
            act => act,
        }
    }

    /// An inbound call begins.
    pub(super) fn ring(&mut self, at: u64, line: u64, from: Option<String>, keys: &[&str]) -> CallNo {
        let call = self.next_call();
        self.note_stranger(call, from.as_deref());
        if from.is_none() {
            self.withheld.insert(call);
        }
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        self.deed(at, Deed::Ring(call, line, from, keys));
        call
    }

    pub(super) fn note_stranger(&mut self, call: CallNo, number: Option<&str>) {
        if number.is_some_and(|number| !KNOWN.contains(&number)) {
            self.strangers.insert(call);
        }
    }

    pub(super) fn next_call(&mut self) -> CallNo {
        self.calls += 1;
        self.calls - 1
    }

    /// An inbound call that is answered, if anybody is free, and missed otherwise.
    pub(super) fn talk(&mut self, at: u64, line: u64, from: Option<String>) -> CallNo {
        let call = self.ring(at, line, from, &[]);
        let (answer, end) = (at + self.chance.between(3, 16), at + self.chance.between(40, 200));
        let people = people_of(line);
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

    /// What an agent does while talking and in the minutes after.
    pub(super) fn during(&mut self, call: CallNo, agent: u64, from: u64, end: u64) {
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

    /// One of these agents who has no other call in that time; busy from now on, with the wrap-up after it.
    pub(super) fn free(&mut self, people: &[u64], from: u64, end: u64) -> Option<u64> {
        let wanted = from..end + 25;
        let overlaps = |other: &Range<u64>| other.start < wanted.end && wanted.start < other.end;
        let is_free = |agent: &u64| !self.busy.iter().any(|(busy, when)| busy == agent && overlaps(when));
        let free = people.iter().copied().find(is_free)?;
        self.busy.push((free, wanted));
        Some(free)
    }

    pub(super) fn caller(&mut self) -> Option<String> {
        let number = match self.chance.between(0, 100) {
            0..60 => *self.chance.one_of(&KNOWN),
            60..75 => *self.chance.one_of(&CONTACTS),
            _ => *self.chance.one_of(&STRANGERS),
        };
        Some(number.to_owned())
    }

    /// A selected line, and who answers there.
    pub(super) fn selected_line(&mut self) -> (u64, &'static [u64]) {
        let selected: Vec<_> = LINES.into_iter().filter(|(id, _)| self.lines.contains(id)).collect();
        *self.chance.one_of(&selected)
    }

    /// A guest who has not called yet.
    pub(super) fn guest(&mut self, all_written_at: u64) -> String {
        let number = guest(self.guests.len());
        self.guests.push((number.clone(), all_written_at));
        number
    }

    /// A text message of this customer, or, with an agent, one to them.
    pub(super) fn text(&mut self, at: u64, line: u64, number: &str, agent: Option<u64>) {
        let n = self.texts;
        self.texts += 1;
        let files = match self.sends_files && self.chance.percent(25) {
            true => {
                let (name, content_type) = *self.chance.one_of(&FILES);
                let bytes = self.chance.between(1, 30_000) as usize;
                vec![TextFile { name: name.into(), content_type: content_type.into(), bytes }]
            }
            false => Vec::new(),
        };
        let body = format!("{} ({n})", self.chance.one_of(&TEXTS));
        let text = Text { line, number: number.to_owned(), body, files, agent, channel: None };
        self.deed(at, Deed::Text(n, text));
    }

    pub(super) fn tag(&mut self) -> &'static str {
        self.chance.one_of::<&'static str>(&TAGS)
    }

    pub(super) fn note(&mut self) -> String {
        let number = self.chance.between(100, 1000);
        format!("{} ({number})", self.chance.one_of(&NOTES))
    }
}

/// Who answers on a line.
pub(super) fn people_of(line: u64) -> &'static [u64] {
    LINES.iter().find(|(id, _)| *id == line).map_or(&[], |(_, people)| people)
}
