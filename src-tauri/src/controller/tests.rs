use sidetone_protocol::{
    Alert, CallView, GapCause, Health, HealthState, LiveCall, LiveEvent, RecoveryState, SandboxView,
};

use super::test_desk::{Screen, TestDesk};
use super::*;
use crate::samples::{self, RANG_AT};
use crate::tray::Shape;
use crate::words::{Language, words};

/// A desktop with a controller on it, and a clock that the test moves.
struct Desktop {
    controller: Controller<TestDesk>,
    desk: TestDesk,
    ms: i64,
}

impl Desktop {
    fn started() -> Self {
        Self::with(Some(IDLE_MS), samples::health(), |_| ())
    }

    fn with(idle_ms: Option<i64>, health: Health, prepare: impl FnOnce(&TestDesk)) -> Self {
        let desk = TestDesk::new();
        prepare(&desk);
        let links = Links::to_helpdesk(["northbrook.example.com".to_owned()]).with_loopback();
        let options = Options { words: words(Language::En), links, idle_ms };
        let mut desktop =
            Self { controller: Controller::new(desk.clone(), options), desk, ms: RANG_AT * 1000 };
        desktop.send(Stimulus::Now(Box::new(Now { health, ..samples::now() })));
        desktop
    }

    fn send(&mut self, stimulus: Stimulus) {
        self.controller.handle(stimulus, Moment::new(self.ms, 0));
    }

    fn push(&mut self, event: LiveEvent) {
        self.send(Stimulus::Pushed(Box::new(samples::pushed(event))));
    }

    fn call(&mut self, call: CallView) {
        self.push(samples::call_event(call));
    }

    fn card(&mut self, id: &str, name: &str) {
        self.push(LiveEvent::Card(Box::new(samples::card(id, name))));
    }

    /// Lets time pass as the shell does: a tick whenever the controller asked for one.
    fn pass(&mut self, ms: i64) {
        let end = self.ms + ms;
        while let Some(wait) =
            self.controller.wait_ms(Moment::new(self.ms, 0)).filter(|wait| self.ms + wait <= end)
        {
            self.ms += wait;
            self.send(Stimulus::Tick);
        }
        self.ms = end;
    }

    fn screen(&self) -> Screen {
        self.desk.screen.get()
    }
}

fn wayland(desk: &TestDesk) {
    desk.raises.set(false);
}

fn no_tray(desk: &TestDesk) {
    desk.has_tray.set(false);
}

#[test]
fn at_rest_there_is_a_tray_and_no_window() {
    let mut desktop = Desktop::started();
    desktop.pass(3_600_000);
    assert_eq!(desktop.screen(), Screen::Nothing);
    assert_eq!(desktop.desk.tray.borrow().as_ref().map(|tray| tray.shape), Some(Shape::Well));
}

#[test]
fn a_ring_brings_the_window_forward_without_the_keyboard() {
    let mut desktop = Desktop::started();
    desktop.call(samples::ringing("1"));
    assert_eq!(desktop.screen(), Screen::InFront);
    assert!(desktop.desk.above.get());
    assert!(desktop.desk.titles().is_empty(), "the window is in front and shows the same");
}

#[test]
fn the_window_stands_above_others_only_while_it_rings() {
    let mut desktop = Desktop::started();
    desktop.call(samples::ringing("1"));
    desktop.call(samples::answered("1"));
    assert!(!desktop.desk.above.get());
}

#[test]
fn a_window_that_was_closed_during_the_ring_stays_closed() {
    let mut desktop = Desktop::started();
    desktop.call(samples::ringing("1"));
    desktop.send(Stimulus::CloseRequested);
    desktop.call(CallView { contact_name: Some("Odile Garnier".into()), ..samples::ringing("1") });
    desktop.call(samples::answered("1"));
    assert_eq!(desktop.screen(), Screen::Hidden);
}

#[test]
fn the_next_call_brings_a_closed_window_forward_again() {
    let mut desktop = Desktop::started();
    desktop.call(samples::ringing("1"));
    desktop.call(samples::ended("1"));
    desktop.send(Stimulus::CloseRequested);
    desktop.call(samples::ringing("2"));
    assert_eq!((desktop.screen(), desktop.desk.came_forward.get()), (Screen::InFront, 2));
}

