//! What a customer has open in the helpdesk, for a person who looks at the customer: asked when somebody looks, so that a call
//! at which nobody looks costs no request for it (B6).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::OpenRecords;
use tokio::sync::oneshot;

use super::deciding::Declined;
use super::{Engine, Job};
use crate::budget::Lane;
use crate::helpdesk::{Answer, Refusal};
use crate::transport::TransportError;

/// Several windows look at one call: what was told so shortly ago is told again.
const STILL_TRUE: TimeDelta = TimeDelta::seconds(30);

/// Whoever looks waits here.
pub(crate) type Looker = oneshot::Sender<Result<OpenRecords, Declined>>;

/// Who looks at which customer, and what was told a moment ago.
#[derive(Default)]
pub(super) struct Looking {
    waiting: HashMap<String, Vec<Looker>>,
    told: HashMap<String, (DateTime<Utc>, OpenRecords)>,
}

impl Engine {
    /// A person looks at a customer.
    pub(super) fn look_at_open_records(&mut self, customer: String, looker: Looker, now: DateTime<Utc>) {
        self.open_records.told.retain(|_, (at, _)| now - *at < STILL_TRUE);
        if let Some((_, told)) = self.open_records.told.get(&customer) {
            // Whoever asked may have gone; so below.
            return drop(looker.send(Ok(told.clone())));
        }
        if let Some(waiting) = self.open_records.waiting.get_mut(&customer) {
            return waiting.push(looker);
        }
        let Some(request) = self.helpdesk.open_records(&customer) else {
            return drop(looker.send(Err(Declined::NoSuchCustomer)));
        };
        let job = Job::OpenRecords(customer.clone());
        // Behind whoever rings, and beside what is written: nothing is lost if it does not come.
        match self.ask(self.helpdesk.vendor(), Lane::Live, job, request, now) {
            Ok(()) => drop(self.open_records.waiting.insert(customer, vec![looker])),
            Err(_) => drop(looker.send(Err(Declined::HelpdeskAway))),
        }
    }

    pub(super) fn open_records_told(
        &mut self,
        customer: &str,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) {
        let read = self
            .read_answer(result, now, |engine, answer| engine.helpdesk.open_records_read(customer, answer));
        let told = match read {
            Ok(mut told) => {
                self.name_whoever_has(&mut told);
                self.open_records.told.insert(customer.to_owned(), (now, told.clone()));
                Ok(told)
            }
            Err(Refusal::Missing(_)) => Err(Declined::NoSuchCustomer),
            Err(_) => Err(Declined::HelpdeskAway),
        };
        for looker in self.open_records.waiting.remove(customer).unwrap_or_default() {
            let _ = looker.send(told.clone());
        }
    }

    /// The helpdesk tells whoever has a record by id; of whom there is no name, there is nobody to show.
    fn name_whoever_has(&self, told: &mut OpenRecords) {
        let people = self.knowledge.people.as_ref().map(|people| people.0.as_slice()).unwrap_or_default();
        for record in &mut told.records {
            let who = record.assignee.take().and_then(|id| people.iter().find(|person| person.id == id));
            record.assignee = who.map(|person| person.name.clone()).filter(|name| !name.trim().is_empty());
        }
    }
}
