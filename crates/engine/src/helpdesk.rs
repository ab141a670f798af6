//! What the engine asks of a helpdesk: pure functions from facts to requests and from answers to holdings.
//!
//! A helpdesk holds no state, sends nothing and knows no clock; adding one means implementing this trait. The order
//! in which things happen (look-up, intent, request, probe) is the outbox's business.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sidetone_protocol::{Completeness, OpenRecords, Reason, Vendor};

use crate::call::{Agent, Call, CaseId};
use crate::choice::{CallerName, Choice};
use crate::conversation::Conversation;
use crate::directory::entry::{Address, Entry, EntryPage, Order};
use crate::directory::{Customer, Matched, People, Person};
use crate::files::{UnderWay, Wanted};
use crate::ledger::{Attempt, Holding, Ledger, Write, WriteKind};
pub use crate::matched_by::MatchedBy;
use crate::number::E164;
use crate::others::{Others, OthersRecord, Span};
use crate::outline::Outline;
use crate::settings::Settings;
use crate::store::Case;

/// A vendor's answer.
pub type Answer = http::Response<Bytes>;
/// A request to a vendor.
pub type Request = http::Request<Bytes>;

/// What an answer other than success means for the outbox.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Not performed; every lane waits.
    RateLimited(Duration),
    /// The credential is refused; nothing goes until it is mended.
    Credential(String),
    /// There is no such account.
    WrongAccount(String),
    /// May have been performed; look before repeating.
    Unclear(String),
    /// Taken, and not there yet: this is the write as it is to be looked for, with what the helpdesk told of it.
    Accepted(Box<Write>),
    /// What it speaks of is not there (any more).
    Missing(String),
    /// Another customer has this e-mail address.
    Conflict(String),
    /// It names somebody or something that is not there any more: learn anew, then plan again.
    Stale(String),
    /// The place or the conversation that it was to go into is not there any more: find out where, then plan again.
    Astray(String),
    /// Refused for good: code and sentence.
    Permanent(String, String),
}

/// What became of a customer that a refused write names.
#[derive(Clone, Debug)]
pub enum Whereabouts {
    /// Still there, so the refusal has another cause.
    There,
    /// Merged into this one.
    Became {
        /// The id by which it was known.
        was: String,
        /// Who it is now.
        customer: Customer,
    },
    /// Deleted.
    Gone {
        /// The id by which it was known.
        was: String,
    },
    /// Another request is needed to tell.
    Ask {
        /// The id by which it was known.
        was: String,
        /// What to ask.
        request: Box<Request>,
    },
}

/// What became of a customer, by the customer's own page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerSeen {
    /// Still there.
    There(Customer),
    /// Merged into the one with this id.
    Became(String),
    /// Deleted, or there never was one.
    Gone,
}

/// Who has the e-mail address under which a customer was to be made.
#[derive(Clone, Debug)]
pub enum Owner {
    /// Somebody who gets the number instead, by this write; its first holding is the customer.
    Gets(Box<Write>),
    /// Who was asked about was merged into the one with this id.
    IsNow(String),
    /// Nobody who is found by it.
    Nobody,
}

/// What everybody but the call itself knows.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// Now.
    pub now: DateTime<Utc>,
    /// The helpdesk's people; `None` until they were read once.
    pub people: Option<&'a People>,
    /// The helpdesk's tag names; `None` until they were read once.
    pub tags: Option<&'a BTreeSet<String>>,
    /// Aircall's teams, by id; `None` until they were read once.
    pub teams: Option<&'a BTreeMap<u64, Team>>,
    /// Aircall's users; `None` until they were read once.
    pub agents: Option<&'a [Agent]>,
    /// Fixed slugs of Aircall's built-in tags, by tag id; `None` until they were read once.
    pub slugs: Option<&'a BTreeMap<u64, String>>,
    /// What the helpdesk said of the caller's number.
    pub matched: Option<&'a Matched>,
    /// Ids of activities that other calls hold, as far as an answer showed them: none of them is this call's.
    pub taken: &'a BTreeSet<String>,
    /// The shared customer of withheld callers, as found or made (`None`: not asked yet).
    pub anonymous: Option<&'a Matched>,
    /// The conversations of those who may be the customer of a text message, or of a call where calls go into
    /// conversations, as last seen.
    pub conversations: &'a [Conversation],
    /// The place that calls are logged into, where the helpdesk has one by name (F1); `None` until it was found or made.
    pub place: Option<&'a str>,
    /// Who is on a line, where that had to be asked, by the line's id.
    pub line_users: &'a BTreeMap<u64, LineUsers>,
    /// The call's files that are on their way.
    pub under_way: &'a UnderWay,
    /// What a person decided about the caller's number.
    pub choice: Option<&'a Choice>,
    /// What was written from then on is in our ledger; before, a database that is lost, or another installation, may have
    /// written (B17).
    pub remembers_since: DateTime<Utc>,
}