#[test]
fn a_closed_window_gives_its_memory_back_after_ten_minutes() {
    let mut desktop = Desktop::started();
    desktop.send(Stimulus::Chosen(Choice::Open));
    desktop.send(Stimulus::CloseRequested);
    desktop.pass(IDLE_MS - 1);
    assert_eq!(desktop.screen(), Screen::Hidden);
    desktop.pass(1);
    assert_eq!(desktop.screen(), Screen::Nothing);
}

#[test]
fn a_warm_window_is_kept() {
    let mut desktop = Desktop::with(None, samples::health(), |_| ());
    desktop.send(Stimulus::Chosen(Choice::Open));
    desktop.send(Stimulus::CloseRequested);
    desktop.pass(10 * IDLE_MS);
    assert_eq!(desktop.screen(), Screen::Hidden);
}

#[test]
fn without_a_tray_the_window_is_minimised_and_never_lost() {
    let mut desktop = Desktop::with(Some(IDLE_MS), samples::health(), no_tray);
    assert_eq!(desktop.screen(), Screen::Nothing, "a panel that starts late gets its chance");
    desktop.pass(TRAY_GRACE_MS);
    assert_eq!(desktop.screen(), Screen::Minimised);
    desktop.send(Stimulus::Focused(true));
    desktop.send(Stimulus::CloseRequested);
    desktop.pass(10 * IDLE_MS);
    assert_eq!(desktop.screen(), Screen::Minimised);
}

#[test]
fn a_second_start_and_a_clicked_notification_open_the_window_with_the_keyboard() {
    for stimulus in [Stimulus::SecondInstance, Stimulus::NoticeClicked, Stimulus::Chosen(Choice::Caller)] {
        let mut desktop = Desktop::started();
        desktop.send(stimulus.clone());
        assert_eq!(desktop.screen(), Screen::WithKeyboard, "{stimulus:?}");
    }
}

#[test]
fn where_the_desktop_raises_no_window_a_notification_stands_in() {
    let mut desktop = Desktop::with(Some(IDLE_MS), samples::health(), wayland);
    desktop.call(samples::ringing("1"));
    assert!(desktop.desk.titles().is_empty(), "the name may come at any moment");
    desktop.card("1", "Marta Ibáñez");
    assert_eq!(desktop.desk.titles(), ["Marta Ibáñez is calling"]);
    desktop.call(samples::answered("1"));
    assert!(desktop.desk.titles().is_empty(), "a notification that is over is taken back");
    assert_eq!(desktop.desk.toasts.get(), 1);
}

#[test]
fn the_notification_does_not_wait_for_a_slow_helpdesk() {
    let mut desktop = Desktop::with(Some(IDLE_MS), samples::health(), wayland);
    desktop.call(samples::ringing("1"));
    desktop.pass(NAME_WAIT_MS);
    assert_eq!(desktop.desk.titles(), ["+34 666 44 45 55 is calling"]);
    desktop.card("1", "Marta Ibáñez");
    assert_eq!(desktop.desk.toasts.get(), 1, "one toast per call");
}

#[test]
fn an_agents_own_outbound_call_needs_no_notification() {
    let mut desktop = Desktop::with(Some(IDLE_MS), samples::health(), wayland);
    desktop.call(samples::dialled("1"));
    desktop.pass(NAME_WAIT_MS);
    assert_eq!((desktop.screen(), desktop.desk.toasts.get()), (Screen::InFront, 0));
}

#[test]
fn somebody_who_types_in_the_window_gets_no_notification() {
    let mut desktop = Desktop::with(Some(IDLE_MS), samples::health(), wayland);
    desktop.send(Stimulus::Chosen(Choice::Open));
    desktop.send(Stimulus::Focused(true));
    desktop.call(samples::ringing("1"));
    desktop.call(samples::missed("1"));
    desktop.pass(NAME_WAIT_MS);
    assert_eq!((desktop.screen(), desktop.desk.toasts.get()), (Screen::WithKeyboard, 0));
}

