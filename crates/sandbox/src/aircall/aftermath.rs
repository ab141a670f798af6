//! What happens to a call after the hang-up: its end, the voicemail, the recording, the silent rewrite, and
//! the notes and tags that may come days later (`reference/aircall.md §6.3`). Steps that come by themselves were
//! put off with [`State::later`].

use super::{
    call::{CallTag, Comment, Direction, MissedReason, Status},
    life::Dial,
    state::{State, Step},
};
use crate::refused::Refused;

/// Between `call.ended` and `call.voicemail_left`.
const VOICEMAIL_AFTER_S: f64 = 3.0;
/// Until cost, duration and start are written anew.
const REWRITE_AFTER_S: f64 = 180.0;
/// The most comments on one call (`reference/aircall.md §4.2`).
pub(crate) const MOST_COMMENTS: usize = 5;

impl State {
    /// A note on a call, at any time. `agent` is `None` for what comes through the API.
    pub(crate) fn comment(&mut self, id: u64, agent: Option<u64>, text: &str) -> Result<u64, Refused> {
        if let Some(agent) = agent {
            self.world.agent(agent).ok_or_else(|| Refused::unknown("agent", agent))?;
        }
        let (now, comment) = (self.now(), self.next_id());
        let call = self.call_mut(id)?;
        if call.comments.len() >= MOST_COMMENTS {
            return Err(Refused::not_now("a call takes five notes at most"));
        }
        call.comments.push(Comment {
            id: comment,
            content: without_emoji(text),
            posted_at: now,
            posted_by: agent,
        });
        self.announce("call.commented", id);
        Ok(comment)
    }

    /// A tag by its id or its name; tagging twice changes nothing and sends nothing.
    pub(crate) fn tag(&mut self, id: u64, agent: Option<u64>, tag: &str) -> Result<u64, Refused> {
        let tag = self.find_tag(tag)?;
        let now = self.now();
        let call = self.call_mut(id)?;
        if call.tag_mut(tag).is_none() {
            call.tags.push(CallTag { tag, tagged_at: now, tagged_by: agent });
            self.announce("call.tagged", id);
        }
        Ok(tag)
    }

    pub(crate) fn untag(&mut self, id: u64, tag: &str) -> Result<(), Refused> {
        let tag = self.find_tag(tag)?;
        let call = self.call_mut(id)?;
        let before = call.tags.len();
        call.tags.retain(|tagged| tagged.tag != tag);
        if call.tags.len() < before {
            self.announce("call.untagged", id);
        }
        Ok(())
    }

    pub(crate) fn assign(&mut self, id: u64, agent: u64) -> Result<(), Refused> {
        self.world.agent(agent).ok_or_else(|| Refused::unknown("agent", agent))?;
        self.call_mut(id)?.assigned_to = Some(agent);
        self.announce("call.assigned", id);
        Ok(())
    }

    pub(crate) fn archive(&mut self, id: u64, archived: bool) -> Result<(), Refused> {
        self.call_mut(id)?.archived = archived;
        if archived {
            self.announce("call.archived", id);
        }
        Ok(())
    }

    /// What happens by itself, when its time has come.
    pub(crate) fn step(&mut self, step: &Step) {
        match step {
            Step::End(id) => self.end(*id),
            Step::VoicemailLeft(id) => self.announce("call.voicemail_left", *id),
            Step::RecordingReady(id) => {
                if let Some(call) = self.calls.get_mut(id) {
                    call.has_recording = true;
                    self.announce("call.comm_assets_generated", *id);
                }
            }
            Step::Rewrite(id) => self.rewrite(*id),
            Step::WrapUpOver(agent) => self.leave_wrap_up(*agent),
            Step::PressCall { agent, line, to } => {
                let dial = Dial { agent: *agent, to: to.clone(), line: Some(*line) };
                // Busy by now: the agent simply does not press the key.
                let _ = self.dial(&dial);
            }
            Step::TextDelivered(id) => self.text_delivered(id),
        }
    }

