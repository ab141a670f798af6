//! How calls are found by words (C7): which words a call has, and what somebody means who types some. Pure.
//!
//! Words are runs of letters and digits, small and without accents, whatever the language. Numbers are found in any
//! spelling, by their beginning and by their last digits. Deliberately not here: the index itself, which each database
//! has in its own way (`store`).

mod words;

use std::collections::BTreeSet;

use sidetone_protocol::{CallState, CallView, NumberView, Outcome};

use self::words::spellings;
use crate::call::Call;
use crate::number::{self, E164};
use crate::view::is_wanted;

/// So many words of a call are kept; a longer conversation is found by its beginning.
const MOST_WORDS: usize = 2_000;
/// So many words of a search count.
const MOST_WANTED: usize = 12;
/// A search of fewer digits is a word, and no part of a number.
const LEAST_DIGITS: usize = 3;
/// A beginning of a word has at least so many letters: a single one would find nearly everything.
const LEAST_BEGINNING: usize = 2;
/// Before what is no word that anybody can type.
const FLAG: char = '§';
/// Before a number's digits in reverse, so that its last digits are a beginning.
const REVERSED: char = '‹';

/// By what the index finds a call, and where the call stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Its place in time; `None` while it is not in the index.
    pub place: Option<i64>,
    /// Its words, each once, in order.
    pub words: String,
}

/// What is asked of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A word; `begins`: or one that begins so.
    Word {
        /// The word as the index has it: letters and digits, perhaps after a mark.
        word: String,
        /// A beginning will do.
        begins: bool,
    },
    /// Every one of these.
    All(Vec<Wanted>),
    /// Any of these.
    Any(Vec<Wanted>),
}

/// Which list a call is in, as a word of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Inbound, nobody answered.
    Missed,
    /// A voicemail was left.
    Voicemail,
    /// Held, parked or not logged although it should be.
    NotLogged,
    /// Over this line.
    Line(u64),
    /// This agent had it.
    Agent(u64),
}

impl Flag {
    /// What asks for it.
    #[must_use]
    pub fn wanted(self) -> Wanted {
        Wanted::Word { word: self.word(), begins: false }
    }

    fn word(self) -> String {
        match self {
            Flag::Missed => format!("{FLAG}missed"),
            Flag::Voicemail => format!("{FLAG}voicemail"),
            Flag::NotLogged => format!("{FLAG}notlogged"),
            Flag::Line(id) => format!("{FLAG}line{id}"),
            Flag::Agent(id) => format!("{FLAG}agent{id}"),
        }
    }
}

/// The words of a call: caller, agents, line, teams, tags, comments, numbers, and the lists it is in.
#[must_use]
pub fn words_of(call: &Call, view: &CallView) -> String {
    let mut all = BTreeSet::new();
    let mut add = |text: &str| {
        for word in words::of(text) {
            if all.len() < MOST_WORDS {
                all.extend(spellings(&word));
            }
        }
    };
    let customer = view.customer.as_ref();
    let contact = call.contact();
    let contact = contact.as_ref();
    let known = [
        customer.map(|c| c.name.as_str()),
        customer.and_then(|c| c.email.as_deref()),
        view.contact_name.as_deref(),
        contact.and_then(|c| c.company.as_deref()),
        contact.and_then(|c| c.email.as_deref()),
        view.agent.as_ref().map(|agent| agent.name.as_str()),
        view.ticket.as_ref().map(|ticket| ticket.id.as_str()),
    ];
    known.into_iter().flatten().for_each(&mut add);
    add(&view.line.name);
    let first = call.first_agent().filter(|_| view.answered_at.is_some());
    first.iter().for_each(|agent| add(&agent.name));
    call.teams().iter().for_each(|team| add(&team.name));
    call.tags().iter().for_each(|tag| add(&tag.name));
    for comment in call.comments() {
        add(&comment.content);
        comment.author.iter().for_each(|author| add(&author.name));
    }
    all.extend(words_of_number(&view.number));
    all.extend(flags(call, view).into_iter().map(Flag::word));
    all.into_iter().collect::<Vec<_>>().join(" ")
}

fn flags(call: &Call, view: &CallView) -> Vec<Flag> {
    let mut flags = Vec::new();
    if matches!(view.outcome, Some(Outcome::Missed | Outcome::Voicemail)) {
        flags.push(Flag::Missed);
    }
    if view.outcome == Some(Outcome::Voicemail) {
        flags.push(Flag::Voicemail);
    }
    if matches!(view.state, CallState::Held | CallState::Parked | CallState::NotLogged) && is_wanted(view) {
        flags.push(Flag::NotLogged);
    }
    flags.extend(view.line.id.parse().ok().map(Flag::Line));
    let had = view.agent.as_ref().and_then(|agent| agent.id.parse().ok());
    let first = call.first_agent().filter(|_| view.answered_at.is_some()).map(|agent| agent.id);
    flags.extend(had.map(Flag::Agent));
    flags.extend(first.filter(|first| Some(*first) != had).map(Flag::Agent));
    flags
}

