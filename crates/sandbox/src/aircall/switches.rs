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
    pub media_bytes: usize,
    /// How long after `call.ended` a recording is there; 0 = at once. Later it comes with
    /// `call.comm_assets_generated`.
    pub recording_after_s: f64,
    /// Whether `cost`, `started_at` and `duration` change some minutes after the end.
    pub rewrite: bool,
    /// Whether an agent presses the call key after `POST …/dial` filled the keypad.
    pub agent_presses_call: bool,
    /// Whether the 201 for a comment or for tags holds what was made; else its body is empty.
    pub echo_writes: bool,
    /// Whether a note of nothing but emoji is refused; else it is kept without a text.
    pub refuse_emoji_only: bool,
    /// Whether a webhook that is changed gets a new token.
    pub change_renews_token: bool,
    /// Whether what was on its way when a webhook was changed or deleted is still delivered as it left.
    pub deliver_as_sent: bool,
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
            recording_after_s: 0.0,
            rewrite: true,
            agent_presses_call: true,
            echo_writes: false,
            refuse_emoji_only: true,
            change_renews_token: false,
            deliver_as_sent: false,
            refuse_late_cards: true,
            duplicate: false,
            shuffle_s: 0.0,
            drop_share: 0.0,
            delay_s: 0.0,
            disable_after: 50,
        }
    }
}
