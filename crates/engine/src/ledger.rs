//! What the helpdesk holds because we wrote it, and the writes that get it there.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One thing that the helpdesk holds, under a stable key: `customer`, `ticket`, `answered`, `comment:991`, `tag:line` …
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holding {
    /// Stable key, unique per call.
    pub key: String,
    /// The helpdesk's id; empty where the vendor gives none (a tag, a status).
    pub helpdesk_id: String,
    /// What has to be remembered of it: frozen texts, names, language.
    pub detail: Value,
}

/// A holding with the time at which its write was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerRow {
    /// The holding.
    pub holding: Holding,
    /// When the write was answered.
    pub written_at: DateTime<Utc>,
}

/// What the ticket looked like when the helpdesk last showed it. Not written by us, and no part of the record.
pub const SEEN: &str = "seen";
/// A person threw the ticket away: nothing more is written to it (G25). No part of the record.
pub const GONE: &str = "gone";
/// The record is made once more, beside tickets that were thrown away. No part of the record.
pub const AGAIN: &str = "again";

/// The ticket that a call was placed from (G9). Known before anything is written; no part of the record.
pub const FROM_TICKET: &str = "from_ticket";
/// The note in the ticket that a call was placed from.
pub const LINKED: &str = "linked";
/// Nothing is written into the ticket that a call was placed from: a person threw it away. No part of the record.
pub const UNLINKED: &str = "unlinked";

/// The helpdesk does not take the e-mail address that Aircall has of the caller (G4). No part of the record.
pub const EMAIL_REFUSED: &str = "email_refused";

/// Nothing is written into the ticket that a call was placed from, and that is the end of it.
#[must_use]
pub fn unlinked(why: &str) -> Holding {
    Holding { key: UNLINKED.into(), helpdesk_id: String::new(), detail: serde_json::json!({ "why": why }) }
}

/// The customer whom a person chose for this call only (B7). Not written by us, and no part of the record.
pub const CHOSEN: &str = "chosen";
/// The name that a person gave to a customer whom we had made under a placeholder (G5). No part of the record.
pub const NAMED: &str = "named";
/// Who has the e-mail address under which the caller was to be made (G4): the number goes to that customer. No part of the
/// record.
pub const OWNER: &str = "owner";
/// The helpdesk took what has this key, and lost it. No part of the record.
pub const LOST: &str = "lost:";
/// How often a write came to nothing although others went through (B3). No part of the record.
pub const IN_VAIN: &str = "in_vain";

/// Whether a key is that of something which the helpdesk shows by itself, a message or a comment: one that a call holds is
/// no other call's.
#[must_use]
pub fn is_one_calls(key: &str) -> bool {
    matches!(key, "main" | "message" | "duration" | "recording") || key.starts_with("comment:")
}

/// A person took our writes back: nothing more is written, and what can be is removed (B11). No part of the record.
pub const WITHDRAWN: &str = "withdrawn";
/// The customer to whom a person moved the record, until the helpdesk has it there. No part of the record.
pub const MOVED: &str = "moved";

/// What another integration wrote for a call of shadow mode, and how ours would have differed (B5). No part of the record.
pub const SHADOW: &str = "shadow";

/// All holdings of one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger(BTreeMap<String, LedgerRow>);

