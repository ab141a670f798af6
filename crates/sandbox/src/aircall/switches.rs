//! The points on which the sources differ or say nothing (`reference/aircall.md §11`), and how deliveries
//! misbehave. Every field can be changed while the sandbox runs; the defaults are the documented reading, or a guess where
//! nothing is documented.

use serde::{Deserialize, Serialize};

/// How `X-AircallApi-Reset` counts (`reference/aircall.md §2.1`: one client's tests say seconds, another's code
/// milliseconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetUnit {
    /// Unix seconds.
    Seconds,
    /// Unix milliseconds.
    Milliseconds,
}

/// What failures are counted by before a webhook is switched off (`reference/aircall.md §6.2`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailuresOf {
    /// All tries of the webhook in a row, whatever event they carry.
    Webhook,
    /// The tries of one event.
    Event,
}

/// Switches of the Aircall stand-in. Times are in seconds of the unscaled service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AircallSwitches {
    /// The credential was revoked: every request is answered 403.
    pub revoked: bool,
    /// Paths beginning so are answered 403, with a method before them or for all; for instance `POST /v1/webhooks`.
    pub forbidden: Vec<String>,
    /// `/v1/integrations/me` has its object under `integration`, instead of bare.
    pub integration_wrapped: bool,
    /// Events of messages, too, go to an app only for the numbers that its admin connected; events of calls always do.
    pub messages_follow_numbers: bool,
    /// Whether a 429 carries the `X-AircallApi-*` headers.
    pub limit_headers: bool,
    /// The unit of `X-AircallApi-Reset`.
    pub reset_unit: ResetUnit,
    /// Whether calls that are still up stand in the lists; read by its id a call is always found.
    pub list_running: bool,
    /// How long after its start a call comes into the lists.
    pub list_delay_s: f64,
    /// The status of an accepted insight card.
    pub card_status: u16,
    /// Whether the 201 of a comment or of tags has the object as its body; else it is empty.
    pub created_bodies: bool,
    /// Lifetime of a signed media address: 600 in the tutorial, 3600 in the current reference.
    pub media_lifetime_s: i64,
    /// Size of the MP3 that a media address answers.
    pub media_bytes: u64,
    /// The content type that a media address answers with.
    pub media_type: String,
    /// Whether a media address says how large the file is, or just ends.
    pub media_length: bool,
    /// By how many bytes a media address says that the file is larger than it is.
    pub media_claims_more: u64,
    /// Whether a media address answers a `Range` with that part, or always with the whole file.
    pub media_ranges: bool,
    /// Whether a media address names versions weakly (`W/"…"`): the same version need not have the same bytes.
    pub media_weak: bool,
    /// How long after `call.ended` a recording is there; 0 = at once. Later it comes with
    /// `call.comm_assets_generated`.
    pub recording_after_s: f64,
    /// A sent message names the user who sent it (`reference/aircall.md §4.8` lists no such key).
    pub message_names_user: bool,
    /// Dates of messages as integers in milliseconds instead of ISO texts.
    pub message_dates_in_ms: bool,
    /// Files of messages as `media_url` (addresses alone) instead of `media_details`.
    pub message_media_url: bool,
    /// Whether `cost`, `started_at` and `duration` change some minutes after the end.
    pub rewrite: bool,
    /// What that change makes of a call's start is told from the first event on. Not the service's way: it shows what
    /// a call reads like for whoever hears of it only after the change.
    pub tells_start_as_rewritten: bool,
    /// Whether an agent presses the call key after `POST …/dial` filled the keypad.
    pub agent_presses_call: bool,
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
    /// What those failures are counted by.
    pub failures_of: FailuresOf,
    /// The pauses before the second, third, … try of a delivery, of at least one second each; the last one repeats.
    /// Empty: there is one try.
    pub retry_pauses_s: Vec<f64>,
}

impl Default for AircallSwitches {
    fn default() -> Self {
        Self {
            revoked: false,
            forbidden: Vec::new(),
            integration_wrapped: true,
            messages_follow_numbers: false,
            limit_headers: true,
            reset_unit: ResetUnit::Seconds,
            list_running: true,
            list_delay_s: 0.0,
            card_status: 201,
            created_bodies: false,
            media_lifetime_s: 600,
            media_bytes: 20_000,
            media_type: "audio/mpeg".to_owned(),
            media_length: true,
            media_claims_more: 0,
            media_ranges: true,
            media_weak: false,
            recording_after_s: 0.0,
            message_names_user: true,
            message_dates_in_ms: false,
            message_media_url: false,
            rewrite: true,
            tells_start_as_rewritten: false,
            agent_presses_call: true,
            refuse_emoji_only: true,
            change_renews_token: false,
            deliver_as_sent: false,
            refuse_late_cards: true,
            duplicate: false,
            shuffle_s: 0.0,
            drop_share: 0.0,
            delay_s: 0.0,
            disable_after: 50,
            failures_of: FailuresOf::Webhook,
            retry_pauses_s: vec![10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0],
        }
    }
}
