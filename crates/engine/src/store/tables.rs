//! The tables, one file each: what a row means, and every query on it. The same for every database.

pub(super) mod attempt;
pub(super) mod backfill;
pub(super) mod call;
pub(super) mod call_list;
pub(super) mod call_words;
pub(super) mod choice;
pub(super) mod conversation;
pub(super) mod desk;
pub(super) mod dial;
pub(super) mod directory;
pub(super) mod erasure;
pub(super) mod gap;
pub(super) mod inbox;
pub(super) mod kept_file;
pub(super) mod ledger;
pub(super) mod matched;
pub(super) mod message_list;
pub(super) mod own_comment;
pub(super) mod pushed;
pub(super) mod setting;
pub(super) mod telling;
pub(super) mod trace;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use super::StoreError;
use super::sql::Row;
use crate::call::CaseId;

fn json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_str(text)?)
}

/// How a moment is stored: unix microseconds.
pub(super) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

pub(super) fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// How a call's id, 64 bits without a sign, is stored.
fn key(id: CaseId) -> i64 {
    id.0.cast_signed()
}

pub(super) fn call_id(row: &Row<'_>) -> Result<CaseId, StoreError> {
    Ok(CaseId(row.get::<i64>(0)?.cast_unsigned()))
}