    fn end(&mut self, id: u64) {
        let recording_after_s = self.switches.recording_after_s;
        let rewrite = self.switches.rewrite;
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.is_over = true;
        let records = self.world.line(call.line).is_some_and(|line| line.records);
        let is_recorded = call.answered_at.is_some() && records;
        call.has_recording = is_recorded && recording_after_s <= 0.0;
        call.has_voicemail = call.leaves_voicemail;
        let leaves_voicemail = call.leaves_voicemail;
        self.announce("call.ended", id);
        if leaves_voicemail {
            self.later(VOICEMAIL_AFTER_S, Step::VoicemailLeft(id));
        }
        if is_recorded && recording_after_s > 0.0 {
            self.later(recording_after_s, Step::RecordingReady(id));
        }
        if rewrite {
            self.later(REWRITE_AFTER_S, Step::Rewrite(id));
        }
    }

    /// Minutes later the call reads differently, and no event says so (`reference/aircall.md §4.1`).
    fn rewrite(&mut self, id: u64) {
        let told_before = self.switches.tells_start_as_rewritten;
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.cost = "3.0";
        call.pricing_type = Some("in_bundle");
        let ring_end = call.answered_at.or(call.ended_at).unwrap_or(call.started_at);
        // By one second, and never past the end of the ringing.
        if start_is_corrected(id) && call.started_at < ring_end && !told_before {
            call.started_at += 1;
        }
    }

    /// Adds finished calls of earlier days, without events: the history that a backfill reads. The calls
    /// lie `every_s` seconds apart and end with the latest just before now.
    pub(crate) fn add_past_calls(&mut self, count: u32, every_s: i64) -> Vec<u64> {
        let now = self.now();
        let lines: Vec<_> = self.world.lines.clone();
        (0..count)
            .map(|index| {
                let line = &lines[self.dice.below(lines.len() as u64) as usize];
                let caller = format!("+120255501{:02}", self.dice.below(100));
                let started_at = now - every_s * i64::from(count - index) - 300;
                let mut call = self.new_call(Direction::Inbound, line.id, Some(caller));
                call.started_at = started_at;
                call.status = Status::Done;
                call.is_over = true;
                call.teams = line.teams.to_vec();
                call.cost = "3.0";
                call.ended_at = Some(started_at + 60);
                if self.dice.below(4) == 0 {
                    call.missed_reason = Some(MissedReason::AgentsDidNotAnswer);
                } else {
                    call.user = line.agents.first().copied();
                    call.answered_at = Some(started_at + 8);
                    call.has_recording = line.records;
                }
                let id = call.id;
                self.calls.insert(id, call);
                id
            })
            .collect()
    }

    fn find_tag(&self, tag: &str) -> Result<u64, Refused> {
        let id: Option<u64> = tag.parse().ok();
        self.world
            .tags
            .iter()
            .find(|known| Some(known.id) == id || known.name == tag)
            .map(|known| known.id)
            .ok_or_else(|| Refused::unknown("tag", tag))
    }
}

/// Only some calls are corrected.
pub(super) fn start_is_corrected(id: u64) -> bool {
    id.is_multiple_of(2)
}

/// Aircall strips emoji from notes (`reference/aircall.md §4.2`). What counts as one is not documented;
/// the symbol and pictograph blocks are taken, with the marks that join and colour them.
pub(crate) fn without_emoji(text: &str) -> String {
    let is_emoji = |c: char| {
        matches!(u32::from(c),
            0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0xFE0F | 0x200D | 0xE0020..=0xE007F)
    };
    text.chars().filter(|c| !is_emoji(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::without_emoji;

    #[test]
    fn emoji_are_stripped_and_letters_kept() {
        assert_eq!(without_emoji("Größe ok 👍🏽 ☎️ – señal"), "Größe ok   – señal");
    }
}
