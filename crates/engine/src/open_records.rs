//! What a customer has open in the helpdesk, as it is shown: how much of it.

/// So many records are shown.
pub(crate) const MOST: usize = 5;
/// So many characters of the last message are shown.
const MOST_TEXT: usize = 140;

/// The beginning of what was said last, on one line; `None` if nothing was.
pub(crate) fn last_said(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(MOST_TEXT).collect();
    (!short.is_empty()).then_some(short)
}
