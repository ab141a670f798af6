//! Shadow mode beside another integration (B5): half an hour after a call it is looked for what that one wrote, and compared
//! with what we would have written. Reads only, behind everything of now, and once for each call: what was found is kept
//! with the call ([`SHADOW`]), so that a restart asks nothing again and a report costs no request.

use chrono::{DateTime, Utc};
use sidetone_protocol::{Alert, Mode};

use super::outbox::Begun;
use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::CaseId;
use crate::directory::Customer;
use crate::foresight::{Foresight, SHADOW_BARS};
use crate::helpdesk::{Answer, Refusal, Request};
use crate::ledger::{Holding, SHADOW};
use crate::others::{Compared, LOOKED_FOR_AFTER, Others, OthersRecord, Ours, Span, of_the_call};
use crate::store::{Case, StoreError};
use crate::transport::TransportError;

/// Of several who have the number so many are asked about.
const MOST_CUSTOMERS: usize = 3;
/// So many further questions are asked for a call.
const MOST_QUESTIONS: usize = 4;
/// So many other calls of the number are looked at.
const MOST_OTHERS: usize = 20;

/// A comparison under way.
#[derive(Clone, Debug)]
pub(crate) struct Comparing {
    span: Span,
    ours: Option<Ours>,
    /// Whose records are asked for now; then `rest`.
    customer: Customer,
    rest: Vec<Customer>,
    /// Which record the question under way is about.
    about: Option<OthersRecord>,
    further: Vec<(OthersRecord, Request)>,
    asked: usize,
    found: Vec<(Customer, OthersRecord)>,
}

impl Engine {
    /// Shadow mode has lasted as long as it was to. Nothing switches by itself.
    pub(super) fn shadow_is_over(&self, now: DateTime<Utc>) -> Option<Alert> {
        let logging = &self.settings.logging;
        let until = logging.shadow_until.filter(|until| logging.mode.0 == Mode::Shadow && *until <= now)?;
        Some(Alert {
            code: "shadow_over".into(),
            since: until.timestamp(),
            calls: 0,
            what: format!("Shadow mode was to last until {}; nothing is written still.", until.format("%Y-%m-%d %H:%M UTC")),
            mend: "Look at the shadow report, then go live; or let shadow mode go on to a later date ([logging] shadow_until).".into(),
        })
    }

    /// When what another integration wrote for this call is to be looked for; `None`: never, or it was.
    pub(super) fn compares_at(&self, case: &Case) -> Option<DateTime<Utc>> {
        let is_shadow = self.settings.logging.mode.0 == Mode::Shadow && !self.settings.study_only;
        let is_of_shadow = case.barred.as_deref() == Some(SHADOW_BARS) && case.selected == Some(true);
        let is_open = is_shadow && is_of_shadow && !case.call.id.is_message() && !case.ledger.has(SHADOW);
        Span::of(&case.call).filter(|_| is_open)?;
        Some(case.call.ended_at()? + LOOKED_FOR_AFTER)
    }

    /// Begins the look. What we would have written is reckoned first, from what was known before it.
    pub(super) fn compare(&mut self, case: Case, now: DateTime<Utc>) -> Result<Begun, StoreError> {
        let Some(span) = Span::of(&case.call) else { return Ok(Begun::NotNow) };
        let ours = self.ours(&case, now)?;
        let Some(number) = case.call.party().number().cloned() else {
            self.compared(case, &Compared::untold(ours.as_ref()), now)?;
            return Ok(Begun::NotNow);
        };
        let matched = self.shared.known(&number)?;
        let mut rest = matched.map(|matched| matched.customers).unwrap_or_default();
        rest.truncate(MOST_CUSTOMERS);
        if rest.is_empty() {
            self.compared(case, &Compared::of(ours.as_ref(), None, "", &str::to_owned), now)?;
            return Ok(Begun::NotNow);
        }
        let customer = rest.remove(0);
        let Some(request) = self.helpdesk.others_records(&customer.id) else { return Ok(Begun::NotNow) };
        let comparing = Comparing {
            span,
            ours,
            customer,
            rest,
            about: None,
            further: Vec::new(),
            asked: 0,
            found: Vec::new(),
        };
        let job = Job::Compare { call: case.call.id, comparing: Box::new(comparing) };
        match self.ask(self.helpdesk.vendor(), Lane::Late, job, request, now) {
            Ok(()) => Ok(Begun::Yes),
            // Others go before it, and it holds nobody up.
            Err(until) => self.later(case, until).map(|()| Begun::NotNow),
        }
    }

