//! A record that a person took back, or moved to another contact (B11, B7).
//!
//! Front lets nobody remove an imported message or a comment (`reference/front.md`; the specification has no route for
//! either). A conversation that holds nothing but the record goes to the trash. From any other nothing is taken away: a
//! comment says that the record does not count any more, and the assignment that came with the call is undone while nothing
//! came after it. The comment's last line says the same in no language, so that whoever lost the ledger reads it (B17).
//!
//! A record that is moved is written anew for the other contact, under keys of its own; what stands where it was is taken
//! back first. It is remembered under [`MOVED`] until then.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use front::conversations::{self, Assign, ConversationUpdate, NewStatus};
use front::{
    Account, ConversationId, ErrorKind, MAX_LIMIT, NewComment, Status, TeammateId, comments, messages,
};
use serde_json::{Value, json};
use sidetone_protocol::Reason;

use super::answers::refusal;
use super::assess::or_arrivals;
use super::conversation::{assignee, has_our_tag, is_archived};
use super::markdown::{escape, plain};
use super::plan::{TAG, from};
use super::record::{DURATION, MAIN, RECORDING, heading};
use super::ticket::{bare, gone};
use crate::assessing;
use crate::call::Call;
use crate::helpdesk::{Answer, Assessment, Context, Probed, Refusal, Request, Standing, Step};
use crate::ledger::{Holding, Ledger, MOVED, SEEN, WITHDRAWN, Write, WriteKind};
use crate::readiness::kind;
use crate::settings::Language;
use crate::store::Case;
use crate::whom::{frozen, record_marker};
use crate::words::words;

/// The comment that says that the record was taken back.
pub(super) const MARK: &str = "taken_back";
/// What the conversation showed so shortly ago still holds.
const SEEN_JUST_NOW: TimeDelta = TimeDelta::seconds(5);

const TAKEN_BACK: &str = "A person took our writes back, so what we wrote is removed (B11)";
const STAYS: &str =
    "A person took our writes back: Front lets nobody remove them, so a comment says it (B11)";
const LEFT: &str =
    "A person moved the call to another contact, so what was written of it is taken back first (B7)";
const UNASSIGNED: &str =
    "A person took our writes back, so the conversation is whose it was before the call (B11)";

/// A record that is to be taken back, and where it stands.
struct Stood {
    conversation: String,
    /// Whose conversation it is.
    customer: Option<String>,
    /// The uids of its activities.
    entries: BTreeSet<String>,
    comments: BTreeSet<String>,
    /// To whom the call gave the conversation, and who had it before.
    given: Option<String>,
    had: Option<String>,
    /// The call left it archived.
    closed: bool,
    language: Language,
    /// As it was seen for this.
    seen: Option<Value>,
    seen_at: Option<DateTime<Utc>>,
    /// The comment is there.
    is_marked: bool,
    /// It is to be moved to this contact: id and name.
    to: Option<(String, String)>,
    /// What it was before it was moved; else it is the call's record of now.
    is_left: bool,
}

/// What a record leaves where it stands, if it is moved.
pub(super) fn left_behind(ledger: &Ledger) -> Value {
    let ids = |is: &dyn Fn(&str) -> bool| -> Vec<&str> {
        let rows = ledger.rows().filter(|row| is(&row.holding.key));
        rows.map(|row| row.holding.helpdesk_id.as_str()).filter(|id| !id.is_empty()).collect()
    };
    let given = ledger.detail("assignee").filter(|given| given.get("adopted").is_none());
    let ticket = ledger.detail("ticket");
    json!({
        "ticket": ledger.id("ticket"),
        "customer": ledger.id("customer"),
        "entries": ids(&|key| matches!(key, MAIN | DURATION | RECORDING)),
        "comments": ids(&|key| key.starts_with("comment:")),
        "assignee": given.and_then(|given| given.get("assignee")),
        "had": given.and_then(|given| given.get("from")).or(ticket.and_then(|ticket| ticket.get("had"))),
        "closed": ticket.and_then(|ticket| ticket.get("closed")),
        "language": frozen(ledger, "language"),
    })
}