impl Context<'_> {
    /// An agent as a call or a comment names them, completed out of Aircall's list: nested in other objects only the id is
    /// sure to be there (`reference/aircall.md` §4).
    #[must_use]
    pub fn completed(&self, agent: Agent) -> Agent {
        let known = self.agents.into_iter().flatten().find(|known| known.id == agent.id);
        Agent {
            id: agent.id,
            email: agent.email.or_else(|| known?.email.clone()),
            name: match known {
                Some(known) if agent.name.is_empty() => known.name.clone(),
                _ => agent.name,
            },
        }
    }
}

/// An Aircall team with its members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// Ids of its members.
    pub users: BTreeSet<u64>,
}

/// Who is on a line (M5), as Aircall said last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineUsers {
    /// They; empty, too, if Aircall could not be asked.
    pub users: Vec<Agent>,
    /// When that was asked.
    pub read_at: DateTime<Utc>,
}

/// What to do for a call now.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nothing, until a new fact comes.
    Rest,
    /// Nothing before this moment.
    Wait(DateTime<Utc>),
    /// One fresh read from Aircall, with the IVR timeline if asked for.
    Read {
        /// Ask for the IVR timeline.
        timeline: bool,
    },
    /// Ask the helpdesk who has the number.
    LookUp(E164),
    /// Ask the helpdesk for the shared customer of withheld callers.
    LookUpAnonymous,
    /// Ask what became of the customer chosen for the number: a look-up does not find the number there any more.
    LookAtChosen(String),
    /// See first whether a customer still has the placeholder that we wrote, then carry out the plan (G5).
    LookAtNamed,
    /// The helpdesk's lists (people, tags) are needed first.
    Lists,
    /// Ask the helpdesk which conversation of this customer takes a text message (M3), or a call (F3).
    LookForConversation(String),
    /// The place that calls are logged into is to be found, or made, first (F1).
    Place,
    /// Ask Aircall who is on this line: of a message that was sent, nobody told by whom (M5).
    ReadLine(u64),
    /// Ask the helpdesk for our marker before the first create (B17).
    Adopt(Option<Box<Customer>>),
    /// See first whether the ticket is still there and as we left it (G24, G25), then carry out the plan.
    LookAtTicket,
    /// Get this file into the helpdesk, one step further: a fresh link, the download, the upload (G17).
    Fetch(Box<Wanted>),
    /// See first whether the ticket that the call was placed from is still there (G9), then carry out the plan.
    LookAtLinked,
    /// Ask for what the helpdesk took without saying what became of it.
    LookForArrivals,
    /// Carry out the first write of the plan.
    Write,
}

/// Where the record of a call stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It should be written; `writes` of the assessment may be empty.
    Logged,
    /// Nothing is known yet that calls for a record (it still rings).
    Early,
    /// A person must decide.
    Held(Reason),
    /// A person threw the ticket away: nothing more is written, unless the record is asked for once more (G25).
    Gone(Reason),
    /// Nothing is written.
    NotLogged(Reason),
}

/// Record − ledger, and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Where the record stands.
    pub standing: Standing,
    /// What to do now.
    pub step: Step,
    /// Everything that is still to be written, in order.
    pub writes: Vec<Write>,
    /// Files that are to be uploaded before a write can carry them.
    pub files: Vec<Wanted>,
    /// B10.
    pub completeness: Completeness,
    /// The customer it is or would be logged to.
    pub customer: Option<Customer>,
    /// How the customer was found (B11).
    pub matched_by: MatchedBy,
}

