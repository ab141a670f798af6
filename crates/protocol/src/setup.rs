//! Set-up (A3): what an admin enters, what is told at once about it, and what would be written. The bodies and answers of
//! `/api/setup` and what is below it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Mode, Vendor};

/// One page of the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum SetupStep {
    /// The phone system is connected.
    Aircall,
    /// The helpdesk is connected.
    Helpdesk,
    /// Which lines are shown and logged.
    Numbers,
    /// How events arrive.
    Events,
    /// What becomes of callers whom nobody knows, and of each kind of call.
    Callers,
    /// What would be written.
    DryRun,
    /// Live, or shadow mode.
    GoLive,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum StepState {
    /// Settled.
    Done,
    /// Can be done now.
    Open,
    /// An earlier step comes first.
    Waits,
}

/// One step as the list at the side shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct StepView {
    /// Which.
    pub step: SetupStep,
    /// How far.
    pub state: StepState,
}

/// How one vendor is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum ConnectedBy {
    /// A key or token that was entered.
    Key,
    /// Signed in.
    SignIn,
}

/// A connection as it may be shown: no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Connected {
    /// Which service.
    pub vendor: Vendor,
    /// How.
    pub by: ConnectedBy,
    /// The account's name: Gorgias' subdomain, Front's company, Aircall's company.
    pub account: String,
    /// The e-mail address of a Gorgias key.
    #[serde(default)]
    pub email: Option<String>,
    /// When it was connected, unix seconds; `None` where the file says it.
    pub since: Option<i64>,
}

/// How events arrive, as it is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum EventsBy {
    /// A webhook that Sidetone makes and mends.
    #[default]
    Auto,
    /// A webhook that a person made in Aircall.
    Manual,
    /// Aircall is asked ("records only").
    None,
}

/// What becomes of callers and calls: the keys of `[logging]`, in the words of the configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct CallRules {
    /// `en`, `de`, `fr`: what is written into the helpdesk.
    pub language: String,
    /// `placeholder`, `phone_only`, `hold`.
    pub unknown_callers: String,
    /// `ask`, `recent`.
    pub several_matches: String,
    /// `log`, `store`.
    pub anonymous_callers: String,
    /// `store`, `log`.
    pub internal_calls: String,
    /// `attach`, `link`, `none`.
    pub recordings: String,
    /// `open`, `closed`, `store`.
    pub answered: String,
    /// `open`, `closed`, `store`.
    pub missed: String,
    /// `open`, `closed`, `store`.
    pub outbound_unanswered: String,
}

/// `GET /api/setup`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Setup {
    /// The steps, in order.
    pub steps: Vec<StepView>,
    /// The phone system, once it is connected.
    pub aircall: Option<Connected>,
    /// The helpdesk, once it is connected.
    pub helpdesk: Option<Connected>,
    /// A helpdesk account whose app store sent somebody here; an admin accepts or refuses it.
    #[serde(default)]
    pub asks_to_connect: Option<Connected>,
    /// What uninstalling could not undo, for a person to do by hand: `aircall_webhook` (it stands there still), and where
    /// somebody had signed in `aircall_app`, `gorgias_app`, `front_app` (the access is listed there still).
    #[serde(default)]
    pub left: Vec<String>,
    /// An uninstall waits for Aircall to let our webhook go; what that takes is kept until then.
    #[serde(default)]
    pub uninstalling: Option<Uninstalling>,
    /// The ids of the lines that are chosen.
    pub lines: Vec<String>,
    /// How events arrive.
    pub events: EventsBy,
    /// Where Aircall reaches us.
    pub public_url: Option<String>,
    /// What becomes of callers and calls.
    pub rules: CallRules,
    /// What is written.
    pub mode: Mode,
    /// The mode that file or environment set, where it counts as `off` until `POST /api/setup/go` with it: somebody disconnected
    /// a side since, or connected another account.
    #[serde(default)]
    pub held: Option<Mode>,
    /// When shadow mode is over by its set time, unix seconds.
    #[serde(default)]
    pub shadow_until: Option<i64>,
    /// The name of Front's inbox of calls.
    pub inbox: String,
    /// Keys of the configuration (`aircall.numbers`) that the file or the environment sets: they cannot be changed here.
    pub read_only: Vec<String>,
    /// Vendors that can be signed in to from here; others take a key.
    pub sign_in: Vec<Vendor>,
    /// Whether secrets can be kept here. If not, `unkept` says what is missing.
    pub keeps_secrets: bool,
    /// What to do so that secrets can be kept; one sentence in English. A code stands in `unkept_code`.
    pub unkept: Option<String>,
    /// `no_secret_key` (hub), `no_keyring`, `keyring_locked`, `passphrase_needed` (desktop).
    pub unkept_code: Option<String>,
}

