//! Numbers as a reader of each language writes them.

use crate::Language;

/// `1,234` in English, `1.234` in German; French has a narrow no-break space.
#[must_use]
pub fn figures(number: u32, language: Language) -> String {
    let between = match language {
        Language::En => ',',
        Language::De => '.',
        Language::Fr => '\u{202f}',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(between);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart_as_each_language_does() {
        let all = |n| Language::ALL.map(|language| figures(n, language));
        assert_eq!(all(0), ["0", "0", "0"]);
        assert_eq!(all(999), ["999", "999", "999"]);
        assert_eq!(all(1_234), ["1,234", "1.234", "1\u{202f}234"]);
        assert_eq!(
            all(4_294_967_295),
            ["4,294,967,295", "4.294.967.295", "4\u{202f}294\u{202f}967\u{202f}295"]
        );
    }
}
