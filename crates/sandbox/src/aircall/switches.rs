//! The points on which the sources differ or say nothing (`reference/aircall.md §11`), and how deliveries
//! misbehave. Every field can be changed while the sandbox runs; the defaults are the documented reading.

use serde::{Deserialize, Serialize};

/// Switches of the Aircall stand-in. Times are in seconds of the unscaled service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AircallSwitches {
    /// The credential was revoked: every request is answered 403.
    pub revoked: bool,
    /// Whether a 429 carries the `X-AircallApi-*` headers.
    pub limit_headers: bool,
    /// Lifetime of a signed media address: 600 in the tutorial, 3600 in the current reference.
    pub media_lifetime_s: i64,
    /// Size of the MP3 that a media address answers.
    pub media_bytes: u64,
    /// The content type that a media address answers with.
    pub media_type: String,
    /// Whether a media address says how large the file is, or just ends.
    pub media_length: bool,
    /// Whether a media address answers a `Range` with that part, or always with the whole file.
    pub media_ranges: bool,
    /// How long after `call.ended` a recording is there; 0 = at once. Later it comes with
    /// `call.comm_assets_generated`.
    pub recording_after_s: f64,
    /// Whether `cost`, `started_at` and `duration` change some minutes after the end.
    pub rewrite: bool,
    /// Whether an agent presses the call key after `POST …/dial` filled the keypad.
    pub agent_presses_call: bool,
    /// A card for a call that is over: refused with 400, or accepted without effect.
    pub refuse_late_cards: bool,
    /// Every event is delivered twice.
    pub duplicate: bool,
    /// Events are delayed at random up to this, so that they overtake each other; 0 = in order.
    pub shuffle_s: f64,
    /// Share of events that are never delivered, 0.0 to 1.0.
    pub drop_share: f64,
    /// Every event is delivered this much later.
    pub delay_s: f64,
    /// Consecutive failures after which a webhook is disabled; 50 or 10 by source.
    pub disable_after: u32,
}

impl Default for AircallSwitches {
    fn default() -> Self {
        Self {
            revoked: false,
            limit_headers: true,
            media_lifetime_s: 600,
            media_bytes: 20_000,
            media_type: "audio/mpeg".to_owned(),
            media_length: true,
            media_ranges: true,
            recording_after_s: 0.0,
            rewrite: true,
            agent_presses_call: true,
            refuse_late_cards: true,
            duplicate: false,
            shuffle_s: 0.0,
            drop_share: 0.0,
            delay_s: 0.0,
            disable_after: 50,
        }
    }
}
