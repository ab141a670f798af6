//! The texts of internal notes (G10 to G13), as plain text and as HTML. What strangers wrote is escaped here.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::call::{Call, Comment};
use crate::files::{Medium, Why};
use crate::readiness::Kind;
use crate::words::Words;

/// A note under construction: a title and lines of label and value.
pub(super) struct Note {
    title: String,
    lines: Vec<(String, String)>,
    links: Vec<(String, String)>,
    paragraphs: Vec<String>,
    /// Sentences that lead somewhere, where it is known where.
    pointers: Vec<(String, Option<String>)>,
}

impl Note {
    pub(super) fn new(title: &str) -> Note {
        Note {
            title: title.to_owned(),
            lines: Vec::new(),
            links: Vec::new(),
            paragraphs: Vec::new(),
            pointers: Vec::new(),
        }
    }

    fn line(&mut self, label: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.lines.push((label.to_owned(), value));
        }
    }

    pub(super) fn link(&mut self, label: &str, url: &str) {
        self.links.push((label.to_owned(), url.to_owned()));
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.paragraphs.push(text.to_owned());
    }

    /// A sentence that is a link as a whole.
    pub(super) fn pointer(&mut self, sentence: String, url: Option<&str>) {
        self.pointers.push((sentence, url.map(str::to_owned)));
    }

    pub(super) fn text(&self, words: &Words) -> String {
        let mut text = vec![self.title.clone()];
        text.extend(self.lines.iter().chain(&self.links).map(|(label, value)| words.labelled(label, value)));
        text.extend(self.paragraphs.iter().cloned());
        text.extend(self.pointers.iter().map(|(sentence, url)| match url {
            Some(url) => format!("{sentence} {url}"),
            None => sentence.clone(),
        }));
        text.retain(|line| !line.is_empty());
        text.join("\n")
    }

    pub(super) fn html(&self, words: &Words) -> String {
        let mut html = String::new();
        if !self.title.is_empty() {
            html.push_str(&format!("<p><b>{}</b></p>", escape(&self.title)));
        }
        let mut lines: Vec<String> =
            self.lines.iter().map(|(label, value)| words.labelled(&escape(label), &escape(value))).collect();
        lines.extend(self.links.iter().map(|(label, url)| {
            words.labelled(&escape(label), &format!("<a href=\"{}\">{}</a>", escape(url), escape(url)))
        }));
        if !lines.is_empty() {
            html.push_str(&format!("<p>{}</p>", lines.join("<br>")));
        }
        for paragraph in &self.paragraphs {
            html.push_str(&format!("<p>{}</p>", escape(paragraph).replace('\n', "<br>")));
        }
        for (sentence, url) in &self.pointers {
            let sentence = escape(sentence);
            html.push_str(&match url {
                Some(url) => format!("<p><a href=\"{}\">{sentence}</a></p>", escape(url)),
                None => format!("<p>{sentence}</p>"),
            });
        }
        html
    }
}

/// Text from strangers, made harmless in HTML.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

/// What notes are written with.
pub(super) struct Pen<'a> {
    pub(super) words: &'static Words,
    pub(super) zone: Tz,
    /// Names of the teams that belong to the call.
    pub(super) teams: &'a [String],
    /// Who has or had the call last.
    pub(super) assignee: &'a str,
    /// What the note of the end has to say of files that are not attached to it.
    pub(super) not_attached: &'a [(Medium, Why)],
}