/// What a look-up of our marker found.
#[derive(Clone, Debug)]
pub enum Probed {
    /// Nothing (yet).
    Nothing,
    /// It was carried out; this is held now.
    Done(Vec<Holding>),
    /// Another request is needed to tell.
    Ask(Box<Request>),
    /// Another request is needed to tell all; this is told already.
    AskFurther(Vec<Holding>, Box<Request>),
}

/// What a look for a conversation found (M3, F3).
#[derive(Clone, Debug)]
pub enum Told {
    /// It, or that there is none.
    Conversation(Box<Conversation>),
    /// The customer is gone, or was merged into another one.
    CustomerIsGone,
    /// Another request is needed to tell.
    Ask {
        /// What to ask.
        request: Box<Request>,
        /// What is known by then.
        so_far: Option<Box<Conversation>>,
    },
}

/// What a look for a call's record found (B17).
#[derive(Clone, Debug)]
pub struct Adopted {
    /// Everything found so far.
    pub holdings: Vec<Holding>,
    /// What has to be asked further; `None` at the end.
    pub next: Option<Request>,
}

/// What a look for writes told that were taken, and of which nothing was seen yet.
#[derive(Clone, Debug)]
pub enum Arrivals {
    /// Another request is needed; this is there by now.
    Ask(Vec<Holding>, Box<Request>),
    /// All that is to be known now.
    Told {
        /// What is there, and what is still looked for.
        put: Vec<Holding>,
        /// The keys of what the helpdesk has lost.
        lost: Vec<String>,
    },
}

/// A record of ours, met while walking through what the helpdesk holds.
#[derive(Clone, Debug)]
pub struct Met {
    /// The call it is of, by its marker.
    pub call: CaseId,
    /// The vendor's own object.
    pub record: Value,
}

/// An upload, but for the file's own bytes.
#[derive(Debug)]
pub struct Upload {
    /// The head, with the length of everything.
    pub head: http::Request<()>,
    /// What is sent before the file.
    pub before: Bytes,
    /// What is sent after it.
    pub after: Bytes,
}

/// A page of a list that is kept locally.
#[derive(Clone, Debug)]
pub struct ListPage<T> {
    /// Its items.
    pub items: Vec<T>,
    /// The request for the next page.
    pub next: Option<Request>,
}

/// An unclear write is looked for so long after the request, in milliseconds (`design.md` §3.6).
pub const LOOKS_MS: &[i64] = &[5_000, 20_000, 60_000];

/// The settings in the store that keep where calls are logged into: as it is known; else as it was, while that is in doubt.
pub const PLACE_KEPT_IN: [&str; 2] = ["place", "place_was"];

/// A helpdesk.
pub trait Helpdesk: Send + Sync {
    /// Which.
    fn vendor(&self) -> Vendor;

    /// Asks for the customers whose number is stored in just this spelling; one request.
    fn look_up(&self, address: &Address) -> Request;
    /// Reads that answer.
    ///
    /// # Errors
    /// What the answer means instead.
    fn looked_up(&self, answer: &Answer) -> Result<EntryPage, Refusal> {
        self.entries_read(answer)
    }
    /// Another spelling that a number may be stored in, if nobody has it in E.164; only asked for while the directory
    /// does not know all spellings.
    fn other_spelling(&self, _number: &E164) -> Option<Address> {
        None
    }
    /// Asks for a page of all customers; `cursor` is the `next` of the page before in the same order.
    fn entries(&self, order: Order, cursor: Option<&str>) -> Request;
    /// Reads any list of customers. A list that was asked for with a filter may hold others as well.
    ///
    /// # Errors
    /// What the answer means instead.
    fn entries_read(&self, answer: &Answer) -> Result<EntryPage, Refusal>;
    /// Searches for customers who may have this number in another spelling; `None` where there is no search.
    fn search(&self, number: &E164) -> Option<Request>;
    /// Reads that answer: ids of candidates, whose numbers are still to be compared.
    ///
    /// # Errors
    /// What the answer means instead.
    fn searched(&self, answer: &Answer) -> Result<Vec<String>, Refusal>;
    /// Asks for one customer; `None` if there can be none with this id.
    fn entry(&self, id: &str) -> Option<Request>;
    /// Reads that answer; `None`: there is none any more.
    ///
    /// # Errors
    /// What the answer means instead.
    fn entry_read(&self, answer: &Answer) -> Result<Option<Entry>, Refusal>;
    /// Asks for the shared customer of withheld callers (G23).
    fn look_up_anonymous(&self) -> Request;
    /// Reads that answer.
    ///
    /// # Errors
    /// What the answer means instead.
    fn looked_up_anonymous(&self, answer: &Answer) -> Result<Vec<Customer>, Refusal>;

