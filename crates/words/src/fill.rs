//! Filling in what a text leaves open.

/// Puts values in place of `{names}`. One pass, so that a caller who is named `{n}` stays a name.
#[must_use]
pub fn fill(form: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(form.len() + 16);
    let mut rest = form;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let named = after.split_once('}');
        let value = named.and_then(|(name, _)| values.iter().find(|(known, _)| *known == name));
        match (named, value) {
            (Some((_, behind)), Some((_, value))) => {
                text.push_str(value);
                rest = behind;
            }
            _ => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_braces_stays_a_name() {
        let text = fill("{caller} is calling, {n}", &[("caller", "{caller} {n}"), ("n", "2")]);
        assert_eq!(text, "{caller} {n} is calling, 2");
    }

    #[test]
    fn what_is_not_given_stays() {
        assert_eq!(fill("{a} { {b", &[("b", "x")]), "{a} { {b");
    }
}
