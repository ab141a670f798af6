//! What somebody wants dialled from outside the window (A5): a link, a number on the command line, selected or copied text.
//! Pure.
//!
//! Nothing is dialled here. The number stands in the field "Search or dial", as it was found, and one key dials it: what was
//! read wrongly is seen before anybody's phone rings.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Schemes of links that dial.
pub const SCHEMES: [&str; 3] = ["tel", "callto", "sidetone"];
/// Longer texts are read so far.
const READ_BYTES: usize = 4_000;
/// A number in a text has so many digits (E.164 has fifteen at most); a shorter one counts where there is nothing else.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// A number alone: short codes are numbers, too.
const SHORTEST: usize = 3;
/// What a page's address keeps as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// Where a text to dial from is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// What is selected, where the system tells; else what was copied.
    Selection,
    /// What was copied.
    Clipboard,
}

/// Whether this is a link that dials.
pub fn is_link(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty() && SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

/// The number that a text or a link names, as it stands there; `None` where there is none.
///
/// In a text it is the first that is written internationally, else the first that looks like a number. Dates and order
/// numbers with other signs beside them do not.
pub fn number_in(text: &str) -> Option<String> {
    let text = text.trim();
    if is_link(text) {
        return alone(&of_link(text)?);
    }
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= READ_BYTES).unwrap_or(text.len());
    let text = text.get(..end)?;
    alone(text).or_else(|| {
        let found = runs(text);
        let international = found.iter().find(|run| run.starts_with('+') || run.starts_with("00"));
        international.or_else(|| found.first()).cloned()
    })
}

/// The page on which this number stands ready.
pub fn page_for(number: &str) -> String {
    format!("search?text={}", utf8_percent_encode(number, PLAIN))
}

/// `tel:+33…;ext=2`, `callto://+33…`, `sidetone://dial/+33…` or `sidetone://dial?number=+33…`.
fn of_link(link: &str) -> Option<String> {
    let (scheme, rest) = link.split_once(':')?;
    let rest = rest.trim_start_matches('/');
    let named = if scheme.eq_ignore_ascii_case("sidetone") {
        let rest = rest.get(..4).filter(|word| word.eq_ignore_ascii_case("dial")).and(rest.get(4..))?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        query.split('&').find_map(|pair| pair.strip_prefix("number=")).unwrap_or(path.trim_matches('/'))
    } else {
        rest.split([';', '?']).next()?
    };
    Some(percent_decode_str(named).decode_utf8().ok()?.trim().to_owned())
}

/// A text that is a number and nothing else.
fn alone(text: &str) -> Option<String> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_number = text.chars().enumerate().all(|(at, sign)| is_part(sign) && (sign != '+' || at == 0));
    (is_number && (SHORTEST..=*DIGITS.end()).contains(&digits) && !is_date(text)).then(|| text.to_owned())
}

/// Pieces of a text that look like telephone numbers, in order.
fn runs(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut run = String::new();
    let mut before = ' ';
    // What follows a letter, or a sign of other things than numbers, is part of something else.
    for sign in text.chars().chain(['\n']) {
        let begins = run.is_empty();
        if sign == '+' && !begins {
            found.extend(whole(&run, sign));
            run.clear();
        }
        if is_part(sign) && !(begins && (is_glue(before) || sign == '-' || sign == '.' || sign == '/')) {
            run.push(sign);
        } else {
            found.extend(whole(&run, sign));
            run.clear();
        }
        before = sign;
    }
    found
}

/// The run as a number, where it can be one; `after` is the sign behind it.
fn whole(run: &str, after: char) -> Option<String> {
    let ends_clean = run.ends_with(|sign: char| !sign.is_ascii_digit()) || !is_glue(after);
    let number = run.trim().trim_end_matches(|sign: char| !sign.is_ascii_digit());
    // A bracket that opens before the number is the text's.
    let number = if number.contains(')') { number } else { number.trim_start_matches('(') };
    let digits = number.chars().filter(char::is_ascii_digit).count();
    (ends_clean && DIGITS.contains(&digits) && !is_date(number) && !is_address(number))
        .then(|| number.to_owned())
}

fn is_part(sign: char) -> bool {
    sign.is_ascii_digit()
        || matches!(
            sign,
            '+' | '(' | ')' | '.' | '-' | '/' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2011}' | '\u{2012}'
        )
}

/// A sign that makes a number beside it part of something else: a word, an address, an amount, a time.
fn is_glue(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '#' | '_' | '@' | '=' | '&' | '%' | '$' | '€' | '£')
}