    /// Asks for one customer; `None` if no customer can have this id.
    fn look_at_customer(&self, id: &str) -> Option<Request>;
    /// Reads that answer.
    ///
    /// # Errors
    /// What the answer means instead.
    fn customer_seen(&self, id: &str, answer: &Answer) -> Result<CustomerSeen, Refusal>;
    /// What to keep with a call whose customer is to get this name ([`NAMED`](crate::ledger::NAMED)); `None` if the
    /// customer is not called as we call those whose name nobody knows: then a person has named them, and that stays.
    fn rename(&self, number: &E164, customer: &Customer, name: &CallerName) -> Option<Holding>;
    /// Reads the answer to [`Helpdesk::look_at_customer`] for such a call, just before the write.
    ///
    /// # Errors
    /// What the answer means instead.
    fn named_seen(&self, case: &Case, answer: &Answer) -> Result<Option<Holding>, Refusal>;

    /// Asks for the first page of the people.
    fn people(&self) -> Request;
    /// Reads a page of the people.
    ///
    /// # Errors
    /// What the answer means instead.
    fn people_read(&self, answer: &Answer) -> Result<ListPage<Person>, Refusal>;
    /// Asks for the first page of the tags; `None` where tags need not exist before they are used.
    fn tags(&self) -> Option<Request>;
    /// Reads a page of the tags' names.
    ///
    /// # Errors
    /// What the answer means instead.
    fn tags_read(&self, answer: &Answer) -> Result<ListPage<String>, Refusal>;

