//! The one loop: stimuli in, requests out, one owner of the state.
//!
//! A turn folds what arrived, keeps the lists fresh, looks callers up and sends what is due; each answer changes the
//! store in one commit and leads to the next turn. Everything that must survive is in the store before it is acted on.

mod accounting;
mod adoption;
mod anew;
mod answers;
mod arrivals;
mod authorization;
pub(crate) mod backfill;
mod cards;
mod computer;
mod deciding;
mod decision;
mod desk;
mod dialling;
mod files;
mod fold;
mod gaps;
mod health;
mod heartbeat;
pub(crate) mod helpdesks;
mod in_vain;
mod indexing;
mod keeping;
mod linked;
mod lists;
mod looks;
mod messages;
mod mirror;
mod naming;
mod open_records;
mod outbox;
mod people;
mod place;
mod poll;
mod privacy;
mod questions;
mod recovery;
mod shadow;
mod speaking;
mod sweep;
mod taken;
mod taking_back;
mod tellings;
mod uninstall;
pub(crate) mod webhook;
mod who;
pub(crate) mod without_one;
mod writing;
mod written;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use sidetone_protocol::{BackfillState, BackfillView, Health, Mode, Pushed, Vendor};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use uuid::Uuid;

use self::accounting::Accounting;
pub(crate) use self::accounting::readings as account_readings;
use self::adoption::Adoption;
use self::authorization::Checking;
use self::backfill::{Backfilling, Counted};
use self::computer::Computer;
pub use self::computer::TOO_LITTLE_BYTES;
use self::deciding::Deciding;
pub use self::deciding::Declined;
pub(crate) use self::deciding::{Wish, WishTold};
use self::desk::Desk;
use self::dialling::{Askers, Dialling};
use self::files::Transfers;
use self::gaps::Gaps;
use self::health::Telling;
pub(crate) use self::health::requests_kept_in;
use self::heartbeat::Heartbeat;
pub(crate) use self::helpdesks::Helpdesks;
use self::indexing::Indexing;
use self::keeping::Keeping;
pub(crate) use self::lists::{LINE_COUNTRIES, OWN_NUMBERS};
use self::lists::{List, Lists};
pub(crate) use self::messages::conversations;
pub(crate) use self::mirror::Progress;
use self::mirror::{Mirror, MirrorPage};
use self::naming::Asked;
pub(crate) use self::open_records::Looker;
use self::open_records::Looking;
use self::place::{Place, PlaceStep};
use self::poll::Polling;
pub(crate) use self::privacy::ForgetTold;
use self::privacy::Privacy;
use self::recovery::Recovery;
use self::shadow::Comparing;
use self::speaking::Speaking;
pub use self::sweep::AdoptProgress;
use self::sweep::Sweep;
use self::tellings::Tellings;
use self::uninstall::Uninstalled;
use self::webhook::{Hook, WebhookStep};
use self::who::Searched;
use self::writing::Writing;
use crate::act::{DialAsk, Dialled, Said, Told};
use crate::backfill::{BackfillAsk, BackfillRefused};
use crate::budget::{Budget, Counting, Lane};
use crate::call::CaseId;
use crate::clock::Clock;
use crate::conversation::Conversation;
use crate::desk::{DeskDeed, DeskTold, Whom};
use crate::dial::DIALS_KEPT;
use crate::directory::entry::{Address, Entry};
use crate::files::{Medium, Wanted};
use crate::forgetting;
use crate::gate::GoLive;
use crate::handle::{Handle, Shared};
use crate::health::Link;
use crate::helpdesk::{Answer, Helpdesk, Refusal, Request};
use crate::keep::KeptFile;
use crate::knowledge::Knowledge;
use crate::ledger::{AttemptState, Holding, Write};
use crate::number::E164;
use crate::settings::Settings;
use crate::store::{Change, Store, StoreError};
use crate::tokens::Tokens;
use crate::transport::{Transport, TransportError};
use crate::windows::Walk;

/// The setting that keeps which mode held since when.
pub(crate) const MODE_CHANGES: &str = "mode_changes";
/// Events are kept this long for windows that were away (`design.md` §6: at least an hour).
const PUSHED_KEPT: TimeDelta = TimeDelta::hours(2);
/// The store is asked again this long after it refused.
const STORE_AGAIN: TimeDelta = TimeDelta::seconds(1);
/// A step that other engines on the same store come in between of is tried so often.
const STEP_TRIES: u32 = 8;
/// While the helpdesk refuses us, nothing is tried sooner than after this.
const LET_IN_AT_LEAST: TimeDelta = TimeDelta::seconds(1);
/// A machine that slept wakes with timers that are late; the loop looks at the clock at least this often.
const LONGEST_REST: TimeDelta = TimeDelta::seconds(15);

