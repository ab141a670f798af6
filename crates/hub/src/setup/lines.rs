//! `GET /api/setup/lines`: what there is to choose from, and what a week of it means for the helpdesk's limit.
//!
//! Aircall's limit is everybody's: no more requests go than our own share of one minute, and what was read holds for a
//! while.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use aircall::calls::{Fetch, ListCalls, Order};
use aircall::{Call, Number, Page, Paging, Team};
use axum::http::StatusCode;
use chrono::Utc;
use sidetone_engine::number::{self, Party};
use sidetone_engine::store::MessageQuery;
use sidetone_engine::transport::Transport;
use sidetone_protocol::{LineChoice, Lines, Vendor};

use super::SetUp;
use crate::api::blocking;
use crate::config::{Draft, HelpdeskAccount};
use crate::house::House;
use crate::problem::Problem;

const WEEK_SECONDS: i64 = 7 * 24 * 3600;
/// Pages of calls at most: 2,000 calls.
const MOST_PAGES: u32 = 40;
/// Lines of which it is read who is on them.
const MOST_STAFFED: usize = 12;
/// Of the newest messages so many are looked at for the lines on which they came.
const MESSAGES: usize = 200;
/// What was read holds so long.
const HOLDS: Duration = Duration::from_secs(600);
/// Whoever goes live does not wait longer to hear which lines there are.
const TOLD_WITHIN: Duration = Duration::from_secs(10);
/// A call through a menu begins anew on the line that it leads to, for the same caller, within this time.
const MENU_SECONDS: i64 = 180;

/// What was read of Aircall.
#[derive(Clone)]
pub(super) struct Read {
    begun: Instant,
    at: i64,
    numbers: Vec<Number>,
    teams: Vec<Team>,
    calls: Vec<Call>,
    /// Whether these are all calls of the week.
    all: bool,
}

/// The ids of all lines, and when they were read.
pub(super) struct There {
    begun: Instant,
    ids: HashSet<u64>,
}

impl SetUp {
    /// Another account has other lines.
    pub(crate) async fn forget_lines(&self) {
        *self.lines.lock().await = None;
        *self.there.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The ids of all lines that there are, where they were read lately.
    pub(super) fn lines_there(&self) -> Option<HashSet<u64>> {
        let there = self.there.lock().unwrap_or_else(PoisonError::into_inner);
        there.as_ref().filter(|there| there.begun.elapsed() < HOLDS).map(|there| there.ids.clone())
    }

    fn lines_are(&self, begun: Instant, numbers: &[Number]) {
        let there = There { begun, ids: numbers.iter().map(|number| number.id).collect() };
        *self.there.lock().unwrap_or_else(PoisonError::into_inner) = Some(there);
    }
}

/// The ids of all lines that there are, read at this moment. `None` where Aircall does not tell (all of) them: nobody is held
/// up by that.
pub(crate) async fn there(house: &House) -> Option<HashSet<u64>> {
    let (draft, transport) = (house.draft(), house.transport());
    let (account, _) = draft.aircall.as_ref()?;
    let begun = Instant::now();
    let most = draft.settings.aircall_rate.requests;
    let mut asking = Asking { account, transport: transport.as_ref(), left: most };
    let reading = asking.all(aircall::numbers::list(Paging::default()), u32::MAX);
    let (numbers, is_whole) = tokio::time::timeout(TOLD_WITHIN, reading).await.ok()?.ok()?;
    if !is_whole {
        return None;
    }
    house.setup().lines_are(begun, &numbers);
    house.setup().lines_there()
}

pub(super) async fn lines(house: &House) -> Result<Lines, Problem> {
    let draft = house.draft();
    let Some((account, _)) = &draft.aircall else {
        return Err(Problem::new(StatusCode::CONFLICT, "not_connected", "Connect Aircall first."));
    };
    // Whoever asks meanwhile waits, instead of reading everything as well.
    let mut kept = house.setup().lines.lock().await;
    let fresh = kept.clone().filter(|read| read.begun.elapsed() < HOLDS);
    let read = match fresh {
        Some(read) => read,
        None => {
            let transport = house.transport();
            let most = draft.settings.aircall_rate.requests;
            let asking = Asking { account, transport: transport.as_ref(), left: most };
            let (read, is_whole) = asking.everything().await?;
            if is_whole {
                house.setup().lines_are(read.begun, &read.numbers);
            }
            *kept = Some(read.clone());
            read
        }
    };
    drop(kept);
    let texting = texting(house).await?;
    Ok(tell(&read, &draft, &texting))
}

/// The lines on which messages came or went lately. Aircall does not tell which lines can (`reference/aircall.md §4.3`), so
/// it is known of those only that were seen to.
async fn texting(house: &House) -> Result<HashSet<String>, Problem> {
    let store = house.store();
    blocking(move || {
        let (newest, _) = store.messages(&MessageQuery { limit: MESSAGES, ..MessageQuery::default() })?;
        Ok(newest.into_iter().map(|message| message.line.id).collect())
    })
    .await
}

struct Asking<'a> {
    account: &'a aircall::Account,
    transport: &'a dyn Transport,
    /// Requests that may still go.
    left: u32,
}

