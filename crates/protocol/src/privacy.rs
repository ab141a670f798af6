//! Privacy (B12): how long calls are kept, whose are never logged, and whose data is erased on demand.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `GET /api/privacy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct PrivacyView {
    /// After so many days calls and messages lose their content; 0: never.
    pub keep_days: u32,
    /// Older calls that are kept all the same, because their record waits for something.
    pub overdue: u32,
    /// Numbers whose calls and messages are never logged.
    pub never_log: Vec<NeverLogged>,
    /// Keys that file or environment set: they cannot be changed here.
    pub read_only: Vec<String>,
}

/// A number whose calls and messages are never logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct NeverLogged {
    /// `+34666444555`.
    pub number: String,
    /// International form with grouping.
    pub international: String,
}

/// `POST /api/privacy/keep`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct KeepDays {
    /// 0: for ever.
    pub keep_days: u32,
}

/// A number in any spelling: `POST /api/privacy/never-log`, `POST /api/privacy/log-again`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct NumberNamed {
    /// As somebody types it.
    pub number: String,
}

/// `POST /api/privacy/forget`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "index.ts")]
pub struct ForgetRequest {
    /// In any spelling.
    pub number: String,
    /// From now on its calls are never logged, either.
    #[serde(default)]
    pub never_log: bool,
}

/// What was erased of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct Forgotten {
    /// Everything is erased. If not, it goes on by itself; asking again tells how it ended.
    pub done: bool,
    /// Calls.
    pub calls: u32,
    /// Text messages.
    pub messages: u32,
    /// Of these so many were still to be written, and are not any more.
    pub unwritten: u32,
    /// What people had decided about the number.
    pub choices: u32,
    /// Entries of the directory, which is a copy of the helpdesk's.
    pub directory: u32,
    /// Other places that mentioned it.
    pub mentions: u32,
    /// What stands in the helpdesk, which is to delete it there.
    pub left: Vec<LeftInHelpdesk>,
    /// Other numbers of the same customers, in international form: they are not forgotten with it.
    pub further_numbers: Vec<String>,
}

impl Forgotten {
    /// What was erased of the same number before.
    pub fn add(&mut self, before: Forgotten) {
        self.calls += before.calls;
        self.messages += before.messages;
        self.unwritten += before.unwritten;
        self.choices += before.choices;
        self.directory += before.directory;
        self.mentions += before.mentions;
        let further = before.further_numbers.into_iter().filter(|one| !self.further_numbers.contains(one));
        let further: Vec<String> = further.collect();
        self.further_numbers.extend(further);
        let left: Vec<LeftInHelpdesk> =
            before.left.into_iter().filter(|one| !self.left.contains(one)).collect();
        self.left.extend(left);
    }
}

/// Something in the helpdesk that is about a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct LeftInHelpdesk {
    /// What.
    pub kind: LeftKind,
    /// The helpdesk's id.
    pub id: String,
    /// Its page there.
    pub url: Option<String>,
}

/// What of the helpdesk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "index.ts")]
pub enum LeftKind {
    /// A ticket, or a conversation.
    Record,
    /// A customer, or a contact.
    Customer,
}
