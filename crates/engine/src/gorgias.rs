//! Gorgias behind [`Helpdesk`]: what it should hold (`record`), what is missing (`plan`), what comes next (`assess`), how
//! its answers read (`answers`), and what people did to a ticket (`ticket`).

mod adopt;
mod adopt_message;
mod answers;
mod assess;
mod conversation;
mod entries;
mod linked;
mod message;
mod naming;
mod notes;
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
use gorgias::tickets::ListTickets;
use gorgias::{Account, List, MAX_LIMIT};
use serde_json::Value;
use sidetone_protocol::{OpenRecords, Vendor};

use self::answers::refusal;
use self::record::ANONYMOUS_EXTERNAL_ID;
use crate::call::Call;
use crate::choice::CallerName;
use crate::conversation::Conversation;
use crate::directory::entry::{Address, Entry, EntryPage, Order};
use crate::directory::{Customer, Person};
use crate::engine::webhook::host;
use crate::helpdesk::{
    Adopted, Answer, Assessment, Context, CustomerSeen, Helpdesk, ListPage, Met, Owner, Probed, Refusal,
    Request, Told, Upload, Whereabouts,
};
use crate::ledger::{Attempt, Holding, WITHDRAWN, Write};
use crate::number::E164;
use crate::others::{Others, OthersRecord, Span};
use crate::outline::Outline;
use crate::store::Case;
use crate::whom::{customer_marker, record_marker as ticket_marker};

/// One Gorgias account.
#[derive(Debug)]
pub struct Gorgias {
    account: Account,
}

impl Gorgias {
    /// The account to read and write.
    #[must_use]
    pub fn new(account: Account) -> Gorgias {
        Gorgias { account }
    }
}

/// A user of Gorgias, as somebody who may write or be assigned (`reference/gorgias.md` §6.5).
#[must_use]
pub fn person(user: gorgias::User) -> Person {
    let role = user.role.unwrap_or_default();
    Person {
        id: user.id.to_string(),
        email: user.email.unwrap_or_default(),
        name: user.name.unwrap_or_default(),
        active: user.active.unwrap_or(true),
        admin: role == "admin",
        machine: matches!(role.as_str(), "bot" | "internal-agent"),
    }
}

/// The user that a person is.
fn user_id(person: &Person) -> u64 {
    person.id.parse().unwrap_or_default()
}

impl Helpdesk for Gorgias {
    fn vendor(&self) -> Vendor {
        Vendor::Gorgias
    }

    fn look_up(&self, address: &Address) -> Request {
        gorgias::customers::by_phone(&address.0).to_http(&self.account)
    }

    fn entries(&self, order: Order, cursor: Option<&str>) -> Request {
        entries::page(&self.account, order, cursor)
    }

    fn entries_read(&self, answer: &Answer) -> Result<EntryPage, Refusal> {
        entries::page_read(answer)
    }

    fn search(&self, number: &E164) -> Option<Request> {
        Some(entries::search(&self.account, number))
    }

    fn searched(&self, answer: &Answer) -> Result<Vec<String>, Refusal> {
        entries::searched(answer)
    }

    fn entry(&self, id: &str) -> Option<Request> {
        Some(gorgias::customers::get(id.parse().ok()?).to_http(&self.account))
    }

    fn entry_read(&self, answer: &Answer) -> Result<Option<Entry>, Refusal> {
        entries::one_read(answer)
    }

    fn look_up_anonymous(&self) -> Request {
        gorgias::customers::by_external_id(ANONYMOUS_EXTERNAL_ID).to_http(&self.account)
    }

    fn looked_up_anonymous(&self, answer: &Answer) -> Result<Vec<Customer>, Refusal> {
        let found =
            gorgias::customers::by_external_id(ANONYMOUS_EXTERNAL_ID).parse(answer).map_err(refusal)?;
        // A filter that is ignored lists others (`reference/gorgias.md` §8.1).
        let shared =
            found.items.into_iter().filter(|c| c.external_id.as_deref() == Some(ANONYMOUS_EXTERNAL_ID));
        Ok(shared.min_by_key(|c| c.id).map(customer).into_iter().collect())
    }

    fn look_at_customer(&self, id: &str) -> Option<Request> {
        Some(gorgias::customers::get(id.parse().ok()?).to_http(&self.account))
    }