enum Stopped {
    /// No request may go any more, or Aircall says so.
    NoRoom,
    Problem(Problem),
}

impl Asking<'_> {
    /// What was read, and whether these are all lines.
    async fn everything(mut self) -> Result<(Read, bool), Problem> {
        let (begun, at) = (Instant::now(), Utc::now().timestamp());
        let must = |stopped| match stopped {
            Stopped::Problem(problem) => problem,
            Stopped::NoRoom => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "aircall_busy",
                "Aircall's limit is used up at the moment. Try again in a minute.",
            )
            .again_in(60),
        };
        let (mut numbers, is_whole) =
            self.all(aircall::numbers::list(Paging::default()), u32::MAX).await.map_err(must)?;
        // Teams and who is on a line are a nicety.
        let teams = match self.all(aircall::teams::list(Paging::default()), u32::MAX).await {
            Ok((teams, _)) => teams,
            Err(_) => Vec::new(),
        };
        if numbers.len() <= MOST_STAFFED {
            for number in &mut numbers {
                if let Ok(one) = self.one(&aircall::numbers::get(number.id)).await {
                    number.users = one.users;
                }
            }
        }
        let list = ListCalls {
            from: Some(at - WEEK_SECONDS),
            order: Some(Order::Descending),
            paging: Paging::default(),
            fetch: Fetch::default(),
            to: None,
        };
        let (calls, all) = match self.all(aircall::calls::list(&list), MOST_PAGES).await {
            Ok(read) => read,
            Err(Stopped::NoRoom) => (Vec::new(), false),
            Err(Stopped::Problem(problem)) => return Err(problem),
        };
        let calls = calls.iter().map(aircall::RawCall::call).collect();
        Ok((Read { begun, at, numbers, teams, calls, all }, is_whole))
    }

    async fn one<T>(&mut self, request: &aircall::Request<T>) -> Result<T, Stopped> {
        self.left = self.left.checked_sub(1).ok_or(Stopped::NoRoom)?;
        let answer = self.transport.send(request.to_http(self.account)).await;
        let answer = answer.map_err(|error| Stopped::Problem(away(&error.to_string())))?;
        request.parse(&answer).map_err(|error| match error.kind() {
            aircall::ErrorKind::RateLimited => Stopped::NoRoom,
            aircall::ErrorKind::Credential => Stopped::Problem(Problem::new(
                StatusCode::CONFLICT,
                "aircall_refused",
                "Aircall does not accept the key any more. Connect it again.",
            )),
            _ => Stopped::Problem(away(&error.to_string())),
        })
    }

    /// A list, to its end or as far as there is room; whether it was read to its end. Fails only if nothing was read.
    async fn all<T>(
        &mut self,
        list: aircall::Request<Page<T>>,
        most_pages: u32,
    ) -> Result<(Vec<T>, bool), Stopped> {
        let mut items = Vec::new();
        let mut next = Some(list);
        let mut pages = 0;
        while let Some(request) = next.take() {
            if pages == most_pages {
                return Ok((items, false));
            }
            match self.one(&request).await {
                Ok(page) => {
                    next = request.next_page(&page);
                    items.extend(page.items);
                    pages += 1;
                }
                Err(Stopped::NoRoom) if pages > 0 => return Ok((items, false)),
                Err(stopped) => return Err(stopped),
            }
        }
        Ok((items, true))
    }
}

fn away(told: &str) -> Problem {
    let told = format!("Aircall does not list its lines: {told}");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unreachable", told).again_in(10)
}

