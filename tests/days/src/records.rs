//! What a day leaves in the helpdesk, in a form in which two days can be compared (`design.md` §7): the same customers,
//! threads, tags, status, assignees, authors, entry texts and file hashes. How facts were packed into requests is not in
//! it, nor ids and times of writing.
//!
//! Which facts there are, each helpdesk's own file says. Something new to compare is one more fact there.

mod front;
mod gorgias;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::day::Desk;

/// One fact: what it is about, and what it is. Several may be about the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// For instance `ticket aircall:call:#3 status`.
    pub about: String,
    /// For instance `open`.
    pub is: String,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.is)
    }
}

/// The records, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    facts: Vec<Fact>,
}

impl Records {
    /// Out of the sandbox's dump. `names` says what ids mean, so that two days agree on them: `4300112040` → `#3`.
    ///
    /// # Panics
    /// If the dump is none.
    #[must_use]
    pub fn of(desk: Desk, dump: &Value, names: &BTreeMap<String, String>) -> Records {
        let mut facts = Vec::new();
        let mut fact = |about: String, is: String| facts.push(Fact { about, is });
        fact("messages sent to customers".into(), dump["send_attempts"].to_string());
        match desk {
            Desk::Gorgias => gorgias::facts(dump, &mut fact),
            Desk::Front => front::facts(dump, names, &mut fact),
        }
        for fact in &mut facts {
            for (id, name) in names {
                fact.about = fact.about.replace(id.as_str(), name);
                fact.is = fact.is.replace(id.as_str(), name);
            }
        }
        facts.sort();
        Records { facts }
    }

    /// The facts.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// How many tickets and conversations there are with something of ours.
    #[must_use]
    pub fn tickets(&self) -> usize {
        self.facts
            .iter()
            .filter(|f| gorgias::is_of_a_ticket(&f.about) || front::is_of_a_conversation(&f.about))
            .count()
    }

    /// What `self` has more or less than the quiet day, which may have been lived in several ways that are all right (a
    /// call's start was told before or after Aircall corrected it): each fact must be that of one of them. `passes_over`
    /// names what is not compared. `None` if they are equal.
    #[must_use]
    pub fn differ_from(&self, quiet: &[&Records], passes_over: impl Fn(&str) -> bool) -> Option<Difference> {
        let mine = self.by_what_they_are_about();
        let theirs: Vec<_> = quiet.iter().map(|records| records.by_what_they_are_about()).collect();
        let first = theirs.first()?;
        let (mut missing, mut added) = (Vec::new(), Vec::new());
        let mut abouts: Vec<&str> = mine.keys().chain(first.keys()).copied().collect();
        abouts.sort_unstable();
        abouts.dedup();
        for about in abouts.into_iter().filter(|about| !passes_over(about)) {
            let (mine, first) = (of(&mine, about), of(first, about));
            let any_way: Vec<&Fact> = theirs.iter().flat_map(|facts| of(facts, about)).collect();
            let is_equal = mine == first;
            if !is_equal && (mine.len() != first.len() || mine.iter().any(|fact| !any_way.contains(fact))) {
                missing.extend(without(&first, &mine));
                added.extend(without(&mine, &first));
            }
        }
        (!missing.is_empty() || !added.is_empty()).then_some(Difference { missing, added })
    }

    fn by_what_they_are_about(&self) -> BTreeMap<&str, Vec<&Fact>> {
        let mut by: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
        for fact in &self.facts {
            by.entry(fact.about.as_str()).or_default().push(fact);
        }
        by
    }
}

fn of<'a>(facts: &BTreeMap<&'a str, Vec<&'a Fact>>, about: &str) -> Vec<&'a Fact> {
    facts.get(about).cloned().unwrap_or_default()
}

/// What two days do not agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    missing: Vec<Fact>,
    added: Vec<Fact>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fact in &self.missing {
            writeln!(f, "  - {fact}")?;
        }
        for fact in &self.added {
            writeln!(f, "  + {fact}")?;
        }
        Ok(())
    }
}

/// The facts of `all` that `others` lacks; one that stands twice must stand twice there, too.
fn without(all: &[&Fact], others: &[&Fact]) -> Vec<Fact> {
    let mut left = others.to_vec();
    let mut lacking = Vec::new();
    for fact in all {
        match left.iter().position(|other| other == fact) {
            Some(at) => drop(left.remove(at)),
            None => lacking.push((*fact).clone()),
        }
    }
    lacking
}
