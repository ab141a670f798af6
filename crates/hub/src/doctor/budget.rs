//! The limits of requests that everybody at the company shares, and the directory that is read within them.

use chrono::Utc;
use sidetone_protocol::{BudgetView, DirectoryState, Vendor};

use super::check::{Check, hint, passed};
use super::patient::Patient;
use super::{counted, said};
use crate::config::HelpdeskAccount;

/// A directory that was not compared with the helpdesk for so long has stopped being kept up.
const OLD_SECONDS: i64 = 3600;

/// `seen`: requests of others, and the limit, as the helpdesk's headers tell; used where no engine knows better.
pub(super) fn helpdesk(patient: &Patient, seen: Option<(u32, u32)>) -> Option<Check> {
    let (vendor, name) = match &patient.config.helpdesk {
        HelpdeskAccount::Gorgias(_) => (Vendor::Gorgias, "Gorgias"),
        HelpdeskAccount::Front { .. } => (Vendor::Front, "Front"),
    };
    let Some(engine) = &patient.engine else {
        return seen.map(|(others, limit)| crowded(name, others, limit));
    };
    let budgets = engine.health().budgets;
    if let Some(paused) = budgets.iter().find(|budget| is_paused(budget)) {
        return Some(hint(
            "budget",
            said!(at_limit, vendor = vendor_name(paused.vendor)),
            said!(at_limit_mend),
        ));
    }
    let budget = budgets.iter().find(|budget| budget.vendor == vendor)?;
    // What the engine asked meanwhile is in the headers, too.
    let (seen, limit) =
        seen.map_or((0, budget.limit), |(used, limit)| (used.saturating_sub(budget.ours), limit));
    Some(crowded(name, budget.others.max(seen), limit))
}

fn is_paused(budget: &BudgetView) -> bool {
    budget.paused_until.is_some_and(|until| until > Utc::now().timestamp())
}

fn vendor_name(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Aircall => "Aircall",
        Vendor::Gorgias => "Gorgias",
        Vendor::Front => "Front",
    }
}

fn crowded(name: &str, others: u32, limit: u32) -> Check {
    let value = said!(value_by_others, n = others, m = limit);
    if others.saturating_mul(2) <= limit {
        return passed("budget", format!("{name}'s limit leaves room for calls")).with_value(value);
    }
    hint(
        "budget",
        said!(crowded, vendor = name, others = others, limit = limit),
        said!(crowded_mend, vendor = name),
    )
    .with_value(value)
}

/// How far the directory of all customers is; known to a running engine only.
pub(super) fn directory(patient: &Patient) -> Option<Check> {
    let directory = patient.engine.as_ref()?.health().directory?;
    let age = directory.checked_at.map(|at| (Utc::now().timestamp() - at).max(0));
    let value = counted!(customers_count, directory.customers);
    Some(match directory.state {
        DirectoryState::Incomplete => hint(
            "directory",
            said!(
                directory_partly,
                text = directory.text.map_or_else(|| "…".to_owned(), |text| super::check::named(&text))
            ),
            said!(directory_partly_mend),
        ),
        DirectoryState::Complete if age.is_some_and(|age| age > OLD_SECONDS) => hint(
            "directory",
            said!(directory_old, n = age.unwrap_or_default() / 60),
            said!(directory_old_mend),
        ),
        DirectoryState::Complete => {
            passed("directory", "All customers' numbers are known, and kept up").with_value(value)
        }
        DirectoryState::Empty | DirectoryState::Reading => {
            passed("directory", "All customers are being read for the first time").with_value(value)
        }
    })
}

#[cfg(test)]
mod tests {
    use sidetone_protocol::Finding;

    use super::*;

    #[test]
    fn half_of_a_limit_is_room_enough_and_more_is_told() {
        assert_eq!(crowded("Gorgias", 40, 80).finding, Finding::Passed);
        let check = crowded("Gorgias", 41, 80);
        assert_eq!((check.finding, check.value.as_deref()), (Finding::Hint, Some("41 of 80 by others")));
    }
}
