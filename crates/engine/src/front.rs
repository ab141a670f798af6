//! Front behind [`Helpdesk`]: what it should hold (`record`), what is missing (`plan`), what comes next (`assess`), how its
//! answers read (`answers`, `contacts`), and what people did to a conversation (`conversation`, `ticket`).
//!
//! A call is an import into the inbox of calls and, for its duration and its recording, further ones
//! (`reference/front.md §4.7`). All calls of a contact are in one conversation, which is kept in the table
//! `conversation`; a call's ledger has it as its `ticket`.

mod adopt;
mod answers;
mod arrival;
mod assess;
mod contacts;
mod conversation;
mod dialled;
mod handle;
mod heading;
mod markdown;
mod message;
mod naming;
mod open;
mod others;
mod outline;
mod plan;
mod record;
#[cfg(test)]
mod tests;
mod ticket;
mod withdrawal;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use front::{Account, List, NewInbox, TeammateId, TeammateRef};
use serde_json::Value;
use sidetone_protocol::{OpenRecords, Vendor};

use self::answers::refusal;
use crate::call::Call;
use crate::choice::CallerName;
use crate::conversation::Conversation;
use crate::directory::entry::{Address, Entry, EntryPage, Order};
use crate::directory::{Customer, Person};
use crate::engine::webhook::host;
use crate::helpdesk::{
    Adopted, Answer, Arrivals, Assessment, Context, CustomerSeen, Helpdesk, LOOKS_MS, ListPage, Met, Owner,
    Probed, Refusal, Request, Told, Upload, Whereabouts,
};
use crate::ledger::{Attempt, Holding, Ledger, Write, WriteKind};
use crate::number::E164;
use crate::others::{Others, OthersRecord, Span};
use crate::outline::Outline;
use crate::store::Case;

/// One company in Front.
#[derive(Debug)]
pub struct Front {
    account: Account,
    inbox: String,
    app_url: String,
}

impl Front {
    /// The company to read and write, and the name of the inbox that calls go into (F1).
    #[must_use]
    pub fn new(account: Account, inbox: impl Into<String>) -> Front {
        Front { account, inbox: inbox.into(), app_url: front::APP_URL.to_owned() }
    }

    /// Where people work, if that is not Front's own address.
    #[must_use]
    pub fn with_app_url(self, app_url: impl Into<String>) -> Front {
        Front { app_url: app_url.into(), ..self }
    }
}

/// A teammate, as somebody who may write or be assigned (`reference/front.md §3.6`).
#[must_use]
pub fn person(teammate: &front::Teammate) -> Person {
    Person {
        id: teammate.id.to_string(),
        email: teammate.email.clone().unwrap_or_default(),
        name: teammate.name().unwrap_or_default(),
        active: !teammate.is_blocked,
        admin: teammate.is_admin.unwrap_or(false),
        machine: teammate.kind.as_deref().is_some_and(|kind| kind != "user"),
    }
}

/// Whether an inbox is one that calls go into by its name: so called, and not one person's (F1).
#[must_use]
pub fn is_inbox_of_calls(inbox: &front::Inbox, name: &str) -> bool {
    is_for_all(inbox) && inbox.name.as_deref().map(str::trim) == Some(name.trim())
}

/// The inbox that calls go into: the one that it was, whatever it is called by now, else the oldest of the name (F1).
#[must_use]
pub fn inbox_of_calls<'a>(
    inboxes: &'a [front::Inbox],
    was: Option<&str>,
    name: &str,
) -> Option<&'a front::Inbox> {
    let still = inboxes.iter().find(|inbox| is_for_all(inbox) && Some(inbox.id.as_str()) == was);
    let so_called = inboxes.iter().filter(|inbox| is_inbox_of_calls(inbox, name));
    // Two of one name are possible: always the same one.
    still.or_else(|| so_called.min_by_key(|inbox| (inbox.id.as_str().len(), inbox.id.as_str())))
}

fn is_for_all(inbox: &front::Inbox) -> bool {
    inbox.is_private != Some(true)
}

