//! Decides what happens on the desktop: one owner of the state, one value per stimulus, no Tauri.
//!
//! Time comes with the stimulus, effects go through [`Desk`]; nothing waits here. What has to happen later is asked
//! for by [`Controller::wait_ms`] and done at the next [`Stimulus::Tick`].

mod alerted;
mod missed;
mod stimulus;
#[cfg(test)]
mod test_desk;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use sidetone_protocol::{Direction, Now, Outcome, Phase, Pushed};

pub use self::stimulus::Stimulus;
use crate::backend::Action;
use crate::desk::{Desk, Forward};
use crate::dialling::{self, Source};
use crate::links::Links;
use crate::live::{CaseId, Known, Live};
use crate::moment::Moment;
use crate::notice::{Notice, Subject};
use crate::painting::Painting;
use crate::remedy::Remedy;
use crate::tray::{Choice, Tray};
use crate::words::Words;

/// A closed window gives its memory back after this long.
pub const IDLE_MS: i64 = 10 * 60 * 1000;
/// A ringing notification waits this long for the name.
const NAME_WAIT_MS: i64 = 800;
/// A ring or a missed call that is older is history, not news: the computer was asleep or the events came late.
/// Generous, because it compares Aircall's clock with this computer's.
const NEWS_MS: i64 = 5 * 60 * 1000;
/// A panel that starts together with us gets this long to show the tray.
const TRAY_GRACE_MS: i64 = 5 * 1000;

/// What the controller is told once.
#[derive(Clone, Debug)]
pub struct Options {
    /// The reader's words.
    pub words: &'static Words,
    /// What may be opened in the browser.
    pub links: Links,
    /// How long a closed window is kept; for ever without a value.
    pub idle_ms: Option<i64>,
}

/// The window, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Window {
    Absent,
    Shown,
    Minimised,
    Hidden { since: Moment },
}

/// The notification of a ringing call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Toast {
    NotNeeded,
    WaitsForName,
    Shown,
}

/// A call that we have seen ringing and that is still up.
#[derive(Debug)]
struct Ring {
    heard: Moment,
    toast: Toast,
    painted: bool,
}

/// The owner of the desktop's state.
pub struct Controller<D> {
    desk: D,
    options: Options,
    live: Live,
    window: Window,
    focused: bool,
    above: bool,
    rings: HashMap<CaseId, Ring>,
    missed: missed::Missed,
    alerted: alerted::Alerted,
    tray: Option<Tray>,
    started: Option<Moment>,
}

impl<D: Desk> Controller<D> {
    /// A controller that knows nothing yet; the first [`Stimulus::Now`] tells it.
    pub fn new(desk: D, options: Options) -> Self {
        Self {
            desk,
            options,
            live: Live::default(),
            window: Window::Absent,
            focused: false,
            above: false,
            rings: HashMap::new(),
            missed: missed::Missed::default(),
            alerted: alerted::Alerted::default(),
            tray: None,
            started: None,
        }
    }

    /// Takes in one stimulus, as of a moment.
    pub fn handle(&mut self, stimulus: Stimulus, at: Moment) {
        match stimulus {
            Stimulus::Now(now) => self.now(*now, at),
            Stimulus::NotSetUp => self.not_set_up(),
            Stimulus::Pushed(pushed) => self.pushed(&pushed, at),
            Stimulus::Chosen(choice) => self.chosen(choice),
            Stimulus::Remedied(remedy) => self.remedy(&remedy),
            Stimulus::NoticeClicked | Stimulus::SecondInstance => self.open(),
            Stimulus::Dial(text) => self.dial(&text),
            Stimulus::DialFrom(source) => self.desk.read_text(source),
            Stimulus::CloseRequested => self.close(at),
            Stimulus::Focused(focused) => self.focus(focused),
            Stimulus::Painted(call) => self.painted(call, at),
            Stimulus::OpenLink(link) => self.desk.open_link(&link),
            Stimulus::Quit => self.desk.exit(),
            Stimulus::Tick => self.tick(at),
        }
        self.keep_above_while_ringing();
        self.tell_alerts(at);
        self.set_tray(at);
    }