/// An uninstall that waits for Aircall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Uninstalling {
    /// Since when, unix seconds.
    pub since: i64,
    /// From then on `POST /api/setup/forget` gives it up, unix seconds.
    pub forget_from: i64,
}

/// `POST /api/setup/aircall`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct AircallKey {
    /// The API id.
    pub api_id: String,
    /// The API token.
    pub api_token: String,
}

/// `POST /api/setup/helpdesk`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "vendor", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub enum HelpdeskKey {
    /// Gorgias.
    Gorgias {
        /// The subdomain, or an address that somebody copied.
        account: String,
        /// The e-mail address that the key belongs to.
        email: String,
        /// The key.
        api_key: String,
    },
    /// Front.
    Front {
        /// The token.
        api_token: String,
    },
}

/// What a test of a connection showed. It was kept only if `accepted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Tested {
    /// Whether the vendor takes it.
    pub accepted: bool,
    /// The account's name.
    #[serde(default)]
    pub account: Option<String>,
    /// Aircall: how many lines there are.
    #[serde(default)]
    pub lines: Option<u32>,
    /// The permissions that harmless requests showed, in the order of need: code and whether it is there.
    #[serde(default)]
    pub permissions: Vec<Permission>,
    /// Why not: `wrong_key`, `no_such_account`, `not_an_api`, `forbidden`, `unreachable`, `rate_limited`.
    #[serde(default)]
    pub code: Option<String>,
    /// The vendor's own words, for a report.
    #[serde(default)]
    pub detail: Option<String>,
}

/// Something that the key or the sign-in may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Permission {
    /// Stable: `users`, `customers`, `tickets`, `tags`, `account` …; in Front `teammates`, `contacts`, `conversations`, `inboxes` …
    pub code: String,
    /// Whether it is there.
    pub granted: bool,
}

/// `POST /api/setup/sign-in`: begins a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct SignInRequest {
    /// Where.
    pub vendor: Vendor,
    /// Gorgias: the subdomain.
    #[serde(default)]
    pub account: Option<String>,
}

/// A sign-in that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct SignInBegun {
    /// Its name for `GET /api/setup/sign-in/{id}`; not the `state`.
    pub id: String,
    /// Opened in the browser.
    pub url: String,
    /// Until when it can be finished, unix seconds.
    pub until: i64,
}

/// How far a sign-in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum SignInState {
    /// The browser has not come back.
    Waiting,
    /// Connected.
    Done,
    /// It did not work; `code` says why.
    Failed,
}

/// `GET /api/setup/sign-in/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct SignInView {
    /// How far.
    pub state: SignInState,
    /// `refused` (the person said no), `not_admin`, `expired`, `wrong_state`, `used_code`, `wrong_app` (client id or secret),
    /// `redirect_not_allowed`, `unreachable`, `no_such_account`.
    #[serde(default)]
    pub code: Option<String>,
    /// The vendor's own words.
    #[serde(default)]
    pub detail: Option<String>,
    /// The test of the connection, once it is there.
    #[serde(default)]
    pub tested: Option<Tested>,
}

/// `POST /api/setup/sign-in/{id}/paste`: the address that the browser ended at, where it cannot come back by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct PastedAddress {
    /// With `code` and `state` in its query.
    pub url: String,
}

/// One line of Aircall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct LineChoice {
    /// Aircall's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// In international form, with spaces; as Aircall has it where it cannot be read.
    pub number: String,
    /// Country, two letters.
    pub country: Option<String>,
    /// The teams whose members answer it.
    pub teams: Vec<String>,
    /// Whether text messages came or went on it lately. Aircall does not tell whether they can.
    pub texts: bool,
    /// Whether it is a menu.
    pub is_menu: bool,
    /// The names of the lines that a menu leads to, as far as they can be told.
    pub menu_of: Vec<String>,
    /// Calls in the last seven days.
    pub calls_in_a_week: Option<u32>,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// `GET /api/setup/lines`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Lines {
    /// All lines, by name.
    pub lines: Vec<LineChoice>,
    /// When they were read, unix seconds.
    pub read_at: i64,
    /// Whether all calls of the week were counted; with very many, the figures are estimates from the newest ones.
    pub counted_all: bool,
    /// Requests that one call needs on the average in this helpdesk.
    pub requests_per_call: f64,
    /// The most calls that began within one window of the helpdesk's limit.
    pub most_in_a_window: u32,
    /// The helpdesk's limit, requests.
    pub limit: u32,
    /// Its window, seconds.
    pub window_seconds: u32,
}

