//! Which of several calls and text messages in one conversation of Front comes first, and which last, as far as the script
//! and the troubles of the day tell.
//!
//! All of a contact stand in one conversation (F3), and what they share of it, the subject (F4) and the assignee (F7), is one
//! call's: that of what opened it, and that of who answered last. Sidetone writes them in the order in which it hears of them, the
//! oldest first of those that wait. So where two of them are told of at once, or the second while the first is still kept
//! away by something that went wrong, which of them comes first depends on how late the other one was, and any order is
//! right. It is not where all of the one was written before the other began: then both days must agree. That needs that
//! nobody archives or assigns the conversation in between, for what a person does comes at another moment of a late day.

use crate::script::{Deed, Script};
use crate::trouble::{Kind, Trouble};

/// A call, or a text message, is written so many seconds after it is over, if nothing goes wrong.
const WRITTEN_WITHIN_S: u64 = 300;
/// What something kept away is written so many seconds after that is over.
const MADE_UP_FOR_WITHIN_S: u64 = 1_800;

/// One of those that stand in a conversation.
#[derive(Clone, Copy)]
struct Entry {
    begun: u64,
    /// By then all of it is written.
    written: u64,
    is_answered: bool,
}

/// Whether it is known which of these (`#3, text #1`) opened the conversation.
pub(super) fn first_is_known(all: &str, script: &Script, troubles: &[Trouble]) -> bool {
    if !is_one_stretch_theirs(all, script) {
        return true;
    }
    let Some(entries) = in_order(all, script, troubles) else { return false };
    let Some((first, others)) = entries.split_first() else { return true };
    others.iter().all(|other| first.written <= other.begun)
}

/// Whether it is known which of these was answered last.
pub(super) fn last_answered_is_known(all: &str, script: &Script, troubles: &[Trouble]) -> bool {
    if !is_one_stretch_theirs(all, script) {
        return true;
    }
    let Some(mut entries) = in_order(all, script, troubles) else { return false };
    entries.retain(|entry| entry.is_answered);
    let Some((last, others)) = entries.split_last() else { return true };
    others.iter().all(|other| other.written <= last.begun)
}

/// When it began.
fn begun(name: &str, script: &Script) -> Option<u64> {
    let is_it = |deed: &Deed| match deed {
        Deed::Ring(call, ..) | Deed::Dial(call, ..) => name == format!("#{call}"),
        Deed::Text(text, _) => name == format!("text #{text}"),
        _ => false,
    };
    script.deeds.iter().find(|(_, deed)| is_it(deed)).map(|(at, _)| *at)
}

/// Whether two of them began in one stretch: at its end all is written, so of those of two stretches the order is known.
fn is_one_stretch_theirs(all: &str, script: &Script) -> bool {
    let stretch = |name: &str| {
        let at = begun(name, script)?;
        script.stretches.iter().rposition(|stretch| stretch.begin <= at)
    };
    let mut stretches: Vec<Option<usize>> = all.split(", ").map(stretch).collect();
    let count = stretches.len();
    stretches.sort_unstable();
    stretches.dedup();
    stretches.len() < count
}

/// By when they began; `None` in a day in which people have a hand in it.
fn in_order(all: &str, script: &Script, troubles: &[Trouble]) -> Option<Vec<Entry>> {
    let names: Vec<&str> = all.split(", ").collect();
    let is_of_people = |(_, deed): &(u64, Deed)| {
        use Deed::{AtConversation, CreateAgain, Customer, House, Person};
        matches!(deed, Person(..) | AtConversation(..) | Customer(..) | CreateAgain(_) | House(_))
    };
    if script.deeds.iter().any(is_of_people) {
        return None;
    }
    let mut entries: Vec<Entry> =
        names.iter().map(|name| entry(name, script, troubles)).collect::<Option<_>>()?;
    entries.sort_by_key(|entry| entry.begun);
    Some(entries)
}

fn entry(name: &str, script: &Script, troubles: &[Trouble]) -> Option<Entry> {
    let begun = begun(name, script)?;
    let of_it = |deed: &Deed| match deed {
        Deed::HangUp(call, _) | Deed::Answer(call, _) => name == format!("#{call}"),
        _ => false,
    };
    let (mut over, mut is_answered) = (begun, false);
    for (at, deed) in script.deeds.iter().filter(|(_, deed)| of_it(deed)) {
        over = over.max(*at);
        is_answered |= matches!(deed, Deed::Answer(..));
    }
    let mut written = over + WRITTEN_WITHIN_S;
    // What went wrong meanwhile keeps it away for longer, and then what goes wrong in that time does, too.
    while let Some(later) = troubles
        .iter()
        .filter(|trouble| trouble.overlaps(begun, written))
        .map(|trouble| is_over(trouble, script) + MADE_UP_FOR_WITHIN_S)
        .max()
        .filter(|later| *later > written)
    {
        written = later;
    }
    Some(Entry { begun, written, is_answered })
}

/// When it keeps nothing away any more. What waits for some request to come, or for a step, may do so until it is calm.
fn is_over(trouble: &Trouble, script: &Script) -> u64 {
    match trouble.kind {
        Kind::WebhookOff | Kind::Network | Kind::Silent | Kind::Kill => trouble.at + trouble.lasts,
        _ => {
            let calm = script.stretches.iter().map(|stretch| stretch.calm).find(|calm| *calm >= trouble.at);
            calm.unwrap_or(script.ends_at).max(trouble.at + trouble.lasts)
        }
    }
}
