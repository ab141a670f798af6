//! Handles: their kinds, and how Front writes down a phone number. A number without `+` becomes one of the USA
//! (`reference/front.md §4.3`); what was stored before that rule, or by another way, stays as it is.

use super::objects::Handle;
use crate::numbers;

/// The kinds of a handle.
pub(crate) const SOURCES: [&str; 7] =
    ["twitter", "email", "phone", "facebook", "intercom", "front_chat", "custom"];

/// The handle as it is stored from now on.
pub(crate) fn normalised(source: &'static str, text: &str) -> Handle {
    let handle = match source {
        "phone" => phone(text),
        "email" => text.trim().to_lowercase(),
        _ => text.to_owned(),
    };
    Handle { source, handle }
}

/// `+` and the digits; without a `+` the digits are taken for a number of the USA.
fn phone(text: &str) -> String {
    let digits = numbers::digits(text);
    let has_country = text.trim_start().starts_with('+') || (digits.len() == 11 && digits.starts_with('1'));
    if has_country { format!("+{digits}") } else { format!("+1{digits}") }
}

/// The kind of handle that a message of this type has; `None` for a type that is not imported.
pub(crate) fn source_of(message_type: &str, custom_is_phone: bool) -> Option<&'static str> {
    match message_type {
        "sms" => Some("phone"),
        "email" => Some("email"),
        "intercom" => Some("intercom"),
        "custom" if custom_is_phone => Some("phone"),
        "custom" => Some("custom"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_plus_is_american() {
        for (given, stored) in [
            ("+34 666 444 555", "+34666444555"),
            ("2025550117", "+12025550117"),
            ("(202) 555-0117", "+12025550117"),
            ("12025550117", "+12025550117"),
            ("33199001144", "+133199001144"),
        ] {
            assert_eq!(normalised("phone", given).handle, stored, "{given}");
        }
        assert_eq!(normalised("custom", "33 1").handle, "33 1");
        assert_eq!(normalised("email", "A@Example.com").handle, "a@example.com");
    }
}