/// `POST /api/setup/numbers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct ChosenLines {
    /// The ids of the lines.
    pub lines: Vec<String>,
}

/// `POST /api/setup/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct EventsRequest {
    /// How.
    pub by: EventsBy,
    /// Where Aircall reaches us; needed for `auto`.
    #[serde(default)]
    pub public_url: Option<String>,
    /// The token of a webhook made by hand.
    #[serde(default)]
    pub webhook_token: Option<String>,
}

/// `POST /api/setup/events/test`: an event of our own is sent through the public address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct EventsTested {
    /// Whether it arrived here.
    pub arrived: bool,
    /// After how many milliseconds.
    #[serde(default)]
    pub after_ms: Option<u32>,
    /// Why not: `not_https`, `no_such_host`, `refused`, `timeout`, `certificate`, `not_sidetone` (somebody else answers there),
    /// `http_404` and so on; `other_token`: it came, but the webhook made by hand has another token than was entered.
    #[serde(default)]
    pub code: Option<String>,
    /// In the system's words.
    #[serde(default)]
    pub detail: Option<String>,
}

/// `POST /api/setup/go`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct GoRequest {
    /// `live`, `shadow` or `off`.
    pub mode: Mode,
    /// Shadow mode for so many days; then a reminder stands. `None`: until somebody changes it.
    #[serde(default)]
    pub days: Option<u32>,
    /// Going live although the Sidetone at this host is connected to the same Aircall: as the refusal `other_sidetone` named
    /// it (B16).
    #[serde(default)]
    pub beside: Option<String>,
}

/// `POST /api/setup/inbox`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct InboxName {
    /// The name of Front's inbox of calls; it is made with the first call.
    pub inbox: String,
}

/// `POST /api/setup/passphrase`: protects what is entered where the system has no keyring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct Passphrase {
    /// The first one is the one from then on.
    pub passphrase: String,
}

/// How far a dry run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum DryRunState {
    /// None was begun since the last change of what is entered.
    #[default]
    None,
    /// Calls are being read and looked up.
    Running,
    /// All calls stand in it.
    Done,
    /// It stopped; `code` says why.
    Failed,
}

/// `GET /api/setup/dry-run`; `POST` begins a new one. Nothing is written, into the helpdesk or into our own database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DryRun {
    /// How far.
    pub state: DryRunState,
    /// From when calls were read, unix seconds.
    pub since: i64,
    /// Calls on the chosen lines that were read so far.
    pub read: u32,
    /// Of those, looked up and planned.
    pub planned: u32,
    /// More calls than a dry run looks at: only the newest are in it.
    pub cut: bool,
    /// Tickets or conversations that would begin.
    pub new_tickets: u32,
    /// Customers or contacts that would be made.
    pub new_customers: u32,
    /// Calls that would wait for a person, or could not be logged.
    pub held: u32,
    /// Requests to the helpdesk that would write.
    pub requests: u32,
    /// The calls, newest first.
    pub calls: Vec<DryRunCall>,
    /// Why it stopped: `aircall_refused`, `helpdesk_refused`, `unreachable`.
    #[serde(default)]
    pub code: Option<String>,
    /// A sentence in English.
    #[serde(default)]
    pub detail: Option<String>,
}

/// One call of a dry run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DryRunCall {
    /// The head, as in the list of calls.
    pub call: crate::CallView,
    /// What would stand in the helpdesk; `None` where nothing would be written, which the head's state and reason tell.
    pub record: Option<RecordPreview>,
}

/// A record as it would stand in the helpdesk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct RecordPreview {
    /// The subject.
    pub title: String,
    /// Whose it would be.
    pub customer: String,
    /// How the customer was found, in English.
    pub matched: String,
    /// The same as a stable word: `chosen`, `named`, `withheld`, `no_number`, `nobody`, `exact_number`, `dialled`,
    /// `not_looked_up`.
    #[serde(default)]
    pub matched_by: String,
    /// How many customers have the number.
    #[serde(default)]
    pub matches: u32,
    /// Whether the customer would be made.
    pub is_new_customer: bool,
    /// Who would have it.
    pub assignee: Option<String>,
    /// `open`, `closed`, `archived`.
    pub status: String,
    /// Tags, in the words of the record's language.
    pub tags: Vec<String>,
    /// Notes or activities, in order.
    pub notes: Vec<NotePreview>,
    /// The requests, in order.
    pub requests: Vec<RequestPreview>,
}

/// A note as it would stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct NotePreview {
    /// In whose name; `None`: the customer's.
    pub author: Option<String>,
    /// When, unix seconds.
    pub at: i64,
    /// As text, without markup.
    pub text: String,
}

