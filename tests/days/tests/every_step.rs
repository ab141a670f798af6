//! A program that is killed at a step boundary, whichever it is: after a commit, before a request leaves, before its
//! answer is taken in.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed step fails its test

use std::collections::BTreeMap;
use std::time::Duration;

use sidetone_days::day::{Day, MARTA, Plan, STRANGER};
use sidetone_days::records::Records;
use sidetone_sandbox::{Fault, FaultKind, HangUp, aircall_world as world};
use tokio::time::Instant;

/// A known caller, a stranger and a voicemail, with a note and a tag in the middle and after the end. Returns the
/// records, and how many steps the first run of the program made.
async fn calls(kill_at: Option<u64>, unclear: bool) -> (Records, u64) {
    let mut day = Day::begin(Plan::default().with_files()).await;
    if unclear {
        // Done, and not answered: killed or not, nobody knows.
        day.gorgias.add_fault(Fault::next(2, FaultKind::HangAfter).on("POST", "/api/tickets"));
        day.gorgias.add_fault(Fault::next(1, FaultKind::CutAfter).on("POST", "/api/customers"));
    }
    let before = day.lifeline.steps();
    if let Some(step) = kill_at {
        day.lifeline.cut_after(step);
    }
    let first = day.lifeline.clone();
    let begun = Instant::now();
    let known = day.ring(world::SUPPORT_FR, Some(MARTA));
    let unknown = day.ring(world::SALES_US, Some(STRANGER));
    let missed = day.ring(world::SUPPORT_DE, Some("+493023125044"));
    for second in 0..300 {
        match second {
            6 => day.aircall.answer(known, Some(world::CAMILLE)).unwrap(),
            8 => day.aircall.answer(unknown, Some(world::AMELIA)).unwrap(),
            10 => drop(day.aircall.tag(known, Some(world::CAMILLE), "Warranty").unwrap()),
            15 => day.aircall.hang_up(missed, &HangUp { voicemail: true, ..HangUp::default() }).unwrap(),
            20 => drop(day.aircall.comment(unknown, world::AMELIA, "Wants the invoice").unwrap()),
            40 => day.aircall.hang_up(known, &HangUp::default()).unwrap(),
            45 => day.aircall.hang_up(unknown, &HangUp::default()).unwrap(),
            100 => drop(day.aircall.comment(known, world::CAMILLE, "Sends a photo").unwrap()),
            110 => day.aircall.untag(known, "Warranty").unwrap(),
            _ => {}
        }
        until(&mut day, begun + Duration::from_secs(second)).await;
    }
    until(&mut day, begun + Duration::from_secs(600)).await;
    let ids = [known, unknown, missed];
    let names = BTreeMap::from([0, 1, 2].map(|n| (ids[n].to_string(), format!("#{n}"))));
    (Records::of(&day.gorgias.dump(), &names), first.steps() - before)
}

/// Lets time pass; where the program was killed, it is started again at once.
async fn until(day: &mut Day, at: Instant) {
    loop {
        let lifeline = day.lifeline.clone();
        tokio::select! {
            biased;
            () = lifeline.cut() => day.kill_and_restart().await,
            () = tokio::time::sleep_until(at) => return,
        }
    }
}

async fn killed_at_steps(first: u64, every: usize, unclear: bool) {
    let (quiet, steps) = calls(None, false).await;
    assert!(steps > 60, "the day has its steps: {steps}");
    for step in (first..=steps).step_by(every) {
        let (troubled, _) = calls(Some(step), unclear).await;
        if let Some(difference) = troubled.differ_from(&[&quiet], |_| false) {
            panic!("killed at step {step} of {steps}:\n{difference}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn killed_at_every_seventh_step_the_records_are_those_of_a_quiet_day() {
    killed_at_steps(1, 7, false).await;
}

#[tokio::test(start_paused = true)]
async fn killed_at_every_eleventh_step_of_a_day_with_unclear_writes_nothing_is_doubled() {
    killed_at_steps(3, 11, true).await;
}
