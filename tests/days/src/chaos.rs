//! One seed: its day lived quietly and in trouble, and what the two do not agree on.

use std::time::{Duration, Instant};

use crate::day::Desk;
use crate::life::{Lived, live};
use crate::promises::is_passed_over;
use crate::records::Records;
use crate::scenes::script;
use crate::script::Script;
use crate::stores::Stores;
use crate::throw::troubles;
use crate::trouble::Trouble;

/// How a seed ended.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The seed.
    pub seed: u64,
    /// Into which helpdesk.
    pub desk: Desk,
    /// On which store.
    pub stores: Stores,
    /// What is wrong; empty if the two days are equal.
    pub faults: Vec<String>,
    /// What went wrong in the troubled day.
    pub troubles: Vec<Trouble>,
    /// What happened in the troubled day, line by line.
    pub story: Vec<String>,
    /// What the troubled day left in the helpdesk.
    pub records: Records,
    /// How many calls the day had, and how many tickets they left.
    pub size: (usize, usize),
    /// How long it took to find out.
    pub took: Duration,
}

impl Verdict {
    /// Whether both days left the same.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.faults.is_empty()
    }

    /// Everything that somebody needs who looks for the fault.
    #[must_use]
    pub fn report(&self) -> String {
        let troubles: Vec<String> = self.troubles.iter().map(|trouble| format!("  {trouble}")).collect();
        format!(
            "seed {} does not end as its quiet day does (- only quiet, + only in trouble):\n{}\nwhat went wrong:\n{}\n\
             again: script/chaos --seed {} --helpdesk {} --store {} --verbose\n",
            self.seed,
            self.faults.join("\n"),
            troubles.join("\n"),
            self.seed,
            self.desk,
            self.stores
        )
    }
}

/// The quiet day of a script, and what another day is measured by.
pub struct Quiet<'a> {
    script: &'a Script,
    stores: &'a Stores,
    lived: Lived,
}

impl<'a> Quiet<'a> {
    /// Lives it.
    ///
    /// # Panics
    /// If no runtime can be made, or a step of the day fails.
    #[must_use]
    pub fn of(script: &'a Script, stores: &'a Stores) -> Quiet<'a> {
        Quiet { script, stores, lived: in_its_own_time(script, &[], stores) }
    }

    /// What it left.
    #[must_use]
    pub fn lived(&self) -> &Lived {
        &self.lived
    }

    /// Lives the day with these troubles.
    ///
    /// # Panics
    /// If no runtime can be made, or a step of the day fails.
    #[must_use]
    pub fn in_trouble(&self, troubles: &[Trouble]) -> Lived {
        in_its_own_time(self.script, troubles, self.stores)
    }

    /// What is wrong with another day of this script.
    ///
    /// # Panics
    /// If no runtime can be made, or a step of the day fails.
    #[must_use]
    pub fn faults_of(&self, other: &Lived, troubles: &[Trouble]) -> Vec<String> {
        let mut faults: Vec<String> = Vec::new();
        let own = [("does not settle", &self.lived.unsettled), ("breaks a promise", &self.lived.broken)];
        for (how, what) in own {
            faults.extend(what.iter().map(|what| format!("  the quiet day {how}: {what}")));
        }
        for (how, what) in [("does not settle", &other.unsettled), ("breaks a promise", &other.broken)] {
            faults.extend(what.iter().map(|what| format!("  {how}: {what}")));
        }
        faults.extend(self.difference(&other.records, troubles));
        faults
    }

    fn difference(&self, records: &Records, troubles: &[Trouble]) -> Option<String> {
        let passes_over = |about: &str| is_passed_over(about, self.script, troubles);
        let quiet = &self.lived.records;
        records.differ_from(&[quiet], passes_over)?;
        // Aircall corrects a call's start minutes after its end, and tells nobody. A record that is written late says
        // what Aircall says then, and is right, too: what it is then like shows in the same day with starts that are
        // correct from the beginning.
        let mut corrected = self.script.clone();
        corrected.set_up.aircall.tells_start_as_rewritten = true;
        let corrected = in_its_own_time(&corrected, &[], self.stores).records;
        records.differ_from(&[quiet, &corrected], passes_over).map(|difference| difference.to_string())
    }
}

/// Lives both days of a seed.
///
/// # Panics
/// If no runtime can be made, or a step of the day fails.
#[must_use]
pub fn run(seed: u64, desk: Desk, stores: &Stores) -> Verdict {
    let script = script(seed, desk);
    let troubles = troubles(seed, &script, stores);
    compare(seed, &script, troubles, stores)
}

/// Lives a day quietly and with these troubles.
///
/// # Panics
/// If no runtime can be made, or a step of the day fails.
#[must_use]
pub fn compare(seed: u64, script: &Script, troubles: Vec<Trouble>, stores: &Stores) -> Verdict {
    let begun = Instant::now();
    let quiet = Quiet::of(script, stores);
    let troubled = quiet.in_trouble(&troubles);
    let faults = quiet.faults_of(&troubled, &troubles);
    Verdict {
        seed,
        desk: script.set_up.desk,
        stores: stores.clone(),
        faults,
        troubles,
        story: troubled.story,
        records: troubled.records,
        size: (script.calls, quiet.lived.records.tickets()),
        took: begun.elapsed(),
    }
}

/// The troubles of a failed seed without those that do not matter for the failure.
///
/// # Panics
/// If no runtime can be made, or a step of the day fails.
#[must_use]
pub fn shrink(seed: u64, desk: Desk, mut troubles: Vec<Trouble>, stores: &Stores) -> Verdict {
    let script = script(seed, desk);
    let quiet = Quiet::of(&script, stores);
    for index in (0..troubles.len()).rev() {
        let mut fewer = troubles.clone();
        fewer.remove(index);
        if !quiet.faults_of(&quiet.in_trouble(&fewer), &fewer).is_empty() {
            troubles = fewer;
        }
    }
    compare(seed, &script, troubles, stores)
}

/// A runtime whose clock stands still while anything is left to do.
fn in_its_own_time(script: &Script, troubles: &[Trouble], stores: &Stores) -> Lived {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(live(script, troubles, stores))
}