/// What the engine is made of; everything outside it comes in here.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The way to the vendors.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The helpdesk.
    pub helpdesk: Arc<dyn Helpdesk>,
    /// The Aircall account.
    pub aircall: aircall::Account,
    /// The settings.
    pub settings: Settings,
}

/// What comes from outside.
pub(crate) enum Stimulus {
    /// Something lies in the inbox.
    Arrived,
    /// A parked or held call is to be tried again.
    Retry(CaseId),
    /// A person decides whose call it is; told what became of that.
    Wish(CaseId, Wish, WishTold),
    /// Make the plan of a call although nothing will be written; told when it is made.
    Study(CaseId, oneshot::Sender<()>),
    /// Stop writing (`true`), or let it go on; told when that holds.
    Pause(bool, oneshot::Sender<Result<(), StoreError>>),
    /// Take our webhook away, and ask nothing any more; told when that is stored.
    Uninstall(oneshot::Sender<Result<(), StoreError>>),
    /// Fill the ledger from the records of calls since then; told how far it has come.
    AdoptSince(DateTime<Utc>, mpsc::UnboundedSender<AdoptProgress>),
    /// Dial a number on an agent's phone.
    Dial(DialAsk, Told<Dialled>),
    /// Write a comment on a call: its text, and the agent if one was named.
    Comment(CaseId, String, Option<String>, Told<Said>),
    /// What a customer has open, for whoever looks at the customer.
    OpenRecords(String, Looker),
    /// Tag a call in Aircall.
    Tag(CaseId, Vec<String>, Told<()>),
    /// A person has a number forgotten; told what was erased.
    Forget(E164, ForgetTold),
    /// A person does something at the missed-call desk.
    Desk(Whom, DeskDeed, DeskTold),
    /// What tokens are believed has changed outside of the loop.
    TokensChanged,
    /// Become the one that writes; told whether another one does.
    TakeOver(oneshot::Sender<bool>),
    /// Put our webhook right now, not at the next look.
    LookAtWebhook,
    /// Read now what was missed until now, not only once events come again.
    Recover,
    /// Read Aircall's list of a time for an account; told whether it is begun.
    Account(i64, i64, oneshot::Sender<bool>),
    /// Stop a recovery; told whether there is one.
    StopRecovery(String, oneshot::Sender<Result<bool, StoreError>>),
    /// Begin a backfill, or go on with it; told how it stands.
    Backfill(BackfillAsk, oneshot::Sender<Result<BackfillView, BackfillRefused>>),
    /// Pause, resume or stop one; told how it stands.
    SteerBackfill(String, BackfillState, oneshot::Sender<Result<BackfillView, BackfillRefused>>),
    /// How many calls Aircall has of a time.
    CountCalls((DateTime<Utc>, DateTime<Utc>), Counted),
    /// What disk and keyring are like: bytes left, and whether the keyring does not open.
    Computer(Option<u64>, bool),
    /// What could not be told by mail or web hook is to be tried again now.
    TellAgain,
    /// Somebody learnt that the helpdesk may have taken our access back.
    CheckAccess,
    /// Finish what is in hand, then stop.
    Stop(oneshot::Sender<()>),
}

