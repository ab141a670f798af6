//! The points of `reference/gorgias.md §14` that nobody has confirmed, each as a switch. The defaults are the
//! reading that is harder on a client, or the documented one where there is one.

use serde::{Deserialize, Serialize};

use super::limits::Rate;

/// How `POST /api/search` compares phone numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneMatching {
    /// The stored text must be the query.
    Exact,
    /// The digits must be the same.
    Digits,
    /// The stored digits must end with the query's.
    Suffix,
}

/// How the list of customers filters by a phone number (`channel_type=phone` with `channel_address`). Filters on
/// other channels always want the stored text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneFilter {
    /// The stored text must be the address.
    Exact,
    /// The digits must be the same.
    Digits,
    /// Nobody is ever found.
    Nothing,
}

/// What the token endpoint says of an access token's end; the token itself says it truly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OauthExpiresIn {
    /// `expires_in: 0`, as in the vendor's sample.
    Zero,
    /// The seconds until then.
    Seconds,
    /// Nothing.
    Absent,
}

/// Switches of the Gorgias stand-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GorgiasSwitches {
    /// The subdomain does not exist: every request is answered with an HTML 404.
    pub wrong_account: bool,
    /// The credential was revoked: 401.
    pub revoked: bool,
    /// Paths beginning so are answered 403, as if the role lacked the permission; empty = none.
    pub forbidden_path: String,
    /// Permissions that every credential lacks, for instance `tickets:write`: 403.
    pub missing_scopes: Vec<String>,
    /// Tags of the account need `tags:read` and `tags:write`, instead of what tickets need.
    pub tags_have_scopes: bool,
    /// What the token endpoint says of an access token's end.
    pub oauth_expires_in: OauthExpiresIn,
    /// Seconds that an access token lives.
    pub access_token_s: i64,
    /// An access token counts until its end also after the app was uninstalled.
    pub access_outlives_uninstall: bool,
    /// A refresh answers a new refresh token, and the old one is worth nothing from then on.
    pub refresh_rotates: bool,
    /// The token endpoint also takes the client's id and secret in the body.
    pub secret_in_body: bool,
    /// The limit of an app.
    pub app_rate: Rate,
    /// An app has no limit of its own but eats from the account's.
    pub app_shares_limit: bool,
    /// How the search compares numbers.
    pub phone_search: PhoneMatching,
    /// How the list of customers filters by a phone number.
    pub phone_filter: PhoneFilter,
    /// The search answers a bare array instead of the list envelope.
    pub search_bare_array: bool,
    /// Adding a tag by a name that does not exist is refused instead of creating it.
    pub refuse_unknown_tags: bool,
    /// A second object with the same `external_id` is refused with 409.
    pub unique_external_id: bool,
    /// A second customer with the same phone channel is refused with 409.
    pub unique_phone: bool,
    /// A ticket for a customer who was merged is refused, as one for a deleted customer is, instead of going to the
    /// survivor.
    pub refuse_merged_customers: bool,
    /// A new object shows up in lists and searches only after this many seconds.
    pub list_lag_s: f64,
    /// An incoming message opens a closed ticket by itself.
    pub reopen_on_incoming: bool,
    /// `POST /api/customers` takes a `note`.
    pub note_on_create: bool,
    /// `POST /api/customers` takes `firstname` and `lastname`.
    pub names_on_create: bool,
    /// `GET /api/tickets/{id}` takes this many seconds.
    pub ticket_get_s: f64,
    /// The status of a successful `PUT` on a ticket or a customer: 200 or 202.
    pub put_status: u16,
    /// `size` of an uploaded file is a string, as in the printed example.
    pub upload_size_as_text: bool,
    /// Uploads above this are answered 413.
    pub upload_max_bytes: usize,
    /// Uploads of these content types are refused.
    pub upload_refused_types: Vec<String>,
    /// A message may only have attachments that were uploaded here.
    pub own_attachments_only: bool,
    /// How long a list's cursor may be used; negative: no cursor is taken.
    pub cursor_lifetime_s: i64,
    /// The status for a cursor that is not taken (any more): 400, 404 or 410.
    pub dead_cursor_status: u16,
}

impl Default for GorgiasSwitches {
    fn default() -> Self {
        Self {
            wrong_account: false,
            revoked: false,
            forbidden_path: String::new(),
            missing_scopes: Vec::new(),
            tags_have_scopes: false,
            oauth_expires_in: OauthExpiresIn::Zero,
            access_token_s: 86_400,
            access_outlives_uninstall: true,
            refresh_rotates: false,
            secret_in_body: false,
            app_rate: Rate { requests: 80, window_s: 20 },
            app_shares_limit: false,
            phone_search: PhoneMatching::Exact,
            phone_filter: PhoneFilter::Exact,
            search_bare_array: false,
            refuse_unknown_tags: false,
            unique_external_id: false,
            unique_phone: false,
            refuse_merged_customers: false,
            list_lag_s: 0.0,
            reopen_on_incoming: false,
            note_on_create: false,
            names_on_create: false,
            ticket_get_s: 0.0,
            put_status: 202,
            upload_size_as_text: false,
            upload_max_bytes: 500 * 1024 * 1024,
            upload_refused_types: Vec::new(),
            own_attachments_only: true,
            cursor_lifetime_s: 600,
            dead_cursor_status: 400,
        }
    }
}
