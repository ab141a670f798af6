//! Questions that the helpdesk refuses for good: they are told to a person, with the calls that wait for them, until
//! they are answered. Nothing can be parked here, for nothing was to be written yet.

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{Alert, CallState, CallView};

use super::Engine;
use super::answers::LOOK_AGAIN;
use crate::helpdesk::{Answer, Refusal, Step};
use crate::knowledge::{QUESTION_REFUSED, Question, Refused};
use crate::number::masked_text;
use crate::store::StoreError;
use crate::transport::TransportError;

/// A question that was refused for good is asked again after this time: somebody has to mend something first.
const REFUSED_AGAIN: TimeDelta = TimeDelta::minutes(5);

impl Engine {
    /// The helpdesk's answer to a question, read. That it is refused, or answered again, is noted.
    pub(super) fn read_question<T>(
        &mut self,
        question: Question,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
        read: impl FnOnce(&Self, &Answer) -> Result<T, Refusal>,
    ) -> Result<Option<T>, StoreError> {
        let told = self.read_answer(result, now, read);
        self.note_told(question, told, now)
    }

    /// Notes what became of a question.
    pub(super) fn note_told<T>(
        &mut self,
        question: Question,
        told: Result<T, Refusal>,
        now: DateTime<Utc>,
    ) -> Result<Option<T>, StoreError> {
        match told {
            Ok(value) => {
                self.question_answered(question, now)?;
                Ok(Some(value))
            }
            Err(refusal) => {
                self.question_refused(question, &refusal, now);
                Ok(None)
            }
        }
    }

    /// Whoever waited for an answer need not wait longer.
    pub(super) fn question_answered(
        &mut self,
        question: Question,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        match self.knowledge.refused.remove(&question) {
            Some(_) => {
                self.share_knowledge();
                self.failed_looks.clear();
                self.anonymous_again = None;
                self.reassess_waiting(&[QUESTION_REFUSED], now)
            }
            None => Ok(()),
        }
    }

    /// Notes a refusal for good. A list cannot be missing: that is a wrong address, or a path that this user may not see.
    pub(super) fn question_refused(&mut self, question: Question, refusal: &Refusal, now: DateTime<Utc>) {
        if let Refusal::Permanent(_, text) | Refusal::Missing(text) = refusal {
            let since = self.knowledge.refused.get(&question).map_or(now, |refused| refused.since);
            self.knowledge.refused.insert(question, Refused { since, text: masked_text(text) });
            self.share_knowledge();
        }
    }

    /// What is refused is not asked again all the time; the first answer to anybody's question ends the waiting.
    pub(super) fn ask_again_after(&self) -> TimeDelta {
        if self.knowledge.refused.is_empty() { LOOK_AGAIN } else { REFUSED_AGAIN }
    }

    /// What a call waits for, if that is refused.
    pub(super) fn name_refused_question(&self, step: &Step, view: &mut CallView) {
        let questions: &[Question] = match step {
            Step::LookUp(_) | Step::LookUpAnonymous | Step::LookAtChosen(_) => &[Question::Customers],
            Step::Lists => &[Question::People, Question::Tags],
            Step::Adopt(_) | Step::LookForConversation(_) => &[Question::Records],
            Step::Place => &[Question::Place],
            Step::ReadLine(_)
            | Step::Rest
            | Step::Wait(_)
            | Step::Read { .. }
            | Step::LookAtTicket
            | Step::LookAtLinked
            | Step::LookForArrivals
            | Step::LookAtNamed
            | Step::Fetch(_)
            | Step::Write => &[],
        };
        let refused = questions.iter().find_map(|question| self.knowledge.refused.get(question));
        if let (Some(refused), CallState::Pending, None) = (refused, view.state, &view.reason) {
            view.reason = Some(refused.reason());
        }
    }

    /// What a person has to do about it.
    pub(super) fn question_alert(&self) -> Result<Option<Alert>, StoreError> {
        let Some((question, refused)) = self.knowledge.refused.iter().next() else { return Ok(None) };
        let what = match question {
            Question::Customers => "who has a number",
            Question::People => "who its users are",
            Question::Tags => "which tags there are",
            Question::Records => "what it holds of a call already",
            Question::Place => "where calls are to be logged",
        };
        Ok(Some(Alert {
            code: QUESTION_REFUSED.into(),
            since: refused.since.timestamp(),
            calls: self.store.waiting(QUESTION_REFUSED)?.len() as u32,
            what: format!("The helpdesk refuses to tell {what}, so calls wait."),
            mend: refused.text.clone(),
        }))
    }
}
