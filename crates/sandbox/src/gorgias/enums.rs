//! The closed lists of `reference/gorgias.md §7`. A value outside is refused.

/// How a ticket or message came.
pub(crate) const VIAS: [&str; 32] = [
    "aircall",
    "api",
    "chat",
    "contact_form",
    "email",
    "facebook",
    "facebook-mention",
    "facebook-messenger",
    "facebook-recommendations",
    "form",
    "gorgias_chat",
    "help-center",
    "helpdesk",
    "instagram",
    "instagram-ad-comment",
    "instagram-comment",
    "instagram-direct-message",
    "instagram-mention",
    "internal-note",
    "offline_capture",
    "phone",
    "rule",
    "self_service",
    "shopify",
    "sms",
    "twilio",
    "twitter",
    "twitter-direct-message",
    "whatsapp",
    "yotpo",
    "yotpo-review",
    "zendesk",
];

/// The channel of a ticket or message. Slugs of custom channels are not taken: the account has none.
pub(crate) const CHANNELS: [&str; 21] = [
    "aircall",
    "api",
    "chat",
    "contact_form",
    "email",
    "facebook",
    "facebook-mention",
    "facebook-messenger",
    "facebook-recommendations",
    "help-center",
    "instagram-ad-comment",
    "instagram-comment",
    "instagram-direct-message",
    "instagram-mention",
    "internal-note",
    "phone",
    "sms",
    "twitter",
    "twitter-direct-message",
    "whatsapp",
    "yotpo-review",
];

/// The channels on which Gorgias itself sends an outgoing message that has no `sent_datetime`.
pub(crate) const SENDING: [&str; 3] = ["sms", "email", "phone"];

pub(crate) const STATUSES: [&str; 2] = ["open", "closed"];
pub(crate) const PRIORITIES: [&str; 4] = ["critical", "high", "normal", "low"];
