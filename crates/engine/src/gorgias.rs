//! Gorgias behind [`Helpdesk`]: what it should hold (`record`), what is missing (`plan`), and how its answers read.

mod adopt;
mod notes;
mod plan;
mod record;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use gorgias::tickets::ListTickets;
use gorgias::{Account, Error, ErrorKind, List, MAX_LIMIT};
use serde_json::{Value, json};
use sidetone_protocol::{Completeness, PartState, Vendor};

use self::record::{ANONYMOUS_EXTERNAL_ID, Lacks, Record, Whom, record};
use crate::call::Call;
use crate::directory::{Customer, Person};
use crate::gate;
use crate::helpdesk::{
    Adopted, Answer, Assessment, Context, Helpdesk, ListPage, Met, Probed, Refusal, Request, Standing, Step,
};
use crate::ledger::{AttemptState, Holding, Ledger, Write, WriteKind};
use crate::number::{self, E164, Party};
use crate::readiness::{Kind, Readiness, keep, kind, readiness};
use crate::settings::{Keep, Recordings, Settings};
use crate::store::Case;

/// Tags that come shortly after each other go into one request: so long is waited for a further one.
const TAGS_TOGETHER: TimeDelta = TimeDelta::seconds(5);
/// Aircall may take so long to store a recording (`reference/aircall.md` §5.4).
const RECORDING_LATEST: TimeDelta = TimeDelta::hours(24);

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

impl Helpdesk for Gorgias {
    fn vendor(&self) -> Vendor {
        Vendor::Gorgias
    }

    fn look_up(&self, number: &E164) -> Request {
        gorgias::customers::by_phone(number.as_str()).to_http(&self.account)
    }

    fn looked_up(&self, number: &E164, answer: &Answer) -> Result<Vec<Customer>, Refusal> {
        let found = gorgias::customers::by_phone(number.as_str()).parse(answer).map_err(refusal)?;
        // The filter may be looser than it says (`reference/gorgias.md` §8.1): each result is checked again.
        let has_number = |c: &gorgias::Customer| {
            let mut living = c.channels.iter().filter(|c| c.kind == "phone" && !c.deleted);
            living.any(|c| number::parse(&c.address, None).as_ref() == Some(number))
        };
        let mut customers: Vec<_> = found.items.into_iter().filter(has_number).collect();
        customers.sort_by_key(|c| std::cmp::Reverse((c.updated_datetime, c.id)));
        Ok(customers.into_iter().map(customer).collect())
    }

    fn look_up_anonymous(&self) -> Request {
        gorgias::customers::by_external_id(ANONYMOUS_EXTERNAL_ID).to_http(&self.account)
    }

    fn looked_up_anonymous(&self, answer: &Answer) -> Result<Vec<Customer>, Refusal> {
        let found =
            gorgias::customers::by_external_id(ANONYMOUS_EXTERNAL_ID).parse(answer).map_err(refusal)?;
        Ok(found.items.into_iter().min_by_key(|c| c.id).map(customer).into_iter().collect())
    }

    fn people(&self) -> Request {
        people().to_http(&self.account)
    }

    fn people_read(&self, answer: &Answer) -> Result<ListPage<Person>, Refusal> {
        self.page(&people(), answer, |user| {
            let role = user.role.unwrap_or_default();
            Some(Person {
                id: user.id,
                email: user.email.unwrap_or_default(),
                name: user.name.unwrap_or_default(),
                active: user.active.unwrap_or(true),
                admin: role == "admin",
                machine: matches!(role.as_str(), "bot" | "internal-agent"),
            })
        })
    }

    fn tags(&self) -> Request {
        tags().to_http(&self.account)
    }

    fn tags_read(&self, answer: &Answer) -> Result<ListPage<String>, Refusal> {
        self.page(&tags(), answer, |tag| tag.name)
    }

    fn assess(&self, case: &Case, context: &Context<'_>) -> Assessment {
        let settings = context.settings;
        let mut assessment = Assessment {
            standing: Standing::Early,
            step: Step::Rest,
            writes: Vec::new(),
            completeness: completeness(case, settings, context.now),
            customer: known_customer(case, context),
            matched_by: matched_by(case, context),
        };
        let (kind, ended, then) = match readiness(case, context.now) {
            Readiness::Early(step) => {
                assessment.step = step;
                return assessment;
            }
            Readiness::Ripe { kind, ended, then } => (kind, ended, then),
        };
        let keep = keep(kind, &settings.logging);
        if keep == Keep::Store && case.ledger.is_empty() {
            assessment.standing = Standing::NotLogged(gate::reason("by_setting"));
            return not_logged(assessment);
        }
        let record = match record(&case.call, kind, ended, keep, &case.ledger, context) {
            Ok(record) => record,
            Err(lacks) => return lacking(assessment, lacks),
        };
        assessment.standing = Standing::Logged;
        if let Whom::Known(customer) = &record.whom
            && assessment.customer.is_none()
        {
            assessment.customer = Some(customer.clone());
        }
        let Some(known_tags) = context.tags else {
            assessment.step = Step::Lists;
            return assessment;
        };
        assessment.writes = plan::plan(&case.call, &record, &case.ledger, known_tags, context.now);
        assessment.step = step(case, &record, &assessment.writes, then, context.now);
        assessment
    }

