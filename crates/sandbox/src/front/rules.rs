//! The company's rules, as far as they matter here (`reference/front.md §4.6`): a message that comes in, or a comment, whose
//! text has something in it gets a tag. Imports run them only when they say so.

use super::{events::Actor, state::State};

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// The subject of a message that comes in.
    InboundSubject(&'static str),
    /// The text of a comment.
    Comment(&'static str),
}

#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) trigger: Trigger,
    /// The tag it adds.
    pub(crate) tag: &'static str,
}

/// Runs the rules on a message that came in. The names of those that did something.
pub(crate) fn run_on_inbound(state: &mut State, conversation: u64, subject: &str) -> Vec<String> {
    run(
        state,
        conversation,
        |trigger| matches!(trigger, Trigger::InboundSubject(text) if subject.contains(text)),
    )
}

/// Runs the rules on a comment.
pub(crate) fn run_on_comment(state: &mut State, conversation: u64, body: &str) {
    run(state, conversation, |trigger| matches!(trigger, Trigger::Comment(text) if body.contains(text)));
}

fn run(state: &mut State, conversation: u64, applies: impl Fn(Trigger) -> bool) -> Vec<String> {
    let meant: Vec<(usize, Rule)> =
        state.rules.iter().cloned().enumerate().filter(|(_, rule)| applies(rule.trigger)).collect();
    let before = state.actor;
    for (place, rule) in &meant {
        state.actor = Actor::Rule(*place);
        let tag = state.tag_named(rule.tag);
        state.add_tag(conversation, tag);
    }
    state.actor = before;
    meant.into_iter().map(|(_, rule)| rule.name.to_owned()).collect()
}
