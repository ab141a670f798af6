//! Text messages on their way, and calls that go into conversations: which conversation takes one, who is on a line, and
//! what a write changes of both.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sidetone_protocol::Vendor;

use super::answers::LOOK_AGAIN;
use super::outbox::SEND_AGAIN;
use super::written::drop_attempt;
use super::{Engine, Job};
use crate::budget::Lane;
use crate::call::{Agent, CaseId};
use crate::choice::{Chosen, Whose};
use crate::conversation::{Conversation, LOOK_HOLDS};
use crate::directory::Matched;
use crate::helpdesk::{Answer, Helpdesk, LineUsers, Refusal, Told};
use crate::knowledge::Question;
use crate::ledger::{GONE, Holding, SEEN, Write};
use crate::store::{Case, Change, Store, StoreError};
use crate::transport::TransportError;

/// The conversations of those who may be the customer, as last seen; none for a call that goes into none.
pub(crate) fn conversations(
    store: &dyn Store,
    helpdesk: &dyn Helpdesk,
    case: &Case,
    matched: [Option<&Matched>; 2],
) -> Result<Vec<Conversation>, StoreError> {
    if !case.call.id.is_message() && !helpdesk.logs_into_conversations() {
        return Ok(Vec::new());
    }
    let known = matched.into_iter().flatten().flat_map(|m| &m.customers).map(|customer| customer.id.as_str());
    let known = known.chain(case.ledger.id("customer")).chain(case.ledger.left_at());
    // Whoever was chosen need not have the number.
    let own = Chosen::of_call(&case.ledger).map(|chosen| chosen.customer.id);
    let choice = case.call.party().number().map(|number| store.choice(number)).transpose()?.flatten();
    let remembered = choice.and_then(|choice| match choice.whose {
        Whose::Customer(chosen) => Some(chosen.customer.id),
        Whose::Named(_) => None,
    });
    let known: BTreeSet<&str> = known.chain(own.as_deref()).chain(remembered.as_deref()).collect();
    known.into_iter().filter_map(|id| store.conversation(id).transpose()).collect()
}

impl Engine {
    /// Asks which conversation takes the message.
    pub(super) fn look_for_conversation(
        &mut self,
        id: CaseId,
        customer: String,
        lane: Lane,
        now: DateTime<Utc>,
    ) -> Result<(), DateTime<Utc>> {
        // A store that cannot be read costs a longer search, not the look.
        let known = self.store.conversation(&customer).unwrap_or_default();
        let request = self.helpdesk.look_for_conversation(&customer, known.as_ref());
        let job = Job::Conversation { call: id, customer, so_far: None };
        self.ask(self.helpdesk.vendor(), lane, job, request, now)
    }

    /// For a write that does not get away between two looks there is no third: that would take the room that it waits for
    /// (B2). What follows it goes by how old the look is.
    pub(super) fn has_looked_twice(
        &self,
        id: CaseId,
        customer: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let Some(first) = self.looked_for.get(&id) else { return Ok(false) };
        let seen_at = self.store.conversation(customer)?.map(|seen| seen.seen_at);
        Ok(seen_at.is_some_and(|second| second > *first && now - second < LOOK_HOLDS))
    }