    fn request(&self, write: &Write) -> Request {
        let method = write.method.parse().unwrap_or(http::Method::POST);
        let body = Some(write.body.clone()).filter(|b| !b.is_null());
        gorgias::Request::<Value>::raw(method, &write.path, body).to_http(&self.account)
    }

    fn settle(&self, write: &Write, answer: &Answer) -> Result<Vec<Holding>, Refusal> {
        let method = write.method.parse().unwrap_or(http::Method::POST);
        let body =
            gorgias::Request::<Value>::raw(method, &write.path, None).parse(answer).map_err(refusal)?;
        let id = id_of(&body);
        let made =
            matches!(write.kind, WriteKind::CreateCustomer | WriteKind::CreateTicket | WriteKind::AddEntry);
        if made && id.is_none() {
            return Err(Refusal::Unclear(
                "Gorgias says that it was made, but not what: its answer has no id".into(),
            ));
        }
        Ok(named(write, id.unwrap_or_default(), &body))
    }

    fn conflicting(&self, write: &Write) -> Option<Request> {
        let email = write.body.get("email").and_then(Value::as_str)?;
        (write.kind == WriteKind::CreateCustomer)
            .then(|| gorgias::customers::by_email(email).to_http(&self.account))
    }

    fn resolve_conflict(&self, write: &Write, answer: &Answer) -> Result<Option<Write>, Refusal> {
        let found = gorgias::customers::by_email("").parse(answer).map_err(refusal)?;
        let Some(owner) = found.items.into_iter().min_by_key(|c| c.id) else { return Ok(None) };
        let channels = write.body.get("channels").and_then(Value::as_array);
        let phone =
            channels.into_iter().flatten().find(|c| c["type"] == "phone").and_then(|c| c["address"].as_str());
        let Some(phone) = phone else { return Ok(None) };
        let update = gorgias::CustomerUpdate {
            channels: Some(owner.channels_and(gorgias::NewChannel::phone(phone))),
            ..gorgias::CustomerUpdate::default()
        };
        let request = gorgias::customers::update(owner.id, &update);
        let language = write.holdings.first().and_then(|h| h.detail.get("language").cloned());
        let detail = json!({ "name": owner.name, "language": language, "email": owner.email });
        Ok(Some(Write {
            kind: WriteKind::AddNumber,
            holdings: vec![Holding { key: "customer".into(), helpdesk_id: owner.id.to_string(), detail }],
            removes: Vec::new(),
            method: request.method().to_string(),
            path: request.path().to_owned(),
            body: request.body().cloned().unwrap_or(Value::Null),
            marker: None,
            rule: "The e-mail belongs to a customer already, so the number is added to that one (G4)".into(),
        }))
    }

    fn probe(&self, write: &Write) -> Option<Request> {
        let marker = write.marker.as_deref();
        let request = match write.kind {
            WriteKind::CreateCustomer => gorgias::customers::by_external_id(marker?).to_http(&self.account),
            WriteKind::CreateTicket => tickets_by_marker(marker?).to_http(&self.account),
            WriteKind::AddEntry => messages(ticket_of(write)?).to_http(&self.account),
            WriteKind::SetStatus => gorgias::tickets::get(ticket_of(write)?).to_http(&self.account),
            WriteKind::AddNumber | WriteKind::CreateTag | WriteKind::AddTags | WriteKind::RemoveTags => {
                return None;
            }
        };
        Some(request)
    }

