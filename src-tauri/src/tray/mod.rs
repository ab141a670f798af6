//! The tray: icon, tooltip and menu as plain data, a pure function of what is known.
//!
//! Not here: how an icon is drawn ([`draw`]) and how the system shows it ([`crate::shell`]). On Linux a tray tells of
//! no clicks, so everything it can do stands in the menu.

pub mod draw;

use std::borrow::Cow;

use sidetone_protocol::{Direction, Health, HealthState, Mode, PausedView, Phase, Vendor};

use crate::live::{Known, Live};
use crate::moment::Moment;
use crate::remedy::Remedy;
use crate::words::Words;

/// What the icon says by its shape; the first that holds wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A person has to do something.
    NeedsYou,
    /// A call is up.
    OnCall,
    /// Nothing is written, by choice.
    Off,
    /// Writes have been waiting for more than ten seconds.
    Backlog,
    /// Plans are made, nothing is written.
    Shadow,
    /// Invented data.
    Sandbox,
    /// Nobody is connected yet.
    NotSetUp,
    /// Everything is written.
    Well,
}

/// The ids of what dials begin with it.
const DIAL: &str = "dial:";

/// What a menu item does. Its [id](Choice::id) is how the system names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Shows the window, with the keyboard.
    Open,
    /// The caller in the first lines: shows the card.
    Caller,
    /// Opens the sandbox's control page in the browser.
    RingACall,
    /// Stops writing into the helpdesk.
    Pause,
    /// Writes again.
    Resume,
    /// Mends the alert on top.
    Mend,
    /// Leads to where the service of the alert on top is connected again.
    Connect,
    /// Leads to the alerts.
    Show,
    /// Has the number ready that was copied.
    DialClipboard,
    /// Has this number ready, in E.164.
    Dial(String),
    /// Leads to all calls.
    Calls,
    /// Ends the program.
    Quit,
}

impl Choice {
    /// Those without a number.
    const ALL: [Choice; 11] = [
        Choice::Open,
        Choice::Caller,
        Choice::RingACall,
        Choice::Pause,
        Choice::Resume,
        Choice::Mend,
        Choice::Connect,
        Choice::Show,
        Choice::DialClipboard,
        Choice::Calls,
        Choice::Quit,
    ];

    /// The id of its menu item.
    pub fn id(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Open => "open",
            Self::Caller => "caller",
            Self::RingACall => "ring_a_call",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Mend => "mend",
            Self::Connect => "connect",
            Self::Show => "show",
            Self::DialClipboard => "dial_clipboard",
            Self::Calls => "calls",
            Self::Quit => "quit",
            Self::Dial(number) => return format!("{DIAL}{number}").into(),
        })
    }

    /// The choice behind an id.
    pub fn of_id(id: &str) -> Option<Self> {
        let number = id.strip_prefix(DIAL).map(|number| Self::Dial(number.to_owned()));
        number.or_else(|| Self::ALL.into_iter().find(|choice| choice.id() == id))
    }
}

/// One line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// Says something, cannot be chosen.
    Line(String),
    /// Does something.
    Item(Choice, String),
    /// Opens a menu of its own.
    Menu(String, Vec<Row>),
    /// A rule between groups.
    Rule,
}

/// Everything that the tray shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tray {
    /// The icon.
    pub shape: Shape,
    /// The text when the pointer rests on it, where the system has that.
    pub tooltip: String,
    /// The menu.
    pub menu: Vec<Row>,
}

impl Tray {
    /// The tray for what is known at a moment.
    pub fn of(live: &Live, words: &Words, at: Moment) -> Self {
        let (shape, state) = state(live, words, at);
        let tooltip = match state.first() {
            Some(Row::Line(text) | Row::Item(_, text) | Row::Menu(text, _)) => text.clone(),
            Some(Row::Rule) | None => String::new(),
        };
        let mut menu = state;
        if !live.lacks_set_up() {
            menu.push(Row::Rule);
        }
        if !live.lacks_set_up() {
            menu.push(Row::Item(Choice::Open, words.open()));
            // Whoever talks cannot dial; the place stays.
            let dial = words.dial_from_clipboard();
            let talks = live.calls().next().is_some();
            menu.push(if talks { Row::Line(dial) } else { Row::Item(Choice::DialClipboard, dial) });
            menu.extend(last_callers(live, words, at));
        }
        if live.health().is_some_and(|health| health.sandbox.is_some()) {
            menu.push(Row::Item(Choice::RingACall, words.ring_a_call()));
        }
        if live.health().is_some_and(|health| health.mode == Mode::Live && health.paused.is_none()) {
            menu.push(Row::Rule);
            menu.push(Row::Item(Choice::Pause, words.pause_logging()));
        }
        menu.push(Row::Rule);
        let waiting = live.health().map_or(0, |health| health.outbox.calls);
        menu.push(Row::Item(Choice::Quit, words.quit(waiting)));
        Self { shape, tooltip, menu }
    }
}

