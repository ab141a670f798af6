//! `/api/recordings`: where recordings are kept (C6).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where recordings and voicemails are kept, and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct RecordingsSetup {
    /// The folder, on the computer that Sidetone runs on; unset: none are kept.
    pub folder: Option<String>,
    /// For so many days after the call; 0: for ever.
    pub keep_days: u32,
    /// The folder is set in the configuration file or environment, and can be changed there only.
    pub folder_is_given: bool,
    /// The days are.
    pub keep_days_is_given: bool,
}

/// `POST /api/recordings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "index.ts")]
pub struct RecordingsDays {
    /// For so many days after the call; 0: for ever.
    pub keep_days: u32,
}