impl Ledger {
    /// From rows in any order.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = LedgerRow>) -> Ledger {
        Ledger(rows.into_iter().map(|row| (row.holding.key.clone(), row)).collect())
    }

    /// Whether nothing was ever written for the call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        // What a person decided beforehand is written nowhere, nor is what we only noticed.
        let none =
            |key: &str| matches!(key, CHOSEN | NAMED | FROM_TICKET | UNLINKED | OWNER | IN_VAIN | SHADOW);
        self.0.keys().all(|key| none(key))
    }

    /// Whether this was written.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// The helpdesk's id of what was written.
    #[must_use]
    pub fn id(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|row| row.holding.helpdesk_id.as_str())
    }

    /// What was remembered of it.
    #[must_use]
    pub fn detail(&self, key: &str) -> Option<&Value> {
        self.0.get(key).map(|row| &row.holding.detail)
    }

    /// When the write of it was answered.
    #[must_use]
    pub fn written_at(&self, key: &str) -> Option<DateTime<Utc>> {
        self.0.get(key).map(|row| row.written_at)
    }

    /// How often the write with this main key came to nothing, and when it was last tried so; `None` if it was not the
    /// last that did.
    #[must_use]
    pub fn in_vain(&self, main_key: &str) -> Option<(u32, DateTime<Utc>)> {
        let row = self.detail(IN_VAIN).filter(|row| row["write"] == main_key)?;
        let rounds = row["rounds"].as_u64().and_then(|rounds| u32::try_from(rounds).ok())?;
        Some((rounds, DateTime::from_timestamp(row["tried_at"].as_i64()?, 0)?))
    }

    /// How often the write with this main key was sent, and had no clear answer, before it was planned anew.
    #[must_use]
    pub fn tries(&self, main_key: &str) -> u32 {
        let row = self.detail(IN_VAIN).filter(|row| row["write"] == main_key);
        row.and_then(|row| row["tries"].as_u64()).and_then(|tries| u32::try_from(tries).ok()).unwrap_or(0)
    }

    /// Begins a record anew whose ticket a person threw away: what to put and what to forget. The customer stays, and
    /// so does the memory of the old ticket, so that it is never taken for the new one.
    #[must_use]
    pub fn begun_again(&self) -> (Vec<Holding>, Vec<String>) {
        let before = self.detail(AGAIN).and_then(|d| d.get("instead_of")?.as_array());
        let before = before.into_iter().flatten().filter_map(Value::as_str);
        let again = Ledger::instead_of(before.chain(self.id("ticket")).map(str::to_owned));
        let stays = |key: &str| {
            matches!(key, AGAIN | "customer" | FROM_TICKET | LINKED | UNLINKED) || key.starts_with("new_tag:")
        };
        let forgotten = self.0.keys().filter(|key| !stays(key)).cloned().collect();
        (Vec::from_iter(again), forgotten)
    }

    /// Whether a ticket was thrown away and replaced: it is not taken for the new one (G25).
    #[must_use]
    pub fn is_replaced(&self, ticket: &str) -> bool {
        let replaced = self.detail(AGAIN).and_then(|d| d.get("instead_of")?.as_array());
        replaced.is_some_and(|old| old.iter().any(|id| id.as_str() == Some(ticket)))
    }

    /// The memory of tickets that were thrown away and replaced; none if there are none.
    #[must_use]
    pub fn instead_of(tickets: impl Iterator<Item = String>) -> Option<Holding> {
        let ids: Vec<String> = tickets.collect();
        let detail = serde_json::json!({ "instead_of": ids });
        (!ids.is_empty()).then(|| Holding { key: AGAIN.into(), helpdesk_id: String::new(), detail })
    }

    /// What a record left where it stood, if it is moved by being written anew; none once that is taken back.
    #[must_use]
    pub fn left_behind(&self) -> Option<&Value> {
        let moved = self.detail(MOVED).filter(|moved| moved.get("gone").is_none())?;
        moved.get("left").filter(|left| left.is_object())
    }

    /// Whose conversation that is.
    #[must_use]
    pub fn left_at(&self) -> Option<&str> {
        self.left_behind()?.get("customer")?.as_str()
    }

    /// All rows, by key.
    pub fn rows(&self) -> impl Iterator<Item = &LedgerRow> {
        self.0.values()
    }

    /// Rows whose key begins with `prefix`, as (rest of the key, row).
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a LedgerRow)> + 'a {
        self.0
            .range(prefix.to_owned()..)
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(move |(key, row)| (&key[prefix.len()..], row))
    }

    /// Adds what a write achieved.
    pub fn put(&mut self, holding: Holding, written_at: DateTime<Utc>) {
        self.0.insert(holding.key.clone(), LedgerRow { holding, written_at });
    }

    /// Forgets what a write took back.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }
}

/// In the detail of `customer`: the helpdesk reaches this customer by that, and not by the number of the call.
pub const HANDLE: &str = "handle";

/// Whether a write ties a customer to a call without giving them its number.
#[must_use]
pub fn leads_past_the_number(write: &Write) -> bool {
    write.holdings.iter().any(|holding| holding.key == "customer" && holding.detail.get(HANDLE).is_some())
}