/// A number's digits with and without its country's code, and in reverse; of what is no number the words.
fn words_of_number(number: &NumberView) -> Vec<String> {
    match E164::shown(number) {
        Some(e164) => {
            let all = digits(e164.as_str());
            let national = number.national.as_deref().map(digits).filter(|national| *national != all);
            let reversed = reversed(&all);
            [Some(all), national, Some(reversed)].into_iter().flatten().collect()
        }
        None => words::of(&number.received),
    }
}

impl Wanted {
    /// What a person means who types this; `None`: nothing that could be found. Of the last word the beginning will do,
    /// unless a space follows it. `countries`: those of our lines, for numbers without a country's code.
    #[must_use]
    pub fn of(text: &str, countries: &[String]) -> Option<Wanted> {
        let goes_on = text.chars().next_back().is_some_and(char::is_alphanumeric);
        let parts: Vec<Part> = parts(text).into_iter().take(MOST_WANTED).collect();
        let last = parts.len().saturating_sub(1);
        let wanted = parts.iter().enumerate().map(|(at, part)| match part {
            Part::Word(word) => of_word(word, at == last && goes_on),
            Part::Number(typed) => of_number(typed, countries),
        });
        all(wanted.collect())
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Wanted) -> Wanted {
        match self {
            Wanted::All(mut these) => {
                these.push(other);
                Wanted::All(these)
            }
            one => Wanted::All(vec![one, other]),
        }
    }
}

/// Where text fulfils what somebody typed: every word of it stands there.
#[must_use]
pub fn holds(text: &str, typed: &str) -> bool {
    let there = words::of(text);
    let goes_on = typed.chars().next_back().is_some_and(char::is_alphanumeric);
    let wanted = words::of(typed);
    let last = wanted.len().saturating_sub(1);
    !wanted.is_empty()
        && wanted.iter().take(MOST_WANTED).enumerate().all(|(at, word)| {
            let begins = at == last && goes_on && word.chars().count() >= LEAST_BEGINNING;
            let is_it = |have: &String| {
                spellings(have).iter().any(|have| {
                    let is_word = |word: &String| have == word || (begins && have.starts_with(word.as_str()));
                    spellings(word).iter().any(is_word)
                })
            };
            there.iter().any(is_it)
        })
}

enum Part {
    Word(String),
    /// As it was typed, with all that stands between its digits.
    Number(String),
}

/// Splits what was typed: what stands together and has nothing but digits and what stands between digits is a number.
fn parts(text: &str) -> Vec<Part> {
    let is_numeric = |chunk: &&str| {
        chunk.chars().any(|c| c.is_ascii_digit())
            && chunk.chars().all(|c| c.is_ascii_digit() || "+-./()\u{2010}\u{2011}\u{2013}".contains(c))
    };
    let mut found = Vec::new();
    let mut chunks = text.split_whitespace().peekable();
    while let Some(chunk) = chunks.next() {
        if !is_numeric(&chunk) {
            found.extend(words::of(chunk).into_iter().map(Part::Word));
            continue;
        }
        let mut number = chunk.to_owned();
        while let Some(next) = chunks.next_if(|next| is_numeric(next) && !next.starts_with('+')) {
            number.push(' ');
            number.push_str(next);
        }
        if digits(&number).len() >= LEAST_DIGITS {
            found.push(Part::Number(number));
        } else {
            found.extend(words::of(&number).into_iter().map(Part::Word));
        }
    }
    found
}

fn of_word(word: &str, begins: bool) -> Wanted {
    let begins = begins && word.chars().count() >= LEAST_BEGINNING;
    any(spellings(word).into_iter().map(|word| Wanted::Word { word, begins }).collect())
}

/// A number in any spelling: what it may mean, and whatever begins or ends so. It may as well be words of a note.
fn of_number(typed: &str, countries: &[String]) -> Wanted {
    let begins = |word: String| Wanted::Word { word, begins: true };
    let mut found = Vec::new();
    for reading in number::readings(typed, countries).unwrap_or_default() {
        found.push(Wanted::Word { word: digits(reading.number.as_str()), begins: false });
    }
    let typed_digits = digits(typed);
    let is_international = typed.trim_start().starts_with('+');
    if let Some(rest) = typed_digits.strip_prefix("00").filter(|rest| rest.len() >= LEAST_DIGITS) {
        found.push(begins(rest.to_owned()));
    }
    if !is_international {
        found.push(begins(reversed(&typed_digits)));
    }
    found.push(begins(typed_digits));
    let words = words::of(typed);
    if words.len() > 1 {
        let words = words.into_iter().map(|word| Wanted::Word { word, begins: false });
        found.extend(all(words.collect()));
    }
    any(found)
}

fn all(mut wanted: Vec<Wanted>) -> Option<Wanted> {
    if wanted.len() > 1 { Some(Wanted::All(wanted)) } else { wanted.pop() }
}

/// Of one at least.
fn any(mut wanted: Vec<Wanted>) -> Wanted {
    wanted.dedup();
    match wanted.len() {
        1 => wanted.remove(0),
        _ => Wanted::Any(wanted),
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn reversed(digits: &str) -> String {
    std::iter::once(REVERSED).chain(digits.chars().rev()).collect()
}

#[cfg(test)]
mod tests;