fn tell(read: &Read, draft: &Draft, texting: &HashSet<String>) -> Lines {
    let chosen = &draft.settings.lines;
    let choice = |number| {
        let line = choice(number, read, chosen.contains(&number.id));
        LineChoice { texts: texting.contains(&line.id), ..line }
    };
    let mut lines: Vec<LineChoice> = read.numbers.iter().map(choice).collect();
    lines.sort_by_key(|line| line.name.to_lowercase());
    let rate = draft.settings.helpdesk_rate;
    let window = i64::try_from(rate.window.as_secs()).unwrap_or(i64::MAX);
    // Before anything is chosen all lines are what may be.
    let counts = |call: &&Call| chosen.is_empty() || line_of(call).is_some_and(|line| chosen.contains(&line));
    let calls: Vec<&Call> = read.calls.iter().filter(counts).collect();
    let vendor = match &draft.helpdesk {
        Some((HelpdeskAccount::Front { .. }, _)) => Vendor::Front,
        _ => Vendor::Gorgias,
    };
    Lines {
        lines,
        read_at: read.at,
        counted_all: read.all,
        requests_per_call: requests_per_call(&calls, vendor),
        most_in_a_window: most_in_a_window(&calls, window),
        limit: rate.requests,
        window_seconds: u32::try_from(window).unwrap_or(u32::MAX),
    }
}

fn line_of(call: &Call) -> Option<u64> {
    call.number.as_ref().map(|number| number.id)
}

fn choice(number: &Number, read: &Read, chosen: bool) -> LineChoice {
    let digits = number.digits.clone().unwrap_or_default();
    let parsed = number::parse(&digits, number.country.as_deref());
    let is_menu = number.is_ivr == Some(true);
    LineChoice {
        id: number.id.to_string(),
        name: number.name.clone().unwrap_or_else(|| digits.clone()),
        number: parsed.map_or(digits, |number| Party::Phone(number).display()),
        country: number.country.clone(),
        teams: teams_of(number, read),
        texts: false,
        is_menu,
        menu_of: if is_menu { leads_to(number, read) } else { Vec::new() },
        calls_in_a_week: calls_in_a_week(number.id, read),
        chosen,
    }
}

/// Teams of which somebody is on the line, or which rang there this week.
fn teams_of(number: &Number, read: &Read) -> Vec<String> {
    let on_it: HashSet<u64> = number.users.iter().map(|user| user.id).collect();
    let by_users = read.teams.iter().filter(|team| team.users.iter().any(|user| on_it.contains(&user.id)));
    let rang = read.calls.iter().filter(|call| line_of(call) == Some(number.id)).flat_map(|call| &call.teams);
    let names: BTreeSet<String> = by_users.chain(rang).filter_map(|team| team.name.clone()).collect();
    names.into_iter().collect()
}

/// Where callers went from a menu this week. Aircall does not list it: it is two calls, one after the other
/// (`reference/aircall.md §6.2`).
fn leads_to(menu: &Number, read: &Read) -> Vec<String> {
    let caller = |call: &Call| {
        let country = call.number.as_ref().and_then(|number| number.country.as_deref());
        number::parse(call.raw_digits.as_deref()?, country)
    };
    let mut at_the_menu: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for call in read.calls.iter().filter(|call| line_of(call) == Some(menu.id)) {
        if let (Some(number), Some(at)) = (caller(call), call.started_at) {
            at_the_menu.entry(number.as_str().to_owned()).or_default().push(at);
        }
    }
    let came_from_it = |call: &&Call| {
        let times = caller(call).and_then(|number| at_the_menu.get(number.as_str()));
        let at = call.started_at.unwrap_or_default();
        line_of(call) != Some(menu.id)
            && times.is_some_and(|times| times.iter().any(|began| (0..=MENU_SECONDS).contains(&(at - began))))
    };
    let lines: HashSet<u64> = read.calls.iter().filter(came_from_it).filter_map(line_of).collect();
    let mut names: Vec<String> = read
        .numbers
        .iter()
        .filter(|number| lines.contains(&number.id))
        .filter_map(|number| number.name.clone())
        .collect();
    names.sort();
    names
}

