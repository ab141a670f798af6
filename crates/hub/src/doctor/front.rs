//! What is looked at of Front: the token, the people, the inbox of calls and who sees it, what the token may read.

use ::front::contacts::OrderBy;
use ::front::{Account, ContactRef, Error, ErrorKind, Inbox, InboxId, List, Rate, Request, Teammate};
use sidetone_engine::directory::People;
use sidetone_engine::front::{inbox_of_calls, is_inbox_of_calls, person};
use sidetone_engine::helpdesk::PLACE_KEPT_IN;
use sidetone_engine::transport::Transport;
use sidetone_protocol::Vendor;

use super::budget;
use super::check::{Check, count, fault, hint, named, passed, some_of};
use super::gorgias::permissions;
use super::patient::Patient;
use super::unreachable;
use super::{Saying, counted, said};
use crate::database;

/// So many contacts are looked into for a conversation to read from.
const LOOKED_INTO: u32 = 3;

/// Who works there, and who of them sees the inbox of calls; `None` where that is not known.
pub(super) struct Desk {
    pub(super) people: People,
    pub(super) members: Option<Vec<Teammate>>,
}

/// Reads and checks; the people are there once the token is accepted.
pub(super) async fn read(
    patient: &Patient,
    account: &Account,
    wanted: &str,
    checks: &mut Vec<Check>,
) -> Option<Desk> {
    let mut front = Asking { account, transport: patient.transport.as_ref(), asked: 0, rate: None };
    let teammates = match front.all(::front::teammates::list()).await {
        Ok(teammates) => teammates,
        Err(why) => {
            let is_signed_in = patient.is_signed_in(Vendor::Front);
            checks.push(why.into_check("front_key", |error| key_fault(error, is_signed_in)));
            return None;
        }
    };
    let people = People(teammates.iter().map(person).collect());
    let n = count(people.0.len(), "teammate", "teammates");
    checks.push(
        passed("front_key", format!("Front accepts the {}; {n}", patient.credential(Vendor::Front)))
            .with_value(counted!(value_teammates, people.0.len())),
    );
    let place = front.inbox(patient, wanted, checks).await;
    let members = match &place {
        Some(place) => front.all(::front::inboxes::teammates(place)).await.ok(),
        None => None,
    };
    checks.push(front.permissions().await);
    let others = front
        .rate
        .as_ref()
        .map(|rate| (rate.limit.saturating_sub(rate.remaining).saturating_sub(front.asked), rate.limit));
    checks.extend(budget::helpdesk(patient, others));
    Some(Desk { people, members })
}

/// Which of the agents do not see the inbox of calls.
pub(super) fn access(users: &[aircall::User], desk: &Desk) -> Option<Check> {
    let members = desk.members.as_ref()?;
    let is_blind = |user: &&aircall::User| {
        let person = user.email.as_deref().and_then(|email| desk.people.by_email(email));
        person.is_some_and(|person| members.iter().all(|member| member.id.as_str() != person.id))
    };
    let blind: Vec<String> = users
        .iter()
        .filter(is_blind)
        .map(|user| named(user.name.as_deref().or(user.email.as_deref()).unwrap_or_default()))
        .collect();
    Some(if blind.is_empty() {
        passed("inbox_access", "Every agent who is in Front sees the inbox of calls")
            .with_value(counted!(value_members, members.len()))
    } else {
        hint("inbox_access", said!(blind_agents, names = some_of(&blind)), said!(blind_agents_mend))
    })
}

/// Requests to Front, counted.
struct Asking<'a> {
    account: &'a Account,
    transport: &'a dyn Transport,
    asked: u32,
    rate: Option<Rate>,
}

/// Why something could not be read.
enum Why {
    Unreachable(sidetone_engine::transport::TransportError),
    Refused(Error),
}

impl Why {
    fn into_check(self, code: &'static str, refused: impl Fn(&Error) -> Check) -> Check {
        match self {
            Why::Unreachable(error) => unreachable(code, "Front", &error),
            Why::Refused(error) => refused(&error),
        }
    }

    fn is_forbidden(&self) -> bool {
        matches!(self, Why::Refused(error) if *error.kind() == ErrorKind::Forbidden)
    }
}

