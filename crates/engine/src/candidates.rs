//! Several customers share a number: who it may be, with reasons, best first (B7). Pure; what is told costs no request.

use std::cmp::Reverse;

use sidetone_protocol::{Candidate, MatchReason};

use crate::call::Contact;
use crate::directory::{Customer, Dealings};
use crate::helpdesk::Helpdesk;
use crate::view::customer_view;

/// Providers whose addresses say nothing about where somebody works.
const PROVIDERS: [&str; 24] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "hotmail.fr",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.fr",
    "yahoo.de",
    "icloud.com",
    "me.com",
    "aol.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "t-online.de",
    "freenet.de",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "proton.me",
    "aircall.io",
];

/// All candidates. `known`: the customers with the number, each with what we had to do with it; `chosen`: whom a person
/// chose for the number.
#[must_use]
pub fn candidates(
    known: Vec<(Customer, Dealings)>,
    contact: Option<&Contact>,
    chosen: Option<&str>,
    helpdesk: &dyn Helpdesk,
) -> Vec<Candidate> {
    let newest_call = known.iter().filter_map(|(_, dealings)| dealings.last_call_at).max();
    let updates: Vec<i64> = known.iter().filter_map(|(customer, _)| customer.updated_at).collect();
    // Where all changed at the same moment, that tells nothing.
    let newest_update =
        updates.iter().max().filter(|max| updates.len() == 1 || updates.iter().any(|other| other < max));
    let mut told: Vec<(Candidate, Option<i64>)> = known
        .into_iter()
        .map(|(customer, dealings)| {
            let mut reasons = Vec::new();
            let mut because = |holds: bool, reason| reasons.extend(holds.then_some(reason));
            because(chosen == Some(customer.id.as_str()), MatchReason::Chosen);
            because(customer.spelled.is_none(), MatchReason::ExactNumber);
            because(customer.spelled.is_some(), MatchReason::OtherSpelling);
            let (mail, theirs) = (customer.email.as_deref(), contact.and_then(|c| c.email.as_deref()));
            let same_mail = mail.zip(theirs).is_some_and(|(a, b)| same(a, b));
            because(same_mail, MatchReason::SameEmail);
            let same_company =
                mail.and_then(company).zip(theirs.and_then(company)).is_some_and(|(a, b)| a == b);
            because(same_company && !same_mail, MatchReason::SameEmailDomain);
            because(contact.is_some_and(|contact| is_called(&customer, contact)), MatchReason::SameName);
            let last = dealings.last_call_at;
            because(last.is_some() && last == newest_call, MatchReason::LastCall);
            let updated = customer.updated_at;
            because(
                updated.as_ref().is_some_and(|at| Some(at) == newest_update),
                MatchReason::RecentlyUpdated,
            );
            let candidate = Candidate {
                customer: customer_view(&customer, helpdesk),
                reasons,
                spelled: customer.spelled,
                calls: dealings.calls,
                last_call_at: dealings.last_call_at,
                last_ticket_at: dealings.last_ticket_at,
            };
            (candidate, updated)
        })
        .collect();
    told.sort_by_key(|(candidate, updated)| {
        let has = |reason| candidate.reasons.contains(&reason);
        Reverse((has(MatchReason::Chosen), has(MatchReason::SameEmail), candidate.last_call_at, *updated))
    });
    told.into_iter().map(|(candidate, _)| candidate).collect()
}

/// Letter case and blanks around mean nothing.
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim().to_lowercase(), b.trim().to_lowercase());
    !a.is_empty() && a == b
}

/// The domain of an address, if it is not a provider's.
fn company(email: &str) -> Option<String> {
    let domain = email.trim().rsplit_once('@')?.1.to_lowercase();
    (!domain.is_empty() && !PROVIDERS.contains(&domain.as_str())).then_some(domain)
}

fn is_called(customer: &Customer, contact: &Contact) -> bool {
    contact.display().is_some_and(|name| same(&customer.name, &name))
        || contact.company.as_deref().is_some_and(|company| same(&customer.name, company))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gorgias::Gorgias;

    fn customer(id: &str, name: &str, email: &str, updated_at: i64) -> (Customer, Dealings) {
        let customer = Customer {
            id: id.into(),
            name: name.into(),
            email: Some(email.into()),
            note: None,
            updated_at: Some(updated_at),
            spelled: None,
        };
        (customer, Dealings::default())
    }

    fn told(
        known: Vec<(Customer, Dealings)>,
        contact: Option<&Contact>,
        chosen: Option<&str>,
    ) -> Vec<Candidate> {
        let credential = ::gorgias::Credential::basic("ana@example.com", "key");
        let account = ::gorgias::Account::new("http://127.0.0.1:2", credential).expect("an account");
        candidates(known, contact, chosen, &Gorgias::new(account))
    }

    fn order(candidates: &[Candidate]) -> Vec<&str> {
        candidates.iter().map(|c| c.customer.id.as_str()).collect()
    }

    #[test]
    fn the_best_comes_first_choice_then_address_then_last_call_then_last_change() {
        let mut called = customer("3", "C", "c@example.com", 10);
        called.1 = Dealings { calls: 2, last_call_at: Some(50), last_ticket_at: Some(51) };
        let known = vec![
            customer("1", "A", "a@example.com", 30),
            customer("2", "B", "b@example.com", 20),
            called,
            customer("4", "D", "d@example.com", 5),
        ];
        let contact =
            Contact { first_name: None, last_name: None, company: None, email: Some("B@Example.com".into()) };
        assert_eq!(order(&told(known.clone(), None, None)), ["3", "1", "2", "4"]);
        assert_eq!(order(&told(known.clone(), Some(&contact), None)), ["2", "3", "1", "4"]);
        assert_eq!(order(&told(known, Some(&contact), Some("4"))), ["4", "2", "3", "1"]);
    }

    #[test]
    fn every_reason_is_told_of_whom_it_holds() {
        let mut other = customer("2", "Whitlock Cafés", "orders@whitlock.example.com", 9);
        other.0.spelled = Some("202 555 0161".into());
        other.1 = Dealings { calls: 1, last_call_at: Some(7), last_ticket_at: None };
        let known = vec![customer("1", "Sam Whitlock", "sam@example.com", 8), other];
        let contact = Contact {
            first_name: Some("Sam".into()),
            last_name: Some("Whitlock".into()),
            company: None,
            email: Some("desk@whitlock.example.com".into()),
        };
        let told = told(known, Some(&contact), None);
        let reasons = |id: &str| told.iter().find(|c| c.customer.id == id).map(|c| c.reasons.clone());
        assert_eq!(reasons("1"), Some(vec![MatchReason::ExactNumber, MatchReason::SameName]));
        let of_the_café = vec![
            MatchReason::OtherSpelling,
            MatchReason::SameEmailDomain,
            MatchReason::LastCall,
            MatchReason::RecentlyUpdated,
        ];
        assert_eq!(reasons("2"), Some(of_the_café));
    }

    #[test]
    fn an_address_at_a_common_provider_tells_nothing_of_a_company() {
        assert_eq!(company("@GMail.com"), None);
        assert_eq!(company("a@Whitlock.example.com "), Some("whitlock.example.com".into()));
        assert_eq!(company("no address"), None);
    }
}