/// A request under way, and what its answer is for.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// Who has a number, asked for in this spelling.
    LookUp {
        number: E164,
        asked: Address,
    },
    /// Whether somebody whom the directory has in this spelling, and whom the helpdesk's filter did not find, has the
    /// number after all; and who else is to be asked about.
    StillHas {
        number: E164,
        asked: Address,
        customer: String,
        rest: Vec<String>,
        found: Vec<Entry>,
    },
    LookUpAnonymous,
    /// Who may have a number in another spelling, before a customer is made.
    Search {
        call: CaseId,
        number: E164,
    },
    /// Whether somebody whom the search found has it, and who else was found.
    Candidate {
        call: CaseId,
        number: E164,
        rest: Vec<String>,
        found: Vec<Entry>,
    },
    /// A page of all customers.
    Mirror(MirrorPage),
    Read {
        call: CaseId,
        timeline: bool,
    },
    Adopt {
        call: CaseId,
        asked: http::Uri,
        so_far: Vec<Holding>,
    },
    Write {
        call: CaseId,
        write: Box<Write>,
    },
    /// Who has the e-mail address; `otherwise`: nobody as the primary one, so it is asked for among all.
    Conflict {
        call: CaseId,
        write: Box<Write>,
        otherwise: bool,
    },
    Probe {
        call: CaseId,
        write: Box<Write>,
    },
    /// What was taken, and of which nothing was seen yet.
    Arrivals {
        call: CaseId,
        asked: http::Uri,
        seen: Vec<Holding>,
    },
    LookAtTicket {
        call: CaseId,
        told: Vec<Holding>,
    },
    /// Which conversation takes a text message, or a call, of this customer.
    Conversation {
        call: CaseId,
        customer: String,
        so_far: Option<Box<Conversation>>,
    },
    /// The place that calls are logged into.
    Place(PlaceStep),
    /// Who is on a line that a message went over.
    ReadLine {
        call: CaseId,
        line: u64,
    },
    /// The ticket that a call was placed from, step by step.
    LookAtLinked {
        call: CaseId,
        asked: http::Uri,
    },
    /// Who a customer is whom a person's decision is about.
    Wish {
        wish: Box<Asked>,
        customer: String,
    },
    /// What became of the customer chosen for a number.
    LookAtChosen {
        call: CaseId,
        customer: String,
    },
    /// Whether a customer still has our placeholder.
    LookAtNamed(CaseId),
    /// Where a customer is that a write did not find.
    Whereabouts {
        call: CaseId,
        write: Box<Write>,
        refusal: Refusal,
        hops: u8,
    },
    /// A page of Aircall's calls, to adopt their records.
    SweepCalls,
    /// A page of the helpdesk's records.
    SweepRecords,
    Card(CaseId),
    List(List),
    Webhook(WebhookStep),
    Poll,
    /// The calls of the last minutes, held against what was heard.
    Heartbeat,
    /// A page of Aircall's calls of a time that is accounted for.
    Account,
    /// A page of what was missed, by the id of its gap; or of what is read again anyway.
    Recover(Option<i64>),
    /// A page of old calls, for this backfill.
    Backfill(i64),
    /// The first page of a time, to see how many calls it has.
    CountCalls(u64, Walk),
    /// A call, read because the link to a file of it does not hold any more.
    FreshLink {
        call: CaseId,
        wanted: Box<Wanted>,
        medium: Medium,
    },
    /// A call, read because the link to a file that is to be kept does not hold any more.
    KeptLink(Box<KeptFile>),
    /// What this customer has open.
    OpenRecords(String),
    /// What another integration wrote for a call of shadow mode.
    Compare {
        call: CaseId,
        comparing: Box<Comparing>,
    },
    /// Whether the helpdesk still accepts the credential.
    Check,
    Dial(Box<Dialling>),
    /// One of our comments, to Aircall.
    Say {
        call: CaseId,
        n: u64,
    },
    /// A call, to see which of our comments it has.
    ReadComments(CaseId),
    Tag {
        id: String,
        call: CaseId,
        tags: Vec<u64>,
    },
}

impl Job {
    /// Whether it reads a list, which cannot be missing.
    fn is_a_list(&self) -> bool {
        matches!(
            self,
            Job::List(_)
                | Job::Poll
                | Job::Heartbeat
                | Job::Recover(_)
                | Job::Account
                | Job::Backfill(_)
                | Job::CountCalls(..)
                | Job::SweepCalls
                | Job::Webhook(WebhookStep::Look | WebhookStep::Find)
        )
    }

    /// The call that this job keeps busy.
    fn call(&self) -> Option<CaseId> {
        match self {
            Job::Read { call, .. }
            | Job::Adopt { call, .. }
            | Job::Write { call, .. }
            | Job::Conflict { call, .. }
            | Job::Probe { call, .. }
            | Job::Arrivals { call, .. }
            | Job::LookAtTicket { call, .. }
            | Job::Conversation { call, .. }
            | Job::ReadLine { call, .. }
            | Job::LookAtLinked { call, .. }
            | Job::LookAtChosen { call, .. }
            | Job::LookAtNamed(call)
            | Job::Search { call, .. }
            | Job::Candidate { call, .. }
            | Job::Compare { call, .. }
            | Job::Whereabouts { call, .. } => Some(*call),
            Job::LookUp { .. }
            | Job::StillHas { .. }
            | Job::LookUpAnonymous
            | Job::Wish { .. }
            | Job::Mirror(_)
            | Job::SweepCalls
            | Job::SweepRecords
            | Job::Card(_)
            | Job::List(_)
            | Job::Webhook(_)
            | Job::Place(_)
            // Whatever else the call needs goes on meanwhile.
            | Job::FreshLink { .. }
            | Job::KeptLink(_)
            | Job::Poll
            | Job::Heartbeat
            | Job::Recover(_)
            | Job::Account
            | Job::Backfill(_)
            | Job::CountCalls(..)
            | Job::OpenRecords(_)
            | Job::Check
            | Job::Dial(_)
            // What is said at Aircall keeps no record waiting.
            | Job::Say { .. }
            | Job::ReadComments(_)
            | Job::Tag { .. } => None,
        }
    }
}

