//! Inbox → call: what arrived is joined to its call, and the call is looked at anew.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sidetone_protocol::{ExplanationView, LiveEvent, Mode, Phase};
use tokio::sync::oneshot;

use super::outbox::turn;
use super::{Engine, Job, conversations};
use crate::backfill::BACKFILLED;
use crate::budget::Lane;
use crate::call::{CaseId, Origin, Statement};
use crate::directory::Matched;
use crate::erasing::{Erased, is_private};
use crate::gate;
use crate::helpdesk::{Assessment, Standing, Step};
use crate::inbox;
use crate::ledger::{Attempt, AttemptState, GONE, Holding, WITHDRAWN};
use crate::own_comment::recognise;
use crate::store::{Case, CaseChange, Change, Due, InboxRow, StoreError};
use crate::view;

/// So many statements are folded in one commit.
const BATCH: usize = 256;
/// Making a plan of a call takes so long at most.
const STUDIED_FOR: TimeDelta = TimeDelta::minutes(1);

impl Engine {
    pub(super) fn fold_arrivals(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        loop {
            let rows = self.store.unfolded(BATCH)?;
            if rows.is_empty() {
                return Ok(());
            }
            self.fold_batch(&rows, now)?;
        }
    }

    fn fold_batch(&mut self, rows: &[InboxRow], now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        change.folded = rows.iter().map(|row| row.id).collect();
        let mut by_call: BTreeMap<CaseId, Vec<&InboxRow>> = BTreeMap::new();
        for row in rows {
            if let Some(id) = row.call {
                by_call.entry(id).or_default().push(row);
            }
        }
        for (id, rows) in by_call {
            let known = match self.store.case(id) {
                Err(StoreError::Damaged(why)) => {
                    tracing::error!(call = %id, %why, "a stored call cannot be read; what came for it is kept in the inbox");
                    continue;
                }
                known => known?,
            };
            let first_seen = known.is_none();
            if first_seen && let Some(erased) = self.store.erased(id)? {
                // Received in the moment in which it was erased.
                self.erase(&[id], erased.why, now)?;
                continue;
            }
            let mut case = known.unwrap_or_else(|| Case::new(id));
            if case.arrived == 0 {
                case.arrived = rows.first().map_or(0, |row| row.id);
            }
            let had_writes = case.due.is_some_and(|due| due.writes > 0);
            let (began_on, was_over) = (case.call.lines_at_start(), case.call.is_over());
            for row in &rows {
                let data = row.body.get("data").and_then(Value::as_object);
                let is_listed = matches!(row.origin, Origin::Listed | Origin::Backfill);
                case.listed = row.body.get("data").filter(|_| is_listed).map(inbox::gist);
                if let Some(data) = data {
                    case.call.join(&Statement { origin: &row.origin, as_of: row.as_of, data });
                }
            }
            if case.ledger.is_empty() && case.call.lines_at_start() != began_on {
                // Told only now on which line it began: what was decided for another one is decided anew (G24).
                case.selected = None;
            }
            if case.call.is_over() && !was_over && !case.reads.given_up {
                // Tries that asked what had become of it are none of those that its record is worth.
                case.reads.failed = 0;
            }
            let is_history = is_history(&case, first_seen, &rows);
            self.decide(&mut case, is_history, now)?;
            if is_history {
                // It is told by Aircall's list and nobody else: a list that is read for another reason is news.
                case.listed = None;
            } else {
                self.note_ringing(&case, now);
            }
            if !case.own.is_empty() {
                recognise(&mut case.own, &case.call.comments());
            }
            let put = if first_seen { self.became_of_a_dial(&case, &mut change)? } else { Vec::new() };
            let changed = self.reckon(case, put, Vec::new(), Vec::new(), now)?;
            if !is_history {
                self.tell(&changed, first_seen, &mut change)?;
            }
            self.note_what_is_to_be_kept(&changed, &mut change);
            let has_writes = changed.case.due.is_some_and(|due| due.writes > 0);
            let was_listed = rows.iter().any(|row| row.origin == Origin::Listed);
            if was_listed && changed.view.is_some() && (first_seen || has_writes && !had_writes) {
                self.note_recovered(id, &mut change);
            }
            change.cases.push(changed);
        }
        self.push(&change)
    }