impl Helpdesk for Front {
    fn vendor(&self) -> Vendor {
        Vendor::Front
    }

    fn look_up(&self, address: &Address) -> Request {
        contacts::look_up(&self.account, address)
    }

    fn looked_up(&self, answer: &Answer) -> Result<EntryPage, Refusal> {
        contacts::looked_up(answer)
    }

    fn other_spelling(&self, number: &E164) -> Option<Address> {
        contacts::without_plus(number)
    }

    fn entries(&self, order: Order, cursor: Option<&str>) -> Request {
        contacts::page(&self.account, order, cursor)
    }

    fn entries_read(&self, answer: &Answer) -> Result<EntryPage, Refusal> {
        contacts::page_read(answer)
    }

    fn search(&self, _number: &E164) -> Option<Request> {
        // There is no search for contacts (`reference/front.md §5`).
        None
    }

    fn searched(&self, _answer: &Answer) -> Result<Vec<String>, Refusal> {
        Ok(Vec::new())
    }

    fn entry(&self, id: &str) -> Option<Request> {
        Some(contacts::get(&self.account, id))
    }

    fn entry_read(&self, answer: &Answer) -> Result<Option<Entry>, Refusal> {
        Ok(contacts::one(answer)?.map(contacts::entry))
    }

    fn look_up_anonymous(&self) -> Request {
        front::contacts::get(&contacts::anonymous()).to_http(&self.account)
    }

    fn looked_up_anonymous(&self, answer: &Answer) -> Result<Vec<Customer>, Refusal> {
        Ok(contacts::one(answer)?.map(contacts::customer).into_iter().collect())
    }

    fn look_at_customer(&self, id: &str) -> Option<Request> {
        Some(contacts::get(&self.account, id))
    }

    fn customer_seen(&self, id: &str, answer: &Answer) -> Result<CustomerSeen, Refusal> {
        contacts::seen(id, answer)
    }

    fn rename(&self, number: &E164, customer: &Customer, name: &CallerName) -> Option<Holding> {
        naming::rename(number, customer, name)
    }

    fn named_seen(&self, case: &Case, answer: &Answer) -> Result<Option<Holding>, Refusal> {
        naming::seen(&case.ledger, answer)
    }

    fn people(&self) -> Request {
        front::teammates::list().to_http(&self.account)
    }

    fn people_read(&self, answer: &Answer) -> Result<ListPage<Person>, Refusal> {
        let request = front::teammates::list();
        let page = request.parse(answer).map_err(refusal)?;
        let next = request.next_page(&page).map(|next| next.to_http(&self.account));
        Ok(ListPage { items: page.items.iter().map(person).collect(), next })
    }

    fn tags(&self) -> Option<Request> {
        // An import makes the tags that it names (`reference/front.md §4.3`).
        None
    }

    fn tags_read(&self, _answer: &Answer) -> Result<ListPage<String>, Refusal> {
        Ok(ListPage { items: Vec::new(), next: None })
    }

    fn assess(&self, case: &Case, context: &Context<'_>) -> Assessment {
        assess::assess(case, context)
    }

    fn takes_back(&self) -> bool {
        true
    }

    fn gives_records(&self) -> bool {
        true
    }

    fn left_behind(&self, ledger: &Ledger) -> Option<Value> {
        Some(withdrawal::left_behind(ledger))
    }

    fn others_records(&self, customer: &str) -> Option<Request> {
        others::ask(&self.account, customer)
    }

    fn others_read(
        &self,
        customer: &str,
        span: Span,
        about: Option<&OthersRecord>,
        answer: &Answer,
    ) -> Result<Others, Refusal> {
        others::read(&self.account, &self.app_url, customer, span, about, answer)
    }

    fn outline(&self, call: &Call, writes: &[Write], now: DateTime<Utc>) -> Outline {
        outline::outline(call, writes, now)
    }

    fn request(&self, write: &Write) -> Request {
        let method = write.method.parse().unwrap_or(http::Method::POST);
        let body = Some(write.body.clone()).filter(|b| !b.is_null());
        front::Request::<Value>::raw(method, &write.path, body).to_http(&self.account)
    }

