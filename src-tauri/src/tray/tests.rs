use sidetone_protocol::{LiveEvent, Now, OutboxView, PausedView, SandboxView};

use super::*;
use crate::samples::{self, RANG_AT};
use crate::words::{Language, words};

fn at() -> Moment {
    Moment::new(RANG_AT * 1000, 0)
}

fn tray_in(language: Language, health: Health, events: Vec<LiveEvent>) -> Tray {
    let mut live = Live::of_now(Now { health, ..samples::now() });
    for event in events {
        live.fold(event);
    }
    Tray::of(&live, words(language), at())
}

fn tray(health: Health) -> Tray {
    tray_in(Language::En, health, Vec::new())
}

fn sandboxed() -> Health {
    Health {
        sandbox: Some(SandboxView { control_url: "http://127.0.0.1:4010/_sandbox/".into() }),
        ..samples::health()
    }
}

fn line(text: &str) -> Row {
    Row::Line(text.into())
}

fn item(choice: Choice, text: &str) -> Row {
    Row::Item(choice, text.into())
}

#[test]
fn all_well_is_one_quiet_line_and_the_fixed_order() {
    let expected = Tray {
        shape: Shape::Well,
        tooltip: "Everything written".into(),
        menu: vec![
            line("Everything written"),
            Row::Rule,
            item(Choice::Open, "Open Sidetone"),
            item(Choice::DialClipboard, "Dial from clipboard"),
            Row::Rule,
            item(Choice::Pause, "Pause logging"),
            Row::Rule,
            item(Choice::Quit, "Quit Sidetone"),
        ],
    };
    assert_eq!(tray(samples::health()), expected);
}

#[test]
fn a_disabled_webhook_says_since_when_and_how_many_calls() {
    let health = Health {
        state: HealthState::NeedsAttention,
        alerts: vec![samples::alert("webhook_disabled", 37)],
        ..samples::health()
    };
    let tray = tray(health);
    assert_eq!(tray.shape, Shape::NeedsYou);
    assert_eq!(
        tray.menu[..4],
        [
            line("Webhook disabled since 13:55"),
            line("37 calls are logged late"),
            item(Choice::Mend, "Mend"),
            Row::Rule
        ]
    );
}

#[test]
fn calls_are_said_only_of_alerts_that_hold_them_up_and_never_that_there_are_none() {
    for (code, calls, said) in [
        ("webhook_disabled", 0, None),
        ("gorgias_refused", 3, Some("3 calls kept")),
        ("no_author", 3, Some("3 calls are not logged")),
        ("recordings_not_kept", 3, None),
    ] {
        let health = Health {
            state: HealthState::NeedsAttention,
            alerts: vec![samples::alert(code, calls)],
            ..samples::health()
        };
        let second = match &tray(health).menu[1] {
            Row::Line(text) => Some(text.clone()),
            _ => None,
        };
        assert_eq!(second.as_deref(), said, "{code}");
    }
}

#[test]
fn a_pause_says_since_when_what_is_kept_and_ends_with_one_click() {
    let paused = Some(PausedView { since: RANG_AT - 600, waiting: 6 });
    let tray = tray(Health { paused, ..sandboxed() });
    assert_eq!(tray.shape, Shape::Off);
    let head =
        [line("Logging paused since 13:55"), line("6 calls kept"), item(Choice::Resume, "Resume logging")];
    assert_eq!(tray.menu[..3], head);
    assert!(!tray.menu.iter().any(|row| matches!(row, Row::Item(Choice::Pause, _))));
}

#[test]
fn an_alert_without_words_of_ours_keeps_its_own_sentence() {
    let health = Health {
        state: HealthState::NeedsAttention,
        alerts: vec![samples::alert("clock_off", 0)],
        ..samples::health()
    };
    let tray = tray(health);
    assert_eq!(tray.menu[..3], [line("The disk is almost full."), item(Choice::Show, "Show"), Row::Rule]);
}

