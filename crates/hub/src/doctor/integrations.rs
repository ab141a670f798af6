//! Other integrations that may log the same calls, told by where the company's other webhooks lead.

use std::collections::BTreeSet;

use aircall::Webhook;
use sidetone_engine::webhooks::{host, owner};

use super::check::{Check, fault, hint, passed, some_of};
use super::patient::Patient;
use super::webhook::{PATH, url_of};
use super::{counted, said};
use crate::config::HelpdeskAccount;

/// Where well-known integrations take Aircall's events: the end of the host's name.
const KNOWN: [(&str, &str); 20] = [
    ("gorgias.com", GORGIAS),
    ("gorgias.io", GORGIAS),
    ("frontapp.com", FRONT),
    ("front.com", FRONT),
    ("zendesk.com", "Zendesk"),
    ("hubspot.com", "HubSpot"),
    ("hubapi.com", "HubSpot"),
    ("salesforce.com", "Salesforce"),
    ("force.com", "Salesforce"),
    ("intercom.io", "Intercom"),
    ("intercom.com", "Intercom"),
    ("freshdesk.com", "Freshdesk"),
    ("pipedrive.com", "Pipedrive"),
    ("zoho.com", "Zoho"),
    ("kustomerapp.com", "Kustomer"),
    ("zapier.com", "Zapier"),
    ("make.com", "Make"),
    ("integromat.com", "Make"),
    ("n8n.cloud", "n8n"),
    ("pipedream.net", "Pipedream"),
];
const GORGIAS: &str = "Gorgias";
const FRONT: &str = "Front";

pub(super) fn check(patient: &Patient, webhooks: &[Webhook]) -> Check {
    let desk = match &patient.config.helpdesk {
        HelpdeskAccount::Gorgias(_) => GORGIAS,
        HelpdeskAccount::Front { .. } => FRONT,
    };
    let is_others = |hook: &&Webhook| owner(url_of(hook)).is_none() && !url_of(hook).ends_with(PATH);
    let hosts: BTreeSet<String> = webhooks
        .iter()
        .filter(is_others)
        .filter(|hook| hook.active.unwrap_or(true))
        .map(|hook| host(url_of(hook)))
        .collect();
    let named: BTreeSet<&str> = hosts.iter().filter_map(|host| integration_at(host)).collect();
    if named.contains(desk) {
        return fault(
            "other_integrations",
            said!(other_logs, helpdesk = desk),
            said!(other_logs_mend, helpdesk = desk),
        );
    }
    if !named.is_empty() {
        let named: Vec<String> = named.into_iter().map(str::to_owned).collect();
        return hint(
            "other_integrations",
            said!(other_hears, names = some_of(&named)),
            said!(other_hears_mend, helpdesk = desk),
        );
    }
    let value = match hosts.len() {
        0 => said!(value_none),
        n => counted!(value_other_webhooks, n),
    };
    passed("other_integrations", "No other integration is known to log the same calls").with_value(value)
}

fn integration_at(host: &str) -> Option<&'static str> {
    let host = host.split(':').next().unwrap_or_default().to_lowercase();
    let is_at = |end: &str| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    KNOWN.iter().find(|(end, _)| is_at(end)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_its_end_and_not_by_a_part_of_it() {
        assert_eq!(integration_at("acme.Gorgias.com"), Some("Gorgias"));
        assert_eq!(integration_at("hooks.zapier.com:443"), Some("Zapier"));
        assert_eq!(integration_at("storefront.com"), None);
        assert_eq!(integration_at("gorgias.com.example.com"), None);
    }
}