impl Asking<'_> {
    async fn page<T>(&mut self, request: &Request<List<T>>) -> Result<List<T>, Why> {
        self.asked += 1;
        let answer = self.transport.send(request.to_http(self.account)).await.map_err(Why::Unreachable)?;
        self.rate = Rate::read(answer.headers()).or(self.rate.take());
        request.parse(&answer).map_err(Why::Refused)
    }

    /// A whole list. Those that are asked for so are not paged (`reference/front.md §2.3`), or short.
    async fn all<T>(&mut self, list: Request<List<T>>) -> Result<Vec<T>, Why> {
        let mut items = Vec::new();
        let mut next = Some(list);
        while let Some(request) = next.take() {
            let page = self.page(&request).await?;
            next = request.next_page(&page);
            items.extend(page.items);
        }
        Ok(items)
    }

    /// Which inbox calls go into, by the engine's own rule; or that it is made: whether the token may, is seen only then.
    async fn inbox(&mut self, patient: &Patient, wanted: &str, checks: &mut Vec<Check>) -> Option<InboxId> {
        let inboxes = match self.all(::front::inboxes::list()).await {
            Ok(inboxes) => inboxes,
            Err(why) => {
                checks.push(why.into_check("front_inbox", |error| {
                    let what = said!(lists_no_inboxes, text = named(&error.to_string()));
                    fault("front_inbox", what, said!(token_lacks, scope = "inboxes:read"))
                }));
                return None;
            }
        };
        // A database that cannot be read is told of by a check of its own.
        let remembered = database::remembered(&patient.config.database, &PLACE_KEPT_IN).await;
        let remembered = remembered.as_ref().map(Option::as_deref).ok();
        let place = inbox_of_calls(&inboxes, remembered.flatten(), wanted);
        let name = place.map(|inbox| named(inbox.name.as_deref().unwrap_or_default()));
        checks.push(
            inbox(&inboxes, remembered, wanted)
                .with_value(name.map_or_else(|| said!(value_not_made_yet), Saying::from)),
        );
        place.map(|inbox| inbox.id.clone())
    }

    /// What the token may read, by one item of each kind.
    async fn permissions(&mut self) -> Check {
        let is_refused = |why: Option<&Why>| why.is_some_and(Why::is_forbidden);
        // Who has been a contact for long is likely to have a conversation.
        let oldest = ::front::contacts::ListContacts {
            limit: Some(LOOKED_INTO),
            order_by: Some(OrderBy::CreatedAscending),
            ..Default::default()
        };
        let contacts = self.page(&::front::contacts::list(&oldest)).await;
        let tags = self.page(&::front::tags::list(Some(1))).await;
        let mut asked = vec![
            ("contacts:read", is_refused(contacts.as_ref().err())),
            ("tags:read", is_refused(tags.as_ref().err())),
        ];
        // What is below a contact or a conversation can be asked for only where there is one.
        let newest = ::front::conversations::ListConversations { limit: Some(1), ..Default::default() };
        for contact in contacts.into_iter().flat_map(|page| page.items) {
            let theirs = ::front::conversations::of_contact(&ContactRef::Id(contact.id), &newest);
            let listed = self.page(&theirs).await;
            if is_refused(listed.as_ref().err()) {
                asked.push(("conversations:read", true));
                break;
            }
            let Some(known) = listed.ok().and_then(|page| page.items.into_iter().next()) else { continue };
            let messages = self.page(&::front::messages::of_conversation(&known.id, Some(1))).await;
            let comments = self.page(&::front::comments::list(&known.id)).await;
            asked.push(("conversations:read", false));
            asked.push(("messages:read", is_refused(messages.as_ref().err())));
            asked.push(("comments:read", is_refused(comments.as_ref().err())));
            break;
        }
        permissions("Front", &asked)
    }
}

fn key_fault(error: &Error, is_signed_in: bool) -> Check {
    let text = named(&error.to_string());
    let (what, mend) = match error.kind() {
        ErrorKind::Credential if is_signed_in => {
            (said!(sign_in_not_accepted, vendor = "Front", text = text), said!(sign_in_not_accepted_mend))
        }
        ErrorKind::Credential => (said!(token_not_accepted, text = text), said!(front_token_mend)),
        ErrorKind::WrongAddress | ErrorKind::Malformed => (
            said!(somebody_else, vendor = "Front", text = text),
            said!(somebody_else_mend, section = "front"),
        ),
        ErrorKind::Forbidden => {
            (said!(lists_no_teammates, text = text), said!(token_lacks, scope = "teammates:read"))
        }
        _ => (said!(lists_no_teammates, text = text), said!(status_page, page = "frontstatus.com")),
    };
    fault("front_key", what, mend)
}

/// `remembered`: the inbox that calls went into so far, if any; `None` where that is not known.
fn inbox(inboxes: &[Inbox], remembered: Option<Option<&str>>, wanted: &str) -> Check {
    let was = remembered.flatten();
    let still = inboxes.iter().find(|inbox| Some(inbox.id.as_str()) == was);
    if let Some(own) = still.filter(|inbox| inbox.is_private == Some(true)) {
        let name = own.name.as_deref().unwrap_or(wanted);
        return hint("front_inbox", said!(inbox_private_now, name = name), said!(inbox_private_now_mend));
    }
    let so_called = inboxes.iter().filter(|inbox| is_inbox_of_calls(inbox, wanted)).count();
    let Some(found) = inbox_of_calls(inboxes, was, wanted) else {
        let is_somebodys = inboxes.iter().any(|inbox| inbox.name.as_deref().map(str::trim) == Some(wanted));
        return match (remembered, is_somebodys) {
            (None, _) => hint("front_inbox", said!(inbox_unknown, name = wanted), said!(inbox_unknown_mend)),
            (Some(_), true) => {
                hint("front_inbox", said!(inbox_somebodys, name = wanted), said!(inbox_somebodys_mend))
            }
            (Some(_), false) => passed(
                "front_inbox",
                format!("There is no inbox \"{wanted}\" yet; it is made with the first call"),
            ),
        };
    };
    let name = found.name.as_deref().map(str::trim).unwrap_or_default();
    match so_called {
        _ if was == Some(found.id.as_str()) && name != wanted => {
            hint("front_inbox", said!(inbox_renamed, name = name), said!(inbox_renamed_mend, wanted = wanted))
        }
        _ if was == Some(found.id.as_str()) => {
            passed("front_inbox", format!("Calls go into the inbox \"{name}\""))
        }
        0 | 1 => passed("front_inbox", format!("Calls go into the inbox \"{wanted}\"")),
        n => fault("front_inbox", said!(inbox_twice, n = n, name = wanted), said!(inbox_twice_mend)),
    }
}