impl Pen<'_> {
    /// G10.
    pub(super) fn answered(&self, call: &Call) -> Note {
        let mut note = Note::new(self.words.call_answered);
        self.beginning(&mut note, call);
        note
    }

    /// G11.
    pub(super) fn ended(&self, call: &Call) -> Note {
        let mut note = Note::new(self.words.call_ended);
        self.end(&mut note, call, Kind::Answered);
        note
    }

    /// G12: one note that merges both.
    pub(super) fn unanswered(&self, call: &Call, kind: Kind) -> Note {
        let w = self.words;
        let mut note = Note::new(if kind == Kind::Missed { w.missed_call } else { w.call_ended });
        self.beginning(&mut note, call);
        self.end(&mut note, call, kind);
        note
    }

    /// G13.
    pub(super) fn comment(&self, comment: &Comment) -> Note {
        let mut note = Note::new(self.words.call_commented);
        note.paragraph(&comment.content);
        note
    }

    /// A link that came after the note of the end was written.
    pub(super) fn late_link(&self, call: &Call) -> Note {
        let label = if call.has_voicemail() { self.words.voicemail } else { self.words.recording };
        let mut note = Note::new("");
        note.link(label, call.asset().unwrap_or_default());
        note
    }

    /// A file that came after the note of the end was written, or the reason why it did not.
    pub(super) fn late_file(&self, call: &Call, medium: Medium, not_attached: Option<Why>) -> Note {
        let label = self.words.medium(medium);
        let mut note = Note::new(if call.asset().is_none() && not_attached.is_none() { label } else { "" });
        note.line(label, not_attached.map(|why| self.words.not_attached(why)).unwrap_or_default());
        if let Some(asset) = call.asset() {
            note.link(if not_attached.is_some() { self.words.call_in_aircall } else { label }, asset);
        }
        note
    }

    fn beginning(&self, note: &mut Note, call: &Call) {
        let w = self.words;
        note.line(w.start_time, self.moment(call.started_at()));
        note.line(w.answer_time, self.moment(call.answered_at()));
        note.line(w.direction, if call.is_outbound() { w.outbound } else { w.inbound });
        let number = call.party().display();
        note.line(w.customer_number, if number.is_empty() { w.anonymous_caller.to_owned() } else { number });
        if let Some(line) = call.line() {
            let digits = line.digits.trim();
            note.line(
                w.aircall_number,
                if digits.is_empty() { line.name } else { format!("{} ({digits})", line.name) },
            );
        }
        note.line(w.ivr_options, call.ivr_options().join("; "));
        note.line(w.aircall_team, self.teams.join(", "));
    }

    fn end(&self, note: &mut Note, call: &Call, kind: Kind) {
        let w = self.words;
        note.line(w.end_time, self.moment(call.ended_at()));
        if kind != Kind::Missed {
            note.line(w.assignee, self.assignee);
        }
        note.line(w.total_duration, call.total_seconds().map(|s| w.duration(s)).unwrap_or_default());
        note.line(w.in_call_duration, call.talk_seconds().map(|s| w.duration(s)).unwrap_or_default());
        if kind == Kind::Missed {
            note.line(w.missed_reason, w.reason(call.missed_reason(), call.total_seconds()));
        }
        if let Some(asset) = call.asset() {
            note.link(if call.has_voicemail() { w.voicemail } else { w.call_in_aircall }, asset);
        }
        for (medium, why) in self.not_attached {
            note.line(w.medium(*medium), w.not_attached(*why));
        }
        let notes: Vec<String> = known_by_the_end(call).into_iter().map(|c| c.content).collect();
        if !notes.is_empty() {
            let heading = w.labelled(w.agents_notes, "");
            note.paragraph(&format!("{}\n{}", heading.trim_end(), notes.join("\n")));
        }
    }

    fn moment(&self, at: Option<DateTime<Utc>>) -> String {
        at.map(|at| self.words.moment(at, self.zone)).unwrap_or_default()
    }
}

/// G11: the agent's notes of the call that were there when it ended.
fn known_by_the_end(call: &Call) -> Vec<Comment> {
    let end = call.settled_at();
    call.comments()
        .into_iter()
        .filter(|c| c.posted_at.zip(end).is_some_and(|(posted, end)| posted <= end))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_wrote_is_escaped() {
        let mut note = Note::new("Call <b>commented</b>");
        note.line("Name", "\"Eve\" & <script>alert(1)</script>");
        note.paragraph("line one\n<img src=x onerror=alert(1)>");
        let words = crate::words::words(crate::settings::Language::En);
        let html = note.html(words);
        assert!(!html.contains("<script") && !html.contains("<img"));
        assert!(
            html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("line one<br>&lt;img")
        );
        assert!(note.text(words).contains("<script>"), "the plain text is plain");
    }
}