    fn probed(&self, write: &Write, begun_at: DateTime<Utc>, answer: &Answer) -> Result<Probed, Refusal> {
        let marker = write.marker.as_deref().unwrap_or_default();
        let found = match write.kind {
            WriteKind::CreateCustomer => {
                let found = gorgias::customers::by_external_id(marker).parse(answer).map_err(refusal)?;
                let ids = found
                    .items
                    .into_iter()
                    .filter(|c| c.external_id.as_deref() == Some(marker))
                    .map(|c| c.id);
                ids.min().map(|id| id.to_string())
            }
            WriteKind::CreateTicket => {
                let found = tickets_by_marker(marker).parse(answer).map_err(refusal)?;
                let ids = found
                    .items
                    .into_iter()
                    .filter(|t| t.external_id.as_deref() == Some(marker))
                    .map(|t| t.id);
                ids.min().map(|id| id.to_string())
            }
            WriteKind::AddEntry => {
                let request = messages(ticket_of(write).unwrap_or_default());
                let found = request.parse(answer).map_err(refusal)?;
                let ours = found.items.iter().find(|m| m.external_id.as_deref() == Some(marker));
                match (ours, request.next_page(&found)) {
                    (None, Some(next)) => return Ok(Probed::Ask(Box::new(next.to_http(&self.account)))),
                    (ours, _) => ours.map(|m| m.id.to_string()),
                }
            }
            WriteKind::SetStatus => {
                let ticket = gorgias::tickets::get(0).parse(answer).map_err(refusal)?;
                let is_so = ticket.status.map(gorgias::TicketStatus::as_str) == write.body["status"].as_str();
                // Closed after our request: it was carried out, and then a person closed the ticket. That stays.
                let closed_since = ticket.closed_datetime.is_some_and(|closed| closed > begun_at);
                (is_so || closed_since).then(String::new)
            }
            WriteKind::AddNumber | WriteKind::CreateTag | WriteKind::AddTags | WriteKind::RemoveTags => None,
        };
        Ok(found.map_or(Probed::Nothing, |id| Probed::Done(named(write, id, &Value::Null))))
    }