/// `192.168.100.10`: four figures, none above 255 and none with a nought in front. A number of four pairs has such.
fn is_address(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_byte = |part: &&str| part.parse::<u8>().is_ok_and(|byte| byte.to_string() == **part);
    parts.len() == 4 && parts.iter().all(is_byte) && parts.iter().any(|part| part.len() == 3)
}

/// `2026-11-28`, `28.11.2026`, `28/11/26`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    digits && matches!(lengths[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 2 | 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        number_in(text)
    }

    #[test]
    fn a_link_names_its_number() {
        for (link, number) in [
            ("tel:+33199005512", "+33199005512"),
            ("TEL:+33-1-99-00-55-12;ext=7", "+33-1-99-00-55-12"),
            ("tel://+33%201%2099%2000%2055%2012", "+33 1 99 00 55 12"),
            ("callto:+34666444555", "+34666444555"),
            ("callto://0199005512", "0199005512"),
            ("sidetone://dial/+34666444555", "+34666444555"),
            ("sidetone://dial?number=%2B34666444555&from=mail", "+34666444555"),
            ("sidetone:dial?number=112", "112"),
            ("sidetone://dial/+34666444555?from=mail", "+34666444555"),
        ] {
            assert_eq!(found(link).as_deref(), Some(number), "{link}");
        }
        for other in [
            "tel:",
            "tel:marta",
            "sidetone://open?number=%2B34666444555",
            "sidetone://d\u{e9}al",
            "callto:marta.ibanez",
        ] {
            assert_eq!(found(other), None, "{other}");
        }
        assert!(!is_link("https://example.com/+34666444555") && !is_link("tel:"));
    }

    #[test]
    fn a_number_alone_is_taken_as_it_is_written() {
        for number in [
            "+34 666 444 555",
            "01 99 00 55 12",
            "(555) 010-0123",
            "01.99.00.55.12",
            "0199/005512",
            "3883",
            " 112 ",
        ] {
            assert_eq!(found(number).as_deref(), Some(number.trim()), "{number}");
        }
        for other in
            ["", "12", "1+2+3", "2026-11-28", "28.11.2026", "1234567890123456", "Marta Ibáñez", "-", "+"]
        {
            assert_eq!(found(other), None, "{other}");
        }
    }

    #[test]
    fn in_a_text_the_number_is_found_and_what_only_looks_like_one_is_not() {
        for (text, number) in [
            ("Marta, +34 666 444 555, called on 2026-11-27 at 14:05.", "+34 666 444 555"),
            ("Order 10482345 is late, call back: +1 (555) 010-0123", "+1 (555) 010-0123"),
            ("Tel. 01 99 00 55 12", "01 99 00 55 12"),
            ("Rufen Sie an (Tel. 030 / 23 12 50 44)!", "030 / 23 12 50 44"),
            ("either +34666444555 or +33199005512", "+34666444555"),
            (
                "a\u{a0}number: 01\u{202f}99\u{202f}00\u{202f}55\u{202f}12",
                "01\u{202f}99\u{202f}00\u{202f}55\u{202f}12",
            ),
            ("first line\n01 99 00 55 12\nlast line 3", "01 99 00 55 12"),
        ] {
            assert_eq!(found(text).as_deref(), Some(number), "{text}");
        }
        for text in [
            "Invoice #20261128 of 28.11.2026",
            "ref_1234567 and x1234567y",
            "at 14:05 or 14:06",
            "the server 192.168.100.10 is down",
            "https://example.com/?id=123456789",
            "costs 1234567€",
            "nothing at all",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_read_to_a_limit_and_any_text_is_survived() {
        let far = format!("{}{}", "\u{e9}".repeat(READ_BYTES), " +34666444555");
        assert_eq!(found(&far), None);
        for odd in ["\u{0}+", "++++", "()()()()", "+34 666 444 555 +", "\u{1f4de}+34666444555", "tel:%ff%fe"]
        {
            let _ = found(odd);
        }
        assert_eq!(found("\u{1f4de}+34666444555").as_deref(), Some("+34666444555"));
    }

    #[test]
    fn the_page_is_named_with_the_number_as_it_was_found() {
        assert_eq!(page_for("+34 666 444 555"), "search?text=%2B34%20666%20444%20555");
        assert_eq!(page_for("a&text=b\"'"), "search?text=a%26text%3Db%22%27");
    }
}