#[test]
fn a_missed_call_is_told_once_in_place_of_the_ring() {
    let mut desktop = Desktop::with(Some(IDLE_MS), samples::health(), wayland);
    desktop.call(samples::ringing("1"));
    desktop.card("1", "Lucas Moreau");
    desktop.call(samples::missed("1"));
    desktop.call(samples::missed("1"));
    assert_eq!(desktop.desk.toasts.get(), 2);
    assert_eq!(desktop.desk.titles().len(), 1);
    assert!(desktop.desk.titles()[0].starts_with("Missed call: "), "{:?}", desktop.desk.titles());
}

#[test]
fn many_missed_calls_become_one_notification() {
    let mut desktop = Desktop::started();
    for id in ["1", "2", "3", "4", "5"] {
        desktop.call(samples::missed(id));
        desktop.pass(1_000);
    }
    assert_eq!(desktop.desk.titles(), ["5 missed calls"]);
}

#[test]
fn what_happened_while_the_computer_slept_is_history() {
    let mut desktop = Desktop::with(Some(IDLE_MS), samples::health(), wayland);
    desktop.ms += NEWS_MS + 60_000;
    desktop.call(samples::ringing("1"));
    desktop.call(samples::missed("1"));
    desktop.call(samples::missed("2"));
    desktop.pass(NAME_WAIT_MS);
    assert_eq!((desktop.screen(), desktop.desk.toasts.get()), (Screen::Nothing, 0));
}

#[test]
fn a_call_that_rings_when_sidetone_starts_is_shown() {
    let mut desktop = Desktop::started();
    let up = LiveCall { call: samples::ringing("1"), card: samples::card("1", "Marta Ibáñez") };
    desktop.send(Stimulus::Now(Box::new(Now { live: vec![up], ..samples::now() })));
    assert_eq!(desktop.screen(), Screen::InFront);
}

#[test]
fn after_lost_events_the_page_asks_again_and_what_is_over_is_withdrawn() {
    let mut desktop = Desktop::with(Some(IDLE_MS), samples::health(), wayland);
    desktop.call(samples::ringing("1"));
    desktop.pass(NAME_WAIT_MS);
    let before = desktop.desk.resyncs.get();
    desktop.send(Stimulus::Now(Box::new(samples::now())));
    assert!(desktop.desk.titles().is_empty());
    assert_eq!(desktop.desk.resyncs.get(), before + 1);
    assert!(!desktop.desk.above.get());
}

#[test]
fn every_event_reaches_the_page_in_its_order() {
    let mut desktop = Desktop::started();
    desktop.call(samples::ringing("1"));
    desktop.card("1", "Marta Ibáñez");
    let emitted = desktop.desk.emitted.borrow();
    assert!(matches!(
        emitted[..],
        [Pushed { body: LiveEvent::Call(_), .. }, Pushed { body: LiveEvent::Card(_), .. }]
    ));
}

#[test]
fn the_tray_is_set_only_when_it_differs() {
    let mut desktop = Desktop::started();
    for _ in 0..3 {
        desktop.push(LiveEvent::Health(Box::new(samples::health())));
    }
    assert_eq!(desktop.desk.tray_changes.get(), 1);
    desktop.call(samples::ringing("1"));
    assert_eq!(desktop.desk.tray_changes.get(), 2);
}

#[test]
fn the_first_painting_of_a_ring_is_measured() {
    let mut desktop = Desktop::started();
    desktop.call(samples::ringing("1"));
    desktop.pass(240);
    desktop.send(Stimulus::Painted("1".into()));
    desktop.pass(900);
    desktop.send(Stimulus::Painted("1".into()));
    desktop.send(Stimulus::Painted("unheard".into()));
    let rang = RANG_AT * 1000;
    let expected = [Painting { call_id: "1".into(), event_ms: rang, painted_ms: rang + 240 }];
    assert_eq!(*desktop.desk.paintings.borrow(), expected);
}

#[test]
fn the_sandboxs_control_page_opens_from_the_tray() {
    for (control_url, opened) in [("http://127.0.0.1:4010/_sandbox/", 1), ("https://evil.example.org/", 0)] {
        let sandbox = Some(SandboxView { control_url: control_url.into() });
        let mut desktop = Desktop::with(Some(IDLE_MS), Health { sandbox, ..samples::health() }, |_| ());
        desktop.send(Stimulus::Chosen(Choice::RingACall));
        assert_eq!(desktop.desk.opened.borrow().len(), opened, "{control_url}");
    }
}

