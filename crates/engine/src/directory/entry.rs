//! The directory (B9): every customer of the helpdesk with the telephone numbers that they have there, as they are spelled
//! there and as they are read. What is kept of it is [`DirectoryChange`] and [`Listed`]; how it is read, `engine/mirror.rs`.

use std::fmt;

use super::Customer;
use crate::number::{self, E164, NoNumber, masked_text};

/// A customer as the helpdesk lists them.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who.
    pub customer: Customer,
    /// Their living telephone numbers, as a shop or a person typed them.
    pub addresses: Vec<Address>,
    /// When the customer was made there, unix microseconds; `None` where it is not told.
    pub made_at: Option<i64>,
}

/// A page of all customers.
#[derive(Clone, Debug)]
pub struct EntryPage {
    /// The customers.
    pub entries: Vec<Entry>,
    /// Where the next page begins; lives for a short time.
    pub next: Option<String>,
}

/// In which order customers are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those made first come first.
    OldestFirst,
    /// Those made last come first.
    NewestFirst,
    /// Those changed last come first.
    ChangedLastFirst,
}

/// A telephone number as the helpdesk holds it: text of people.
///
/// `Debug` is masked, so that a number printed in passing stays out of the logs (B12).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub String);

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", masked_text(&self.0))
    }
}

impl Address {
    /// Whether it may mean this number.
    #[must_use]
    pub fn means(&self, number: &E164, countries: &[String]) -> bool {
        number::readings(&self.0, countries)
            .is_ok_and(|all| all.iter().any(|reading| reading.number == *number))
    }
}

/// One way in which an address is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// As it is stored in the helpdesk.
    pub address: Address,
    /// What it means, or why nothing can match it.
    pub read: Result<E164, NoNumber>,
    /// The country (ISO alpha-2) that was assumed, because the address names none.
    pub country: Option<String>,
}

impl Spelling {
    /// Every way in which an address may be read; at least one.
    #[must_use]
    pub fn all_of(address: &Address, countries: &[String]) -> Vec<Spelling> {
        let spelling = |read, country| Spelling { address: address.clone(), read, country };
        match number::readings(&address.0, countries) {
            Ok(all) => all.into_iter().map(|r| spelling(Ok(r.number), r.country)).collect(),
            Err(why) => vec![spelling(Err(why), None)],
        }
    }
}

/// A customer with all numbers, read: what the directory keeps.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Who.
    pub customer: Customer,
    /// Their numbers.
    pub spellings: Vec<Spelling>,
}

impl Listing {
    /// Reads all numbers of an entry.
    #[must_use]
    pub fn of(entry: Entry, countries: &[String]) -> Listing {
        let spellings = entry.addresses.iter().flat_map(|a| Spelling::all_of(a, countries)).collect();
        Listing { customer: entry.customer, spellings }
    }
}

/// Somebody who has a number, and the spelling by which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Who.
    pub customer: Customer,
    /// The number.
    pub number: E164,
    /// As it is stored there.
    pub address: Address,
    /// The country that was assumed for it.
    pub country: Option<String>,
}

impl Entry {
    /// The customer as found by this number, with the spelling if it is another than E.164; `None` if no address means it.
    #[must_use]
    pub fn with_number(&self, number: &E164, countries: &[String]) -> Option<Customer> {
        let is_exact = self.addresses.iter().any(|address| address.0 == number.as_str());
        let first = self.addresses.iter().find(|address| address.means(number, countries))?;
        let spelled = (!is_exact).then(|| first.0.clone());
        Some(Customer { spelled, ..self.customer.clone() })
    }
}

impl Listed {
    /// Whether it is stored in E.164, which is how the helpdesk itself finds it.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.address.0 == self.number.as_str()
    }
}

/// The customers of a list that holds one for each spelling, each once.
#[must_use]
pub fn customers(listed: &[Listed]) -> Vec<Customer> {
    let mut customers: Vec<Customer> = Vec::new();
    for one in listed {
        let spelled = (!one.is_exact()).then(|| one.address.0.clone());
        match customers.iter_mut().find(|known| known.id == one.customer.id) {
            // Who has it in both spellings has it exactly.
            Some(known) => known.spelled = known.spelled.take().filter(|_| spelled.is_some()),
            None => customers.push(Customer { spelled, ..one.customer.clone() }),
        }
    }
    customers
}

/// A number that nothing can match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// The customer's id.
    pub customer: String,
    /// The customer's name.
    pub name: String,
    /// As it is stored there.
    pub address: Address,
    /// Why.
    pub why: NoNumber,
}

/// A place among all numbers of the directory, in the order of customers' ids and addresses.
pub type Place = (String, Address);

/// How much the directory holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Customers, also those without a number.
    pub customers: u32,
    /// Readings of their numbers.
    pub numbers: u32,
    /// Numbers that nothing can match.
    pub unmatched: u32,
}

/// What changes in the directory, in the order of the fields.
#[derive(Clone, Debug, Default)]
pub struct DirectoryChange {
    /// The full pass during or after which it happens: whoever is put is seen in it.
    pub pass: i64,
    /// Customers that are no longer there.
    pub gone: Vec<String>,
    /// Customers that were merged, and into whom: their numbers go with them.
    pub became: Vec<(String, Customer)>,
    /// Numbers that a customer does not have any more.
    pub lost: Vec<(String, Address)>,
    /// Customers who have these numbers, too.
    pub gained: Vec<Listing>,
    /// Customers as they are now: all of their numbers, and no others.
    pub seen: Vec<Listing>,
    /// Numbers that are read anew, and whose.
    pub read_anew: Vec<(String, Vec<Spelling>)>,
    /// The pass has come to its end: whoever was not seen in it is gone.
    pub pass_ended: bool,
}

impl DirectoryChange {
    /// An empty change, during or after this pass.
    #[must_use]
    pub fn in_pass(pass: i64) -> DirectoryChange {
        DirectoryChange { pass, ..DirectoryChange::default() }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let DirectoryChange { pass: _, gone, became, lost, gained, seen, read_anew, pass_ended } = self;
        let nobody = gone.is_empty() && became.is_empty() && seen.is_empty() && gained.is_empty();
        nobody && lost.is_empty() && read_anew.is_empty() && !pass_ended
    }
}
