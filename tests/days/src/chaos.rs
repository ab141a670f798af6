//! One seed: its day lived quietly and in trouble, and what the two do not agree on.

use std::time::{Duration, Instant};

use crate::live::{Lived, live};
use crate::records::Records;
use crate::scenes::script;
use crate::script::Script;
use crate::stores::Stores;
use crate::trouble::{Trouble, troubles};

/// How a seed ended.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The seed.
    pub seed: u64,
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
             again: script/chaos --seed {} --helpdesk gorgias --store {} --verbose\n",
            self.seed,
            self.faults.join("\n"),
            troubles.join("\n"),
            self.seed,
            self.stores
        )
    }
}

/// Lives both days of a seed.
///
/// # Panics
/// If no runtime can be made, or a step of the day fails.
#[must_use]
pub fn run(seed: u64, stores: &Stores) -> Verdict {
    let script = script(seed);
    let troubles = troubles(seed, &script, stores.is_a_file());
    compare(seed, &script, troubles, stores)
}

/// Lives a day quietly and with these troubles.
///
/// # Panics
/// If no runtime can be made, or a step of the day fails.
#[must_use]
pub fn compare(seed: u64, script: &Script, troubles: Vec<Trouble>, stores: &Stores) -> Verdict {
    let begun = Instant::now();
    let quiet = in_its_own_time(script, &[], stores);
    let troubled = in_its_own_time(script, &troubles, stores);
    let mut faults: Vec<String> = Vec::new();
    faults.extend(quiet.unsettled.iter().map(|what| format!("  the quiet day does not settle: {what}")));
    faults.extend(troubled.faults_beside(&quiet));
    Verdict {
        seed,
        stores: stores.clone(),
        faults,
        troubles,
        story: troubled.story,
        records: troubled.records,
        size: (script.calls, quiet.records.tickets()),
        took: begun.elapsed(),
    }
}

/// The troubles of a failed seed without those that do not matter for the failure.
///
/// # Panics
/// If no runtime can be made, or a step of the day fails.
#[must_use]
pub fn shrink(seed: u64, mut troubles: Vec<Trouble>, stores: &Stores) -> Verdict {
    let script = script(seed);
    let quiet = in_its_own_time(&script, &[], stores);
    for index in (0..troubles.len()).rev() {
        let mut fewer = troubles.clone();
        fewer.remove(index);
        if !in_its_own_time(&script, &fewer, stores).faults_beside(&quiet).is_empty() {
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