#[test]
fn a_call_names_the_caller_and_leads_to_the_card() {
    let events = vec![
        samples::call_event(samples::ringing("1")),
        LiveEvent::Card(Box::new(samples::card("1", "Marta Ibáñez"))),
    ];
    let tray = tray_in(Language::En, samples::health(), events);
    assert_eq!(tray.shape, Shape::OnCall);
    assert_eq!(tray.menu[..2], [line("Ringing"), item(Choice::Caller, "Marta Ibáñez")]);
}

#[test]
fn what_needs_a_person_stands_above_a_call() {
    let health = Health {
        state: HealthState::NeedsAttention,
        alerts: vec![samples::alert("aircall_refused", 0)],
        ..samples::health()
    };
    let tray = tray_in(Language::De, health, vec![samples::call_event(samples::ringing("1"))]);
    assert_eq!(tray.shape, Shape::NeedsYou);
    assert_eq!(tray.tooltip, "Aircall nimmt den Schlüssel nicht an");
    assert_eq!(
        tray.menu[1],
        item(Choice::Connect, "Verbinden"),
        "where only a person can act they are led there"
    );
}

#[test]
fn a_backlog_is_told_and_quitting_says_that_it_is_kept() {
    let outbox = OutboxView { calls: 12, writes: 20, oldest_seconds: 125, ..OutboxView::default() };
    let tray = tray(Health { state: HealthState::Behind, outbox, ..samples::health() });
    assert_eq!(tray.shape, Shape::Backlog);
    assert_eq!(tray.tooltip, "12 waiting, oldest 2\u{a0}min");
    assert_eq!(tray.menu.last(), Some(&item(Choice::Quit, "Quit Sidetone (12 waiting, kept)")));
}

#[test]
fn the_sandbox_is_never_mistaken_for_the_real_thing() {
    let tray = tray(sandboxed());
    assert_eq!(tray.shape, Shape::Sandbox);
    assert!(tray.menu.contains(&line("Sandbox, invented data")));
    assert!(tray.menu.contains(&item(Choice::RingACall, "Ring a call")));
}

#[test]
fn shadow_mode_and_logging_off_have_their_own_shapes() {
    assert_eq!(tray(Health { mode: Mode::Shadow, ..sandboxed() }).shape, Shape::Shadow);
    assert_eq!(tray(Health { mode: Mode::Off, ..samples::health() }).shape, Shape::Off);
}

#[test]
fn an_items_id_leads_back_to_its_choice() {
    for choice in Choice::ALL.into_iter().chain([Choice::Dial("+34666444555".into())]) {
        assert_eq!(Choice::of_id(&choice.id()), Some(choice));
    }
    assert_eq!(Choice::of_id("dial"), None);
}

#[test]
fn before_it_is_set_up_there_is_nothing_but_the_way_there() {
    let tray = Tray::of(&Live::not_set_up(), words(Language::En), at());
    let expected = Tray {
        shape: Shape::NotSetUp,
        tooltip: "Set-up is not finished".into(),
        menu: vec![
            line("Set-up is not finished"),
            item(Choice::Open, "Finish set-up"),
            Row::Rule,
            item(Choice::Quit, "Quit Sidetone"),
        ],
    };
    assert_eq!(tray, expected);
}

#[test]
fn the_last_callers_are_a_menu_that_dials_and_leads_to_all_calls() {
    let now = Now { recent: vec![samples::ended("1")], ..samples::now() };
    let tray = Tray::of(&Live::of_now(now), words(Language::En), at());
    let below = tray.menu.iter().find_map(|row| match row {
        Row::Menu(text, rows) if text == "Last callers" => Some(rows.clone()),
        _ => None,
    });
    let dials = item(Choice::Dial("+34666444555".into()), "+34 666 44 45 55, 14:05");
    assert_eq!(below, Some(vec![dials, Row::Rule, item(Choice::Calls, "All calls")]));
}

#[test]
fn who_talks_is_not_offered_to_dial_what_was_copied() {
    let tray = tray_in(Language::En, samples::health(), vec![samples::call_event(samples::answered("1"))]);
    assert!(tray.menu.contains(&line("Dial from clipboard")), "{:?}", tray.menu);
}
