//! What would be written for calls, to the end and as it would stand in the helpdesk (B5). Pure but for reading the store.
//!
//! A plan names what is missing now. What follows from a write (the second call of a stranger finds the customer that the
//! first one made; a conversation that is there is given to its agent afterwards) is foreseen by taking each write for
//! carried out and reckoning again.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, Utc};
use sidetone_protocol::{NotePreview, RecordPreview, RequestPreview};

use crate::backfill::WrittenBack;
use crate::call::CaseId;
use crate::choice::Choice;
use crate::conversation::Conversation;
use crate::directory::{Customer, Matched, entry};
use crate::engine::conversations;
use crate::gate;
use crate::helpdesk::{Assessment, Helpdesk, Standing};
use crate::knowledge::Knowledge;
use crate::ledger::{Holding, Write, WriteKind};
use crate::number::E164;
use crate::outline::Outline;
use crate::settings::Settings;
use crate::store::{Case, Store, StoreError};

/// What a call that began in shadow mode is barred by.
pub(crate) const SHADOW_BARS: &str = "mode_shadow";
/// Stands for the place of calls until it was made, as in the paths of the plan.
const PLACE: &str = "{inbox}";

/// What would be written for one call.
#[derive(Clone, Debug)]
pub(crate) struct Foreseen {
    /// The call as it stands.
    pub(crate) assessment: Assessment,
    /// How its record would stand; `None` where there would be none.
    pub(crate) outline: Option<Outline>,
    /// The same for a person.
    pub(crate) record: Option<RecordPreview>,
    /// Whether a ticket, or conversation, would begin.
    pub(crate) begins_a_ticket: bool,
}

/// What is known, and what calls that were foreseen before would have made.
pub(crate) struct Foresight<'a> {
    store: &'a dyn Store,
    helpdesk: &'a dyn Helpdesk,
    settings: &'a Settings,
    knowledge: Knowledge,
    now: DateTime<Utc>,
    /// Customers that would be made, by number.
    made: HashMap<E164, Customer>,
    conversations: BTreeMap<String, Conversation>,
    /// Where the place of calls is yet to be made: that request was told.
    place_is_told: bool,
    /// Calls are told as a backfill would write them.
    back: Option<WrittenBack>,
}

