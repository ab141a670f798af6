//! The first line of a call's main activity: what kind of call, and on which line (F4). It may be of any language.

use super::markdown::plain;
use crate::settings::Language;
use crate::words::words;

/// Whether a text begins as the main activity of a call does.
pub(super) fn is_heading(text: &str) -> bool {
    line_in(text).is_some()
}

/// Whether a text begins as the main activity of a call on this line does.
pub(super) fn is_of_line(text: &str, line: &str) -> bool {
    line_in(text).is_some_and(|named| plain(named) == plain(line))
}

/// Whether two texts begin as main activities of one line do.
pub(super) fn are_of_one_line(one: &str, other: &str) -> bool {
    line_in(one).is_some_and(|line| is_of_line(other, line))
}

/// The line that a heading names.
fn line_in(text: &str) -> Option<&str> {
    Language::ALL.into_iter().find_map(|language| words(language).line_in_heading(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_of_its_whole_line_in_whatever_language() {
        for language in Language::ALL {
            let w = words(language);
            for form in [w.heading_inbound, w.heading_outbound, w.heading_missed, w.heading_voicemail] {
                let text = format!("{}\nFrom: somebody", w.heading(form, "Support  FR"));
                assert!(is_heading(&text) && is_of_line(&text, "Support FR"), "{text}");
                assert!(!is_of_line(&text, "FR") && !is_of_line(&text, "Support FR 2"), "{text}");
                assert!(are_of_one_line(&text, "Missed call - Support FR"), "{text}");
                assert!(!are_of_one_line(&text, "Missed call - Sales US"), "{text}");
            }
        }
        assert!(!is_heading("Is it ready?") && !are_of_one_line("Is it ready?", "Is it ready?"));
    }
}
