//! What can be done to the Gorgias stand-in from outside its API, and what is read from it without
//! counting as a request.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::patched;
use crate::{
    faults::{Fault, FaultId},
    gorgias::{
        self,
        limits::GorgiasLimits,
        messages::SendAttempt,
        objects::{Channel, Customer, Ticket},
        service::Inner,
        state::State,
        switches::GorgiasSwitches,
    },
    journal::JournalEntry,
    refused::Refused,
    wire::Asked,
};

/// A handle on the Gorgias stand-in.
#[derive(Clone)]
pub struct GorgiasControl(pub(super) Arc<Inner>);

impl std::fmt::Debug for GorgiasControl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("GorgiasControl").finish_non_exhaustive()
    }
}

impl GorgiasControl {
    /// The account in a canonical form, for comparing two days: no ids, no times of writing, nothing whose
    /// order means nothing. See the crate's documentation for what it holds.
    #[must_use]
    pub fn dump(&self) -> Value {
        self.0.act(|state| gorgias::dump(state))
    }

    /// All tickets with their messages, as `GET /api/tickets/{id}` writes them, newest first.
    #[must_use]
    pub fn tickets(&self) -> Vec<Value> {
        self.0.act(|state| {
            let mut tickets: Vec<&Ticket> = state.tickets.values().collect();
            tickets.sort_by_key(|ticket| std::cmp::Reverse((ticket.created_at, ticket.id)));
            tickets.into_iter().map(|ticket| ticket.whole(state)).collect()
        })
    }

    /// The tickets with this marker, the newest first, each as `GET /api/tickets/{id}` writes it.
    #[must_use]
    pub fn tickets_marked(&self, external_id: &str) -> Vec<Value> {
        self.0.act(|state| {
            let is_meant = |ticket: &&Ticket| ticket.external_id.as_deref() == Some(external_id);
            let mut tickets: Vec<&Ticket> = state.tickets.values().filter(is_meant).collect();
            tickets.sort_by_key(|ticket| std::cmp::Reverse((ticket.created_at, ticket.id)));
            tickets.into_iter().map(|ticket| ticket.whole(state)).collect()
        })
    }

    /// All customers as `GET /api/customers/{id}` writes them, by id.
    #[must_use]
    pub fn customers(&self) -> Vec<Value> {
        self.0.act(|state| state.customers.values().map(Customer::written).collect())
    }

    /// Messages that Gorgias would have sent to a customer; must stay empty.
    #[must_use]
    pub fn send_attempts(&self) -> Vec<SendAttempt> {
        self.0.act(|state| state.send_attempts.clone())
    }

    /// A request as a person in the helpdesk makes it: any path of the API, without credential, limit,
    /// fault or journal. Returns the status and the body (`null` when empty).
    ///
    /// # Errors
    /// When the method or the path is none.
    pub fn by_a_person(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value), Refused> {
        let asked = Asked::by_a_person(method, path, body)?;
        if !asked.path.starts_with("/api/") {
            return Err(Refused::Wrong(format!("{} does not begin with /api/", asked.path)));
        }
        let answered = self.0.act(|state| gorgias::route(state, &asked));
        let body = serde_json::from_slice(answered.body.bytes()).unwrap_or_default();
        Ok((answered.status.as_u16(), body))
    }

    /// Adds a customer with a phone channel exactly as written. Returns the id.
    #[must_use]
    pub fn add_customer(&self, name: &str, email: Option<&str>, phone: &str) -> u64 {
        self.0.act(|state| add_customer(state, name, email, phone))
    }

    /// Adds `count` customers, made one second after the other until now, for measurements of large accounts. Customer
    /// `index` has the number [`GorgiasControl::number_of`], spelled in turn in four ways; who comes after the last of
    /// those numbers has an e-mail address only.
    pub fn add_customers(&self, count: u32) {
        self.0.act(|state| {
            let now = state.now();
            for index in 0..count {
                let email = format!("customer-{index}@example.com");
                let id = match Self::number_of(index) {
                    Some(number) => {
                        let phone = spelled(&number, index);
                        add_customer(state, &format!("Customer {index}"), Some(&email), &phone)
                    }
                    None => state.add_customer(Some(format!("Customer {index}")), Some(email)).id,
                };
                if let Some(customer) = state.customers.get_mut(&id) {
                    customer.made_at = now - TimeDelta::seconds((count - index).into());
                    customer.updated_at = customer.made_at;
                }
            }
        });
    }

    /// The number of a customer of [`GorgiasControl::add_customers`], in E.164; those numbers are kept for fiction, and end
    /// with the 79,700th.
    #[must_use]
    pub fn number_of(index: u32) -> Option<String> {
        // Area code 202 is where the sandbox's own people live.
        let area = 203 + index / 100;
        (area <= 999).then(|| format!("+1{area}55501{:02}", index % 100))
    }