impl<'a> Foresight<'a> {
    pub(crate) fn new(
        store: &'a dyn Store,
        helpdesk: &'a dyn Helpdesk,
        settings: &'a Settings,
        knowledge: Knowledge,
        now: DateTime<Utc>,
    ) -> Foresight<'a> {
        Foresight {
            store,
            helpdesk,
            settings,
            knowledge,
            now,
            made: HashMap::new(),
            conversations: BTreeMap::new(),
            place_is_told: false,
            back: None,
        }
    }

    /// Calls are told as a backfill would write them, and the vendors are asked nothing for it: whoever is in no directory is
    /// new, and no menu's options are known.
    pub(crate) fn of_old_calls(mut self, back: WrittenBack) -> Foresight<'a> {
        let nobody = Matched { number: E164::none(), checked_at: self.now, customers: Vec::new() };
        self.knowledge.anonymous.get_or_insert(nobody);
        self.back = Some(back);
        self
    }

    /// Foresees the next call. What it would make is there for those that come after it.
    pub(crate) fn call(&mut self, case: &Case) -> Result<Foreseen, StoreError> {
        // A call of the shadow time is told as if it were to be written: that it is not, its own state says.
        let mut case = case.clone();
        case.barred = case.barred.filter(|code| code != SHADOW_BARS);
        if self.back.is_some() {
            case.written_back = self.back;
            case.reads.given_up = true;
        }
        let party = case.call.party();
        let known = Known {
            matched: party.number().map(|number| self.matched(number)).transpose()?.flatten(),
            choice: party.number().map(|number| self.store.choice(number)).transpose()?.flatten(),
        };
        let assessment = self.assess(&case, &known)?;
        let is_logged = assessment.standing == Standing::Logged;
        let first = if is_logged { assessment.writes.clone() } else { Vec::new() };
        let begins_a_ticket = first.iter().any(is_a_new_ticket);
        let writes = self.all_that_follows(case.clone(), &known, first)?;
        let outline = (!writes.is_empty()).then(|| self.helpdesk.outline(&case.call, &writes, self.now));
        let record = outline.as_ref().map(|outline| self.told(&assessment, &writes, outline));
        Ok(Foreseen { assessment, outline, record, begins_a_ticket })
    }

    /// What is stored may be of any age: nothing of this is written.
    fn matched(&self, number: &E164) -> Result<Option<Matched>, StoreError> {
        let stored = self.store.matched(number)?;
        Ok(match self.made.get(number) {
            Some(made) if stored.as_ref().is_none_or(|matched| matched.customers.is_empty()) => {
                Some(Matched { number: number.clone(), checked_at: self.now, customers: vec![made.clone()] })
            }
            _ if self.back.is_some()
                && stored.as_ref().is_none_or(|matched| matched.customers.is_empty()) =>
            {
                let customers = entry::customers(&self.store.listed(number)?);
                Some(Matched { number: number.clone(), checked_at: self.now, customers })
            }
            _ => stored.map(|matched| Matched { checked_at: self.now, ..matched }),
        })
    }

    fn assess(&self, case: &Case, known: &Known) -> Result<Assessment, StoreError> {
        let of = [known.matched.as_ref(), self.knowledge.anonymous.as_ref()];
        let mut talks = conversations(self.store, self.helpdesk, case, of)?;
        talks.retain(|talk| !self.conversations.contains_key(&talk.customer));
        talks.extend(self.conversations.values().cloned());
        talks.iter_mut().for_each(|talk| talk.seen_at = self.now);
        let mut context = self.knowledge.context(self.settings, self.now, known.matched.as_ref(), &talks);
        context.choice = known.choice.as_ref();
        let assessment = self.helpdesk.assess(case, &context);
        Ok(gate::apply(case, assessment, self.settings, &self.knowledge.own_numbers))
    }

    /// Takes each write for carried out, with what follows from it.
    fn all_that_follows(
        &mut self,
        mut case: Case,
        known: &Known,
        first: Vec<Write>,
    ) -> Result<Vec<Write>, StoreError> {
        let mut to_come = VecDeque::from(first);
        let mut done: Vec<Write> = Vec::new();
        while let Some(write) = to_come.pop_front() {
            let held = self.carried_out(&case, &write);
            held.into_iter().for_each(|holding| case.ledger.put(holding, self.now));
            let is_the_ticket = write.kind == WriteKind::CreateTicket;
            done.push(write);
            if is_the_ticket {
                let follows = self.assess(&case, known)?.writes;
                let is_news = |write: &Write| {
                    let same = |other: &Write| other.main_key() == write.main_key();
                    !done.iter().any(same) && !to_come.iter().any(same)
                };
                let news: Vec<Write> = follows.into_iter().filter(is_news).collect();
                news.into_iter().rev().for_each(|write| to_come.push_front(write));
            }
        }
        Ok(done)
    }

    /// What the helpdesk would hold, with ids that stand for its own; and what it would be for other calls.
    fn carried_out(&mut self, case: &Case, write: &Write) -> Vec<Holding> {
        let mut held = write.holdings.clone();
        for holding in held.iter_mut().filter(|holding| holding.helpdesk_id.is_empty()) {
            holding.helpdesk_id = match holding.key.as_str() {
                "customer" => stands_for(case.call.id, case.call.party().number()),
                // As in the paths of a plan.
                "ticket" if self.helpdesk.logs_into_conversations() => "{conversation}".into(),
                "ticket" => "{ticket}".into(),
                _ => String::new(),
            };
        }
        let of = |key: &str| held.iter().find(|holding| holding.key == key);
        match write.kind {
            WriteKind::CreateCustomer => {
                if let Some(made) = of("customer").map(customer) {
                    match case.call.party().number() {
                        Some(number) => drop(self.made.insert(number.clone(), made)),
                        None => self.knowledge.anonymous = self.shared(made),
                    }
                }
            }
            WriteKind::CreateTag => {
                let name = write.holdings.first().and_then(|holding| holding.detail["name"].as_str());
                self.knowledge.tags.iter_mut().for_each(|tags| tags.extend(name.map(str::to_owned)));
            }
            _ => {}
        }
        let owner = of("customer").map(|holding| &*holding.helpdesk_id).or(case.ledger.id("customer"));
        if let Some(owner) = owner.map(str::to_owned) {
            let stored = self.store.conversation(&owner).unwrap_or_default();
            let before = self.conversations.get(&owner).or(stored.as_ref());
            let after = self.helpdesk.conversation_after(before, &owner, write, &held, self.now);
            if let Some(after) = after.filter(|_| self.helpdesk.logs_into_conversations()) {
                self.conversations.insert(owner, after);
            }
        }
        held
    }

    /// The shared customer of withheld callers, who has no number: one stands in, which nobody is asked for.
    fn shared(&self, made: Customer) -> Option<Matched> {
        let before = self.knowledge.anonymous.clone()?;
        Some(Matched { customers: vec![made], ..before })
    }

    fn told(&mut self, assessment: &Assessment, writes: &[Write], outline: &Outline) -> RecordPreview {
        let people = self.knowledge.people.clone().unwrap_or_default();
        let new = writes.iter().find(|write| write.kind == WriteKind::CreateCustomer);
        let new_name = new.and_then(|write| write.holdings.first()).map(|holding| customer(holding).name);
        let known = assessment.customer.as_ref().map(|customer| customer.name.clone());
        let note = |note: &crate::outline::OutlineNote| NotePreview {
            author: note.author.as_deref().map(|id| people.name_of(id)),
            at: note.at.timestamp(),
            text: note.text.clone(),
        };
        RecordPreview {
            title: outline.title.clone(),
            customer: new_name.or(known).unwrap_or_default(),
            matched: assessment.matched_by.to_string(),
            matched_by: assessment.matched_by.code().to_owned(),
            matches: assessment.matched_by.matches(),
            is_new_customer: new.is_some(),
            assignee: outline.assignee.as_deref().map(|id| people.name_of(id)),
            status: outline.status.to_owned(),
            tags: outline.tags.clone(),
            notes: outline.notes.iter().map(note).collect(),
            requests: self.requests(assessment, writes),
        }
    }

    fn requests(&mut self, assessment: &Assessment, writes: &[Write]) -> Vec<RequestPreview> {
        let mut requests = Vec::new();
        let needs_place = writes.iter().any(|write| write.path.contains(PLACE));
        if needs_place
            && !self.place_is_told
            && let Some(make) = self.helpdesk.make_place(&[])
        {
            self.place_is_told = true;
            requests.push(RequestPreview {
                method: make.method().to_string(),
                path: make.uri().path().to_owned(),
                rule: "The inbox of calls is not there yet, so it is made once (F1)".into(),
                key: "inbox".into(),
            });
        }
        let at_hand = assessment.files.iter().filter(|file| file.is_at_hand());
        requests.extend(at_hand.map(|_| RequestPreview {
            method: "POST".into(),
            path: self.helpdesk.upload_path().into(),
            rule: "The file goes first, so that the note carries it (G17)".into(),
            key: "file".into(),
        }));
        requests.extend(writes.iter().map(|write| RequestPreview {
            method: write.method.clone(),
            path: write.path.clone(),
            rule: write.rule.clone(),
            key: write.key(),
        }));
        requests
    }
}

/// What the helpdesk said of a call's number.
struct Known {
    matched: Option<Matched>,
    choice: Option<Choice>,
}

fn is_a_new_ticket(write: &Write) -> bool {
    let begins = |holding: &Holding| holding.key == "ticket" && holding.helpdesk_id.is_empty();
    write.kind == WriteKind::CreateTicket && write.holdings.iter().any(begins)
}

/// An id that no helpdesk gives, one for each number.
fn stands_for(call: CaseId, number: Option<&E164>) -> String {
    format!("{{customer}}:{}", number.map_or_else(|| call.to_string(), |number| number.as_str().to_owned()))
}

/// Whether it stands for a customer whom a call before this one would make.
pub(crate) fn is_foreseen(id: &str) -> bool {
    id.starts_with("{customer}:")
}

fn customer(holding: &Holding) -> Customer {
    let text = |key: &str| holding.detail.get(key).and_then(|text| text.as_str()).map(str::to_owned);
    Customer {
        id: holding.helpdesk_id.clone(),
        name: text("name").unwrap_or_default(),
        email: text("email"),
        note: None,
        updated_at: None,
        spelled: None,
    }
}
