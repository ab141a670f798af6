//! The missed-call desk in the loop: what people do there, and that windows are told when it has changed.

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{DeskCounts, LiveEvent};

use super::Engine;
use crate::act;
use crate::call::CaseId;
use crate::desk::{
    self, CLAIM_HOLDS, Claim, DeskChange, DeskDeed, DeskQuery, DeskRefused, DeskTold, WAITS_FOR, Whom,
};
use crate::store::{CaseChange, Change, StoreError};

/// Claims lapse and callers' times run out; other hubs change it, too.
const LOOK_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A call changes several times within a moment, and a desk where hundreds wait costs some time to look at.
const LOOK_AT_MOST_EVERY: TimeDelta = TimeDelta::milliseconds(500);

/// What windows know of the desk.
pub(super) struct Desk {
    told: Option<DeskCounts>,
    has_changed: bool,
    /// It is looked at then, though nothing is known to have changed; and not before then, though something has.
    look_at: DateTime<Utc>,
    not_before: DateTime<Utc>,
}

impl Desk {
    pub(super) fn new(now: DateTime<Utc>) -> Desk {
        Desk { told: None, has_changed: false, look_at: now, not_before: now }
    }
}

impl Engine {
    /// Notes whether a changed call concerns the desk: it is one that nobody answered, or one with somebody who waits.
    pub(super) fn note_for_the_desk(
        &mut self,
        changed: &CaseChange,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(view) = changed.view.as_ref().filter(|_| !self.desk.has_changed) else { return Ok(()) };
        let can_wait = view.started_at > (now - WAITS_FOR).timestamp();
        self.desk.has_changed = (desk::is_in_vain(view) && can_wait)
            || match Whom::of(view) {
                Some(whom @ Whom::Number(_)) => {
                    let query = DeskQuery { only: Some(&whom), ..DeskQuery::all(now) };
                    !self.store.desk(&query)?.is_empty()
                }
                _ => false,
            };
        Ok(())
    }

    /// Tells windows what has changed at the desk since they were told last.
    pub(super) fn tell_the_desk(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.settings.study_only || !self.desk.has_changed && now < self.desk.look_at {
            return Ok(());
        }
        if now < self.desk.not_before {
            self.wake_by(self.desk.not_before);
            return Ok(());
        }
        let counts = desk::counts(&self.store.desk(&DeskQuery::all(now))?, now);
        // What there was before the first look, a window asks for by itself.
        if self.desk.has_changed || self.desk.told.is_some_and(|told| told != counts) {
            let mut change = Change::at(now);
            change.push.push(LiveEvent::Desk(counts));
            self.push(&change)?;
        }
        self.desk = Desk {
            told: Some(counts),
            has_changed: false,
            look_at: now + LOOK_EVERY,
            not_before: now + LOOK_AT_MOST_EVERY,
        };
        Ok(())
    }

    /// A person does something at the desk.
    pub(super) fn do_at_the_desk(
        &mut self,
        whom: &Whom,
        deed: &DeskDeed,
        told: DeskTold,
        now: DateTime<Utc>,
    ) {
        let mut done = Err(DeskRefused::NotWaiting);
        // Another engine may come in between: then the desk is looked at again.
        let stored = self.insist(|engine| {
            done = engine.try_at_the_desk(whom, deed, now)?;
            Ok(())
        });
        // Whoever asked may have gone.
        let _ = told.send(match stored {
            Ok(()) => done,
            Err(error) => Err(error.into()),
        });
    }

    fn try_at_the_desk(
        &mut self,
        whom: &Whom,
        deed: &DeskDeed,
        now: DateTime<Utc>,
    ) -> Result<Result<(), DeskRefused>, StoreError> {
        let change = match deed {
            DeskDeed::Undo => DeskChange::Undo(whom.clone()),
            DeskDeed::Release => DeskChange::Release(whom.clone()),
            DeskDeed::Claim(_) | DeskDeed::Clear(_) => {
                let query = DeskQuery { only: Some(whom), ..DeskQuery::all(now) };
                let all = self.store.desk(&query)?;
                let waiting = all.first().and_then(|desk| desk::waiting(desk, now));
                let Some(waiting) = waiting else { return Ok(Err(DeskRefused::NotWaiting)) };
                match self.wanted_change(whom, deed, &waiting, now) {
                    Ok(change) => change,
                    Err(refused) => return Ok(Err(refused)),
                }
            }
        };
        self.push(&Change { desk: vec![change], ..Change::at(now) })?;
        self.desk.has_changed = true;
        Ok(Ok(()))
    }

    /// What is stored for a deed about somebody who waits.
    fn wanted_change(
        &self,
        whom: &Whom,
        deed: &DeskDeed,
        waiting: &desk::Waiting<'_>,
        now: DateTime<Utc>,
    ) -> Result<DeskChange, DeskRefused> {
        let id = |call: &desk::DeskCall| call.view.id.parse().ok().map(CaseId);
        if let DeskDeed::Claim(agent) = deed {
            let agent = act::agent(self.knowledge.agents.as_deref(), agent.as_deref())?;
            if let Some(claim) = waiting.claim.filter(|claim| claim.by != agent.id) {
                return Err(DeskRefused::ClaimedByAnother(claim.clone()));
            }
            return Ok(DeskChange::Claim {
                whom: whom.clone(),
                claim: Claim { by: agent.id, name: agent.name, at: now },
                holding_from: desk::claims_hold_from(waiting.first_at(), now),
                call: waiting.calls.last().and_then(|call| id(call)).unwrap_or(CaseId(0)),
            });
        }
        let seen = match deed {
            DeskDeed::Clear(Some(seen)) => waiting.calls.iter().find(|call| id(call) == Some(*seen)),
            _ => waiting.calls.last(),
        };
        let to = seen.ok_or(DeskRefused::NotWaiting)?.view.started_at;
        Ok(DeskChange::Clear { whom: whom.clone(), to })
    }

    /// What was done about callers who do not wait any more is of no use.
    pub(super) fn forget_the_desk(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.store.forget_desk(now - WAITS_FOR - CLAIM_HOLDS)
    }
}