    /// What is decided when a call is first seen, and stays: selection (G18) and go-live line (B15).
    fn decide(&mut self, case: &mut Case, is_history: bool, now: DateTime<Utc>) -> Result<(), StoreError> {
        if case.selected.is_none() {
            case.selected = gate::selected(&case.call, &self.settings);
        }
        let call = &case.call;
        let newest = call.last_event().and_then(|(_, at)| DateTime::from_timestamp(at, 0));
        let started_at = call.started_at().or(call.answered_at()).or(call.ended_at()).or(newest);
        if is_private(case.barred.as_deref()) {
            return Ok(());
        }
        if !case.ledger.is_empty() || case.carded {
            // Its number was put on the list since: what is not written yet never is.
            if !case.ledger.has("ticket") && self.settings.privacy.never_logs(&case.call) {
                case.barred = Some(Erased::NeverLog.code().to_owned());
            }
            return Ok(());
        }
        if let Some(code) = self.private(case, started_at)? {
            case.barred = Some(code.to_owned());
        } else if let Some(started_at) = started_at {
            // A clock that is a little ahead of Aircall's must not bar the first call after going live.
            let started_at = started_at.min(now);
            let bars = || self.go_live.bars(started_at, self.settings.logging.from);
            case.barred = if is_history { Some(BACKFILLED) } else { bars() }.map(str::to_owned);
        }
        Ok(())
    }

    /// Looks at a call anew: state, plan, when to look again. Pure but for reading the directory.
    pub(super) fn reckon(
        &mut self,
        mut case: Case,
        put: Vec<Holding>,
        remove: Vec<String>,
        trace: Vec<ExplanationView>,
        now: DateTime<Utc>,
    ) -> Result<CaseChange, StoreError> {
        for holding in &put {
            case.ledger.put(holding.clone(), now);
        }
        for key in &remove {
            case.ledger.remove(key);
        }
        let assessment = self.assess(&case, now)?;
        if assessment.standing == Standing::Logged {
            // A refused write that the plan no longer holds is no reason to call for a person.
            let planned = |a: &Attempt| assessment.writes.iter().any(|w| w.main_key() == a.write.main_key());
            case.attempts.retain(|a| a.state != AttemptState::Parked || planned(a));
        }
        if matches!(assessment.standing, Standing::Gone(_)) {
            case.attempts.clear();
        }
        self.transfers.keep_only(case.call.id, &assessment);
        let before = case.due;
        case.due = if case.selected == Some(true) { self.due(&case, &assessment, now) } else { None };
        if let (Some(due), Some(before)) = (case.due.as_mut(), before)
            && before.writes > 0
        {
            due.since = before.since;
        }
        if case.due.is_some() {
            case.thread = self.thread(&case)?;
            case.turn = turn(&case, now);
        }
        let is_searched_for = self.search_of_a_study(&case, &assessment, now).is_some();
        let undecided = (is_question(&assessment) || is_searched_for) && case.selected == Some(true);
        if !undecided && let Some(told) = self.studied.remove(&case.call.id) {
            self.studies_done.push(told);
        }
        let shown = (case.selected == Some(true)).then_some(&assessment);
        let mut view =
            shown.and_then(|assessment| view::call_view(&case, assessment, self.helpdesk.as_ref()));
        if let Some(view) = &mut view {
            self.name_refused_question(&assessment.step, view);
        }
        let message = shown.and_then(|shown| view::message_view(&case, shown, self.helpdesk.as_ref()));
        let attempts = case.attempts.clone();
        Ok(CaseChange { case, view, message, put, remove, attempts, trace })
    }

    /// Record − ledger under what is known now.
    pub(super) fn assess(&self, case: &Case, now: DateTime<Utc>) -> Result<Assessment, StoreError> {
        let matched = case.call.party().number().map(|n| self.shared.known(n)).transpose()?.flatten();
        let matched = matched.filter(|matched| self.adoption.believes(matched, now));
        // Who the shared customer is, another hub may have found out or made since.
        let is_withheld = case.call.party().number().is_none();
        let shared = if is_withheld { self.stored_anonymous()? } else { None };
        let anonymous = shared.as_ref().or(self.knowledge.anonymous.as_ref());
        let talks =
            conversations(self.store.as_ref(), self.helpdesk.as_ref(), case, [matched.as_ref(), anonymous])?;
        let mut context = self.knowledge.context(&self.settings, now, matched.as_ref(), &talks);
        // That there is none grows old as everybody else's absence does.
        let counts =
            |m: &&Matched| m.customers.is_empty() && self.adoption.believes(m, now) && m.is_fresh(now);
        context.anonymous = shared.as_ref().or(context.anonymous.filter(counts));
        context.under_way = self.transfers.of(case.call.id);
        let choice = self.choice_for(case)?;
        context.choice = choice.as_ref();
        let assessment = self.shared.helpdesks.apply(case, self.helpdesk.assess(case, &context));
        let by_customer = self.helpdesk.adopts_by_customer();
        Ok(self.adoption.first(case, self.under_the_gate(case, assessment), by_customer, now))
    }