    pub(super) fn conversation_told(
        &mut self,
        id: CaseId,
        customer: &str,
        so_far: Option<&Conversation>,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let known = self.store.conversation(customer)?;
        let told = self.read_answer(result, now, |engine, answer| {
            engine.helpdesk.conversation_told(customer, known.as_ref(), so_far, now, answer)
        });
        let case = self.store.case(id)?;
        // One conversation was asked for, and not what there is: others may well be told.
        let is_one = so_far.or(known.as_ref()).is_some_and(|known| known.thread.is_some());
        if let (true, Err(Refusal::Permanent(code, text)), Some(case)) = (is_one, &told, &case) {
            return self.look_is_refused(case.clone(), code, text, now);
        }
        let told = self.note_told(Question::Records, told, now)?;
        let Some(case) = case else { return Ok(()) };
        match told {
            Some(Told::Ask { request, so_far }) => {
                let job = Job::Conversation { call: id, customer: customer.to_owned(), so_far };
                self.ask_further(job, *request, now)
            }
            Some(Told::Conversation(conversation)) => {
                self.looked_for.retain(|_, at| now - *at < LOOK_HOLDS * 2);
                self.looked_for.entry(id).or_insert(conversation.seen_at);
                self.remember_conversation(*conversation, now)?;
                self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)
            }
            Some(Told::CustomerIsGone) => self.customer_was_gone(case, customer, known, now),
            None => self.later(case, now + self.ask_again_after().max(LOOK_AGAIN)),
        }
    }

    /// Whoever was to have the conversation is gone, or merged into somebody who may have one: the caller is matched anew
    /// (F3, G25). Once for each call and customer; who is found again then has none.
    fn customer_was_gone(
        &mut self,
        case: Case,
        customer: &str,
        known: Option<Conversation>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let doubt = (case.call.id, format!("customer:{customer}"));
        if self.doubted.contains_key(&doubt) {
            let known = known.unwrap_or_else(|| Conversation::none(customer, now));
            self.remember_conversation(Conversation { seen_at: now, ..known }, now)?;
        } else {
            match case.call.party().number() {
                None => self.forget_anonymous(now)?,
                Some(number) => {
                    if let Some(matched) = self.store.matched(number)? {
                        let mut change = Change::at(now);
                        change.matched.push(Matched { checked_at: DateTime::UNIX_EPOCH, ..matched });
                        self.push(&change)?;
                    }
                }
            }
        }
        self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now)?;
        // Remembered after the commit: where another engine came first, all of this is done again.
        self.doubted.insert(doubt, now);
        Ok(())
    }

    /// What is reckoned next reads it from the store: it must be there first.
    fn remember_conversation(
        &mut self,
        conversation: Conversation,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut change = Change::at(now);
        change.conversations.push(conversation);
        self.push(&change)
    }

    /// What a write made of its customer's conversation. How the ticket looks is the conversation's affair, not the
    /// message's: a ticket that turns out to be thrown away takes no message, and another is found or made (M3).
    pub(super) fn conversation_written(
        &mut self,
        case: &Case,
        write: &Write,
        holdings: &mut Vec<Holding>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !case.call.id.is_message() && !self.helpdesk.logs_into_conversations() {
            return Ok(());
        }
        let told = holdings.clone();
        if case.call.id.is_message() {
            holdings.retain(|holding| !matches!(holding.key.as_str(), SEEN | GONE));
        }
        let is_gone = told.iter().any(|holding| holding.key == GONE);
        let held = |key: &str| holdings.iter().find(|h| h.key == key).map(|h| h.helpdesk_id.as_str());
        let owner = held("customer").map(str::to_owned).or_else(|| owner(case, write));
        let owner = match owner {
            Some(owner) => Some(owner),
            None => self.only_match(case)?,
        };
        let Some(owner) = owner else { return Ok(()) };
        let known = self.store.conversation(&owner)?;
        let changed = match is_gone {
            true => Some(Conversation::none(&owner, DateTime::UNIX_EPOCH)),
            false => self.helpdesk.conversation_after(known.as_ref(), &owner, write, &told, now),
        };
        match changed {
            Some(conversation) => self.remember_conversation(conversation, now),
            None => Ok(()),
        }
    }

    /// What was seen of a customer's conversation holds for no call any more: it turned out to be thrown away or somewhere
    /// else, or people may have changed it since.
    pub(super) fn doubt_conversation(
        &mut self,
        customer: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let known = customer.map(|customer| self.store.conversation(customer)).transpose()?.flatten();
        match known {
            Some(known) => {
                self.remember_conversation(Conversation { seen_at: DateTime::UNIX_EPOCH, ..known }, now)
            }
            None => Ok(()),
        }
    }

    fn only_match(&self, case: &Case) -> Result<Option<String>, StoreError> {
        let matched = case.call.party().number().map(|n| self.store.matched(n)).transpose()?.flatten();
        let found = matched.as_ref().or(self.knowledge.anonymous.as_ref());
        Ok(found.and_then(|m| m.customers.first()).map(|customer| customer.id.clone()))
    }

    /// A message did not find its conversation: somebody deleted the ticket since it was looked at. Looked for anew.
    pub(super) fn conversation_is_missing(
        &mut self,
        mut case: Case,
        write: &Write,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let owner = match owner(&case, write) {
            Some(owner) => Some(owner),
            None => self.only_match(&case)?,
        };
        if let Some(customer) = owner {
            self.remember_conversation(Conversation::none(&customer, DateTime::UNIX_EPOCH), now)?;
        }
        drop_attempt(&mut case, write);
        self.later(case, now + SEND_AGAIN)
    }

    /// Asks who is on a line (M5).
    pub(super) fn read_line(&mut self, id: CaseId, line: u64, now: DateTime<Utc>) -> Result<(), StoreError> {
        let request = aircall::numbers::get(line).to_http(&self.aircall);
        if self.ask(Vendor::Aircall, Lane::Live, Job::ReadLine { call: id, line }, request, now).is_ok() {
            return Ok(());
        }
        if self.links.get(&Vendor::Aircall).is_some_and(crate::health::Link::is_down) {
            // Not to be had now: the message goes without, in the first admin's name (G14).
            self.line_is(line, Vec::new(), now);
            return self.look_again(id, now);
        }
        match self.store.case(id)? {
            Some(case) => self.later(case, now + SEND_AGAIN),
            None => Ok(()),
        }
    }

    pub(super) fn line_read(
        &mut self,
        id: CaseId,
        line: u64,
        result: &Result<Answer, TransportError>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let read = result.as_ref().ok().and_then(|answer| aircall::numbers::get(line).parse(answer).ok());
        let users = read.map(|number| number.users).unwrap_or_default();
        let agent = |user: aircall::User| Agent {
            id: user.id,
            name: user.name.unwrap_or_default(),
            email: user.email,
        };
        self.line_is(line, users.into_iter().map(agent).collect(), now);
        self.look_again(id, now)
    }

    fn line_is(&mut self, line: u64, users: Vec<Agent>, now: DateTime<Utc>) {
        self.knowledge.line_users.insert(line, LineUsers { users, read_at: now });
        self.share_knowledge();
    }
}

/// Whose conversation a write changes: who was chosen may be another one than who has the number.
pub(super) fn owner(case: &Case, write: &Write) -> Option<String> {
    let written = write.holdings.iter().find(|h| h.key == "customer").map(|h| h.helpdesk_id.as_str());
    let reopened = write.holdings.iter().find_map(|h| h.detail.get("customer")?.as_str());
    let owner = written.or(reopened).or(case.ledger.id("customer"));
    owner.filter(|owner| !owner.is_empty()).map(str::to_owned)
}
