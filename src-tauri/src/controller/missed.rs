//! Notifications of missed calls: one per call, and one for all when many come shortly after each other.

use crate::desk::Desk;
use crate::live::Known;
use crate::moment::Moment;
use crate::notice::{Notice, Subject};
use crate::words::Words;

/// Calls that are missed within this time of each other are told together …
const TOGETHER_MS: i64 = 5 * 60 * 1000;
/// … when there are more than so many.
const APART_AT_MOST: usize = 3;

/// The missed calls that were told lately.
#[derive(Debug, Default)]
pub(super) struct Missed {
    told: Vec<Told>,
}

#[derive(Debug)]
struct Told {
    at: Moment,
    known: Known,
    notice: Notice,
}

impl Missed {
    /// Tells of one missed call, or tells it better when a voicemail or a name came later.
    pub(super) fn tell(&mut self, known: &Known, words: &Words, at: Moment, desk: &mut impl Desk) {
        self.told.retain(|told| at.ms_since(told.at) < TOGETHER_MS);
        let mut known = known.clone();
        let before = self.told.iter().position(|told| told.known.call.id == known.call.id);
        if let Some(told) = before.map(|i| &self.told[i]) {
            // Once a call is over its card is no longer pushed with it.
            known.card = known.card.or_else(|| told.known.card.clone());
        }
        let notice = Notice::missed(&known, words, at);
        match before.map(|i| &mut self.told[i]) {
            Some(told) if told.notice == notice => return,
            Some(told) => (told.known, told.notice) = (known, notice.clone()),
            None => {
                self.told.push(Told { at, known, notice: notice.clone() });
                self.gather(words, desk);
            }
        }
        if self.told.len() <= APART_AT_MOST {
            desk.notify(&notice);
        }
    }

    /// Puts one notification in the place of many.
    fn gather(&self, words: &Words, desk: &mut impl Desk) {
        if self.told.len() <= APART_AT_MOST {
            return;
        }
        for told in &self.told {
            desk.withdraw(&told.notice.subject);
        }
        let mut lines: Vec<String> = self.told.iter().map(|told| told.known.call.line.name.clone()).collect();
        lines.sort();
        lines.dedup();
        desk.withdraw(&Subject::MissedCalls);
        desk.notify(&Notice::missed_calls(self.told.len(), &lines, words));
    }
}