    /// Changes the text of a customer's numbers, as a person does: what is `from` becomes `to`.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn respell(&self, customer: u64, from: &str, to: &str) -> Result<(), Refused> {
        let is_done = self.0.act(|state| {
            let now = state.now();
            let known = state.customers.get_mut(&customer)?;
            known.channels.iter_mut().filter(|c| c.address == from).for_each(|c| c.address = to.to_owned());
            known.updated_at = now;
            Some(())
        });
        is_done.ok_or_else(|| Refused::unknown("customer", customer))
    }

    /// Activates or deactivates somebody of the staff, as an admin does.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn set_user_active(&self, user: u64, active: bool) -> Result<(), Refused> {
        let known = self.0.act(|state| {
            let user = state.users.iter_mut().find(|known| known.id == user);
            user.map(|user| user.is_active = active)
        });
        known.ok_or_else(|| Refused::unknown("user", user))
    }

    /// Deletes somebody of the staff, as an admin does. What they wrote stays.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn delete_user(&self, user: u64) -> Result<(), Refused> {
        let count = |state: &mut State| {
            let before = state.users.len();
            state.users.retain(|known| known.id != user);
            before - state.users.len()
        };
        (self.0.act(count) == 1).then_some(()).ok_or_else(|| Refused::unknown("user", user))
    }

    /// Merges `source` into `target` as an agent does; `source` answers 301 from now on.
    ///
    /// # Errors
    /// When one of them does not exist.
    pub fn merge(&self, source: u64, target: u64) -> Result<(), Refused> {
        let is_done = self.0.act(|state| gorgias::merge_into(state, source, target));
        is_done.then_some(()).ok_or_else(|| Refused::unknown("customer", format!("{source} or {target}")))
    }

    /// The rate limit.
    #[must_use]
    pub fn limits(&self) -> GorgiasLimits {
        self.0.act(|state| state.bucket.limits)
    }

    /// Sets the rate limit and the load of other integrations.
    pub fn set_limits(&self, limits: GorgiasLimits) {
        self.0.act(|state| state.bucket.limits = limits);
    }

    /// The switches.
    #[must_use]
    pub fn switches(&self) -> GorgiasSwitches {
        self.0.act(|state| state.switches.clone())
    }

    /// Changes some switches.
    pub fn switch(&self, change: impl FnOnce(&mut GorgiasSwitches)) {
        self.0.act(|state| change(&mut state.switches));
    }

    /// A fault for the next requests that match. What comes back takes back this one.
    #[allow(clippy::must_use_candidate, reason = "most faults are left until they are met")]
    pub fn add_fault(&self, fault: Fault) -> FaultId {
        self.0.desk.add_fault(fault)
    }

    /// Takes back one fault, as far as it was not met yet.
    pub fn take_back_fault(&self, id: FaultId) {
        self.0.desk.take_back_fault(id);
    }

    /// Takes back all faults that were not met yet.
    pub fn clear_faults(&self) {
        self.0.desk.clear_faults();
    }

    /// Requests received after the entry `seq`; 0 = all.
    #[must_use]
    pub fn journal(&self, seq: u64) -> Vec<JournalEntry> {
        self.0.desk.journal_after(seq)
    }

    /// As on the first day. Ids go on counting.
    pub fn reset(&self) {
        self.0.act(State::reset);
        self.0.desk.reset();
    }

    pub(super) fn patch_switches(&self, patch: &Value) -> Result<(), Refused> {
        let switches = patched(&self.switches(), patch)?;
        self.switch(|current| *current = switches);
        Ok(())
    }

    pub(super) fn patch_limits(&self, patch: &Value) -> Result<(), Refused> {
        self.set_limits(patched(&self.limits(), patch)?);
        Ok(())
    }

    /// What is set, and how much there is.
    pub(super) fn state(&self) -> Value {
        let faults = self.0.desk.waiting_faults();
        self.0.act(|state| {
            let now = state.now();
            json!({
                "now": now,
                "account": gorgias::world::ACCOUNT,
                "customers": state.customers.len(),
                "tickets": state.tickets.len(),
                "limits": state.bucket.limits,
                "used": state.bucket.header(now),
                "switches": state.switches,
                "faults": faults,
                "send_attempts": state.send_attempts,
            })
        })
    }

    /// Names and numbers of customers who can ring: one entry per number in E.164.
    pub(super) fn callers(&self) -> Vec<Value> {
        let number = |customer: &Customer| {
            let phone = customer.channels.iter().find(|channel| crate::numbers::is_e164(&channel.address));
            phone.map(|phone| json!({"name": customer.name, "number": phone.address}))
        };
        self.0.act(|state| state.customers.values().take(40).filter_map(number).collect())
    }
}

/// A North American number as people type it, in turn in four ways.
fn spelled(number: &str, turn: u32) -> String {
    let (area, local, line) = (&number[2..5], &number[5..8], &number[8..]);
    match turn % 4 {
        0 => number.to_owned(),
        1 => format!("+1 ({area}) {local}-{line}"),
        2 => format!("({area}) {local}-{line}"),
        _ => format!("{area}.{local}.{line}"),
    }
}

fn add_customer(state: &mut State, name: &str, email: Option<&str>, phone: &str) -> u64 {
    let channel = state.next_id();
    let customer = state.add_customer(Some(name.to_owned()), email.map(str::to_owned));
    customer.channels.push(Channel {
        id: channel,
        kind: "phone".to_owned(),
        address: phone.to_owned(),
        preferred: false,
    });
    customer.id
}
