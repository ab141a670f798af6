//! What a customer has open in the helpdesk, as it is shown beside a call.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A ticket or a conversation that is not closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct OpenRecord {
    /// The helpdesk's id.
    pub id: String,
    /// Its subject; empty if it has none.
    pub subject: String,
    /// The beginning of its last message; null where the helpdesk does not tell.
    pub last_text: Option<String>,
    /// When something last happened in it, unix seconds; null where the helpdesk does not tell.
    pub last_at: Option<i64>,
    /// The name of whoever has it; null if nobody has.
    pub assignee: Option<String>,
    /// Where a browser opens it.
    pub url: Option<String>,
}

/// What a customer has open in the helpdesk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct OpenRecords {
    /// Whose.
    pub customer_id: String,
    /// The ones in which something happened last, newest first; at most five.
    pub records: Vec<OpenRecord>,
    /// How many are open.
    pub total: u32,
    /// There are more than were counted.
    pub more: bool,
    /// Where a browser opens what the customer wrote or was written last, open or closed; null if there is nothing.
    pub latest_url: Option<String>,
}
