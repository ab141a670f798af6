//! A call as a window shows it. Pure: from what is stored and what was assessed.

use sidetone_protocol::{
    CallDetail, CallState, CallView, Card, Completeness, CustomerView, Direction, ExplanationView,
    LedgerView, Match, Named, Outcome, PartState, Phase, PlanView, Reason, TicketView, WriteView,
};

use crate::call::Call;
use crate::directory::{Customer, Matched};
use crate::gate;
use crate::helpdesk::{Assessment, Helpdesk, Standing};
use crate::ledger::{AGAIN, AttemptState, EMAIL_REFUSED, GONE, Holding, IN_VAIN, OWNER, SEEN};
use crate::readiness::{Kind, kind};
use crate::store::Case;

/// State and reason of a call's record.
#[must_use]
pub fn state(case: &Case, assessment: &Assessment) -> (CallState, Option<Reason>) {
    let parked = case.attempts.iter().find(|a| a.state == AttemptState::Parked);
    match (&assessment.standing, parked) {
        (Standing::NotLogged(reason), _) => (CallState::NotLogged, Some(reason.clone())),
        (Standing::Held(reason), _) => (CallState::Held, Some(reason.clone())),
        (Standing::Gone(reason), _) => (CallState::Parked, Some(reason.clone())),
        (_, Some(attempt)) => {
            let (code, text) = attempt.reason.clone().unwrap_or_default();
            (CallState::Parked, Some(Reason { code, text }))
        }
        (Standing::Early, None) => (CallState::Pending, None),
        (Standing::Logged, None) => {
            let awaited = !case.call.is_over() || !case.ledger.has("ended") || !assessment.writes.is_empty();
            (
                if awaited || !case.attempts.is_empty() { CallState::Pending } else { CallState::Complete },
                None,
            )
        }
    }
}

/// The row of a list; `None` while the line is unknown.
#[must_use]
pub fn call_view(case: &Case, assessment: &Assessment, helpdesk: &dyn Helpdesk) -> Option<CallView> {
    let call = &case.call;
    let line = call.line()?;
    let (state, reason) = state(case, assessment);
    let ticket =
        case.ledger.id("ticket").map(|id| TicketView { id: id.to_owned(), url: helpdesk.ticket_url(id) });
    Some(CallView {
        id: call.id.to_string(),
        direction: if call.is_outbound() { Direction::Outbound } else { Direction::Inbound },
        phase: phase(call),
        outcome: outcome(call),
        number: call.party().view(call.raw_digits()),
        customer: assessment.customer.as_ref().map(|c| customer_view(c, helpdesk)),
        contact_name: call.contact().and_then(|c| c.display()),
        line: Named { id: line.id.to_string(), name: line.name },
        agent: agent(call),
        started_at: call.started_at().or(call.ended_at()).map_or(0, |at| at.timestamp()),
        answered_at: call.answered_at().map(|at| at.timestamp()),
        ended_at: call.ended_at().map(|at| at.timestamp()),
        missed_reason: call.missed_reason().map(str::to_owned),
        state,
        reason,
        completeness: assessment.completeness,
        ticket,
    })
}

fn phase(call: &Call) -> Phase {
    match (call.is_over(), call.answered_at().is_some()) {
        (true, _) => Phase::Ended,
        (false, true) => Phase::InCall,
        (false, false) => Phase::Ringing,
    }
}

fn outcome(call: &Call) -> Option<Outcome> {
    if !call.is_over() {
        return None;
    }
    Some(match kind(call)? {
        Kind::Answered => Outcome::Answered,
        Kind::OutboundUnanswered => Outcome::Unanswered,
        Kind::Missed if call.has_voicemail() => Outcome::Voicemail,
        Kind::Missed => Outcome::Missed,
    })
}

fn agent(call: &Call) -> Option<Named> {
    // A missed call has no agent, whatever an event about ringing said.
    let missed = kind(call) == Some(Kind::Missed);
    call.agent().filter(|_| !missed).map(|a| Named { id: a.id.to_string(), name: a.name })
}