    /// How long nothing has to happen by itself, in milliseconds; `None` until the next stimulus.
    pub fn wait_ms(&self, at: Moment) -> Option<i64> {
        let name = self
            .rings
            .values()
            .filter(|ring| ring.toast == Toast::WaitsForName)
            .map(|ring| NAME_WAIT_MS - at.ms_since(ring.heard));
        let idle = match (self.window, self.options.idle_ms) {
            (Window::Hidden { since }, Some(idle_ms)) => Some(idle_ms - at.ms_since(since)),
            _ => None,
        };
        let tray = self.started.map(|started| TRAY_GRACE_MS - at.ms_since(started));
        name.chain(idle).chain(tray).chain(self.alerted.wait_ms(at)).min().map(|ms| ms.max(0))
    }

    /// Everything anew: at the start, and when events were lost.
    fn now(&mut self, now: Now, at: Moment) {
        if self.tray.is_none() {
            self.started = Some(at);
        }
        self.desk.resync();
        self.live = Live::of_now(now);
        let over: Vec<CaseId> =
            self.rings.keys().filter(|id| self.live.call(id).is_none()).cloned().collect();
        for id in over {
            self.end_ring(&id);
        }
        let up: Vec<Known> = self.live.calls().cloned().collect();
        for known in up {
            self.call(&known, at);
        }
    }

    /// There is nothing but the set-up: its page comes up by itself, once.
    fn not_set_up(&mut self) {
        if self.live.lacks_set_up() {
            return;
        }
        self.desk.resync();
        self.live = Live::not_set_up();
        let up: Vec<CaseId> = self.rings.keys().cloned().collect();
        up.iter().for_each(|id| self.end_ring(id));
        self.open();
    }

    fn pushed(&mut self, pushed: &Pushed, at: Moment) {
        self.desk.emit(pushed);
        if let Some(known) = self.live.fold(pushed.body.clone()) {
            self.call(&known, at);
        }
    }

    fn call(&mut self, known: &Known, at: Moment) {
        match known.call.phase {
            Phase::Ringing if self.rings.contains_key(&known.call.id) => self.toast(&known.call.id, at),
            Phase::Ringing => self.ring(known, at),
            Phase::InCall => self.stop_toast(&known.call.id),
            Phase::Ended => self.ended(known, at),
        }
    }

    /// A call rings for the first time: the window comes forward, or a notification stands in for it.
    fn ring(&mut self, known: &Known, at: Moment) {
        if !is_news(known.call.started_at, at) {
            return;
        }
        let forward = self.desk.show_without_focus();
        self.window = Window::Shown;
        let seen = self.focused || forward == Forward::InFront;
        let toast = match known.call.direction {
            Direction::Inbound if !seen => Toast::WaitsForName,
            Direction::Inbound | Direction::Outbound => Toast::NotNeeded,
        };
        self.rings.insert(known.call.id.clone(), Ring { heard: at, toast, painted: false });
        self.toast(&known.call.id, at);
    }

    /// Shows the notification of a ringing call once: with the name, or without when it takes too long.
    fn toast(&mut self, id: &str, at: Moment) {
        let (Some(known), Some(ring)) = (self.live.call(id), self.rings.get_mut(id)) else { return };
        let ready = known.is_looked_up() || at.ms_since(ring.heard) >= NAME_WAIT_MS;
        if ring.toast == Toast::WaitsForName && ready {
            ring.toast = Toast::Shown;
            self.desk.notify(&Notice::ringing(known, self.options.words));
        }
    }

    fn stop_toast(&mut self, id: &str) {
        let Some(ring) = self.rings.get_mut(id) else { return };
        if std::mem::replace(&mut ring.toast, Toast::NotNeeded) == Toast::Shown {
            self.desk.withdraw(&Subject::Call(id.to_owned()));
        }
    }

    fn end_ring(&mut self, id: &str) {
        self.stop_toast(id);
        self.rings.remove(id);
    }

    fn ended(&mut self, known: &Known, at: Moment) {
        self.end_ring(&known.call.id);
        let missed = known.call.direction == Direction::Inbound
            && matches!(known.call.outcome, Some(Outcome::Missed | Outcome::Voicemail));
        let ended_at = known.call.ended_at.unwrap_or(known.call.started_at);
        if missed && !self.focused && is_news(ended_at, at) {
            self.missed.tell(known, self.options.words, at, &mut self.desk);
        }
    }