    fn ours(&self, case: &Case, now: DateTime<Utc>) -> Result<Option<Ours>, StoreError> {
        let (store, helpdesk) = (self.store.as_ref(), self.helpdesk.as_ref());
        let mut foresight = Foresight::new(store, helpdesk, &self.settings, self.knowledge.clone(), now);
        let foreseen = foresight.call(case)?;
        let agent = foreseen.outline.and_then(|outline| outline.assignee);
        let customer = foreseen.assessment.customer.map(|customer| customer.id);
        Ok(foreseen.record.map(|record| Ours { record, customer, agent }))
    }

    pub(super) fn others_told(
        &mut self,
        id: CaseId,
        mut comparing: Comparing,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(case) = self.store.case(id)? else { return Ok(()) };
        let read = self.read_answer(result, now, |engine, answer| {
            engine.helpdesk.others_read(
                &comparing.customer.id,
                comparing.span,
                comparing.about.as_ref(),
                answer,
            )
        });
        let Others { records, further } = match read {
            Ok(others) => others,
            // What is not there, or not to be seen, tells of no record.
            Err(Refusal::Missing(_) | Refusal::Permanent(..) | Refusal::Stale(_)) => Others::default(),
            Err(_) => return self.later(case, now + self.ask_again_after()),
        };
        let customer = comparing.customer.clone();
        comparing.found.extend(records.into_iter().map(|record| (customer.clone(), record)));
        comparing.further.extend(further);
        match self.next_question(&mut comparing) {
            Some(request) => {
                self.ask_further(Job::Compare { call: id, comparing: Box::new(comparing) }, request, now)
            }
            None => self.conclude_comparison(case, &comparing, now),
        }
    }

    fn next_question(&self, comparing: &mut Comparing) -> Option<Request> {
        if comparing.asked < MOST_QUESTIONS && !comparing.further.is_empty() {
            let (about, request) = comparing.further.remove(0);
            comparing.about = Some(about);
            comparing.asked += 1;
            return Some(request);
        }
        comparing.about = None;
        comparing.further.clear();
        while !comparing.rest.is_empty() {
            comparing.customer = comparing.rest.remove(0);
            if let Some(request) = self.helpdesk.others_records(&comparing.customer.id) {
                return Some(request);
            }
        }
        None
    }

    fn conclude_comparison(
        &mut self,
        case: Case,
        comparing: &Comparing,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let party = case.call.party();
        let others = match party.number() {
            Some(number) => self.store.history(number, case.call.id, MOST_OTHERS)?.0,
            None => Vec::new(),
        };
        let others: Vec<i64> = others.iter().map(|call| call.started_at).collect();
        let records = comparing.found.iter().map(|(_, record)| record.clone()).collect();
        let other = of_the_call(&case.call, &others, records);
        let whose = comparing.found.iter().find(|(_, record)| Some(record) == other.as_ref());
        let customer = whose.map(|(customer, _)| customer.name.as_str()).unwrap_or_default();
        let people = self.knowledge.people.clone().unwrap_or_default();
        let name = |id: &str| people.name_of(id);
        let compared = Compared::of(comparing.ours.as_ref(), other.as_ref(), customer, &name);
        self.compared(case, &compared, now)
    }

    /// What was found is kept with the call: once, and small.
    fn compared(&mut self, case: Case, compared: &Compared, now: DateTime<Utc>) -> Result<(), StoreError> {
        let detail = serde_json::to_value(compared)?;
        let held = Holding { key: SHADOW.into(), helpdesk_id: String::new(), detail };
        self.commit_case(case, vec![held], Vec::new(), Vec::new(), now)
    }
}