/// A customer as a window shows it.
#[must_use]
pub fn customer_view(customer: &Customer, helpdesk: &dyn Helpdesk) -> CustomerView {
    CustomerView {
        id: customer.id.clone(),
        name: customer.name.clone(),
        email: customer.email.clone(),
        note: customer.note.clone(),
        url: helpdesk.customer_url(&customer.id),
    }
}

/// What is known of a caller.
#[derive(Debug)]
pub struct Caller {
    /// What the helpdesk said of the number.
    pub matched: Option<Matched>,
    /// The last look-up failed.
    pub failed: bool,
    /// Earlier calls.
    pub history: Vec<CallView>,
    /// How many there are.
    pub history_total: u32,
}

/// Who is calling.
#[must_use]
pub fn card(call: &Call, view: Option<&CallView>, caller: Caller, helpdesk: &dyn Helpdesk) -> Card {
    let customers = caller.matched.as_ref().map(|m| m.customers.as_slice());
    let is_phone = call.party().number().is_some();
    let matched = match (is_phone, customers) {
        (false, _) => Match::Withheld,
        (true, Some([_])) => Match::Found,
        (true, Some([])) => Match::Unknown,
        (true, Some(_)) => Match::Several,
        (true, None) if caller.failed => Match::Failed,
        (true, None) => Match::Looking,
    };
    let shown = |c: &Customer| customer_view(c, helpdesk);
    // Once the call is logged to somebody, that is who it is.
    let logged_to = view.and_then(|v| v.customer.clone());
    Card {
        call_id: call.id.to_string(),
        matched: if logged_to.is_some() && is_phone { Match::Found } else { matched },
        customer: logged_to.or_else(|| customers.filter(|c| c.len() == 1).map(|c| shown(&c[0]))),
        candidates: customers.filter(|c| c.len() > 1).into_iter().flatten().map(shown).collect(),
        history: caller.history,
        history_total: caller.history_total,
    }
}

/// Everything about one call.
#[must_use]
pub fn detail(
    case: &Case,
    assessment: &Assessment,
    call: CallView,
    card: Card,
    explanation: Vec<ExplanationView>,
) -> CallDetail {
    // A tag is shown by its name: under which source it is kept is the ledger's own affair.
    let shown_key = |holding: &Holding| match (holding.key.strip_prefix("tag:"), holding.detail.get("name")) {
        (Some(_), Some(serde_json::Value::String(name))) => format!("tag:{name}"),
        _ => holding.key.clone(),
    };
    // That a tag had to be made first is the account's affair, and how the ticket was seen is ours: no part of the record.
    let is_record = |key: &str| {
        !key.starts_with("new_tag:") && !matches!(key, SEEN | GONE | AGAIN | EMAIL_REFUSED | OWNER | IN_VAIN)
    };
    let record = case.ledger.rows().filter(|row| is_record(&row.holding.key));
    let ledger = record.map(|row| LedgerView {
        key: shown_key(&row.holding),
        helpdesk_id: row.holding.helpdesk_id.clone(),
        written_at: row.written_at.to_rfc3339(),
    });
    let writes: Vec<WriteView> = assessment
        .writes
        .iter()
        .map(|w| WriteView {
            key: w
                .holdings
                .iter()
                .map(shown_key)
                .chain(w.removes.iter().cloned())
                .collect::<Vec<_>>()
                .join("+"),
            method: w.method.clone(),
            path: w.path.clone(),
            body: w.body.clone(),
        })
        .collect();
    CallDetail {
        id: case.call.id.to_string(),
        state: call.state,
        reason: call.reason.clone(),
        completeness: assessment.completeness,
        facts: case.call.facts(),
        ledger: ledger.collect(),
        plan: PlanView { requests: writes.len() as u32, writes },
        explanation,
        call,
        card,
    }
}

/// The assessment of a call that is not to be written, whatever its record would be.
#[must_use]
pub fn barred(mut assessment: Assessment, code: &str) -> Assessment {
    let none = PartState::NotExpected;
    assessment.standing = Standing::NotLogged(gate::reason(code));
    assessment.completeness = Completeness { note: none, tags: none, recording: none, voicemail: none };
    assessment
}