/// A question that another one's answer led to.
struct Further {
    job: Job,
    request: Request,
    /// How many questions there are with it, one after the other.
    asked: u32,
}

struct Done {
    job: Job,
    vendor: Vendor,
    /// How many questions led to it, one after the other.
    asked: u32,
    sent_at: DateTime<Utc>,
    result: Result<Answer, TransportError>,
}

/// The engine. Made by [`Engine::start`], run by [`Engine::run`].
pub struct Engine {
    store: Arc<dyn Store>,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    helpdesk: Arc<dyn Helpdesk>,
    aircall: aircall::Account,
    settings: Settings,
    installation: Uuid,
    go_live: GoLive,
    shared: Arc<Shared>,
    knowledge: Knowledge,
    stimuli: mpsc::UnboundedReceiver<Stimulus>,
    pushed: broadcast::Sender<Pushed>,
    health: watch::Sender<Health>,
    jobs: FuturesUnordered<BoxFuture<'static, Done>>,
    /// Second halves of questions to the helpdesk that wait for room in the budget, in their order.
    further: VecDeque<Further>,
    /// How many questions, one after the other, led to the answer at hand.
    asked: u32,
    budgets: BTreeMap<Vendor, Budget>,
    links: BTreeMap<Vendor, Link>,
    lists: Lists,
    place: Place,
    hook: Hook,
    polling: Polling,
    gaps: Gaps,
    heartbeat: Heartbeat,
    recovery: Recovery,
    accounting: Accounting,
    backfilling: Backfilling,
    indexing: Indexing,
    privacy: Privacy,
    computer: Computer,
    telling: Telling,
    tellings: Tellings,
    writing: Writing,
    uninstalled: Uninstalled,
    adoption: Adoption,
    deciding: Deciding,
    mirror: Mirror,
    open_records: Looking,
    /// Numbers that were searched for in other spellings, while the directory was not complete.
    searched: HashMap<E164, Searched>,
    sweep: Option<Sweep>,
    transfers: Transfers,
    keeping: Keeping,
    busy_calls: HashSet<CaseId>,
    busy_threads: HashMap<CaseId, String>,
    /// Calls and the threads that are held for them, until nothing of theirs is under way. A call's thread may change
    /// meanwhile; then both are held.
    claims: HashSet<(CaseId, String)>,
    /// Numbers that are being looked up.
    looking: HashSet<E164>,
    looking_anonymous: bool,
    /// The look-up of the shared customer failed; not before then again.
    anonymous_again: Option<DateTime<Utc>>,
    /// Live calls whose number was asked for already.
    asked_for: HashSet<CaseId>,
    /// Look-ups that failed, and when they may be tried again.
    failed_looks: HashMap<E164, DateTime<Utc>>,
    /// Numbers of calls that ring, not asked for yet.
    to_look_up: Vec<E164>,
    /// Live calls without an Insight Card: until when the live answer is waited for.
    uncarded: BTreeMap<CaseId, DateTime<Utc>>,
    /// Writes that were refused because of what they name and are planned again, and since when.
    doubted: HashMap<(CaseId, String), DateTime<Utc>>,
    /// When the helpdesk last took a write of anybody's.
    last_written: Option<DateTime<Utc>>,
    /// Calls whose ticket was looked at before a write, and when: the write may have to wait for room in the budget.
    looked_at: HashMap<CaseId, DateTime<Utc>>,
    /// Calls whose conversation was looked at before the first write, and as of when the first look was.
    looked_for: HashMap<CaseId, DateTime<Utc>>,
    /// The same for the ticket that a call was placed from.
    linked_seen: HashMap<CaseId, DateTime<Utc>>,
    checking: Checking,
    askers: Askers,
    speaking: Speaking,
    desk: Desk,
    studied: HashMap<CaseId, oneshot::Sender<()>>,
    /// Told as soon as the plan is in the store.
    studies_done: Vec<oneshot::Sender<()>>,
    stopping: Option<oneshot::Sender<()>>,
    forget_at: DateTime<Utc>,
    started: DateTime<Utc>,
    wake: DateTime<Utc>,
}