    /// Record − ledger for a call, now, under the settings. The rows live here.
    fn assess(&self, case: &Case, context: &Context<'_>) -> Assessment;

    /// Whether what we wrote can be removed again (B11).
    fn takes_back(&self) -> bool {
        false
    }
    /// Whether a record can be given to another customer.
    fn gives_records(&self) -> bool {
        false
    }

    /// What a record leaves where it stands, where it can only be given away by being written anew. `None`: it goes as it is.
    fn left_behind(&self, _ledger: &Ledger) -> Option<Value> {
        None
    }

    /// How the record of a call would stand once these writes, all that it still takes, are carried out.
    fn outline(&self, call: &Call, writes: &[Write], now: DateTime<Utc>) -> Outline;

    /// The write as a request.
    fn request(&self, write: &Write) -> Request;
    /// Reads the answer to a write: its holdings, ids filled in.
    ///
    /// # Errors
    /// What the answer means instead.
    fn settle(&self, write: &Write, answer: &Answer) -> Result<Vec<Holding>, Refusal>;

    /// After a create was refused because another customer has the e-mail: asks who, or how that `owner` is now.
    fn conflicting(&self, write: &Write, owner: Option<&str>) -> Option<Request>;
    /// Asks once more who, where nobody was found: the e-mail may be a further one of somebody's.
    fn conflicting_otherwise(&self, write: &Write) -> Option<Request>;
    /// Reads that answer.
    ///
    /// # Errors
    /// What the answer means instead.
    fn resolve_conflict(&self, write: &Write, answer: &Answer) -> Result<Owner, Refusal>;

    /// Whether calls, too, go into the customer's conversation (F3).
    fn logs_into_conversations(&self) -> bool {
        false
    }
    /// Asks for what a customer has open, for a person who looks at the customer; `None` if there can be no such customer.
    fn open_records(&self, customer: &str) -> Option<Request>;
    /// Reads that answer; whoever has a record is told by id.
    ///
    /// # Errors
    /// What the answer means instead.
    fn open_records_read(&self, customer: &str, answer: &Answer) -> Result<OpenRecords, Refusal>;

    /// Asks what a customer has, whoever wrote it, to compare it with what we would have written (B5); `None` if there can
    /// be no such customer.
    fn others_records(&self, customer: &str) -> Option<Request>;
    /// Reads that answer, or the one to a further question `about` a record: what is not ours, and bears a moment of the
    /// span.
    ///
    /// # Errors
    /// What the answer means instead.
    fn others_read(
        &self,
        customer: &str,
        span: Span,
        about: Option<&OthersRecord>,
        answer: &Answer,
    ) -> Result<Others, Refusal>;

    /// Asks which conversation a customer has; `known`: as last seen.
    fn look_for_conversation(&self, customer: &str, known: Option<&Conversation>) -> Request;
    /// Reads that answer, or the one to the further question; `so_far`: what the answers before told.
    ///
    /// # Errors
    /// What the answer means instead.
    fn conversation_told(
        &self,
        customer: &str,
        known: Option<&Conversation>,
        so_far: Option<&Conversation>,
        now: DateTime<Utc>,
        answer: &Answer,
    ) -> Result<Told, Refusal>;
    /// What a write made of its customer's conversation; `None`: nothing. `held`: what the answer told.
    fn conversation_after(
        &self,
        known: Option<&Conversation>,
        customer: &str,
        write: &Write,
        held: &[Holding],
        now: DateTime<Utc>,
    ) -> Option<Conversation>;

    /// Looks for the place that calls are logged into; `None` for a helpdesk that has none by name.
    fn look_for_place(&self) -> Option<Request> {
        None
    }
    /// Reads that answer: its id, if it is there. `was`: as it was known; while there is such a one, it is that, whatever
    /// it is called by now.
    ///
    /// # Errors
    /// What the answer means instead.
    fn place_found(&self, _was: Option<&str>, _answer: &Answer) -> Result<Option<String>, Refusal> {
        Ok(None)
    }
    /// Makes the place, for these people; `None` for a helpdesk that has none by name.
    fn make_place(&self, _members: &[&Person]) -> Option<Request> {
        None
    }
    /// Reads that answer: its id.
    ///
    /// # Errors
    /// What the answer means instead.
    fn place_made(&self, answer: &Answer) -> Result<String, Refusal> {
        self.place_found(None, answer)?.ok_or_else(|| Refusal::Unclear("the answer has no id".into()))
    }

    /// Asks for what the helpdesk took for this call without saying what became of it; `None` if there is nothing.
    fn look_for_arrivals(&self, _case: &Case) -> Option<Request> {
        None
    }
    /// Reads the answer to `asked`. `seen`: what is there by the answers before; `taken`: ids that belong to other calls.
    ///
    /// # Errors
    /// What the answer means instead.
    fn arrivals_told(
        &self,
        _case: &Case,
        _asked: &http::Uri,
        _seen: &[Holding],
        _taken: &BTreeSet<String>,
        _answer: &Answer,
    ) -> Result<Arrivals, Refusal> {
        Ok(Arrivals::Told { put: Vec::new(), lost: Vec::new() })
    }

    /// Asks how the ticket of a call is, one light request; `None` if it has none.
    fn look_at_ticket(&self, case: &Case) -> Option<Request>;
    /// Reads that answer: what was seen ([`SEEN`](crate::ledger::SEEN)), and whether the ticket was thrown away
    /// ([`GONE`](crate::ledger::GONE)). `told`: by the answers before.
    ///
    /// # Errors
    /// What the answer means instead.
    fn ticket_seen(&self, case: &Case, told: &[Holding], answer: &Answer) -> Result<Probed, Refusal>;

    /// Asks how the ticket is that the call was placed from (G9); `None` if there is none.
    fn look_at_linked(&self, case: &Case) -> Option<Request>;
    /// Reads the answer to `asked`, step by step: that a person threw the ticket away
    /// ([`UNLINKED`](crate::ledger::UNLINKED)), or our note in it; `Nothing` if it stands and has none.
    ///
    /// # Errors
    /// What the answer means instead.
    fn linked_seen(&self, case: &Case, asked: &http::Uri, answer: &Answer) -> Result<Probed, Refusal>;

    /// Asks whether the credential is still accepted: the lightest question there is (G20).
    fn check(&self) -> Request;
    /// Reads that answer.
    ///
    /// # Errors
    /// What the answer means instead.
    fn checked(&self, answer: &Answer) -> Result<(), Refusal>;

    /// After a write was refused: asks what became of the customer that it names, if it names one.
    fn whereabouts(&self, write: &Write) -> Option<Request>;
    /// Reads that answer.
    ///
    /// # Errors
    /// What the answer means instead.
    fn whereabouts_told(&self, write: &Write, answer: &Answer) -> Result<Whereabouts, Refusal>;

    /// The upload of a file. `boundary`: random, so that the file does not hold it.
    fn upload(&self, name: &str, content_type: &str, bytes: u64, boundary: &str) -> Upload;
    /// The path that files are sent to with POST, for whoever asks what is sent.
    fn upload_path(&self) -> &'static str;
    /// Reads the answer to an upload: what a note needs in order to carry the file, for the ledger.
    ///
    /// # Errors
    /// What the answer means instead.
    fn uploaded(&self, answer: &Answer) -> Result<Value, Refusal>;

    /// Asks whether an unclear write was carried out; `None` if it is harmless to repeat.
    fn probe(&self, write: &Write) -> Option<Request>;
    /// Asks the same of a write that is harmless to repeat, where so much time went by that people may have changed what it
    /// says: if it was not carried out it is planned anew. `None`: it is repeated as it was.
    fn probe_late(&self, _write: &Write) -> Option<Request> {
        None
    }
    /// Whether a write also sets what people set (status, assignee, archived or not): then it goes by a look of just now.
    fn sets_what_people_set(&self, write: &Write) -> bool {
        matches!(write.kind, WriteKind::SetStatus | WriteKind::SetAssignee | WriteKind::TakeBack)
    }
    /// When it is looked for: so many milliseconds after the request. After the last look it was not carried out.
    fn looks_ms(&self, _write: &Write) -> &'static [i64] {
        LOOKS_MS
    }
    /// A write that was taken and never came to be, as it is sent once more before others of the customer go first.
    fn sent_anew(&self, _write: &Write) -> Option<Write> {
        None
    }
    /// Reads that answer; `taken`: ids of activities that other calls hold.
    ///
    /// # Errors
    /// What the answer means instead.
    fn probed(&self, attempt: &Attempt, taken: &BTreeSet<String>, answer: &Answer)
    -> Result<Probed, Refusal>;

