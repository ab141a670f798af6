//! Whose events are believed (G22): by the token of our own webhook, and by that of one made by hand.
//!
//! A token that is replaced is believed until the first event comes with the new one: what Aircall had sent before, or
//! still tries to deliver, is not lost. Only hashes are kept, so whoever reads the database cannot forge an event.

use crate::inbox;
use crate::store::{Store, StoreError};

/// So many replaced tokens are remembered.
const REMEMBERED: usize = 4;

/// The setting that keeps since when Sidetone is uninstalled (G21); empty: it is not.
pub(crate) const UNINSTALLED: &str = "uninstalled_since";
const OWN: [&str; 2] = ["webhook_token_hash", "webhook_tokens_before"];
const BY_HAND: [&str; 2] = ["manual_token_hash", "manual_tokens_before"];

/// A token's hash, and those that it replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Kept {
    now: Option<String>,
    /// Until the first event comes with `now`; the last one last.
    before: Vec<String>,
}

impl Kept {
    fn remembered(store: &dyn Store, [now, before]: [&str; 2]) -> Result<Kept, StoreError> {
        let before = store.setting(before)?.unwrap_or_default();
        Ok(Kept {
            now: store.setting(now)?.filter(|hash| !hash.is_empty()),
            before: before.split_whitespace().map(str::to_owned).collect(),
        })
    }

    fn settings(&self, [now, before]: [&str; 2]) -> [(String, String); 2] {
        [(now.into(), self.now.clone().unwrap_or_default()), (before.into(), self.before.join(" "))]
    }

    fn knows(&self, hash: &str) -> bool {
        self.now.as_deref() == Some(hash) || self.before.iter().any(|known| known == hash)
    }

    fn replace(&mut self, hash: Option<String>) {
        if self.now == hash {
            return;
        }
        self.before.extend(self.now.take());
        self.before.retain(|known| Some(known) != hash.as_ref());
        self.before.drain(..self.before.len().saturating_sub(REMEMBERED));
        self.now = hash;
    }
}

/// All tokens that events may carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    own: Kept,
    by_hand: Kept,
    /// Sidetone is uninstalled: nobody is believed.
    withdrawn: bool,
}

impl Tokens {
    /// The settings that keep them.
    pub(crate) const KEYS: [&str; 4] = [OWN[0], OWN[1], BY_HAND[0], BY_HAND[1]];

    /// As the store has them.
    pub(crate) fn remembered(store: &dyn Store) -> Result<Tokens, StoreError> {
        Ok(Tokens {
            own: Kept::remembered(store, OWN)?,
            by_hand: Kept::remembered(store, BY_HAND)?,
            withdrawn: store.setting(UNINSTALLED)?.is_some_and(|since| !since.is_empty()),
        })
    }

    /// As the store shall remember them.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        self.own.settings(OWN).into_iter().chain(self.by_hand.settings(BY_HAND)).collect()
    }

    /// Sidetone is uninstalled: our own token is forgotten, and nobody is believed. The token that a person made stands in
    /// the configuration all the same.
    pub(crate) fn forget(&mut self) {
        self.own = Kept::default();
        self.withdrawn = true;
    }

    /// It is used again. The token of our own webhook is what is stored: another hub may have made one already.
    pub(crate) fn come_back(&mut self, stored: Tokens) {
        self.own = stored.own;
        self.withdrawn = false;
    }

    /// Our own webhook has this token from now on.
    pub(crate) fn own_is(&mut self, token: &str) {
        self.own.replace(Some(inbox::token_hash(token)));
    }

    /// The webhook that a person made has this token, or there is none (any more).
    pub(crate) fn by_hand_is(&mut self, token: Option<&str>) {
        self.by_hand.replace(token.map(inbox::token_hash));
    }

    /// Whether an event with this token is Aircall's.
    pub(crate) fn know(&self, token: &str) -> bool {
        // Hashes are compared, so the time it takes tells nothing of the token.
        let hash = inbox::token_hash(token);
        !self.withdrawn && (self.own.knows(&hash) || self.by_hand.knows(&hash))
    }

    /// Whether a token is believed that was replaced.
    pub(crate) fn have_replaced_others(&self) -> bool {
        !self.own.before.is_empty() || !self.by_hand.before.is_empty()
    }

    /// An event came with this token. Where it is a new one, those that it replaced are believed no longer.
    pub(crate) fn seen(&mut self, token: &str) {
        let hash = inbox::token_hash(token);
        let (own, by_hand) =
            (self.own.now.as_deref() == Some(&hash), self.by_hand.now.as_deref() == Some(&hash));
        if own || by_hand && self.own.now.is_none() {
            self.own.before.clear();
        }
        if by_hand || own && self.by_hand.now.is_none() {
            self.by_hand.before.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_token_is_believed_until_the_first_event_with_the_new_one() {
        let mut tokens = Tokens::default();
        tokens.own_is("one");
        tokens.seen("one");
        tokens.own_is("two");
        tokens.own_is("three");
        assert!(tokens.know("one") && tokens.know("two") && tokens.know("three") && !tokens.know("four"));
        tokens.seen("one");
        assert!(tokens.know("one"), "an old one ends nothing");
        tokens.seen("three");
        assert!(!tokens.know("one") && !tokens.know("two") && tokens.know("three"));
    }

    #[test]
    fn a_token_that_comes_back_is_the_one_that_holds() {
        let mut tokens = Tokens::default();
        tokens.own_is("one");
        tokens.own_is("two");
        tokens.own_is("one");
        tokens.seen("two");
        assert!(tokens.know("two"));
        tokens.seen("one");
        assert!(tokens.know("one") && !tokens.know("two"));
    }

    #[test]
    fn what_was_made_by_hand_is_believed_beside_ours_and_until_ours_takes_its_place() {
        let mut tokens = Tokens::default();
        tokens.by_hand_is(Some("hand"));
        tokens.own_is("one");
        tokens.own_is("two");
        tokens.seen("hand");
        assert!(tokens.know("one"), "ours has not spoken yet");
        tokens.by_hand_is(None);
        assert!(tokens.know("hand"));
        tokens.seen("two");
        assert!(tokens.know("two") && !tokens.know("hand") && !tokens.know("one"));
    }

    #[test]
    fn uninstalled_nobody_is_believed_and_afterwards_only_what_a_person_made() {
        let mut tokens = Tokens::default();
        tokens.by_hand_is(Some("hand"));
        tokens.own_is("one");
        tokens.own_is("two");
        tokens.forget();
        assert!(!tokens.know("one") && !tokens.know("two") && !tokens.know("hand"));
        tokens.come_back(Tokens::default());
        assert!(!tokens.know("one") && !tokens.know("two") && tokens.know("hand"));
    }

    #[test]
    fn only_some_replaced_tokens_are_remembered() {
        let mut tokens = Tokens::default();
        for n in 0..9 {
            tokens.own_is(&n.to_string());
        }
        assert!(!tokens.know("3") && tokens.know("4") && tokens.know("7") && tokens.know("8"));
    }
}