impl Engine {
    /// Opens the books: what was under way when the last run ended is unclear now, and the mode is noted (B15).
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub fn start(parts: Parts) -> Result<(Engine, Handle), StoreError> {
        let Parts { store, transport, clock, helpdesk, aircall, settings } = parts;
        let now = clock.now();
        let mut change = Change::at(now);
        let new = Uuid::new_v4();
        // Engines that start at once on one store are one installation, with one webhook.
        let known = match store.setting("installation")? {
            Some(known) => known,
            None => store.setting_once("installation", &new.to_string())?,
        };
        let installation = known.parse().unwrap_or_else(|_| {
            change.settings.push(("installation".into(), new.to_string()));
            new
        });
        let mut go_live = store.setting(MODE_CHANGES)?.map(|text| GoLive::parse(&text)).unwrap_or_default();
        if !settings.study_only && go_live.note(now, settings.logging.mode.0) {
            change.settings.push((MODE_CHANGES.into(), go_live.text()));
        }
        let helpdesks =
            Helpdesks::remembered(store.as_ref(), helpdesk.account(), settings.study_only, &mut change, now)?;
        let polling = Polling::new(&settings, store.as_ref(), &mut change, now)?;
        store.commit(&change)?;
        let writing = Writing::remembered(store.as_ref())?;
        let uninstalled = Uninstalled::remembered(store.as_ref(), now)?;
        let mirror = Mirror::remembered(store.as_ref(), now)?;
        let gaps = Gaps::remembered(&settings, &go_live, store.as_ref(), now)?;
        let telling = Telling::remembered(store.as_ref(), now)?;
        let recovery = Recovery::remembered(store.as_ref(), now)?;
        let accounting = Accounting::remembered(store.as_ref(), now)?;
        let backfilling = Backfilling::remembered(store.as_ref(), now)?;
        let privacy = Privacy::remembered(store.as_ref(), now)?;

        let (sender, stimuli) = mpsc::unbounded_channel();
        let (pushed, _) = broadcast::channel(1024);
        let helpdesk_vendor = helpdesk.vendor();
        let budgets = BTreeMap::from([
            (Vendor::Aircall, Budget::new(Vendor::Aircall, Counting::Window, settings.aircall_rate, now)),
            (helpdesk_vendor, Budget::new(helpdesk_vendor, Counting::Leaky, settings.helpdesk_rate, now)),
        ]);
        let links = [Vendor::Aircall, helpdesk_vendor].into_iter().map(|v| (v, Link::new(v))).collect();
        let (health, health_seen) = watch::channel(crate::handle::first_health(&settings));
        let shared = Arc::new(Shared {
            store: Arc::clone(&store),
            helpdesk: Arc::clone(&helpdesk),
            clock: Arc::clone(&clock),
            settings: settings.clone(),
            knowledge: RwLock::default(),
            failed: RwLock::default(),
            tokens: RwLock::new(Tokens::remembered(store.as_ref())?),
            tokens_unsaved: AtomicBool::new(false),
            account_is_read: AtomicBool::new(false),
            installation,
            helpdesks,
        });
        let handle = Handle::new(Arc::clone(&shared), sender, pushed.clone(), health_seen);
        let mut engine = Engine {
            store,
            transport,
            helpdesk,
            aircall,
            lists: Lists::new(now),
            place: Place::new(now),
            hook: Hook::new(&settings, now),
            polling,
            gaps,
            heartbeat: Heartbeat::new(now),
            recovery,
            accounting,
            backfilling,
            indexing: Indexing::new(now),
            privacy,
            computer: Computer::default(),
            telling,
            tellings: Tellings::new(now),
            writing,
            uninstalled,
            adoption: Adoption::new(now),
            deciding: Deciding::default(),
            mirror,
            open_records: Looking::default(),
            searched: HashMap::new(),
            sweep: None,
            transfers: Transfers::new(settings.files.clone()),
            keeping: Keeping::new(now),
            settings,
            installation,
            go_live,
            shared,
            knowledge: Knowledge::default(),
            stimuli,
            pushed,
            health,
            jobs: FuturesUnordered::new(),
            further: VecDeque::new(),
            asked: 0,
            budgets,
            links,
            busy_calls: HashSet::new(),
            busy_threads: HashMap::new(),
            claims: HashSet::new(),
            looking: HashSet::new(),
            looking_anonymous: false,
            anonymous_again: None,
            asked_for: HashSet::new(),
            failed_looks: HashMap::new(),
            to_look_up: Vec::new(),
            uncarded: BTreeMap::new(),
            doubted: HashMap::new(),
            last_written: None,
            looked_at: HashMap::new(),
            looked_for: HashMap::new(),
            linked_seen: HashMap::new(),
            checking: Checking::new(now),
            askers: Askers::default(),
            speaking: Speaking::new(now),
            desk: Desk::new(now),
            studied: HashMap::new(),
            studies_done: Vec::new(),
            stopping: None,
            forget_at: now,
            started: now,
            wake: now,
            clock,
        };
        if !engine.settings.study_only {
            engine.transfers.clean();
        }
        if uninstalled.holds() {
            engine.take_webhook_away(now);
        }
        // The memory of the modes is as old as the database.
        let begun = engine.go_live.changes.first().map(|(at, _)| *at);
        for since in [begun, engine.writing.took_over_at()].into_iter().flatten() {
            engine.remembers_since(since);
        }
        engine.settle_what_was_under_way(now)?;
        engine.remember_anonymous()?;
        engine.remember_lists()?;
        engine.remember_place()?;
        engine.remember_requests(now)?;
        engine.reassess_all_live(now)?;
        engine.take_up_pending(now)?;
        Ok((engine, handle))
    }

