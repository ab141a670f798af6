//! What people decide about the caller: for the call, for its number, or both.

use chrono::DateTime;
use proptest::prelude::*;
use sidetone_engine::choice::{CallerName, Choice, Chosen, Whose};
use sidetone_engine::directory::Customer;
use sidetone_engine::ledger::Holding;
use sidetone_engine::number;

use super::life::START;
use super::world::{FIRST_CUSTOMER, NUMBER};

#[derive(Clone, Debug, Default)]
pub struct Decision {
    call: Option<Chosen>,
    number: Option<Whose>,
}

pub fn decisions() -> impl Strategy<Value = Decision> {
    let chosen = || {
        (0..5u64, any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(index, has_number, is_gone)| Chosen {
            customer: Customer {
                id: (FIRST_CUSTOMER + index).to_string(),
                name: format!("Customer {index}"),
                email: None,
                note: None,
                updated_at: None,
                spelled: None,
            },
            has_number,
            is_gone,
        })
    };
    let name = CallerName { name: "Dana Whitfield".into(), email: None };
    let whose = prop_oneof![3 => chosen().prop_map(Whose::Customer), 1 => Just(Whose::Named(name))];
    (prop::option::weighted(0.3, chosen()), prop::option::weighted(0.6, whose))
        .prop_map(|(call, number)| Decision { call, number })
}

fn id(chosen: &Chosen) -> u64 {
    chosen.customer.id.parse().unwrap()
}

impl Decision {
    pub fn for_the_call(&self) -> Option<Holding> {
        self.call.as_ref().map(|chosen| chosen.holding().unwrap())
    }

    pub fn for_the_number(&self) -> Option<Choice> {
        let whose = self.number.clone()?;
        let at = DateTime::from_timestamp(START, 0).unwrap();
        Some(Choice { number: number::parse(NUMBER, None).unwrap(), whose, at })
    }

    fn of_the_number(&self) -> Option<&Chosen> {
        match &self.number {
            Some(Whose::Customer(chosen)) => Some(chosen),
            Some(Whose::Named(_)) | None => None,
        }
    }

    /// Whether this customer was chosen, for whatever.
    pub fn names(&self, customer: u64) -> bool {
        let mut living = self.call.iter().chain(self.of_the_number()).filter(|chosen| !chosen.is_gone);
        living.any(|chosen| id(chosen) == customer)
    }

    /// Who must be written to, where so many have the number.
    pub fn good(&self, customers: usize) -> Option<u64> {
        let call = self.call.as_ref().filter(|chosen| !chosen.is_gone);
        let has = |chosen: &&Chosen| !chosen.has_number || id(chosen) < FIRST_CUSTOMER + customers as u64;
        let number = self.of_the_number().filter(|chosen| !chosen.is_gone).filter(has);
        call.or(number).map(id)
    }
}