    fn settle(&self, write: &Write, answer: &Answer) -> Result<Vec<Holding>, Refusal> {
        answers::settle(write, answer)
    }

    fn conflicting(&self, write: &Write, owner: Option<&str>) -> Option<Request> {
        contacts::conflicting(&self.account, write, owner)
    }

    fn conflicting_otherwise(&self, _write: &Write) -> Option<Request> {
        // An address belongs to one contact, who is found by it.
        None
    }

    fn resolve_conflict(&self, write: &Write, answer: &Answer) -> Result<Owner, Refusal> {
        contacts::resolve_conflict(write, answer)
    }

    fn open_records(&self, customer: &str) -> Option<Request> {
        open::ask(&self.account, customer)
    }

    fn open_records_read(&self, customer: &str, answer: &Answer) -> Result<OpenRecords, Refusal> {
        open::read(&self.app_url, customer, answer)
    }

    fn logs_into_conversations(&self) -> bool {
        true
    }

    fn look_for_conversation(&self, customer: &str, known: Option<&Conversation>) -> Request {
        conversation::look(&self.account, customer, known)
    }

    fn conversation_told(
        &self,
        customer: &str,
        known: Option<&Conversation>,
        so_far: Option<&Conversation>,
        now: DateTime<Utc>,
        answer: &Answer,
    ) -> Result<Told, Refusal> {
        conversation::told(&self.account, customer, known, so_far, now, answer)
    }

    fn conversation_after(
        &self,
        known: Option<&Conversation>,
        customer: &str,
        write: &Write,
        held: &[Holding],
        now: DateTime<Utc>,
    ) -> Option<Conversation> {
        conversation::after(known, customer, write, held, now)
    }

    fn look_for_place(&self) -> Option<Request> {
        Some(front::inboxes::list().to_http(&self.account))
    }

    fn place_found(&self, was: Option<&str>, answer: &Answer) -> Result<Option<String>, Refusal> {
        let listed: List<front::Inbox> = front::inboxes::list().parse(answer).map_err(refusal)?;
        Ok(inbox_of_calls(&listed.items, was, &self.inbox).map(|inbox| inbox.id.to_string()))
    }

    fn make_place(&self, members: &[&Person]) -> Option<Request> {
        let teammates =
            members.iter().map(|person| TeammateRef::Id(TeammateId::new(person.id.clone()))).collect();
        let inbox = NewInbox { name: self.inbox.trim().to_owned(), teammates, is_public: None };
        Some(front::inboxes::create(&inbox).to_http(&self.account))
    }

    fn place_made(&self, answer: &Answer) -> Result<String, Refusal> {
        let made = front::inboxes::create(&NewInbox::default()).parse(answer).map_err(refusal)?;
        Ok(made.id.to_string())
    }

    fn look_for_arrivals(&self, case: &Case) -> Option<Request> {
        arrival::ask(&self.account, &case.ledger)
    }

    fn arrivals_told(
        &self,
        case: &Case,
        asked: &http::Uri,
        seen: &[Holding],
        taken: &BTreeSet<String>,
        answer: &Answer,
    ) -> Result<Arrivals, Refusal> {
        arrival::told(&self.account, &case.ledger, asked, seen, taken, answer)
    }

    fn look_at_ticket(&self, case: &Case) -> Option<Request> {
        withdrawal::look(&self.account, &case.ledger).or_else(|| ticket::look(&self.account, &case.ledger))
    }

    fn ticket_seen(&self, case: &Case, told: &[Holding], answer: &Answer) -> Result<Probed, Refusal> {
        match withdrawal::is_looked_for(&case.ledger) {
            true => withdrawal::looked(&self.account, case, told, answer),
            false => ticket::looked(&self.account, &case.ledger, told, answer),
        }
    }

    fn look_at_linked(&self, case: &Case) -> Option<Request> {
        dialled::look(&self.account, &case.ledger)
    }

    fn linked_seen(&self, case: &Case, _asked: &http::Uri, answer: &Answer) -> Result<Probed, Refusal> {
        dialled::seen(&self.account, &case.ledger, answer)
    }