fn last_callers(live: &Live, words: &Words, at: Moment) -> Option<Row> {
    let callers = live.last_callers();
    if callers.is_empty() {
        return None;
    }
    let row = |(name, number, began): (String, String, i64)| {
        Row::Item(Choice::Dial(number), words.then_time(&name, &at.clock(began)))
    };
    let mut rows: Vec<Row> = callers.into_iter().map(row).collect();
    rows.extend([Row::Rule, Row::Item(Choice::Calls, words.all_calls())]);
    Some(Row::Menu(words.last_callers(), rows))
}

/// The highest state that holds, and the lines that say it.
fn state(live: &Live, words: &Words, at: Moment) -> (Shape, Vec<Row>) {
    if live.lacks_set_up() {
        let rows =
            vec![Row::Line(words.set_up_not_finished()), Row::Item(Choice::Open, words.finish_set_up())];
        return (Shape::NotSetUp, rows);
    }
    let health = live.health();
    if let Some(health) = health.filter(|health| health.state == HealthState::NeedsAttention) {
        return (Shape::NeedsYou, needs_you(health, words, at));
    }
    if let Some(known) = live.calls().next() {
        return (Shape::OnCall, on_call(known, words));
    }
    let Some(health) = health else { return (Shape::Well, vec![Row::Line("Sidetone".into())]) };
    if let Some(paused) = health.paused {
        return (Shape::Off, is_paused(paused, words, at));
    }
    let (shape, text) = match (health.mode, health.state) {
        (Mode::Off, _) => (Shape::Off, words.logging_off()),
        (Mode::Live, HealthState::Behind) => {
            (Shape::Backlog, words.waiting(health.outbox.calls, health.outbox.oldest_seconds))
        }
        (Mode::Shadow, _) => (Shape::Shadow, words.shadow_mode()),
        (Mode::Live, _) if health.sandbox.is_some() => (Shape::Sandbox, words.sandbox()),
        (Mode::Live, _) => (Shape::Well, words.everything_written()),
    };
    (shape, vec![Row::Line(text)])
}

fn is_paused(paused: PausedView, words: &Words, at: Moment) -> Vec<Row> {
    vec![
        Row::Line(words.paused_since(&at.clock(paused.since))),
        Row::Line(words.calls_kept(paused.waiting)),
        Row::Item(Choice::Resume, words.resume_logging()),
    ]
}

fn needs_you(health: &Health, words: &Words, at: Moment) -> Vec<Row> {
    let Some(alert) = health.alerts.first() else {
        let people = health.outbox.held + health.outbox.parked + health.outbox.not_logged;
        return vec![Row::Line(words.needs_a_person(people))];
    };
    let (title, _) = words.alert(alert, &at.clock(alert.since), helpdesk_of(health));
    let mut rows = vec![Row::Line(title)];
    rows.extend(words.calls_of_alert(alert).map(Row::Line));
    let remedy = Remedy::of(alert, health);
    let choice = match remedy {
        Remedy::Mend(_) => Choice::Mend,
        Remedy::Connect(_) => Choice::Connect,
        Remedy::Show => Choice::Show,
    };
    rows.push(Row::Item(choice, remedy.text(words)));
    rows
}

/// The name of the helpdesk that calls go into.
pub(crate) fn helpdesk_of(health: &Health) -> &'static str {
    let is_front = health.connections.iter().any(|connection| connection.vendor == Vendor::Front);
    if is_front { "Front" } else { "Gorgias" }
}

fn on_call(known: &Known, words: &Words) -> Vec<Row> {
    let state = match (known.call.phase, known.call.direction) {
        (Phase::Ringing, Direction::Inbound) => words.ringing(),
        (Phase::Ringing, Direction::Outbound) => words.calling(),
        (Phase::InCall | Phase::Ended, _) => words.in_call(),
    };
    let caller = known.caller().map_or_else(|| words.number_withheld(), str::to_owned);
    vec![Row::Line(state), Row::Item(Choice::Caller, caller)]
}

#[cfg(test)]
mod tests;
