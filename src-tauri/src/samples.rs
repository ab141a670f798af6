//! Invented calls for this crate's unit tests.

use sidetone_protocol::{
    Alert, CallState, CallView, Candidate, Card, Completeness, CustomerView, DeskCounts, Direction, GapCause,
    Health, HealthState, LiveEvent, Match, MatchReason, MessagesLost, Mode, Named, Now, NumberKind,
    NumberView, OutboxView, Outcome, PartState, Phase, Pushed, RecoveryState, RecoveryView, Source,
    SourceKind, Today, WriterView,
};

/// 2026-11-21 14:05:00 UTC.
pub(crate) const RANG_AT: i64 = 1_795_269_900;

pub(crate) fn number() -> NumberView {
    NumberView {
        kind: NumberKind::Phone,
        e164: Some("+34666444555".into()),
        international: Some("+34 666 44 45 55".into()),
        national: Some("666 44 45 55".into()),
        country: Some("ES".into()),
        received: "+34666444555".into(),
    }
}

pub(crate) fn ringing(id: &str) -> CallView {
    CallView {
        id: id.into(),
        direction: Direction::Inbound,
        phase: Phase::Ringing,
        outcome: None,
        number: number(),
        customer: None,
        contact_name: None,
        line: Named { id: "11".into(), name: "Support FR".into() },
        agent: None,
        started_at: RANG_AT,
        answered_at: None,
        ended_at: None,
        missed_reason: None,
        state: CallState::Pending,
        reason: None,
        completeness: Completeness {
            note: PartState::Awaited,
            tags: PartState::Awaited,
            recording: PartState::Awaited,
            voicemail: PartState::NotExpected,
        },
        ticket: None,
    }
}

pub(crate) fn withheld(id: &str) -> CallView {
    let number = NumberView {
        kind: NumberKind::Withheld,
        e164: None,
        international: None,
        national: None,
        country: None,
        received: String::new(),
    };
    CallView { number, ..ringing(id) }
}

pub(crate) fn dialled(id: &str) -> CallView {
    CallView { direction: Direction::Outbound, ..ringing(id) }
}

pub(crate) fn answered(id: &str) -> CallView {
    CallView { phase: Phase::InCall, answered_at: Some(RANG_AT + 6), ..ringing(id) }
}

pub(crate) fn ended(id: &str) -> CallView {
    CallView {
        phase: Phase::Ended,
        outcome: Some(Outcome::Answered),
        ended_at: Some(RANG_AT + 90),
        ..answered(id)
    }
}

pub(crate) fn missed(id: &str) -> CallView {
    CallView {
        phase: Phase::Ended,
        outcome: Some(Outcome::Missed),
        ended_at: Some(RANG_AT + 25),
        ..ringing(id)
    }
}

pub(crate) fn card(id: &str, name: &str) -> Card {
    let customer = CustomerView { id: "501".into(), name: name.into(), email: None, note: None, url: None };
    Card {
        call_id: id.into(),
        matched: Match::Found,
        customer: Some(customer),
        candidates: Vec::new(),
        chosen: None,
        named: None,
        history: Vec::new(),
        history_total: 0,
        other_numbers: Vec::new(),
    }
}

pub(crate) fn candidate(id: &str, name: &str) -> Candidate {
    Candidate {
        customer: CustomerView { id: id.into(), name: name.into(), email: None, note: None, url: None },
        reasons: vec![MatchReason::ExactNumber],
        spelled: None,
        calls: 0,
        last_call_at: None,
        last_ticket_at: None,
    }
}

pub(crate) fn health() -> Health {
    Health {
        state: HealthState::Well,
        mode: Mode::Live,
        paused: None,
        writer: WriterView::default(),
        alerts: Vec::new(),
        connections: Vec::new(),
        outbox: OutboxView::default(),
        budgets: Vec::new(),
        source: Source { kind: SourceKind::Webhook, last_event_at: Some(RANG_AT) },
        sandbox: None,
        directory: None,
        recoveries: Vec::new(),
        backfills: Vec::new(),
        computer: None,
        telling: Vec::new(),
        odd_events: 0,
        version: "0.1.0".into(),
    }
}

pub(crate) fn recovery(cause: GapCause, state: RecoveryState) -> RecoveryView {
    let is_done = state == RecoveryState::Done;
    RecoveryView {
        id: "1".into(),
        cause,
        state,
        since: RANG_AT - 600,
        until: Some(RANG_AT - 60),
        read: 40,
        total: Some(40),
        calls: 37,
        written: if is_done { 37 } else { 12 },
        remaining_seconds: None,
        messages: MessagesLost::None,
        out_of_reach_before: None,
        done_at: is_done.then_some(RANG_AT),
    }
}

pub(crate) fn alert(code: &str, calls: u32) -> Alert {
    Alert {
        code: code.into(),
        since: RANG_AT - 600,
        calls,
        what: "The disk is almost full.".into(),
        mend: "Free some space.".into(),
    }
}

pub(crate) fn now() -> Now {
    Now {
        event_id: "0".into(),
        live: Vec::new(),
        recent: Vec::new(),
        today: Today::default(),
        health: health(),
        desk: DeskCounts::default(),
    }
}

pub(crate) fn call_event(call: CallView) -> LiveEvent {
    LiveEvent::Call(Box::new(call))
}

pub(crate) fn pushed(body: LiveEvent) -> Pushed {
    Pushed { id: "1".into(), body }
}