    fn under_the_gate(&self, case: &Case, assessment: Assessment) -> Assessment {
        gate::apply(case, assessment, &self.settings, &self.knowledge.own_numbers)
    }

    /// When the call is looked at next.
    fn due(&self, case: &Case, assessment: &Assessment, now: DateTime<Utc>) -> Option<Due> {
        let writes = assessment.writes.len() as u32;
        let due = |at, writes| Some(Due { at, writes, since: now });
        if let Some(attempt) = case.attempts.iter().find(|a| a.state != AttemptState::Parked) {
            return match attempt.state {
                AttemptState::Unclear => due(attempt.next_at.unwrap_or(now), writes.max(1)),
                // The answer, or the next start, brings it back.
                AttemptState::Sent | AttemptState::Parked => due(now, writes.max(1)),
            };
        }
        let studied = self.studied.contains_key(&case.call.id);
        let reads = is_question(assessment);
        let may_read = studied
            || self.settings.logging.mode.0 == Mode::Shadow && case.barred.as_deref() == Some("mode_shadow");
        match &assessment.standing {
            _ if may_read && reads => return due(now, 0),
            _ if self.search_of_a_study(case, assessment, now).is_some() => return due(now, 0),
            Standing::NotLogged(_) | Standing::Held(_) | Standing::Gone(_) => {
                return self.compares_at(case).and_then(|at| due(at.max(now), 0));
            }
            // Only a plan is made here: an engine that writes from the same store goes on with the call soon after.
            Standing::Early | Standing::Logged if self.settings.study_only => {
                return case.due.and_then(|_| due(now + STUDIED_FOR, writes));
            }
            Standing::Early | Standing::Logged if self.settings.logging.mode.0 != Mode::Live => return None,
            Standing::Early | Standing::Logged => {}
        }
        // A read of a call that is over is for its record; one that is up is only asked how it is.
        let record = u32::from(case.call.is_over());
        match &assessment.step {
            Step::Rest => None,
            // A message that waits for its files stands before the later ones (M2).
            Step::Wait(until) if assessment.standing == Standing::Logged && case.call.id.is_message() => {
                due(*until, writes.max(u32::from(!case.ledger.has("message"))))
            }
            Step::Wait(until) => due(*until, 0),
            Step::LookForArrivals => due(now, 0),
            Step::LookAtTicket | Step::LookAtLinked | Step::LookAtNamed | Step::Fetch(_) | Step::Write => {
                due(self.write_at(now), writes.max(1))
            }
            // Asked just before the write that it is for.
            Step::Adopt(_) => due(self.write_at(now), writes.max(1)),
            // A read that failed has its next try in `due` already.
            Step::Read { .. } if case.reads.failed > 0 => {
                due(case.due.map_or(now, |d| d.at.max(now)), writes.max(record))
            }
            Step::Read { .. } => due(now, writes.max(record)),
            // What it leads to is not planned yet, but something will be written: whoever counts must see it wait.
            Step::LookUp(_)
            | Step::LookUpAnonymous
            | Step::LookAtChosen(_)
            | Step::LookForConversation(_)
            | Step::ReadLine(_)
            | Step::Place
            | Step::Lists => due(now, writes.max(1)),
        }
    }

    /// What windows are told of a changed call.
    pub(super) fn tell(
        &mut self,
        changed: &CaseChange,
        first_seen: bool,
        change: &mut Change,
    ) -> Result<(), StoreError> {
        let Some(view) = &changed.view else { return Ok(()) };
        self.note_for_the_desk(changed, change.at)?;
        change.push.push(LiveEvent::Call(Box::new(view.clone())));
        if first_seen && view.phase != Phase::Ended {
            let card = self.shared.card(&changed.case, Some(view))?;
            change.push.push(LiveEvent::Card(Box::new(card)));
        }
        Ok(())
    }

    /// Commits one call after something happened to it.
    pub(super) fn commit_case(
        &mut self,
        case: Case,
        put: Vec<Holding>,
        remove: Vec<String>,
        trace: Vec<ExplanationView>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        self.add_case(case, put, remove, trace, &mut change)?;
        self.push(&change)
    }

    /// Adds one call, looked at anew, to a change.
    pub(super) fn add_case(
        &mut self,
        case: Case,
        put: Vec<Holding>,
        remove: Vec<String>,
        trace: Vec<ExplanationView>,
        change: &mut Change,
    ) -> Result<(), StoreError> {
        let changed = self.reckon(case, put, remove, trace, change.at)?;
        if let Some(due) = changed.case.due {
            self.wake_by(due.at);
        }
        self.tell(&changed, false, change)?;
        self.note_what_is_to_be_kept(&changed, change);
        change.cases.push(changed);
        Ok(())
    }