    fn customer_seen(&self, id: &str, answer: &Answer) -> Result<CustomerSeen, Refusal> {
        answers::customer_seen(id, answer)
    }

    fn rename(&self, number: &E164, customer: &Customer, name: &CallerName) -> Option<Holding> {
        naming::rename(number, customer, name)
    }

    fn named_seen(&self, case: &Case, answer: &Answer) -> Result<Option<Holding>, Refusal> {
        naming::seen(&case.ledger, answer)
    }

    fn people(&self) -> Request {
        people().to_http(&self.account)
    }

    fn people_read(&self, answer: &Answer) -> Result<ListPage<Person>, Refusal> {
        self.page(&people(), answer, |user| Some(person(user)))
    }

    fn tags(&self) -> Option<Request> {
        Some(tags().to_http(&self.account))
    }

    fn tags_read(&self, answer: &Answer) -> Result<ListPage<String>, Refusal> {
        self.page(&tags(), answer, |tag| tag.name)
    }

    fn assess(&self, case: &Case, context: &Context<'_>) -> Assessment {
        let mut assessment = assess::assess(case, context);
        if !case.ledger.has(WITHDRAWN) {
            linked::add(&self.account, case, context, &mut assessment);
        }
        assessment
    }

    fn others_records(&self, customer: &str) -> Option<Request> {
        others::ask(&self.account, customer)
    }

    fn others_read(
        &self,
        customer: &str,
        span: Span,
        _about: Option<&OthersRecord>,
        answer: &Answer,
    ) -> Result<Others, Refusal> {
        others::read(&self.account, customer, span, answer)
    }

    fn takes_back(&self) -> bool {
        true
    }

    fn gives_records(&self) -> bool {
        true
    }

    fn outline(&self, _call: &Call, writes: &[Write], now: DateTime<Utc>) -> Outline {
        outline::outline(writes, now)
    }

    fn request(&self, write: &Write) -> Request {
        let method = write.method.parse().unwrap_or(http::Method::POST);
        let body = Some(write.body.clone()).filter(|b| !b.is_null());
        gorgias::Request::<Value>::raw(method, &write.path, body).to_http(&self.account)
    }

    fn settle(&self, write: &Write, answer: &Answer) -> Result<Vec<Holding>, Refusal> {
        answers::settle(write, answer)
    }

    fn conflicting(&self, write: &Write, owner: Option<&str>) -> Option<Request> {
        answers::conflicting(&self.account, write, owner)
    }

    fn conflicting_otherwise(&self, write: &Write) -> Option<Request> {
        answers::conflicting_otherwise(&self.account, write)
    }

    fn resolve_conflict(&self, write: &Write, answer: &Answer) -> Result<Owner, Refusal> {
        answers::resolve_conflict(write, answer)
    }

    fn open_records(&self, customer: &str) -> Option<Request> {
        open::ask(&self.account, customer)
    }

    fn open_records_read(&self, customer: &str, answer: &Answer) -> Result<OpenRecords, Refusal> {
        open::read(&self.account, customer, answer)
    }

    fn look_for_conversation(&self, customer: &str, _known: Option<&Conversation>) -> Request {
        conversation::ask(&self.account, customer)
    }

    fn conversation_told(
        &self,
        customer: &str,
        known: Option<&Conversation>,
        _so_far: Option<&Conversation>,
        now: DateTime<Utc>,
        answer: &Answer,
    ) -> Result<Told, Refusal> {
        conversation::told(&self.account, customer, known, now, answer)
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

    fn look_at_ticket(&self, case: &Case) -> Option<Request> {
        ticket::look(&self.account, &case.ledger)
    }

    fn ticket_seen(&self, case: &Case, _told: &[Holding], answer: &Answer) -> Result<Probed, Refusal> {
        ticket::looked(&self.account, &case.ledger, answer)
    }

    fn look_at_linked(&self, case: &Case) -> Option<Request> {
        linked::look(&self.account, &case.ledger)
    }

    fn linked_seen(&self, case: &Case, asked: &http::Uri, answer: &Answer) -> Result<Probed, Refusal> {
        linked::looked(&self.account, case, asked, answer)
    }

    fn check(&self) -> Request {
        gorgias::accounts::current().to_http(&self.account)
    }

    fn checked(&self, answer: &Answer) -> Result<(), Refusal> {
        gorgias::accounts::current().parse(answer).map(|_| ()).map_err(refusal)
    }

    fn whereabouts(&self, write: &Write) -> Option<Request> {
        answers::whereabouts(&self.account, write)
    }

    fn whereabouts_told(&self, write: &Write, answer: &Answer) -> Result<Whereabouts, Refusal> {
        answers::whereabouts_told(&self.account, write, answer)
    }

    fn upload(&self, name: &str, content_type: &str, bytes: u64, boundary: &str) -> Upload {
        let upload = gorgias::files::Upload::new(name, content_type, boundary);
        Upload { head: upload.to_http(&self.account, bytes), before: upload.before(), after: upload.after() }
    }

    fn upload_path(&self) -> &'static str {
        gorgias::files::PATH
    }

