//! A call as a window shows it. Pure: from what is stored and what was assessed.

use chrono::DateTime;
use sidetone_protocol::{
    CallDetail, CallState, CallView, Card, ChosenView, Completeness, CustomerView, Direction,
    ExplanationView, KeptFileView, LedgerView, Match, MessageDetail, MessageKind, MessageView, Named,
    NamedView, Outcome, PartState, Phase, PlanView, Reason, TicketView, WriteView,
};

use crate::call::{Call, CaseId, Medium};
use crate::candidates::candidates;
use crate::choice::{Choice, Chosen, Whose};
use crate::directory::{Customer, Dealings, Matched};
use crate::erasing::ErasedCase;
use crate::files::FILE;
use crate::gate;
use crate::helpdesk::{Assessment, Helpdesk, Standing};
use crate::ledger::{
    AGAIN, AttemptState, CHOSEN, EMAIL_REFUSED, FROM_TICKET, GONE, Holding, IN_VAIN, LOST, MOVED, NAMED,
    OWNER, SEEN, SHADOW, UNLINKED, WITHDRAWN,
};
use crate::number::{E164, Party};
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
        (Standing::Logged, None) if case.call.id.is_message() => {
            let awaited = assessment.completeness.note == PartState::Awaited || !assessment.writes.is_empty();
            let is_done = !awaited && case.attempts.is_empty();
            (if is_done { CallState::Complete } else { CallState::Pending }, None)
        }
        (Standing::Logged, None) => {
            let is_open = !case.call.is_over() || assessment.completeness.note == PartState::Awaited;
            let awaited = is_open || !assessment.writes.is_empty();
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
    let line = call.line().filter(|_| !call.id.is_message())?;
    let (state, reason) = state(case, assessment);
    let ticket = ticket_view(case, helpdesk);
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

/// Whether somebody expects this call in the helpdesk: not, if it is left out by a rule of the set-up.
#[must_use]
pub fn is_wanted(view: &CallView) -> bool {
    const BY_RULE: [&str; 10] = [
        "never_log",
        "forgotten",
        "expired",
        "before_go_live",
        "backfilled",
        "mode_off",
        "mode_shadow",
        "by_setting",
        "internal_call",
        "withdrawn",
    ];
    match (view.state, &view.reason) {
        (CallState::NotLogged, Some(reason)) => {
            !BY_RULE.contains(&reason.code.as_str()) && reason.code != "anonymous_stored"
        }
        // A person threw its ticket away (G25): nobody misses it.
        (CallState::Parked, Some(reason)) => !reason.code.starts_with("ticket_"),
        _ => true,
    }
}

/// The row of the list of messages; `None` for a call, or while the line is unknown.
#[must_use]
pub fn message_view(case: &Case, assessment: &Assessment, helpdesk: &dyn Helpdesk) -> Option<MessageView> {
    let call = &case.call;
    let message = call.message()?;
    let line = call.line()?;
    let (state, reason) = state(case, assessment);
    Some(MessageView {
        id: message.id(),
        kind: match message.medium() {
            Medium::Text => MessageKind::Sms,
            Medium::Whatsapp => MessageKind::Whatsapp,
            Medium::Group => MessageKind::Group,
        },
        direction: if call.is_outbound() { Direction::Outbound } else { Direction::Inbound },
        number: call.party().view(call.raw_digits()),
        customer: assessment.customer.as_ref().map(|c| customer_view(c, helpdesk)),
        contact_name: call.contact().and_then(|c| c.display()),
        line: Named { id: line.id.to_string(), name: line.name },
        agent: message.sender().map(|a| Named { id: a.id.to_string(), name: a.name }),
        sent_at: message.sent_at().map_or(0, |at| at.timestamp()),
        text: message.text().chars().take(1600).collect(),
        files: message.files().len() as u32,
        status: message.status().map(str::to_owned),
        state,
        reason,
        ticket: ticket_view(case, helpdesk),
    })
}

fn ticket_view(case: &Case, helpdesk: &dyn Helpdesk) -> Option<TicketView> {
    case.ledger.id("ticket").map(|id| TicketView { id: id.to_owned(), url: helpdesk.ticket_url(id) })
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
    /// What we had to do with those who have it, in their order.
    pub dealings: Vec<Dealings>,
    /// What a person decided about the number.
    pub choice: Option<Choice>,
    /// The last look-up failed.
    pub failed: bool,
    /// What other numbers the one has who has it.
    pub other_numbers: Vec<E164>,
    /// Earlier calls.
    pub history: Vec<CallView>,
    /// How many there are.
    pub history_total: u32,
}

/// Who is calling.
#[must_use]
pub fn card(case: &Case, view: Option<&CallView>, caller: Caller, helpdesk: &dyn Helpdesk) -> Card {
    let call = &case.call;
    let customers = caller.matched.as_ref().map(|m| m.customers.as_slice());
    let is_phone = call.party().number().is_some();
    let chosen = chosen(case, caller.choice.as_ref(), helpdesk);
    let must_choose_again = chosen.as_ref().is_some_and(|chosen| chosen.gone);
    let matched = match (is_phone, customers) {
        (false, _) => Match::Withheld,
        (true, Some([])) => Match::Unknown,
        (true, Some([_])) if !must_choose_again => Match::Found,
        (true, Some(_)) => Match::Several,
        (true, None) if caller.failed => Match::Failed,
        (true, None) => Match::Looking,
    };
    // Once the call is logged to somebody, or a person said to whom it will be, that is who it is.
    let logged_to = view.and_then(|v| v.customer.clone());
    let the_only_one = customers.filter(|c| c.len() == 1 && !must_choose_again).and_then(<[Customer]>::first);
    let is_choosable = |customers: &&[Customer]| customers.len() > 1 || must_choose_again;
    let choosable = customers.filter(is_choosable).unwrap_or_default();
    let known = choosable
        .iter()
        .cloned()
        .zip(caller.dealings.into_iter().chain(std::iter::repeat(Dealings::default())));
    let contact = call.contact();
    let for_the_number = chosen.as_ref().filter(|chosen| chosen.remembered).map(|chosen| &chosen.customer.id);
    Card {
        call_id: call.id.to_string(),
        matched: if logged_to.is_some() && is_phone { Match::Found } else { matched },
        customer: logged_to.or_else(|| the_only_one.map(|c| customer_view(c, helpdesk))),
        candidates: candidates(
            known.collect(),
            contact.as_ref(),
            for_the_number.map(String::as_str),
            helpdesk,
        ),
        // Where somebody has the number, a name that was given to it is moot.
        named: named(case, caller.choice.as_ref().filter(|_| customers.is_none_or(<[Customer]>::is_empty))),
        chosen,
        other_numbers: caller
            .other_numbers
            .into_iter()
            .map(|number| Party::Phone(number).display())
            .collect(),
        history: caller.history,
        history_total: caller.history_total,
    }
}

/// Whom a person chose: for this call, else for its number.
fn chosen(case: &Case, choice: Option<&Choice>, helpdesk: &dyn Helpdesk) -> Option<ChosenView> {
    let shown = |chosen: &Chosen, at: i64, remembered| ChosenView {
        customer: customer_view(&chosen.customer, helpdesk),
        at,
        remembered,
        gone: chosen.is_gone,
    };
    let own = Chosen::of_call(&case.ledger).zip(case.ledger.written_at(CHOSEN));
    let own = own.map(|(chosen, at)| shown(&chosen, at.timestamp(), false));
    let remembered = choice.and_then(|choice| match &choice.whose {
        Whose::Customer(chosen) => Some(shown(chosen, choice.at.timestamp(), true)),
        Whose::Named(_) => None,
    });
    match own {
        Some(own) if own.gone && remembered.is_some() => remembered,
        Some(own) => Some(own),
        None => remembered,
    }
}

/// The name that a person gave and that is still to be written.
fn named(case: &Case, choice: Option<&Choice>) -> Option<NamedView> {
    let for_the_number = choice.and_then(|choice| match &choice.whose {
        Whose::Named(name) => {
            Some(NamedView { name: name.name.clone(), email: name.email.clone(), at: choice.at.timestamp() })
        }
        Whose::Customer(_) => None,
    });
    for_the_number.or_else(|| {
        let detail = case.ledger.detail(NAMED)?;
        let text = |key: &str| detail.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
        let is_open = detail.get("done").is_none() && detail.get("kept").is_none();
        let at = case.ledger.written_at(NAMED).filter(|_| is_open)?.timestamp();
        Some(NamedView { name: text("name")?, email: text("email"), at })
    })
}

/// Everything about one call.
#[must_use]
pub fn detail(
    case: &Case,
    assessment: &Assessment,
    call: CallView,
    card: Card,
    explanation: Vec<ExplanationView>,
    kept: Vec<KeptFileView>,
    upload_path: &str,
) -> CallDetail {
    let (ledger, plan) = (ledger_views(case), plan_view(assessment, upload_path));
    CallDetail {
        id: case.call.id.to_string(),
        state: call.state,
        reason: call.reason.clone(),
        completeness: assessment.completeness,
        facts: case.call.facts(),
        ledger,
        plan,
        explanation,
        kept,
        call,
        card,
    }
}

/// A caller whom nobody is looked up for.
#[must_use]
pub fn nobody(case: &Case) -> Caller {
    let unknown = |number: &E164| Matched {
        number: number.clone(),
        checked_at: DateTime::UNIX_EPOCH,
        customers: Vec::new(),
    };
    Caller {
        matched: case.call.party().number().map(unknown),
        dealings: Vec::new(),
        choice: None,
        failed: false,
        other_numbers: Vec::new(),
        history: Vec::new(),
        history_total: 0,
    }
}

/// What is left of a call that was erased: its row, and what the helpdesk holds.
#[must_use]
pub fn erased_call(
    id: CaseId,
    left: ErasedCase,
    kept: Vec<KeptFileView>,
    helpdesk: &dyn Helpdesk,
) -> Option<CallDetail> {
    let call = left.view?;
    let case = Case { ledger: left.ledger, ..Case::new(id) };
    let card = card(&case, None, nobody(&case), helpdesk);
    Some(CallDetail {
        id: call.id.clone(),
        state: call.state,
        reason: call.reason.clone(),
        completeness: call.completeness,
        facts: serde_json::json!({}),
        ledger: ledger_views(&case),
        plan: PlanView { requests: 0, writes: Vec::new() },
        explanation: Vec::new(),
        kept,
        call,
        card,
    })
}

/// The same of a text message.
#[must_use]
pub fn erased_message(left: ErasedCase) -> Option<MessageDetail> {
    let message = left.message?;
    let case = Case { ledger: left.ledger, ..Case::new(CaseId(0)) };
    Some(MessageDetail {
        message,
        candidates: Vec::new(),
        chosen: None,
        ledger: ledger_views(&case),
        plan: PlanView { requests: 0, writes: Vec::new() },
        explanation: Vec::new(),
    })
}

/// Everything about one message.
#[must_use]
pub fn message_detail(
    case: &Case,
    assessment: &Assessment,
    message: MessageView,
    writer: Card,
    explanation: Vec<ExplanationView>,
    upload_path: &str,
) -> MessageDetail {
    MessageDetail {
        message,
        candidates: writer.candidates,
        chosen: writer.chosen,
        ledger: ledger_views(case),
        plan: plan_view(assessment, upload_path),
        explanation,
    }
}

/// A tag is shown by its name: under which source it is kept is the ledger's own affair.
fn shown_key(holding: &Holding) -> String {
    match (holding.key.strip_prefix("tag:"), holding.detail.get("name")) {
        (Some(_), Some(serde_json::Value::String(name))) => format!("tag:{name}"),
        _ => holding.key.clone(),
    }
}

fn ledger_views(case: &Case) -> Vec<LedgerView> {
    // That a tag had to be made first is the account's affair, and how the ticket was seen is ours: no part of the record.
    let is_record = |key: &str| {
        !key.starts_with("new_tag:")
            && !key.starts_with(FILE)
            && !key.starts_with(LOST)
            && !matches!(
                key,
                SEEN | GONE
                    | AGAIN
                    | EMAIL_REFUSED
                    | FROM_TICKET
                    | UNLINKED
                    | CHOSEN
                    | NAMED
                    | OWNER
                    | IN_VAIN
                    | SHADOW
                    | WITHDRAWN
                    | MOVED
            )
    };
    let record = case.ledger.rows().filter(|row| is_record(&row.holding.key));
    let ledger = record.map(|row| LedgerView {
        key: shown_key(&row.holding),
        helpdesk_id: row.holding.helpdesk_id.clone(),
        written_at: row.written_at.to_rfc3339(),
    });
    ledger.collect()
}

fn plan_view(assessment: &Assessment, upload_path: &str) -> PlanView {
    // An upload is a request, too; its body is a file.
    let uploads = assessment.files.iter().filter(|file| file.is_at_hand()).map(|file| WriteView {
        key: file.key.clone(),
        method: "POST".into(),
        path: upload_path.into(),
        body: serde_json::Value::Null,
    });
    let writes = assessment.writes.iter().map(|w| WriteView {
        key: w.holdings.iter().map(shown_key).chain(w.removes.iter().cloned()).collect::<Vec<_>>().join("+"),
        method: w.method.clone(),
        path: w.path.clone(),
        body: w.body.clone(),
    });
    let writes: Vec<WriteView> = uploads.chain(writes).collect();
    PlanView { requests: writes.len() as u32, writes }
}

/// The assessment of a call that is not to be written, whatever its record would be.
#[must_use]
pub fn barred(mut assessment: Assessment, code: &str) -> Assessment {
    let none = PartState::NotExpected;
    assessment.standing = Standing::NotLogged(gate::reason(code));
    assessment.completeness = Completeness { note: none, tags: none, recording: none, voicemail: none };
    assessment
}