    /// Uses no more than this part (0 to 1) of what the vendors allow: another engine asks for the same company.
    #[must_use]
    pub fn within(mut self, share: f64) -> Engine {
        self.budgets.values_mut().for_each(|budget| budget.within(share));
        self
    }

    /// Whatever was sent when the program ended may have been carried out: it is looked up before it is repeated.
    fn settle_what_was_under_way(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        for id in self.store.under_way()? {
            let Some(mut case) = self.store.case(id)? else { continue };
            // Another engine has it in hand. If that one is gone, the call is due when its lease is over.
            if !self.store.claim(&case.thread, now)? {
                continue;
            }
            self.claims.insert((id, case.thread.clone()));
            for attempt in case.attempts.iter_mut().filter(|a| a.state == AttemptState::Sent) {
                attempt.state = AttemptState::Unclear;
                attempt.probes = 0;
                attempt.next_at = Some(now);
            }
            match self.commit_case(case, Vec::new(), Vec::new(), Vec::new(), now) {
                // Something arrived for it this moment. It is due, and settled when its turn comes.
                Err(StoreError::Stale(_)) => {}
                done => done?,
            }
        }
        Ok(())
    }

    /// A record that is not finished is due again, whatever the last run (another mode, a plan only) left of it.
    fn take_up_pending(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.settings.logging.mode.0 != Mode::Live {
            return Ok(());
        }
        for id in self.store.pending()? {
            self.look_again(id, now)?;
        }
        // The set-up may have another rule for them now.
        self.reassess_waiting(&["unknown_caller", "several_matches"], now)
    }

    /// Calls that were up when the program ended are looked at again (their rings are over or not).
    fn reassess_all_live(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        for id in self.store.live()? {
            if let Some(case) = self.store.case(id)? {
                self.note_ringing(&case, now);
            }
        }
        Ok(())
    }

    /// Runs until it is stopped.
    pub async fn run(mut self) {
        loop {
            match self.turn() {
                Ok(()) => {}
                // Another engine on the same store was faster; what it made of the call is read at once.
                Err(StoreError::Stale(_)) => self.wake = self.clock.now(),
                Err(error) => {
                    tracing::error!(%error, "the store does not take a change; trying again");
                    self.wake = self.clock.now() + STORE_AGAIN;
                }
            }
            if self.jobs.is_empty()
                // What is being told is told once: a restart in the middle would tell it again.
                && self.tellings.carrying.is_empty()
                && let Some(stopped) = self.stopping.take()
            {
                // What was only half asked is asked anew at the next start.
                self.busy_calls.clear();
                if let Err(error) = self.give_back_threads() {
                    tracing::warn!(%error, "what this engine holds is free for others only when its lease is over");
                }
                // The receiver may be gone; nobody is waiting then.
                let _ = stopped.send(());
                return;
            }
            let rest = (self.wake - self.clock.now()).min(LONGEST_REST).max(TimeDelta::milliseconds(1));
            // In a fixed order, so that a simulated day can be replayed: nothing here can starve the rest.
            tokio::select! {
                biased;
                Some(done) = self.jobs.next(), if !self.jobs.is_empty() => {
                    if let Err(error) = self.finish(done) {
                        tracing::error!(%error, "an answer could not be stored; it will be looked up");
                    }
                },
                Some(moved) = self.transfers.moving.next(), if !self.transfers.moving.is_empty() => {
                    if let Err(error) = self.moved(moved) {
                        tracing::error!(%error, "what became of a file could not be stored; it is tried again");
                    }
                },
                Some(kept) = self.keeping.moving.next(), if !self.keeping.moving.is_empty() => {
                    if let Err(error) = self.kept(kept) {
                        tracing::error!(%error, "what became of a recording could not be stored; it is looked at again");
                    }
                },
                Some(carried) = self.tellings.carrying.next(), if !self.tellings.carrying.is_empty() => {
                    if let Err(error) = self.carried(carried) {
                        tracing::error!(%error, "what became of an alert by mail or web hook could not be stored");
                    }
                },
                stimulus = self.stimuli.recv() => match stimulus {
                    Some(stimulus) => self.take(stimulus),
                    // Every handle is gone: nobody can stop us any more, nobody watches.
                    None if self.jobs.is_empty() => return,
                    None => {}
                },
                () = tokio::time::sleep(rest.to_std().unwrap_or(Duration::from_millis(1))) => {}
            }
        }
    }