#[test]
fn quitting_quits() {
    for stimulus in [Stimulus::Quit, Stimulus::Chosen(Choice::Quit)] {
        let mut desktop = Desktop::started();
        desktop.send(stimulus);
        assert!(desktop.desk.exited.get());
    }
}

#[test]
fn logging_is_paused_and_resumed_from_the_tray() {
    let mut desktop = Desktop::started();
    desktop.send(Stimulus::Chosen(Choice::Pause));
    desktop.send(Stimulus::Chosen(Choice::Resume));
    assert_eq!(*desktop.desk.acts.borrow(), [Action::Pause, Action::Resume]);
}

#[test]
fn a_set_up_that_is_missing_brings_the_window_up_once() {
    let mut desktop = Desktop::started();
    desktop.send(Stimulus::NotSetUp);
    assert_eq!(desktop.screen(), Screen::WithKeyboard);
    let shape = |desktop: &Desktop| desktop.desk.tray.borrow().as_ref().map(|tray| tray.shape);
    assert_eq!(shape(&desktop), Some(Shape::NotSetUp));
    desktop.send(Stimulus::CloseRequested);
    desktop.send(Stimulus::NotSetUp);
    assert_eq!(desktop.screen(), Screen::Hidden, "whoever closed it is left alone");
    desktop.send(Stimulus::Now(Box::new(samples::now())));
    assert_eq!(shape(&desktop), Some(Shape::Well));
    desktop.send(Stimulus::NotSetUp);
    assert_eq!(desktop.screen(), Screen::WithKeyboard, "it was undone, which a person shall see");
}

fn alerts(alerts: Vec<Alert>) -> LiveEvent {
    let state = if alerts.is_empty() { HealthState::Well } else { HealthState::NeedsAttention };
    LiveEvent::Health(Box::new(Health { state, alerts, ..samples::health() }))
}

fn webhook_disabled(calls: u32) -> Vec<Alert> {
    vec![samples::alert("webhook_disabled", calls)]
}

/// A4: what happened, since when, how many calls; one notification for one cause, updated, and withdrawn when it is over.
#[test]
fn an_alert_that_stands_is_notified_once_updated_rarely_and_withdrawn() {
    let mut desktop = Desktop::started();
    desktop.push(alerts(webhook_disabled(36)));
    desktop.pass(10_000);
    assert!(desktop.desk.titles().is_empty(), "what mends itself at once tells nobody");
    desktop.pass(10_000);
    assert_eq!(desktop.desk.titles(), ["Webhook disabled since 13:55"]);
    for calls in 37..60 {
        desktop.push(alerts(webhook_disabled(calls)));
        desktop.pass(1_000);
    }
    assert_eq!(desktop.desk.toasts.get(), 1, "figures that change are no news");
    desktop.pass(5 * 60_000);
    desktop.push(alerts(webhook_disabled(60)));
    assert_eq!(desktop.desk.toasts.get(), 2);
    assert!(desktop.desk.notices.borrow()[0].body.starts_with("60 calls"));
    desktop.push(alerts(Vec::new()));
    assert!(desktop.desk.titles().is_empty());
}

#[test]
fn two_causes_have_a_notification_each() {
    let mut desktop = Desktop::started();
    desktop.push(alerts(vec![samples::alert("webhook_disabled", 3), samples::alert("gorgias_refused", 6)]));
    desktop.pass(20_000);
    assert_eq!(desktop.desk.titles(), ["Webhook disabled since 13:55", "Gorgias has withdrawn the access"]);
    desktop.push(alerts(vec![samples::alert("gorgias_refused", 6)]));
    assert_eq!(desktop.desk.titles(), ["Gorgias has withdrawn the access"]);
}

#[test]
fn while_the_window_is_in_front_no_notification_says_the_same() {
    let mut desktop = Desktop::started();
    desktop.send(Stimulus::Chosen(Choice::Open));
    desktop.send(Stimulus::Focused(true));
    desktop.push(alerts(webhook_disabled(37)));
    desktop.pass(60_000);
    desktop.send(Stimulus::Focused(false));
    desktop.pass(60_000);
    assert_eq!(desktop.desk.toasts.get(), 0, "it was seen");
    // It is over, and comes again.
    desktop.push(alerts(Vec::new()));
    desktop.push(alerts(webhook_disabled(1)));
    desktop.pass(20_000);
    assert_eq!(desktop.desk.toasts.get(), 1);
}