    fn adopt(&self, case: &Case) -> Request {
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

    fn records(&self) -> Request {
        adopt::all_tickets().to_http(&self.account)
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

fn ticket_marker(call: &Call) -> String {
    format!("aircall:call:{}", call.id)
}

fn customer_marker(call: &Call) -> String {
    format!("{}:customer", ticket_marker(call))
}

/// The ticket that a write goes to, out of its path.
fn ticket_of(write: &Write) -> Option<u64> {
    write.path.strip_prefix("/api/tickets/")?.split(['/', '?']).next()?.parse().ok()
}

fn id_of(body: &Value) -> Option<String> {
    let id = body.get("id")?;
    id.as_u64().map(|id| id.to_string()).or_else(|| id.as_str().map(str::to_owned))
}

/// A write's holdings with the ids that the answer gave.
fn named(write: &Write, id: String, answer: &Value) -> Vec<Holding> {
    let messages = answer.get("messages").and_then(Value::as_array);
    let message_id = |key: &str| {
        let ours = messages?
            .iter()
            .find(|m| m["external_id"].as_str().is_some_and(|e| e.ends_with(&format!(":{key}"))))?;
        id_of(ours)
    };
    let fill = |holding: &Holding| {
        let own = match holding.key.as_str() {
            _ if !holding.helpdesk_id.is_empty() => holding.helpdesk_id.clone(),
            "customer" if write.kind == WriteKind::CreateTicket => String::new(),
            "status" => String::new(),
            key if key.starts_with("tag:") => String::new(),
            "ticket" | "customer" => id.clone(),
            key if write.kind == WriteKind::CreateTicket => message_id(key).unwrap_or_default(),
            _ => id.clone(),
        };
        Holding { helpdesk_id: own, ..holding.clone() }
    };
    write.holdings.iter().map(fill).collect()
}

fn customer(found: gorgias::Customer) -> Customer {
    Customer {
        id: found.id.to_string(),
        name: found.name.unwrap_or_default(),
        email: found.email,
        note: found.note.filter(|n| !n.trim().is_empty()),
        updated_at: found.updated_datetime.map(|at| at.timestamp()),
    }
}

/// What an error means for the outbox.
fn refusal(error: Error) -> Refusal {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::RateLimited => {
            Refusal::RateLimited(error.retry_after().unwrap_or(std::time::Duration::from_secs(20)))
        }
        ErrorKind::Credential => Refusal::Credential(text),
        ErrorKind::WrongAccount => Refusal::WrongAccount(text),
        ErrorKind::Service | ErrorKind::Malformed => Refusal::Unclear(text),
        ErrorKind::NotFound | ErrorKind::Merged { .. } => Refusal::Missing(text),
        ErrorKind::Conflict => Refusal::Conflict(text),
        kind => Refusal::Permanent(kind.code().to_owned(), text),
    }
}

fn not_logged(mut assessment: Assessment) -> Assessment {
    let none = PartState::NotExpected;
    assessment.completeness = Completeness { note: none, tags: none, recording: none, voicemail: none };
    assessment
}

fn lacking(mut assessment: Assessment, lacks: Lacks) -> Assessment {
    match lacks {
        Lacks::First(step) => assessment.step = step,
        Lacks::Held(reason) => assessment.standing = Standing::Held(reason),
        Lacks::NotLogged(reason) => {
            assessment.standing = Standing::NotLogged(reason);
            return not_logged(assessment);
        }
    }
    assessment
}

/// What comes next, given the plan: parked writes are passed over, late tags are gathered for a moment.
fn step(case: &Case, record: &Record, writes: &[Write], then: Step, now: DateTime<Utc>) -> Step {
    let parked = |write: &Write| {
        case.attempts
            .iter()
            .any(|a| a.state == AttemptState::Parked && a.write.main_key() == write.main_key())
    };
    let blocked = writes
        .iter()
        .any(|w| parked(w) && matches!(w.kind, WriteKind::CreateCustomer | WriteKind::CreateTicket));
    let Some(first) = writes.iter().find(|w| !parked(w)).filter(|_| !blocked) else { return then };
    if matches!(first.kind, WriteKind::AddTags | WriteKind::RemoveTags | WriteKind::CreateTag)
        && case.ledger.has("ticket")
        && record.status.is_some()
    {
        let last = case.call.last_tagged_at().and_then(|s| DateTime::from_timestamp(s, 0));
        let together = last.map(|last| last + TAGS_TOGETHER).filter(|until| *until > now);
        if let Some(until) = together {
            return Step::Wait(until);
        }
    }
    Step::Write
}

fn known_customer(case: &Case, context: &Context<'_>) -> Option<Customer> {
    let found = match case.call.party() {
        Party::Phone(_) => context.matched,
        Party::Withheld | Party::Other(_) => context.anonymous,
    };
    let found = found.map(|m| m.customers.as_slice()).unwrap_or_default();
    match case.ledger.id("customer") {
        Some(id) => found.iter().find(|c| c.id == id).cloned().or_else(|| {
            let name =
                case.ledger.detail("customer").and_then(|d| d.get("name")?.as_str()).unwrap_or_default();
            Some(Customer {
                id: id.to_owned(),
                name: name.to_owned(),
                email: None,
                note: None,
                updated_at: None,
            })
        }),
        None => match found {
            [one] => Some(one.clone()),
            _ => None,
        },
    }
}

fn matched_by(case: &Case, context: &Context<'_>) -> String {
    match (case.call.party(), context.matched.map(|m| m.customers.len())) {
        (Party::Withheld, _) => "number withheld: the shared customer".into(),
        (Party::Other(_), _) => "no telephone number: the shared customer".into(),
        (Party::Phone(_), Some(0)) => "nobody had this number".into(),
        (Party::Phone(_), Some(1)) => "exact number, the only one".into(),
        (Party::Phone(_), Some(n)) => format!("exact number, {n} customers"),
        (Party::Phone(_), None) => "not looked up yet".into(),
    }
}

/// B10: which parts of the record are there.
fn completeness(case: &Case, settings: &Settings, now: DateTime<Utc>) -> Completeness {
    let (call, ledger) = (&case.call, &case.ledger);
    let part = |written: bool| if written { PartState::Written } else { PartState::Awaited };
    let linked = |key: &str| {
        let in_end = ledger.detail("ended").and_then(|d| d.get("links")?.as_bool()).unwrap_or(false);
        in_end || ledger.has(key)
    };
    let answered = kind(call).is_none_or(|k| k == Kind::Answered);
    let young = call.ended_at().is_none_or(|end| now - end < RECORDING_LATEST);
    let recording_wanted =
        settings.logging.recordings != Recordings::None && answered && kind(call).is_some();
    let recording_comes = call.has_recording() || (call.is_recorded() && young);
    let voicemail_wanted = settings.logging.recordings != Recordings::None && call.has_voicemail();
    Completeness {
        // While the call is up, what can be written of it is the note of its beginning.
        note: part(ledger.has("ended") || (!call.is_over() && ledger.has("answered"))),
        tags: part(tags_written(ledger)),
        recording: match (recording_wanted && recording_comes, call.has_recording() && linked("recording")) {
            (false, _) => PartState::NotExpected,
            (true, written) => part(written),
        },
        voicemail: if voicemail_wanted { part(linked("voicemail")) } else { PartState::NotExpected },
    }
}

fn tags_written(ledger: &Ledger) -> bool {
    ledger.has("tag:aircall") || ledger.detail("ticket").is_some_and(|d| d.get("tags_there").is_some())
}