    fn take(&mut self, stimulus: Stimulus) {
        let now = self.clock.now();
        let Some(stimulus) = self.unless_uninstalled(stimulus) else { return };
        // Where somebody waits for an answer, they may have gone.
        let result = match stimulus {
            Stimulus::Arrived => Ok(()),
            Stimulus::Retry(id) => self.insist(|engine| engine.retry(id, now)),
            Stimulus::Wish(id, wish, told) => {
                self.wished(id, wish, told, now);
                Ok(())
            }
            Stimulus::Study(id, told) => self.study(id, told, now),
            Stimulus::Pause(pause, told) => {
                let _ = told.send(self.pause(pause, now));
                Ok(())
            }
            Stimulus::Uninstall(told) => {
                let _ = told.send(self.uninstall(now));
                Ok(())
            }
            Stimulus::AdoptSince(since, told) => {
                self.adopt_since(since, told, now);
                Ok(())
            }
            Stimulus::Dial(ask, told) => {
                self.dial(&ask, told, now);
                Ok(())
            }
            Stimulus::Comment(id, text, by, told) => {
                self.comment(id, &text, by.as_deref(), told, now);
                Ok(())
            }
            Stimulus::OpenRecords(customer, looker) => {
                self.look_at_open_records(customer, looker, now);
                Ok(())
            }
            Stimulus::Tag(id, tags, told) => {
                self.tag(id, &tags, told, now);
                Ok(())
            }
            Stimulus::Forget(number, told) => {
                self.forget(number, told, now);
                Ok(())
            }
            Stimulus::Desk(whom, deed, told) => {
                self.do_at_the_desk(&whom, &deed, told, now);
                Ok(())
            }
            Stimulus::TokensChanged => self.keep_tokens(now),
            Stimulus::TakeOver(told) => {
                let _ = told.send(self.take_over(now));
                Ok(())
            }
            Stimulus::Recover => {
                self.heartbeat.at_once(now);
                self.recover_now(now)
            }
            Stimulus::Account(from, to, told) => {
                let _ = told.send(self.begin_account(from, to));
                Ok(())
            }
            Stimulus::StopRecovery(id, told) => {
                let _ = told.send(self.stop_recovery(&id, now));
                Ok(())
            }
            Stimulus::Backfill(ask, told) => {
                let _ = told.send(self.begin_backfill(&ask, now));
                Ok(())
            }
            Stimulus::SteerBackfill(id, to, told) => {
                let _ = told.send(self.steer_backfill(&id, to, now));
                Ok(())
            }
            Stimulus::CountCalls(time, told) => {
                self.count_calls(time, told, now);
                Ok(())
            }
            Stimulus::Computer(disk_free_bytes, keyring_locked) => {
                self.computer_is(disk_free_bytes, keyring_locked, now);
                Ok(())
            }
            Stimulus::TellAgain => self.tell_again(now),
            Stimulus::CheckAccess => {
                self.check_authorization_now(now);
                Ok(())
            }
            Stimulus::LookAtWebhook => {
                self.put_webhook_right(now);
                Ok(())
            }
            Stimulus::Stop(stopped) => {
                self.stopping = Some(stopped);
                Ok(())
            }
        };
        if let Err(error) = result {
            tracing::error!(%error, "a request of a person could not be stored");
        }
    }

    /// One turn: everything that can be done now is begun. Sets `wake`.
    fn turn(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.wake = now + LONGEST_REST;
        self.watch_the_clock(now);
        self.heed_uninstall(now)?;
        self.fold_arrivals(now)?;
        if self.stopping.is_none() && self.uninstalled.holds() {
            self.look_at_webhooks(now)?;
        } else if self.stopping.is_none() {
            self.look_up_ringing(now);
            self.go_on_asking(now);
            self.send_cards(now)?;
            self.check_authorization(now);
            self.read_lists(now);
            self.find_place(now)?;
            self.look_at_webhooks(now)?;
            self.release_writes(now)?;
            self.poll(now);
            self.feel_for_events(now);
            self.sweep_on(now)?;
            self.speak(now)?;
            self.send_what_is_due(now)?;
            // Last: whatever is of today goes first.
            self.recover_on(now)?;
            self.account_on(now)?;
            self.backfill_on(now)?;
            self.mirror_on(now)?;
            self.index_on(now)?;
            self.keep_on(now)?;
        }
        // Whoever rings and is written waits for none of it.
        self.erase_on(now)?;
        if now >= self.forget_at {
            self.forget_at = now + TimeDelta::hours(1);
            self.store.forget_pushed(now - PUSHED_KEPT)?;
            self.store.forget_dials(now - DIALS_KEPT)?;
            self.forget_the_desk(now)?;
            self.forget_tellings(now)?;
            forgetting::forget_untold(self.store.as_ref(), now)?;
        }
        self.tell_the_desk(now)?;
        self.tell_health(now)?;
        self.tell_people(now)?;
        self.has_turned(now)
    }