#[test]
fn once_it_is_caught_up_with_that_is_said_in_its_place() {
    let mut desktop = Desktop::started();
    desktop.push(alerts(webhook_disabled(37)));
    desktop.pass(20_000);
    let recoveries = vec![samples::recovery(GapCause::WebhookDisabled, RecoveryState::Done)];
    desktop.push(LiveEvent::Health(Box::new(Health { recoveries, ..samples::health() })));
    assert_eq!(desktop.desk.titles(), ["Everything written again"]);
    assert_eq!(desktop.desk.notices.borrow()[0].body, "37 of 37 calls.");
}

/// A4: one click mends, in the tray and in the notification, and does what the page's button does.
#[test]
fn one_click_mends_what_we_can_and_leads_to_what_a_person_must_do() {
    let mut desktop = Desktop::started();
    desktop.push(alerts(webhook_disabled(37)));
    desktop.send(Stimulus::Chosen(Choice::Mend));
    desktop.pass(20_000);
    let offers = desktop.desk.notices.borrow()[0].offers.clone();
    desktop.send(Stimulus::Remedied(offers[0].clone()));
    let mend = Action::Mend("webhook_disabled".into());
    assert_eq!(*desktop.desk.acts.borrow(), [mend.clone(), mend]);
    desktop.send(Stimulus::Remedied(offers[1].clone()));
    desktop.push(alerts(vec![samples::alert("gorgias_refused", 6)]));
    desktop.send(Stimulus::Chosen(Choice::Connect));
    assert_eq!(*desktop.desk.pages.borrow(), ["health", "setup?step=helpdesk"]);
    assert_eq!(desktop.screen(), Screen::WithKeyboard);
    assert_eq!(desktop.desk.acts.borrow().len(), 2);
}

#[test]
fn what_is_to_be_dialled_stands_ready_in_the_window_with_the_keyboard() {
    let mut desktop = Desktop::started();
    desktop.send(Stimulus::Dial("tel:+34-666-444-555".into()));
    assert_eq!(*desktop.desk.pages.borrow(), ["search?text=%2B34-666-444-555"]);
    assert_eq!(desktop.desk.screen.get(), Screen::WithKeyboard);
    desktop.send(Stimulus::Chosen(Choice::Dial("+33199005512".into())));
    assert_eq!(desktop.desk.pages.borrow().last().unwrap(), "search?text=%2B33199005512");
    desktop.send(Stimulus::Chosen(Choice::Calls));
    assert_eq!(desktop.desk.pages.borrow().last().unwrap(), "calls");
}

#[test]
fn a_selection_and_what_was_copied_are_read_and_without_a_number_nothing_of_them_goes_anywhere() {
    let mut desktop = Desktop::started();
    desktop.send(Stimulus::DialFrom(Source::Selection));
    desktop.send(Stimulus::Chosen(Choice::DialClipboard));
    assert_eq!(*desktop.desk.read.borrow(), [Source::Selection, Source::Clipboard]);
    for text in ["", "hunter2 is my password"] {
        desktop.send(Stimulus::Dial(text.into()));
        assert_eq!(desktop.desk.titles(), ["No telephone number there"]);
        assert!(desktop.desk.pages.borrow().is_empty());
    }
    desktop.send(Stimulus::Dial("Marta: 01 99 00 55 12".into()));
    assert!(desktop.desk.titles().is_empty(), "there is one now");
    assert_eq!(*desktop.desk.pages.borrow(), ["search?text=01%2099%2000%2055%2012"]);
}

#[test]
fn before_the_set_up_a_link_leads_to_it() {
    let mut desktop = Desktop::started();
    desktop.send(Stimulus::NotSetUp);
    desktop.send(Stimulus::Dial("tel:+34666444555".into()));
    assert!(desktop.desk.pages.borrow().is_empty());
    assert_eq!(desktop.desk.screen.get(), Screen::WithKeyboard);
}
