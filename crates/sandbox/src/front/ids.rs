//! Ids as Front writes them: a prefix for the kind, and the number in base 36 (`reference/front.md §3`).

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Teammate,
    Team,
    Inbox,
    Channel,
    Conversation,
    Message,
    Comment,
    Contact,
    ContactList,
    Tag,
    Link,
    Event,
    Rule,
    File,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Teammate => "tea_",
            Self::Team => "tim_",
            Self::Inbox => "inb_",
            Self::Channel => "cha_",
            Self::Conversation => "cnv_",
            Self::Message => "msg_",
            Self::Comment => "com_",
            Self::Contact => "crd_",
            Self::ContactList => "grp_",
            Self::Tag => "tag_",
            Self::Link => "top_",
            Self::Event => "evt_",
            Self::Rule => "rul_",
            Self::File => "fil_",
        }
    }
}

/// The number 1234 of a conversation is `cnv_ya`.
pub(crate) fn written(kind: Kind, number: u64) -> String {
    let (mut rest, mut digits) = (number, Vec::new());
    loop {
        digits.push(char::from_digit((rest % 36) as u32, 36).unwrap_or('0'));
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    kind.prefix().chars().chain(digits.into_iter().rev()).collect()
}

/// The number of an id of this kind; `None` for an id of any other.
pub(crate) fn read(kind: Kind, id: &str) -> Option<u64> {
    let digits = id.strip_prefix(kind.prefix())?;
    let is_plain = digits.bytes().all(|digit| digit.is_ascii_digit() || digit.is_ascii_lowercase());
    if is_plain { u64::from_str_radix(digits, 36).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_number_in_base_36() {
        assert_eq!(written(Kind::Conversation, 1234), "cnv_ya");
        assert_eq!(written(Kind::Contact, 0), "crd_0");
        for number in [1, 35, 36, 48_200, u64::MAX] {
            assert_eq!(read(Kind::Tag, &written(Kind::Tag, number)), Some(number));
        }
        for other in ["msg_ya", "cnv_", "cnv_YA", "cnv_y-a", "1234", "cnv_+1"] {
            assert_eq!(read(Kind::Conversation, other), None, "{other}");
        }
    }
}
