//! What was foreseen, as the page of the dry run shows it.

use sidetone_protocol::{CallState, CallView, DryRun, DryRunCall};

use crate::foresight::Foreseen;
use crate::view::is_wanted;

/// Puts calls, foreseen oldest first, and their figures into the run.
pub(super) fn fill(run: &mut DryRun, foreseen: Vec<(CallView, Foreseen)>) {
    let count = |matches: &dyn Fn(&(CallView, Foreseen)) -> bool| {
        foreseen.iter().filter(|call| matches(call)).count() as u32
    };
    run.planned = foreseen.len() as u32;
    run.new_tickets = count(&|(_, foreseen)| foreseen.begins_a_ticket);
    run.new_customers =
        count(&|(_, foreseen)| foreseen.record.as_ref().is_some_and(|record| record.is_new_customer));
    run.held = count(&|(view, _)| waits_or_cannot(view));
    let requests = foreseen.iter().filter_map(|(_, foreseen)| foreseen.record.as_ref());
    run.requests = requests.map(|record| record.requests.len() as u32).sum();
    let calls = foreseen.into_iter().rev();
    run.calls = calls.map(|(call, foreseen)| DryRunCall { call, record: foreseen.record }).collect();
}

/// A call that would wait for a person, or could not be logged; not one that a rule of the set-up leaves out.
fn waits_or_cannot(view: &CallView) -> bool {
    match view.state {
        CallState::Held => true,
        CallState::NotLogged => is_wanted(view),
        CallState::Complete | CallState::Pending | CallState::Parked => false,
    }
}