impl Stood {
    fn read(told: &Value) -> Option<Stood> {
        let text = |key: &str| told.get(key).and_then(Value::as_str).map(str::to_owned);
        let all = |key: &str| {
            let all = told.get(key).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Some(Stood {
            conversation: text("ticket")?,
            customer: text("customer"),
            entries: all("entries"),
            comments: all("comments"),
            given: text("assignee"),
            had: text("had"),
            closed: told.get("closed").and_then(Value::as_bool).unwrap_or(false),
            language: text("language").as_deref().and_then(Language::from_code).unwrap_or_default(),
            seen: None,
            seen_at: None,
            is_marked: false,
            to: None,
            is_left: false,
        })
    }

    /// What is to be taken back of a call: first what was left where it was before, then the record of now.
    fn of(ledger: &Ledger) -> Option<Stood> {
        if let Some(left) = ledger.left_behind() {
            let moved = ledger.detail(MOVED)?;
            let to = (
                ledger.id(MOVED)?.to_owned(),
                moved.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
            );
            return Some(Stood {
                seen: moved.get("seen").filter(|seen| seen.is_object()).cloned(),
                seen_at: ledger.written_at(MOVED),
                is_marked: moved.get("marked").is_some(),
                to: Some(to).filter(|_| !ledger.has(WITHDRAWN)),
                is_left: true,
                ..Stood::read(left)?
            });
        }
        let own = Stood::read(&left_behind(ledger)).filter(|_| ledger.has(WITHDRAWN))?;
        let seen = ledger.detail(SEEN).filter(|seen| seen.get("others").is_some()).cloned();
        Some(Stood { seen, seen_at: ledger.written_at(SEEN), is_marked: ledger.has(MARK), ..own })
    }

    fn others(&self, what: &str) -> bool {
        let seen = self.seen.as_ref().and_then(|seen| seen.pointer(&format!("/others/{what}"))?.as_bool());
        seen.unwrap_or(true)
    }

    fn seen(&self, what: &str) -> Option<&Value> {
        self.seen.as_ref()?.get(what)
    }

    fn has_as_given(&self) -> bool {
        self.seen("assignee").and_then(Value::as_str) == self.given.as_deref()
    }

    /// Whether a person left it as it was.
    fn is_untouched(&self) -> bool {
        let is_archived = self.seen("archived").and_then(Value::as_bool).unwrap_or(true);
        self.has_as_given()
            && !self.others("comments")
            && !self.others("tags")
            && (!is_archived || self.closed)
    }

    /// Whether nothing of anybody else, and of no other call or message, is in it.
    fn is_alone(&self, call: &Call, context: &Context<'_>) -> bool {
        self.is_untouched() && !self.others("messages") && !self.has_another_under_way(call, context)
    }

    /// Whether something else of ours was written into it last, which Front may not show yet.
    fn has_another_under_way(&self, call: &Call, context: &Context<'_>) -> bool {
        let of = |one: &&crate::conversation::Conversation| Some(&one.customer) == self.customer.as_ref();
        let thread = context.conversations.iter().find(of).and_then(|known| known.thread.as_ref());
        let last = thread
            .filter(|thread| thread.ticket == self.conversation)
            .and_then(|thread| thread.last.as_deref());
        let own = record_marker(call);
        last.is_some_and(|last| last != own && !last.starts_with(&format!("{own}:again-")))
    }

    fn mark(&self, call: &Call, context: &Context<'_>) -> Write {
        let comment = NewComment { author: None, body: self.mark_text(call, context) };
        let request = comments::create(&ConversationId::new(self.conversation.clone()), &comment);
        Write {
            rule: if self.to.is_some() { LEFT.into() } else { STAYS.into() },
            ..from(WriteKind::TakeBack, &request)
        }
    }

    fn mark_text(&self, call: &Call, context: &Context<'_>) -> String {
        let w = words(self.language);
        let zone =
            context.settings.time_zone.or(call.line().and_then(|line| line.time_zone)).unwrap_or(Tz::UTC);
        let heading = kind(call).map(|kind| heading(call, kind, w)).unwrap_or_default();
        let about = match call.started_at() {
            Some(at) => format!("{heading}, {}", w.moment(at, zone)),
            None => heading,
        };
        let (text, line) = match &self.to {
            Some((contact, name)) => {
                (w.record_moved(&escape(name), &escape(&about)), format!("moved {contact}"))
            }
            None => (w.record_taken_back(&escape(&about)), "withdrawn".to_owned()),
        };
        format!("{text}\n{} {line}", record_marker(call))
    }

    /// What is still to be written, in order.
    fn writes(&self, call: &Call, ledger: &Ledger, context: &Context<'_>) -> Vec<Write> {
        let moved = |changed: &dyn Fn(&mut Value)| {
            let mut detail = ledger.detail(MOVED).cloned().unwrap_or_default();
            changed(&mut detail);
            Holding { key: MOVED.into(), helpdesk_id: ledger.id(MOVED).unwrap_or_default().into(), detail }
        };
        let id = ConversationId::new(self.conversation.clone());
        let mark = self.mark(call, context);
        if self.is_alone(call, context) {
            let trash =
                ConversationUpdate { status: Some(NewStatus::Deleted), ..ConversationUpdate::default() };
            let trash = Write {
                rule: TAKEN_BACK.into(),
                ..from(WriteKind::TakeBack, &conversations::update(&id, &trash))
            };
            if !self.is_left {
                let ours = |key: &str| {
                    matches!(key, MAIN | DURATION | RECORDING | "assignee") || key.starts_with("comment:")
                };
                let keys = ledger.rows().map(|row| row.holding.key.clone()).filter(|key| ours(key));
                return vec![Write { removes: keys.collect(), ..trash }];
            }
            // Whose conversation it was, for whatever is written there next.
            let whose = bare(SEEN, json!({ "customer": self.customer }));
            let trash =
                Write { holdings: vec![whose], removes: vec![MOVED.into()], rule: LEFT.into(), ..trash };
            // What was seen is seen anew, as time may have gone by.
            let marked = moved(&|detail| {
                detail["seen"] = Value::Null;
                detail["marked"] = true.into();
            });
            let mark = (!self.is_marked).then(|| Write { holdings: vec![marked], ..mark });
            return mark.into_iter().chain([trash]).collect();
        }
        let is_last = self.seen("newest").and_then(Value::as_bool).unwrap_or(false);
        let mut writes = Vec::new();
        if self.given.is_some() && self.is_untouched() && is_last {
            let to = self.had.clone().map_or(Assign::Nobody, |had| Assign::To(TeammateId::new(had)));
            let write = Write {
                rule: UNASSIGNED.into(),
                ..from(WriteKind::TakeBack, &conversations::assign(&id, &to))
            };
            let forgotten = moved(&|detail| detail["left"]["assignee"] = Value::Null);
            writes.push(match self.is_left {
                true => Write { holdings: vec![forgotten], ..write },
                false => Write { removes: vec!["assignee".into()], ..write },
            });
        }
        writes.push(match self.is_left {
            true => Write { removes: vec![MOVED.into()], ..mark },
            false => Write { holdings: vec![bare(MARK, json!({}))], ..mark },
        });
        writes
    }
}

/// Record − ledger for a call whose record was taken back, or is to be moved: what is left to take back goes before everything
/// else. `usual`: what is to be done besides.
pub(super) fn assess(case: &Case, context: &Context<'_>, early: Assessment, usual: Assessment) -> Assessment {
    let back = Stood::of(&case.ledger).filter(|back| back.is_left || is_open(&case.ledger));
    let is_withdrawn = case.ledger.has(WITHDRAWN);
    let Some(back) = back else {
        let mut assessment = if is_withdrawn { assessing::not_logged(early) } else { usual };
        if is_withdrawn {
            assessment.standing = Standing::NotLogged(reason());
        }
        return assessment;
    };
    let mut assessment = if is_withdrawn { assessing::not_logged(early) } else { usual };
    let mut writes = back.writes(&case.call, &case.ledger, context);
    assessment.step = step(case, &back, &writes, context.now);
    if !is_withdrawn {
        writes.append(&mut assessment.writes);
    }
    assessment.writes = writes;
    assessment.standing = Standing::Logged;
    assessment
}

/// Whether a record that was taken back is still there as it was.
fn is_open(ledger: &Ledger) -> bool {
    let is_there = [MAIN, DURATION, RECORDING].iter().any(|key| ledger.has(key));
    let is_there = is_there || ledger.under("comment:").next().is_some();
    is_there && !ledger.has(MARK) && !ledger.has(crate::ledger::GONE)
}

fn step(case: &Case, back: &Stood, writes: &[Write], now: DateTime<Utc>) -> Step {
    // What Front took and has not made yet would come into a conversation that was thrown away.
    match or_arrivals(case, Step::Rest, now) {
        Step::Rest => {}
        first if !back.is_left => return first,
        _ => {}
    }
    if writes.iter().all(|write| assessing::is_parked(case, write)) {
        return Step::Rest;
    }
    let is_fresh = back.seen.is_some() && back.seen_at.is_some_and(|at| now - at < SEEN_JUST_NOW);
    if is_fresh { Step::Write } else { Step::LookAtTicket }
}

fn reason() -> Reason {
    let text = "A person took this record back, so nothing more is written for the call. Write it again if it should be there \
                after all.";
    Reason { code: "withdrawn".into(), text: text.into() }
}

/// Asks how the conversation stands in which something is to be taken back; `None` if there is none.
pub(super) fn look(account: &Account, ledger: &Ledger) -> Option<Request> {
    let back = Stood::of(ledger)?;
    Some(conversations::get(&ConversationId::new(back.conversation)).to_http(account))
}

/// Whether that is what a look is for.
pub(super) fn is_looked_for(ledger: &Ledger) -> bool {
    Stood::of(ledger).is_some()
}

/// Reads that answer: the conversation, its messages, its comments.
pub(super) fn looked(
    account: &Account,
    case: &Case,
    told: &[Holding],
    answer: &Answer,
) -> Result<Probed, Refusal> {
    let ledger = &case.ledger;
    let Some(back) = Stood::of(ledger) else { return Ok(Probed::Nothing) };
    let Some(seen) = told.iter().find(|holding| holding.key == SEEN) else {
        return conversation_seen(account, ledger, &back, answer);
    };
    let mut seen = seen.detail.clone();
    let id = ConversationId::new(seen["conversation"].as_str().unwrap_or_default());
    if seen.pointer("/others/messages").is_none() {
        let listed = messages::of_conversation(&id, Some(MAX_LIMIT)).parse(answer).map_err(refusal)?;
        let ours = |message: &front::Message| {
            message.uid.as_ref().is_some_and(|uid| back.entries.contains(uid.as_str()))
        };
        let is_merged = id.as_str() != back.conversation;
        let has_more = messages::of_conversation(&id, Some(MAX_LIMIT)).next_page(&listed).is_some();
        seen["others"]["messages"] = (is_merged || has_more || !listed.items.iter().all(ours)).into();
        seen["newest"] = listed.items.iter().max_by_key(|one| one.created_at).is_some_and(ours).into();
        let told = told.iter().filter(|holding| holding.key != SEEN).cloned().chain([bare(SEEN, seen)]);
        return Ok(Probed::AskFurther(told.collect(), Box::new(comments::list(&id).to_http(account))));
    }
    let listed = comments::list(&id).parse(answer).map_err(refusal)?;
    let ours = |comment: &front::Comment| {
        let says_so = comment.body.as_deref().is_some_and(|body| mark_in(&case.call, body).is_some());
        says_so || back.comments.contains(comment.id.as_str())
    };
    seen["others"]["comments"] = (!listed.items.iter().all(ours)).into();
    if !back.is_left {
        let told = told.iter().filter(|holding| holding.key != SEEN).cloned().chain([bare(SEEN, seen)]);
        return Ok(Probed::Done(told.collect()));
    }
    Ok(Probed::Done(vec![moved_seen(ledger, |detail| {
        detail["left"]["ticket"] = seen["conversation"].clone();
        detail["seen"] = seen.clone();
    })]))
}

fn conversation_seen(
    account: &Account,
    ledger: &Ledger,
    back: &Stood,
    answer: &Answer,
) -> Result<Probed, Refusal> {
    let is_gone = |why: &str| match back.is_left {
        // Nothing is left of it.
        true => moved_seen(ledger, |detail| detail["gone"] = why.into()),
        false => gone(why),
    };
    let request = conversations::get(&ConversationId::new(back.conversation.clone()));
    let found = match request.parse(answer) {
        Ok(found) => found,
        Err(error) => {
            return match request.moved(&error, account) {
                Some(survivor) => Ok(Probed::Ask(Box::new(survivor.to_http(account)))),
                None if *error.kind() == ErrorKind::NotFound => {
                    Ok(Probed::Done(vec![is_gone("ticket_gone")]))
                }
                None if matches!(error.kind(), ErrorKind::Merged { .. }) => {
                    Err(Refusal::Permanent(error.kind().code().to_owned(), error.to_string()))
                }
                None => Err(refusal(error)),
            };
        }
    };
    if found.status == Some(Status::Deleted) {
        return Ok(Probed::Done(vec![is_gone("ticket_trashed")]));
    }
    let theirs = |tag: &front::Tag| tag.name.as_deref() != Some(TAG);
    let seen = json!({
        "conversation": found.id.as_str(),
        "assignee": assignee(&found),
        "archived": is_archived(&found),
        "inbox": ledger.detail(SEEN).and_then(|seen| seen.get("inbox")),
        "others": { "tags": found.tags.iter().any(theirs) || !has_our_tag(&found) },
    });
    let mut told = vec![bare(SEEN, seen)];
    if found.id.as_str() != back.conversation && !back.is_left {
        let mut detail = ledger.detail("ticket").cloned().unwrap_or_default();
        detail["merged_from"] = back.conversation.clone().into();
        told.push(Holding { key: "ticket".into(), helpdesk_id: found.id.to_string(), detail });
    }
    let messages = messages::of_conversation(&found.id, Some(MAX_LIMIT));
    Ok(Probed::AskFurther(told, Box::new(messages.to_http(account))))
}

fn moved_seen(ledger: &Ledger, changed: impl Fn(&mut Value)) -> Holding {
    let mut detail = ledger.detail(MOVED).cloned().unwrap_or_default();
    changed(&mut detail);
    Holding { key: MOVED.into(), helpdesk_id: ledger.id(MOVED).unwrap_or_default().into(), detail }
}

/// What a comment of ours says of a call's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// It was taken back.
    Withdrawn,
    /// It is at this contact.
    Moved(String),
}

/// Reads the last line of such a comment.
pub(super) fn mark_in(call: &Call, body: &str) -> Option<Mark> {
    let text = plain(body);
    let (_, rest) = text.rsplit_once(&format!("{} ", record_marker(call)))?;
    match rest.split_once(' ') {
        None if rest == "withdrawn" => Some(Mark::Withdrawn),
        Some(("moved", contact)) if !contact.contains(' ') => Some(Mark::Moved(contact.to_owned())),
        _ => None,
    }
}

/// Whether a write throws a conversation away.
pub(super) fn is_trash(write: &Write) -> bool {
    write.kind == WriteKind::TakeBack && write.body.get("status").and_then(Value::as_str) == Some("deleted")
}

/// Whether what is taken back was taken back, where the answer was lost long ago; the conversation tells.
pub(super) fn is_done(write: &Write, found: &front::Conversation) -> bool {
    match is_trash(write) {
        true => found.status == Some(Status::Deleted),
        false => assignee(found).as_deref() == write.body.get("assignee_id").and_then(Value::as_str),
    }
}
