//! What Aircall tells of the company: each list is read once, and every check reads from it.

use std::time::SystemTime;

use aircall::users::{Availability, Presence};
use aircall::{Account, Number, Page, Paging, Request, User, Webhook};
use sidetone_engine::transport::{Transport, TransportError};
use sidetone_protocol::Vendor;

use super::check::{Check, count, fault, passed};
use super::patient::Patient;
use super::{counted, said};

/// Clocks further apart than this confuse what came first.
const CLOCK_OFF_SECONDS: i64 = 30;
/// A list is read so far, 50 on a page: a look must not use up what calls need.
const MOST_PAGES: usize = 20;
/// So many lines are asked for one by one, which is the only way to hear who is on them.
const MOST_LINES: usize = 10;

/// Why something could not be read.
#[derive(Debug)]
pub(super) enum Unread {
    Unreachable(TransportError),
    Refused(aircall::Error),
}

impl Unread {
    /// For a person: what happened.
    pub(super) fn text(&self) -> String {
        match self {
            Unread::Unreachable(error) => error.to_string(),
            Unread::Refused(error) => super::check::named(&error.to_string()),
        }
    }
}

/// A list as far as it was read.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
}

/// The company as Aircall shows it.
pub(super) struct Company {
    pub(super) lines: Listed<Number>,
    pub(super) users: Result<Listed<User>, Unread>,
    /// `None`: not asked, to leave room for calls.
    pub(super) presences: Option<Vec<Availability>>,
    pub(super) webhooks: Result<Listed<Webhook>, Unread>,
    /// Selected lines with their users, as far as they were asked for.
    pub(super) staffed: Vec<Number>,
}

impl Company {
    /// Reads it. Without the lines there is nothing to say but what the first checks say.
    pub(super) async fn read(patient: &Patient, checks: &mut Vec<Check>) -> Option<Company> {
        let (account, transport) = (&patient.config.aircall, patient.transport.as_ref());
        let mut clock = None;
        let lines = all(aircall::numbers::list(Paging::default()), account, transport, &mut clock).await;
        checks.extend(clock.map(clock_check));
        let lines = match lines {
            Ok(lines) => lines,
            Err(unread) => {
                checks.push(key_fault(&unread, patient.is_signed_in(Vendor::Aircall)));
                return None;
            }
        };
        let n = count(lines.items.len(), "line", "lines");
        checks.push(
            passed(
                "aircall_key",
                format!("Aircall accepts the {}; {n}", patient.credential(Vendor::Aircall)),
            )
            .with_value(counted!(lines_count, lines.items.len())),
        );
        let has_room = patient.has_room(Vendor::Aircall);
        let (users, webhooks, presences, staffed) = tokio::join!(
            async { all(aircall::users::list(Paging::default()), account, transport, &mut None).await },
            webhooks(patient),
            async {
                let asked = aircall::users::availabilities(Paging::default());
                if !has_room {
                    return None;
                }
                all(asked, account, transport, &mut None).await.ok().map(|listed| listed.items)
            },
            staffed(patient, &lines.items, has_room),
        );
        Some(Company { lines, users, presences, webhooks, staffed })
    }

    /// The selected lines that there are.
    pub(super) fn selected<'a>(&'a self, patient: &'a Patient) -> impl Iterator<Item = &'a Number> {
        self.lines.items.iter().filter(|line| patient.config.settings.lines.contains(&line.id))
    }

    /// Whether anybody can take a call now; `None` where that was not asked.
    pub(super) fn online(&self) -> Option<(usize, usize)> {
        let presences = self.presences.as_ref().filter(|all| !all.is_empty())?;
        let is_online = |one: &&Availability| one.presence != Presence::Offline;
        Some((presences.iter().filter(is_online).count(), presences.len()))
    }
}

/// All webhooks of the company.
pub(super) async fn webhooks(patient: &Patient) -> Result<Listed<Webhook>, Unread> {
    let list = aircall::webhooks::list(Paging::default());
    all(list, &patient.config.aircall, patient.transport.as_ref(), &mut None).await
}

async fn staffed(patient: &Patient, lines: &[Number], has_room: bool) -> Vec<Number> {
    let mut found = Vec::new();
    let wanted = lines.iter().filter(|line| patient.config.settings.lines.contains(&line.id));
    for line in wanted.take(if has_room { MOST_LINES } else { 0 }) {
        let request = aircall::numbers::get(line.id);
        // What cannot be read here is no fault of the set-up: the list was read.
        let Ok(answer) = patient.transport.send(request.to_http(&patient.config.aircall)).await else {
            break;
        };
        found.extend(request.parse(&answer).ok());
    }
    found
}

/// A list, page by page. `clock`: how far our clock is off, from the first answer.
async fn all<T>(
    list: Request<Page<T>>,
    account: &Account,
    transport: &dyn Transport,
    clock: &mut Option<i64>,
) -> Result<Listed<T>, Unread> {
    let mut listed = Listed { items: Vec::new(), is_whole: true };
    let mut next = Some(list);
    for _ in 0..MOST_PAGES {
        let Some(request) = next.take() else { break };
        let answer = transport.send(request.to_http(account)).await.map_err(Unread::Unreachable)?;
        *clock = clock.or_else(|| off_by(&answer));
        let page = request.parse(&answer).map_err(Unread::Refused)?;
        next = request.next_page(&page);
        listed.items.extend(page.items);
    }
    listed.is_whole = next.is_none();
    Ok(listed)
}

fn off_by(answer: &http::Response<bytes::Bytes>) -> Option<i64> {
    let theirs = aircall::answered_at(answer.headers())?;
    let ours =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs().cast_signed());
    Some((ours - theirs).abs())
}

fn clock_check(off: i64) -> Check {
    let check = if off > CLOCK_OFF_SECONDS {
        fault("clock", said!(clock_off, n = off), said!(clock_off_mend))
    } else {
        passed("clock", "The clock is right")
    };
    check.with_value(if off < 2 { said!(value_right) } else { said!(value_off, n = off) })
}

fn key_fault(unread: &Unread, is_signed_in: bool) -> Check {
    let error = match unread {
        Unread::Unreachable(error) => return super::unreachable("aircall_key", "Aircall", error),
        Unread::Refused(error) => error,
    };
    let text = unread.text();
    match error.kind() {
        aircall::ErrorKind::Credential if is_signed_in => fault(
            "aircall_key",
            said!(sign_in_not_accepted, vendor = "Aircall", text = text),
            said!(sign_in_not_accepted_mend),
        ),
        // Aircall answers a wrong key with 403, and a missing one with 401.
        aircall::ErrorKind::Credential => fault(
            "aircall_key",
            said!(key_not_accepted, vendor = "Aircall", text = text),
            said!(aircall_key_mend),
        ),
        aircall::ErrorKind::Malformed => fault(
            "aircall_key",
            said!(somebody_else, vendor = "Aircall", text = text),
            said!(somebody_else_mend, section = "aircall"),
        ),
        _ => fault(
            "aircall_key",
            said!(lists_no_lines, text = text),
            said!(status_page, page = "status.aircall.com"),
        ),
    }
}