    fn chosen(&mut self, choice: Choice) {
        match choice {
            Choice::Open | Choice::Caller => self.open(),
            Choice::RingACall => self.open_control_page(),
            Choice::Pause => self.desk.act(Action::Pause),
            Choice::Resume => self.desk.act(Action::Resume),
            Choice::Mend | Choice::Connect | Choice::Show => {
                // What stands on top by now may be another alert than a moment ago.
                let top = self.live.health().and_then(|health| Some((health.alerts.first()?, health)));
                if let Some(remedy) = top.map(|(alert, health)| Remedy::of(alert, health)) {
                    self.remedy(&remedy);
                }
            }
            Choice::DialClipboard => self.desk.read_text(Source::Clipboard),
            Choice::Dial(number) => self.dial(&number),
            Choice::Calls => self.page("calls"),
            Choice::Quit => self.desk.exit(),
        }
    }

    /// The number stands ready in the window; without one a notification says so. Nothing of the text goes anywhere else.
    fn dial(&mut self, text: &str) {
        if self.live.lacks_set_up() {
            return self.open();
        }
        match dialling::number_in(text) {
            Some(number) => {
                self.desk.withdraw(&Subject::NoNumber);
                self.page(&dialling::page_for(&number));
            }
            None => self.desk.notify(&Notice::no_number(self.options.words)),
        }
    }

    fn page(&mut self, page: &str) {
        self.desk.open_page(page);
        self.window = Window::Shown;
    }

    /// Does what one click does about an alert: the same as the page's button.
    fn remedy(&mut self, remedy: &Remedy) {
        if let Remedy::Mend(code) = remedy {
            self.desk.act(Action::Mend(code.clone()));
        }
        if let Some(page) = remedy.page() {
            self.page(&page);
        }
    }

    fn tell_alerts(&mut self, at: Moment) {
        match self.live.health() {
            Some(health) => self.alerted.tell(health, self.options.words, self.focused, at, &mut self.desk),
            None => self.alerted.forget(&mut self.desk),
        }
    }

    fn open_control_page(&mut self) {
        let Some(sandbox) = self.live.health().and_then(|health| health.sandbox.as_ref()) else { return };
        match self.options.links.check(&sandbox.control_url) {
            Ok(link) => self.desk.open_link(&link),
            Err(refusal) => tracing::warn!(%refusal, "the sandbox's control page stays closed"),
        }
    }

    fn open(&mut self) {
        self.desk.open_window();
        self.window = Window::Shown;
    }

    fn close(&mut self, at: Moment) {
        self.focused = false;
        if self.desk.has_tray() {
            self.desk.hide();
            self.window = Window::Hidden { since: at };
        } else {
            self.desk.minimise();
            self.window = Window::Minimised;
        }
    }

    fn focus(&mut self, focused: bool) {
        self.focused = focused;
        if focused {
            self.window = Window::Shown;
        }
    }

    fn painted(&mut self, call_id: CaseId, at: Moment) {
        let Some(ring) = self.rings.get_mut(&call_id).filter(|ring| !ring.painted) else { return };
        ring.painted = true;
        let painting = Painting { call_id, event_ms: ring.heard.unix_ms(), painted_ms: at.unix_ms() };
        self.desk.record(&painting);
    }

    fn tick(&mut self, at: Moment) {
        let ringing: Vec<CaseId> = self.rings.keys().cloned().collect();
        for id in ringing {
            self.toast(&id, at);
        }
        if self.started.is_some_and(|started| at.ms_since(started) >= TRAY_GRACE_MS) {
            self.started = None;
            if self.window == Window::Absent && !self.desk.has_tray() {
                self.desk.minimise();
                self.window = Window::Minimised;
            }
        }
        if let (Window::Hidden { since }, Some(idle_ms)) = (self.window, self.options.idle_ms)
            && at.ms_since(since) >= idle_ms
        {
            self.desk.destroy_window();
            self.window = Window::Absent;
        }
    }

    fn keep_above_while_ringing(&mut self) {
        let rings =
            |known: &Known| known.call.phase == Phase::Ringing && self.rings.contains_key(&known.call.id);
        let above = self.live.calls().any(rings);
        if above != self.above {
            self.above = above;
            self.desk.keep_above(above);
        }
    }

    fn set_tray(&mut self, at: Moment) {
        let tray = Tray::of(&self.live, self.options.words, at);
        if self.tray.as_ref() != Some(&tray) {
            self.desk.set_tray(&tray);
            self.tray = Some(tray);
        }
    }
}

/// Whether something that happened at a unix second is worth a person's attention now.
fn is_news(unix_seconds: i64, at: Moment) -> bool {
    at.unix_ms().saturating_sub(unix_seconds.saturating_mul(1000)) < NEWS_MS
}