    fn check(&self) -> Request {
        front::company::current().to_http(&self.account)
    }

    fn checked(&self, answer: &Answer) -> Result<(), Refusal> {
        front::company::current().parse(answer).map(|_| ()).map_err(refusal)
    }

    fn whereabouts(&self, _write: &Write) -> Option<Request> {
        // No write names a contact but by a number.
        None
    }

    fn whereabouts_told(&self, _write: &Write, _answer: &Answer) -> Result<Whereabouts, Refusal> {
        Ok(Whereabouts::There)
    }

    fn upload(&self, _name: &str, _content_type: &str, _bytes: u64, _boundary: &str) -> Upload {
        // Recordings are linked (F5): nothing is ever uploaded.
        Upload { head: http::Request::new(()), before: bytes::Bytes::new(), after: bytes::Bytes::new() }
    }

    fn upload_path(&self) -> &'static str {
        ""
    }

    fn uploaded(&self, _answer: &Answer) -> Result<Value, Refusal> {
        Ok(Value::Null)
    }

    fn probe(&self, write: &Write) -> Option<Request> {
        answers::probe(&self.account, write)
    }

    fn probe_late(&self, write: &Write) -> Option<Request> {
        answers::probe_late(&self.account, write)
    }

    fn sets_what_people_set(&self, write: &Write) -> bool {
        answers::is_import(write) || matches!(write.kind, WriteKind::SetAssignee | WriteKind::TakeBack)
    }

    fn looks_ms(&self, write: &Write) -> &'static [i64] {
        if answers::is_taken(write) { answers::ACCEPTED_LOOKS_MS } else { LOOKS_MS }
    }

    fn sent_anew(&self, write: &Write) -> Option<Write> {
        answers::sent_anew(write)
    }

    fn probed(
        &self,
        attempt: &Attempt,
        taken: &BTreeSet<String>,
        answer: &Answer,
    ) -> Result<Probed, Refusal> {
        answers::probed(&self.account, attempt, taken, answer)
    }

    fn adopt(&self, case: &Case, of: Option<&str>) -> Request {
        adopt::ask(&self.account, case, of)
    }

    fn adopts_by_customer(&self) -> bool {
        true
    }

    fn adopted(
        &self,
        case: &Case,
        asked: &http::Uri,
        so_far: &[Holding],
        context: &Context<'_>,
        answer: &Answer,
    ) -> Result<Adopted, Refusal> {
        adopt::read(&self.account, case, asked, so_far, context, answer)
    }

    fn records(&self) -> Option<Request> {
        // A message does not tell whose it is; each call is looked for when something is to be written for it.
        None
    }

    fn records_read(&self, _since: DateTime<Utc>, _answer: &Answer) -> Result<ListPage<Met>, Refusal> {
        Ok(ListPage { items: Vec::new(), next: None })
    }

    fn adopt_met(&self, _case: &Case, _met: &Met, _context: &Context<'_>) -> Option<(Vec<Holding>, Request)> {
        None
    }

    fn told(&self, headers: &http::HeaderMap) -> Option<(u32, u32)> {
        let rate = front::Rate::read(headers)?;
        Some((rate.limit.saturating_sub(rate.remaining), rate.limit))
    }

    fn is_unused_in(&self, headers: &http::HeaderMap, now: DateTime<Utc>) -> Option<i64> {
        let rate = front::Rate::read(headers)?;
        // Both by Front's clock, where it tells its own.
        Some(rate.resets_at? - rate.told_at.unwrap_or(now.timestamp()))
    }

    fn customer_url(&self, _id: &str) -> Option<String> {
        // There is no documented page of a contact (`reference/front.md §7`).
        None
    }

    fn ticket_url(&self, id: &str) -> Option<String> {
        Some(front::open_url(&self.app_url, id))
    }

    fn account(&self) -> String {
        format!("Front, {}", host(self.account.base()))
    }

    fn ticket_id(&self, given: &str) -> Option<String> {
        dialled::conversation(given)
    }
}