    /// Does a step again that another engine came in between of: each step reads its call afresh.
    fn insist(
        &mut self,
        mut step: impl FnMut(&mut Engine) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for _ in 1..STEP_TRIES {
            match step(self) {
                Err(StoreError::Stale(_)) => {}
                done => return done,
            }
        }
        step(self)
    }

    fn wake_by(&mut self, at: DateTime<Utc>) {
        self.wake = self.wake.min(at);
    }

    fn push(&mut self, change: &Change) -> Result<(), StoreError> {
        for pushed in self.store.commit(change)? {
            // Without a window nobody listens; that is fine.
            let _ = self.pushed.send(pushed);
        }
        for told in self.studies_done.drain(..) {
            // Whoever asked may have gone.
            let _ = told.send(());
        }
        Ok(())
    }

    /// Sends a request if link and budget allow; else says when to ask again.
    fn ask(
        &mut self,
        vendor: Vendor,
        lane: Lane,
        job: Job,
        request: http::Request<Bytes>,
        now: DateTime<Utc>,
    ) -> Result<(), DateTime<Utc>> {
        self.may_ask(vendor, lane, now)?;
        self.send(vendor, job, request, now);
        Ok(())
    }

    /// Sends a request that is allowed.
    fn send(&mut self, vendor: Vendor, job: Job, request: http::Request<Bytes>, now: DateTime<Utc>) {
        self.send_nth(1, vendor, job, request, now);
    }

    /// Sends a request that is allowed, and that is the `asked`th of a question.
    fn send_nth(&mut self, asked: u32, vendor: Vendor, job: Job, request: Request, now: DateTime<Utc>) {
        if let Some(id) = job.call() {
            self.busy_calls.insert(id);
        }
        let transport = Arc::clone(&self.transport);
        self.jobs.push(Box::pin(async move {
            let sending = transport.send(request);
            let result = match tokio::time::timeout(crate::transport::ANSWER_TIMEOUT, sending).await {
                Ok(result) => result,
                Err(_) => Err(TransportError::Unclear("no answer within 30 s".into())),
            };
            Done { job, vendor, asked, sent_at: now, result }
        }));
    }

    /// One call, read afresh: the one shape in which single calls are asked for.
    fn call_request(id: CaseId, timeline: bool) -> aircall::Request<aircall::RawCall> {
        let fetch = aircall::calls::Fetch { contact: true, short_urls: false, call_timeline: timeline };
        aircall::calls::get(id.0, fetch)
    }

    /// Takes one request out of the vendor's budget, if its link is up and anything may be asked at all.
    fn may_ask(&mut self, vendor: Vendor, lane: Lane, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        if self.uninstalled.holds() {
            return Err(now + LONGEST_REST);
        }
        if vendor == self.helpdesk.vendor() && self.is_shut_out() {
            // Only the check goes (`authorization.rs`); with its answer everything else does.
            let next = self.links.get(&vendor).and_then(Link::next_try).unwrap_or(now);
            let until = next.max(now + LET_IN_AT_LEAST);
            self.wake_by(until);
            return Err(until);
        }
        self.admit(vendor, lane, now)
    }

    fn admit(&mut self, vendor: Vendor, lane: Lane, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        let budget = self.budgets.get_mut(&vendor);
        let allowed = match self.links.get_mut(&vendor).map_or(Ok(()), |link| link.admit(now)) {
            Ok(()) => budget.map_or(Ok(()), |budget| budget.take(lane, now)),
            Err(until) => Err(until),
        };
        if let Err(until) = allowed {
            self.wake_by(until);
        }
        allowed
    }

    /// What was taken out of the budget for a request that did not go.
    fn did_not_go(&mut self, vendor: Vendor) {
        if let Some(budget) = self.budgets.get_mut(&vendor) {
            budget.give_back();
        }
    }

    /// Shares what is known with the faces.
    fn share_knowledge(&self) {
        *self.shared.knowledge.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            self.knowledge.clone();
    }
}
