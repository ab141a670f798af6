//! Comments are read as markdown: what somebody typed is made to stand as typed, and is compared as typed.

/// Text from people, so that nothing in it becomes a link, a picture, a tag or a heading. Underscores within words and
/// plain punctuation stay as they are: teams have rules on the text (F9).
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut begins_a_line = true;
    for c in text.chars() {
        let is_mark = matches!(c, '\\' | '`' | '*' | '[' | ']' | '<' | '>');
        if is_mark || (begins_a_line && c == '#') {
            safe.push('\\');
        }
        safe.push(c);
        begins_a_line = c == '\n' || (begins_a_line && c.is_whitespace());
    }
    safe
}

/// A text as it is compared, however Front gives it back: without what only is markdown, and with blanks as one.
pub(super) fn plain(text: &str) -> String {
    unescaped(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as it was typed.
pub(super) fn unescaped(text: &str) -> String {
    let mut chars = text.chars().peekable();
    let mut bare = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        let escapes = c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation);
        if escapes {
            bare.extend(chars.next());
        } else {
            bare.push(c);
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_is_no_markdown_and_compares_as_typed() {
        for typed in [
            "call back tomorrow, order_no 7 is #urgent",
            "[refund](https://example.com) <img src=x> **now** `rm`",
            "# not a heading\n  # neither is this",
            "C:\\temp \\* 2",
        ] {
            let written = escape(typed);
            assert_eq!(plain(&written), plain(&escape(typed)));
            assert_eq!(plain(&written), typed.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        assert_eq!(escape("order_no 7 is #urgent"), "order_no 7 is #urgent", "rules find it (F9)");
        assert_eq!(escape("[a](b) <i>"), "\\[a\\](b) \\<i\\>");
        assert_eq!(escape("# a"), "\\# a");
    }
}