/// Calls on a line. Where not all were read, as many as the newest let expect.
fn calls_in_a_week(line: u64, read: &Read) -> Option<u32> {
    let counted = read.calls.iter().filter(|call| line_of(call) == Some(line)).count();
    let counted = u32::try_from(counted).unwrap_or(u32::MAX);
    if read.all {
        return Some(counted);
    }
    let oldest = read.calls.iter().filter_map(|call| call.started_at).min()?;
    let covered = (read.at - oldest).clamp(1, WEEK_SECONDS);
    Some((f64::from(counted) * WEEK_SECONDS as f64 / covered as f64).round() as u32)
}

/// What a call costs on the average: the writes of B6, the look-up of whoever rings, and files and tags.
fn requests_per_call(calls: &[&Call], vendor: Vendor) -> f64 {
    if calls.is_empty() {
        return 0.0;
    }
    let of_one = |call: &&Call| {
        let written = match (call.answered_at.is_some(), vendor) {
            (true, _) => 3,
            (false, Vendor::Front) => 2,
            (false, _) => 1,
        };
        let looked_up = u32::from(call.direction == Some(aircall::calls::Direction::Inbound));
        let file = u32::from(call.recording.is_some() || call.voicemail.is_some());
        let tags = u32::from(!call.tags.is_empty());
        f64::from(written + looked_up + file + tags)
    };
    calls.iter().map(of_one).sum::<f64>() / calls.len() as f64
}

/// The most calls that began within one window.
fn most_in_a_window(calls: &[&Call], window_seconds: i64) -> u32 {
    let mut began: Vec<i64> = calls.iter().filter_map(|call| call.started_at).collect();
    began.sort_unstable();
    let mut first = 0;
    let mut most = 0;
    for (last, at) in began.iter().enumerate() {
        while at - began[first] >= window_seconds {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    u32::try_from(most).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(line: u64, at: i64, more: serde_json::Value) -> Call {
        let mut body = json!({"id": at, "direction": "inbound", "started_at": at, "raw_digits": "+34 666 444 555",
            "number": {"id": line, "country": "FR"}});
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        Call::from_value(&body).expect("has an id")
    }

    fn read(calls: Vec<Call>, all: bool) -> Read {
        let number = |id: u64, name: &str, is_ivr: bool| {
            Number::from_value(&json!({"id": id, "name": name, "is_ivr": is_ivr})).expect("has an id")
        };
        let numbers = vec![number(1, "Menu", true), number(2, "Support", false), number(3, "Sales", false)];
        Read { begun: Instant::now(), at: 1_000_000, numbers, teams: Vec::new(), calls, all }
    }

    #[test]
    fn a_menu_leads_where_its_callers_went_within_three_minutes() {
        let later = json!({"raw_digits": "+33 1 99 00 55 23"});
        let read = read(vec![call(1, 1000, json!({})), call(2, 1030, json!({})), call(3, 1040, later)], true);
        assert_eq!(choice(&read.numbers[0], &read, false).menu_of, ["Support"]);
        assert!(choice(&read.numbers[1], &read, false).menu_of.is_empty());
    }

    #[test]
    fn calls_that_were_not_all_read_are_an_estimate_from_the_newest() {
        let day = 24 * 3600;
        let calls = vec![call(2, 1_000_000 - day, json!({})), call(2, 1_000_000 - 60, json!({}))];
        assert_eq!(calls_in_a_week(2, &read(calls.clone(), true)), Some(2));
        assert_eq!(calls_in_a_week(2, &read(calls, false)), Some(14));
        assert_eq!(calls_in_a_week(2, &read(Vec::new(), false)), None);
    }

    #[test]
    fn the_busiest_window_and_the_average_are_counted() {
        let calls = [
            call(2, 100, json!({"answered_at": 105, "tags": [{"id": 1, "name": "Refund"}]})),
            call(2, 139, json!({})),
            call(2, 140, json!({})),
            call(2, 400, json!({})),
        ];
        let calls: Vec<&Call> = calls.iter().collect();
        assert_eq!(most_in_a_window(&calls, 40), 2);
        assert!((requests_per_call(&calls, Vendor::Gorgias) - 11.0 / 4.0).abs() < 1e-9);
        assert!((requests_per_call(&calls, Vendor::Front) - 14.0 / 4.0).abs() < 1e-9);
        assert_eq!(most_in_a_window(&[], 40), 0);
    }
}