/// A request that would be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct RequestPreview {
    /// Verb.
    pub method: String,
    /// Path.
    pub path: String,
    /// What it achieves: the rule, in English.
    pub rule: String,
    /// What it settles, as in [`crate::WriteView`]; `inbox` for the place of calls in Front, `file` for an upload.
    #[serde(default)]
    pub key: String,
}

/// How what another integration wrote for a call compares with what Sidetone would have written (B5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum ShadowVerdict {
    /// Both, and alike.
    Both,
    /// Both, and not alike.
    Differs,
    /// Sidetone would have; nothing of the other's was found.
    OnlySidetone,
    /// The other did; Sidetone would not have.
    OnlyOther,
    /// Neither.
    Neither,
    /// Nobody can tell: the number was withheld.
    Untold,
}

/// In what two records differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum ShadowPart {
    /// Whose they are.
    Customer,
    /// Who has them.
    Agent,
    /// The subject.
    Title,
    /// Tags of Sidetone's that the other's lacks.
    Tags,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct ShadowDifference {
    /// In what.
    pub part: ShadowPart,
    /// What Sidetone would have written.
    pub sidetone: Option<String>,
    /// What the other did.
    pub other: Option<String>,
}

/// A record, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct ShadowRecord {
    /// The subject.
    pub title: String,
    /// Whose it is.
    pub customer: String,
    /// Who has it.
    pub agent: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The moment that it bears, unix seconds; `None` for one that was not written.
    pub at: Option<i64>,
    /// Its page in the helpdesk.
    pub url: Option<String>,
}

/// One call of the shadow report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct ShadowCall {
    /// The head, as in the list of calls.
    pub call: crate::CallView,
    /// What came of it.
    pub verdict: ShadowVerdict,
    /// In what they differ.
    pub differs: Vec<ShadowDifference>,
    /// What Sidetone would have written.
    pub sidetone: Option<ShadowRecord>,
    /// What the other integration wrote.
    pub other: Option<ShadowRecord>,
    /// When the helpdesk was looked into, unix seconds. What people changed since is not in it.
    pub looked_at: i64,
}

/// `GET /api/shadow`: the calls of shadow mode, half an hour after each was over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct ShadowReport {
    /// Since when shadow mode holds, unix seconds; `None` if it does not.
    pub since: Option<i64>,
    /// When it is over by its set time, unix seconds.
    pub until: Option<i64>,
    /// Calls of shadow mode that are still to be looked for.
    pub waiting: u32,
    /// How many of each verdict.
    pub both: u32,
    /// See [`ShadowVerdict::Differs`].
    pub differs: u32,
    /// See [`ShadowVerdict::OnlySidetone`].
    pub only_sidetone: u32,
    /// See [`ShadowVerdict::OnlyOther`].
    pub only_other: u32,
    /// See [`ShadowVerdict::Neither`].
    pub neither: u32,
    /// See [`ShadowVerdict::Untold`].
    pub untold: u32,
    /// The newest of them, newest first.
    pub calls: Vec<ShadowCall>,
    /// There are more than stand here.
    pub more: bool,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum Finding {
    /// All well.
    Passed,
    /// Works, but could be better.
    Hint,
    /// Does not work.
    Fault,
}

/// One check of the doctor (B13). `code` is stable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct CheckView {
    /// Stable name.
    pub code: String,
    /// What it found.
    pub finding: Finding,
    /// What, in a sentence, in English.
    pub what: String,
    /// Why it matters, in English; empty if passed.
    #[serde(default)]
    pub why: String,
    /// What to do, in English; empty if passed.
    pub mend: String,
    /// `what` and `mend` in the language that was asked for; `None`: in English, or of a check that passed.
    #[serde(default)]
    pub said: Option<CheckSaid>,
    /// The measured value in few characters (`6 lines`, `0.2 s off`), in English, for the list of passed checks.
    #[serde(default)]
    pub value: Option<String>,
    /// The value in the language that was asked for; `None`: it reads the same, or that was English.
    #[serde(default)]
    pub said_value: Option<String>,
    /// What `POST /api/doctor/mend {"code": …, "action": …}` can do about it, as a stable word; `None`: only a person can.
    #[serde(default)]
    pub action: Option<String>,
}

/// What a check found, and what to do, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct CheckSaid {
    /// What, in a sentence.
    pub what: String,
    /// What to do.
    pub mend: String,
}

/// `GET /api/doctor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct DoctorReport {
    /// When everything was looked at, unix seconds.
    pub checked_at: i64,
    /// How many faults.
    pub faults: u32,
    /// How many hints.
    pub hints: u32,
    /// Everything that was looked at.
    pub checks: Vec<CheckView>,
}