    /// Something that calls were waiting for has come: those are looked at again.
    pub(super) fn reassess_waiting(
        &mut self,
        reasons: &[&str],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for reason in reasons {
            for id in self.store.waiting(reason)? {
                self.look_again(id, now)?;
            }
        }
        Ok(())
    }

    /// Looks at one call anew, with what is known now.
    pub(super) fn look_again(&mut self, id: CaseId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.insist(|engine| match engine.readable_case(id)? {
            Some(case) => engine.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now),
            None => Ok(()),
        })
    }

    /// A person wants a parked call tried again; where its ticket was thrown away, created again (G25).
    pub(super) fn retry(&mut self, id: CaseId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(mut case) = self.store.case(id)? else { return Ok(()) };
        case.attempts.retain(|a| a.state != AttemptState::Parked);
        self.doubted.retain(|(call, _), _| *call != id);
        if let Some(number) = case.call.party().number() {
            self.failed_looks.remove(number);
        }
        let (put, remove) = if self.shared.helpdesks.elsewhere(&case.ledger).is_some() {
            // What it holds of another account is of no use here.
            (Vec::new(), case.ledger.rows().map(|row| row.holding.key.clone()).collect())
        } else if case.ledger.has(WITHDRAWN) && self.is_being_removed(&case, now)? {
            // What is still to be removed is waited for, or nobody would remove it.
            Default::default()
        } else if case.ledger.has(GONE) || case.ledger.has(WITHDRAWN) {
            self.doubt_conversation(case.ledger.id("customer"), now)?;
            case.ledger.begun_again()
        } else {
            Default::default()
        };
        // Whether the ticket is still there is what the person may be wondering.
        let look = self.helpdesk.look_at_ticket(&case).filter(|_| put.is_empty() && remove.is_empty());
        self.commit_case(case, put, remove, Vec::new(), now)?;
        if let Some(request) = look
            && self.settings.logging.mode.0 == Mode::Live
            && !self.busy_calls.contains(&id)
        {
            // Without room in the budget the next write looks.
            let _ = self.ask(
                self.helpdesk.vendor(),
                Lane::Live,
                Job::LookAtTicket { call: id, told: Vec::new() },
                request,
                now,
            );
        }
        Ok(())
    }

    fn is_being_removed(&self, case: &Case, now: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(!case.attempts.is_empty() || !self.assess(case, now)?.writes.is_empty())
    }

    /// Makes a plan that will not be carried out: the call is read if it is unknown, its caller looked up.
    pub(super) fn study(
        &mut self,
        id: CaseId,
        told: oneshot::Sender<()>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.studied.insert(id, told);
        match self.store.case(id)? {
            Some(_) => self.look_again(id, now),
            None => {
                let request = Self::call_request(id, true).to_http(&self.aircall);
                let job = Job::Read { call: id, timeline: true };
                if self.ask(sidetone_protocol::Vendor::Aircall, Lane::Live, job, request, now).is_err() {
                    self.studied.remove(&id);
                }
                Ok(())
            }
        }
    }
}

/// Whether only a backfill has told of a call so far, and whatever was read because of that.
fn is_history(case: &Case, first_seen: bool, rows: &[&InboxRow]) -> bool {
    let read_back = |row: &&InboxRow| matches!(row.origin, Origin::Backfill | Origin::Read { .. });
    let is_so_far = match first_seen {
        true => rows.iter().any(|row| row.origin == Origin::Backfill),
        false => case.barred.as_deref() == Some(BACKFILLED),
    };
    is_so_far && rows.iter().all(read_back)
}

/// Steps that change nothing outside: they are taken for a plan that nobody will carry out, too.
pub(super) fn is_question(assessment: &Assessment) -> bool {
    match assessment.step {
        Step::Read { .. }
        | Step::LookUp(_)
        | Step::LookUpAnonymous
        | Step::LookAtChosen(_)
        | Step::LookForConversation(_)
        | Step::ReadLine(_)
        | Step::Lists
        | Step::Adopt(_) => true,
        // It may lead to one being made.
        Step::Place => false,
        Step::Rest
        | Step::Wait(_)
        | Step::LookAtTicket
        | Step::LookAtNamed
        | Step::LookForArrivals
        | Step::Fetch(_)
        | Step::Write => false,
        // Without a plan, it is to tell whose the call is (F8).
        Step::LookAtLinked => assessment.writes.is_empty(),
    }
}
