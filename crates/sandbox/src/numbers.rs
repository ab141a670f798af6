//! Phone numbers as Aircall shows them. Only what the stand-ins need: an E.164 number written with spaces
//! and dashes by country, and whether two spellings have the same digits. No validation.

/// Country codes whose grouping is known, with the group sizes after the code.
const GROUPS: [(&str, &[usize], char); 6] = [
    ("1", &[3, 3, 4], '-'),
    ("33", &[1, 2, 2, 2, 2], ' '),
    ("34", &[3, 3, 3], ' '),
    ("44", &[2, 4, 4], ' '),
    ("49", &[2, 5, 3], ' '),
    ("39", &[2, 4, 4], ' '),
];

/// `+12025550110` becomes `+1 202-555-0110` (`reference/aircall.md §8`).
pub(crate) fn display(e164: &str) -> String {
    let digits = digits(e164);
    let known = GROUPS.iter().find(|(code, sizes, _)| {
        digits.strip_prefix(code).is_some_and(|rest| rest.len() == sizes.iter().sum::<usize>())
    });
    let Some((code, sizes, between)) = known else {
        return format!("+{digits}");
    };
    let mut rest = &digits[code.len()..];
    let mut groups = Vec::new();
    for size in *sizes {
        let (group, after) = rest.split_at(*size);
        groups.push(group);
        rest = after;
    }
    format!("+{code} {}", groups.join(&between.to_string()))
}

/// Only the digits.
pub(crate) fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// Whether two international spellings are the same number.
pub(crate) fn same(one: &str, other: &str) -> bool {
    digits(one) == digits(other)
}

/// `+` and 7 to 15 digits, the first not 0.
pub(crate) fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.chars().all(|digit| digit.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_country_and_keep_their_digits() {
        for (e164, shown) in [
            ("+12025550110", "+1 202-555-0110"),
            ("+33199001010", "+33 1 99 00 10 10"),
            ("+34666444555", "+34 666 444 555"),
            ("+493023125010", "+49 30 23125 010"),
            ("+35315550100", "+35315550100"),
        ] {
            assert_eq!(display(e164), shown);
            assert!(same(e164, shown));
        }
    }

    #[test]
    fn only_a_plus_and_digits_is_e164() {
        assert!(is_e164("+33199001010"));
        for wrong in ["33199001010", "+33 1 99", "+0123456789", "0199001010", "anonymous", "+1"] {
            assert!(!is_e164(wrong), "{wrong}");
        }
    }
}
