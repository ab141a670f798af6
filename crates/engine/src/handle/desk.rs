//! The missed-call desk, as a face asks for it.

use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};
use sidetone_protocol::{DeskCounts, DeskView, Named};

use super::Handle;
use crate::act::{self, ActRefused};
use crate::call::Agent;
use crate::desk::{self, DeskDeed, DeskQuery, DeskRefused, WAITS_FOR, Whom};
use crate::engine::Stimulus;
use crate::store::StoreError;

/// Which callers a reader wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desired {
    /// Who called this line: its id.
    pub line: Option<String>,
    /// Who called a line on which this Aircall user (id or e-mail address) took one of the last calls.
    pub agent: Option<String>,
    /// When the reader's day began; unset: a day ago.
    pub day_start: Option<DateTime<Utc>>,
}

impl Handle {
    /// Who waits for a call back.
    ///
    /// # Errors
    /// If the agent is unknown, or the store cannot be read.
    pub fn missed(&self, wanted: &Desired) -> Result<DeskView, ActRefused> {
        let now = self.shared.clock.now();
        let store = self.shared.store.as_ref();
        let (agents, slugs) = {
            let known = self.shared.knowledge.read().unwrap_or_else(PoisonError::into_inner);
            (known.agents.clone(), known.slugs.clone())
        };
        let lines = self.lines_of(wanted.agent.as_deref(), agents.as_deref(), now)?;
        let is_wanted = |called: &[Named]| {
            let called = |id: &String| called.iter().any(|line| line.id == *id);
            wanted.line.as_ref().is_none_or(called)
                && lines.as_ref().is_none_or(|lines| lines.iter().any(|line| called(&line.id)))
        };
        let all = store.desk(&DeskQuery { with_facts: true, ..DeskQuery::all(now) })?;
        let mut view = DeskView::default();
        let mut waits = Vec::new();
        for at_the_desk in &all {
            let Some(waiting) = desk::waiting(at_the_desk, now) else { continue };
            waits.push(at_the_desk.whom.to_string());
            let shown = waiting.shown(&at_the_desk.whom, slugs.as_ref());
            let Some(caller) = shown.filter(|caller| is_wanted(&caller.lines)) else { continue };
            match waiting.is_taken() {
                true => view.claimed.push(caller),
                false => view.waiting.push(caller),
            }
        }
        view.waiting.sort_by(|a, b| (a.first_at, &a.key).cmp(&(b.first_at, &b.key)));
        view.claimed.sort_by(|a, b| (a.first_at, &a.key).cmp(&(b.first_at, &b.key)));
        let day = wanted.day_start.unwrap_or(now - TimeDelta::days(1));
        let done = store.done_at_the_desk(now - WAITS_FOR, day)?;
        let done = done.iter().filter(|whom| !waits.contains(whom)).count();
        view.done_today = u32::try_from(done).unwrap_or(u32::MAX);
        let named = |agent: &Agent| Named { id: agent.id.to_string(), name: agent.name.clone() };
        view.lines = lines.clone();
        view.agents = agents.iter().flatten().map(named).collect();
        view.agents.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(view)
    }

    /// An agent's lines, where there are any.
    fn lines_of(
        &self,
        agent: Option<&str>,
        agents: Option<&[Agent]>,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<Named>>, ActRefused> {
        let Some(agent) = agent else { return Ok(None) };
        let agent = act::agent(agents, Some(agent))?;
        let lines = self.shared.store.lines_of(agent.id, now - WAITS_FOR)?;
        Ok(Some(lines).filter(|lines| !lines.is_empty()))
    }

    /// How many wait for a call back.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn desk_counts(&self) -> Result<DeskCounts, StoreError> {
        let now = self.shared.clock.now();
        Ok(desk::counts(&self.shared.store.desk(&DeskQuery::all(now))?, now))
    }

    /// Does something about a caller who waits. Comes back when it is stored.
    ///
    /// # Errors
    /// [`DeskRefused`], which says what to do; nothing has changed then.
    pub async fn at_the_desk(&self, whom: Whom, deed: DeskDeed) -> Result<(), DeskRefused> {
        let done = self.ask(|told| Stimulus::Desk(whom, deed, told)).await;
        done.unwrap_or(Err(DeskRefused::Act(ActRefused::Stopping)))
    }
}