    /// Asks for a record of this call that is there already although the ledger knows nothing (B17); at this customer's,
    /// where the helpdesk keeps records by customer, else of whoever has the number.
    fn adopt(&self, case: &Case, of: Option<&str>) -> Request;
    /// Whether a record is found only by asking for whose it is.
    fn adopts_by_customer(&self) -> bool {
        false
    }
    /// Reads the answer to `asked`, step by step; `so_far`: what the steps before found.
    ///
    /// # Errors
    /// What the answer means instead.
    fn adopted(
        &self,
        case: &Case,
        asked: &http::Uri,
        so_far: &[Holding],
        context: &Context<'_>,
        answer: &Answer,
    ) -> Result<Adopted, Refusal>;

    /// Asks for the helpdesk's records, newest first; `None` where they cannot be told from others.
    fn records(&self) -> Option<Request>;
    /// Reads a page of them: those of ours; no further page once they were made before `since`.
    ///
    /// # Errors
    /// What the answer means instead.
    fn records_read(&self, since: DateTime<Utc>, answer: &Answer) -> Result<ListPage<Met>, Refusal>;
    /// What a record that was met says by itself, and the question that [`Helpdesk::adopted`] goes on with; `None` if it
    /// is no record of this call.
    fn adopt_met(&self, case: &Case, met: &Met, context: &Context<'_>) -> Option<(Vec<Holding>, Request)>;

    /// Which account it is, as it can be told without asking: customers and tickets of another one have nothing to do with
    /// this one's.
    fn account(&self) -> String;
    /// What the headers tell of the request limit: used and limit.
    fn told(&self, headers: &http::HeaderMap) -> Option<(u32, u32)>;
    /// In how many seconds nothing of it is used any more, where the headers tell that of an answer that came now.
    fn is_unused_in(&self, _headers: &http::HeaderMap, _now: DateTime<Utc>) -> Option<i64> {
        None
    }
    /// The customer's page for a browser.
    fn customer_url(&self, id: &str) -> Option<String>;
    /// The ticket's page for a browser.
    fn ticket_url(&self, id: &str) -> Option<String>;
    /// The id of a ticket as the API takes it, of one as a person has it from an address; `None` if it is none.
    fn ticket_id(&self, given: &str) -> Option<String> {
        self.ticket_url(given).map(|_| given.to_owned())
    }
}