    fn uploaded(&self, answer: &Answer) -> Result<Value, Refusal> {
        answers::uploaded(answer)
    }

    fn probe(&self, write: &Write) -> Option<Request> {
        answers::probe(&self.account, write)
    }

    fn probe_late(&self, write: &Write) -> Option<Request> {
        answers::probe_late(&self.account, write)
    }

    fn probed(
        &self,
        attempt: &Attempt,
        _taken: &BTreeSet<String>,
        answer: &Answer,
    ) -> Result<Probed, Refusal> {
        // What is looked for has a marker.
        answers::probed(&self.account, &attempt.write, answer)
    }

    fn adopt(&self, case: &Case, _of: Option<&str>) -> Request {
        adopt::ask(&self.account, case)
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
        Some(adopt::all_tickets().to_http(&self.account))
    }

    fn records_read(&self, since: DateTime<Utc>, answer: &Answer) -> Result<ListPage<Met>, Refusal> {
        adopt::met(&self.account, since, answer)
    }

    fn adopt_met(&self, case: &Case, met: &Met, context: &Context<'_>) -> Option<(Vec<Holding>, Request)> {
        adopt::begin_with(&self.account, case, met, context)
    }

    fn told(&self, headers: &http::HeaderMap) -> Option<(u32, u32)> {
        gorgias::rate(headers)
    }

    fn customer_url(&self, id: &str) -> Option<String> {
        id.parse().ok().map(|id| self.account.customer_url(id))
    }

    fn account(&self) -> String {
        format!("Gorgias, {}", host(self.account.base()))
    }

    fn ticket_url(&self, id: &str) -> Option<String> {
        id.parse().ok().map(|id| self.account.ticket_url(id))
    }
}

impl Gorgias {
    fn page<T, U>(
        &self,
        request: &gorgias::Request<List<T>>,
        answer: &Answer,
        item: impl Fn(T) -> Option<U>,
    ) -> Result<ListPage<U>, Refusal> {
        let page = request.parse(answer).map_err(refusal)?;
        let next = request.next_page(&page).map(|next| next.to_http(&self.account));
        Ok(ListPage { items: page.items.into_iter().filter_map(item).collect(), next })
    }
}

fn people() -> gorgias::Request<List<gorgias::User>> {
    gorgias::users::list(&gorgias::users::ListUsers { limit: Some(MAX_LIMIT), ..Default::default() })
}

fn tags() -> gorgias::Request<List<gorgias::Tag>> {
    gorgias::tags::list(&gorgias::tags::ListTags { limit: Some(MAX_LIMIT), ..Default::default() })
}

fn tickets_by_marker(marker: &str) -> gorgias::Request<List<gorgias::Ticket>> {
    let external_id = Some(marker.to_owned());
    // Trashed ones too: what a person threw away is not made again (G25).
    gorgias::tickets::list(&ListTickets { external_id, include_trashed: true, ..ListTickets::default() })
}

fn messages(ticket_id: u64) -> gorgias::Request<List<gorgias::Message>> {
    gorgias::messages::list(&gorgias::messages::ListMessages {
        ticket_id,
        cursor: None,
        limit: Some(MAX_LIMIT),
    })
}

fn customer(found: gorgias::Customer) -> Customer {
    Customer {
        id: found.id.to_string(),
        name: found.name.unwrap_or_default(),
        email: found.email,
        note: found.note.filter(|n| !n.trim().is_empty()),
        updated_at: found.updated_datetime.map(|at| at.timestamp()),
        spelled: None,
    }
}
