//! The doctor (B13): looks at the whole set-up, and says of each fault why it matters and how to mend it. Reads only; what
//! Sidetone can mend by itself is in [`mending`].
//!
//! Each list of a vendor is read once, and all checks read from it: a look costs a vendor about ten requests. Where one
//! thing is wrong that everything hangs on, such as a key, what hangs on it is not judged.

mod address;
mod budget;
pub mod check;
mod company;
pub(crate) mod computer;
mod front;
mod gorgias;
mod integrations;
mod lines;
pub mod mending;
mod patient;
mod report;
pub mod routes;
mod saying;
mod webhook;

use sidetone_engine::directory::People;
use sidetone_engine::transport::TransportError;
use sidetone_protocol::Vendor;

pub use self::check::{CODES, Check, Finding, report, report_in};
use self::check::{fault, named};
use self::company::Company;
pub use self::patient::Patient;
pub use self::report::{text, write};
pub(crate) use self::saying::{Saying, counted, said};
use crate::config::HelpdeskAccount;

/// Looks at everything. The checks come in the order of [`CODES`], each code at most once but for `other_integrations`.
pub async fn examine(patient: &Patient) -> Vec<Check> {
    let (is_served, installation) = tokio::join!(patient.is_served(), patient.installation());
    let (mut checks, (company, of_company), (desk, of_desk), of_address) = tokio::join!(
        computer::checks(patient),
        async {
            let mut checks = Vec::new();
            (Company::read(patient, &mut checks).await, checks)
        },
        helpdesk(patient),
        address::checks(patient, is_served),
    );
    checks.extend(of_company);
    checks.extend(of_desk);
    checks.extend(of_address);
    checks.extend(budget::directory(patient));
    if let Some(company) = &company {
        checks.extend(lines::checks(patient, company));
        match &company.webhooks {
            Ok(listed) => {
                let webhooks = &listed.items;
                checks.extend(webhook::Seen { patient, installation, is_served, webhooks }.checks());
            }
            Err(unread) => checks.push(fault(
                "webhook",
                said!(webhooks_unread, text = unread.text()),
                said!(webhooks_unread_mend),
            )),
        }
        checks.extend(desk.iter().flat_map(|desk| desk.checks(company)));
    }
    // First, so that of two reasons why a key is not accepted this one is told.
    checks.splice(0..0, patient.standings.refused_apps().into_iter().map(refused_app));
    checks.sort_by_key(Check::place);
    // What two signs show is one fault.
    checks.dedup_by(|later, earlier| {
        let is_same = later.code == earlier.code;
        if is_same && is_worse(later, earlier) {
            std::mem::swap(later, earlier);
        }
        is_same
    });
    checks
}

/// The host of another Sidetone that is connected to the same Aircall (B16); `None` also where Aircall does not tell.
pub(crate) async fn other_writer(patient: &Patient) -> Option<String> {
    let (installation, listed) = tokio::join!(patient.installation(), company::webhooks(patient));
    let webhooks = &listed.ok()?.items;
    webhook::Seen { patient, installation, is_served: true, webhooks }.other_host()
}

/// An app that its vendor refuses is seen at the next renewal, while what it was given is good still.
fn refused_app(vendor: Vendor) -> Check {
    let (code, name, section) = match vendor {
        Vendor::Aircall => ("aircall_key", "Aircall", "aircall.oauth"),
        Vendor::Gorgias => ("gorgias_key", "Gorgias", "gorgias.oauth"),
        Vendor::Front => ("front_key", "Front", "front.oauth"),
    };
    fault(code, said!(app_refused, vendor = name), said!(app_refused_mend, section = section, vendor = name))
}

fn is_worse(one: &Check, other: &Check) -> bool {
    let rank = |check: &Check| match check.finding {
        Finding::Passed => 0,
        Finding::Hint => 1,
        Finding::Fault => 2,
    };
    rank(one) > rank(other)
}

/// Whom the helpdesk knows.
enum Desk {
    Gorgias(People),
    Front(front::Desk),
}

async fn helpdesk(patient: &Patient) -> (Option<Desk>, Vec<Check>) {
    let mut checks = Vec::new();
    let desk = match &patient.config.helpdesk {
        HelpdeskAccount::Gorgias(account) => {
            gorgias::read(patient, account, &mut checks).await.map(Desk::Gorgias)
        }
        HelpdeskAccount::Front { account, inbox, .. } => {
            front::read(patient, account, inbox, &mut checks).await.map(Desk::Front)
        }
    };
    (desk, checks)
}

impl Desk {
    /// What needs both the helpdesk's people and Aircall's.
    fn checks(&self, company: &Company) -> Vec<Check> {
        match self {
            Desk::Gorgias(people) => {
                vec![lines::emails(company, people, "Gorgias user", "Gorgias", said!(no_counterpart_gorgias))]
            }
            Desk::Front(desk) => {
                let lost = said!(no_counterpart_front);
                let mut checks = vec![lines::emails(company, &desk.people, "Front teammate", "Front", lost)];
                let users = company.users.as_ref().map(|users| users.items.as_slice());
                checks.extend(users.ok().and_then(|users| front::access(users, desk)));
                checks
            }
        }
    }
}

fn unreachable(code: &'static str, vendor: &str, error: &TransportError) -> Check {
    let what = said!(cannot_reach, vendor = vendor, text = named(&error.to_string()));
    fault(code, what, said!(cannot_reach_mend))
}

#[cfg(test)]
mod tests;