/// What kind of write it is: decides how an unclear failure is cleared up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteKind {
    /// A customer is made.
    CreateCustomer,
    /// A number is added to a customer that was found another way. Looked for at the customer before it is repeated.
    AddNumber,
    /// A customer whom we had made under a placeholder gets the name that a person gave. Looked for at the customer before
    /// it is repeated.
    NameCustomer,
    /// A ticket is made, with everything that is known.
    CreateTicket,
    /// A note is added.
    AddEntry,
    /// A tag is made. Harmless to repeat (the second time it exists).
    CreateTag,
    /// Tags are added to the ticket.
    AddTags,
    /// Tags that we added are taken off.
    RemoveTags,
    /// The ticket's status is set, once.
    SetStatus,
    /// The ticket goes to the agent whom the call was handed to (G24).
    SetAssignee,
    /// A note is added to the ticket that the call was placed from (G9): another one than the call's.
    AddLink,
    /// The ticket is given to another customer, because a person moved the record.
    GiveTicket,
    /// Something that we wrote is removed, because a person took it back (B11). Harmless to repeat.
    TakeBack,
}

impl WriteKind {
    /// Whether it changes a ticket that is there already.
    #[must_use]
    pub fn is_for_a_ticket(self) -> bool {
        match self {
            WriteKind::CreateCustomer
            | WriteKind::AddNumber
            | WriteKind::NameCustomer
            | WriteKind::CreateTicket
            | WriteKind::CreateTag
            | WriteKind::AddLink
            // Looked at before it is planned; and what is gone needs no removing.
            | WriteKind::TakeBack => false,
            WriteKind::GiveTicket
            | WriteKind::AddEntry
            | WriteKind::AddTags
            | WriteKind::RemoveTags
            | WriteKind::SetStatus
            | WriteKind::SetAssignee => true,
        }
    }
}

/// Stands in a write's path for the place that calls are logged into (F1), until it was found or made.
pub const PLACE: &str = "{inbox}";

/// One request that changes the helpdesk, and what it achieves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// What it is.
    pub kind: WriteKind,
    /// What the helpdesk will hold afterwards; ids are filled in from the answer.
    pub holdings: Vec<Holding>,
    /// Ledger keys that it takes back.
    pub removes: Vec<String>,
    /// HTTP verb.
    pub method: String,
    /// Path and query below the helpdesk's address.
    pub path: String,
    /// JSON body.
    pub body: Value,
    /// Our `external_id` in it, by which it is found again.
    pub marker: Option<String>,
    /// Which rule of the record leads to it, in words (B11).
    pub rule: String,
}

impl Write {
    /// Stable name within the call: what it settles.
    #[must_use]
    pub fn key(&self) -> String {
        let mut keys: Vec<&str> = self.holdings.iter().map(|h| h.key.as_str()).collect();
        keys.extend(self.removes.iter().map(String::as_str));
        keys.join("+")
    }
}

impl Write {
    /// Whether it is not known yet where it goes.
    #[must_use]
    pub fn lacks_its_place(&self) -> bool {
        self.path.contains(PLACE)
    }

    /// Whether it gets this key into the ledger, or takes it out.
    #[must_use]
    pub fn concerns(&self, key: &str) -> bool {
        self.holdings.iter().any(|holding| holding.key == key) || self.removes.iter().any(|gone| gone == key)
    }

    /// What it is mainly for: stays the same when further facts are packed into it.
    #[must_use]
    pub fn main_key(&self) -> &str {
        self.holdings
            .first()
            .map(|h| h.key.as_str())
            .or(self.removes.first().map(String::as_str))
            .unwrap_or_default()
    }
}

/// How far a write has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttemptState {
    /// Committed and sent, no answer yet. After a crash this is as unclear as a time-out.
    Sent,
    /// Nobody knows whether it was carried out; the marker is being looked up.
    Unclear,
    /// Refused for good; retried when a person asks.
    Parked,
}

/// A write's intent, committed before the request.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The write, body included.
    pub write: Write,
    /// How far it has come.
    pub state: AttemptState,
    /// When it was sent.
    pub begun_at: DateTime<Utc>,
    /// Look-ups of the marker that found nothing; for a write that has none, 1 once it is being repeated.
    pub probes: u32,
    /// When the marker is looked up, or the write repeated, next.
    pub next_at: Option<DateTime<Utc>>,
    /// Why it is parked, or unclear: code and sentence.
    pub reason: Option<(String, String)>,
}
