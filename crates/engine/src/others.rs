//! What another integration wrote for a call of shadow mode, and how it compares with what we would have written (B5).
//! Pure.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sidetone_protocol::{RecordPreview, ShadowDifference, ShadowPart, ShadowRecord, ShadowVerdict};

use crate::call::Call;
use crate::helpdesk::Request;

/// What another integration writes of a call is there by this time after its end; then it is looked for.
pub const LOOKED_FOR_AFTER: TimeDelta = TimeDelta::minutes(30);
/// It bears a moment from so shortly before the call began
const BEFORE: TimeDelta = TimeDelta::seconds(60);
/// to so long after it ended.
const AFTER: TimeDelta = TimeDelta::minutes(5);

/// A record in the helpdesk that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OthersRecord {
    /// The helpdesk's id of the ticket or conversation.
    pub id: String,
    /// Its subject.
    pub title: String,
    /// Whose it is, by the helpdesk's id.
    pub customer: String,
    /// Who has it, or wrote it, by the helpdesk's id.
    pub agent: Option<String>,
    /// The names of its tags.
    pub tags: Vec<String>,
    /// The moment that it bears.
    pub at: DateTime<Utc>,
    /// Its page for a browser.
    pub url: Option<String>,
}

/// What an answer told of such records.
#[derive(Debug, Default)]
pub struct Others {
    /// Those of calls in the span.
    pub records: Vec<OthersRecord>,
    /// What has to be asked to tell whether these are.
    pub further: Vec<(OthersRecord, Request)>,
}

/// When a record of a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// From this moment on.
    pub from: DateTime<Utc>,
    /// Until this one.
    pub until: DateTime<Utc>,
}

impl Span {
    /// Of a call that is over.
    #[must_use]
    pub fn of(call: &Call) -> Option<Span> {
        let (began, ended) = (call.started_at().or(call.answered_at())?, call.ended_at()?);
        Some(Span { from: began - BEFORE, until: ended + AFTER })
    }

    /// Whether a record of this moment may be the call's.
    #[must_use]
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        (self.from..=self.until).contains(&at)
    }
}

/// Which of the records is the call's: the nearest, and none that a later call of the same number is nearer to.
/// `others`: when those began, unix seconds.
#[must_use]
pub fn of_the_call(call: &Call, others: &[i64], records: Vec<OthersRecord>) -> Option<OthersRecord> {
    let began = call.started_at().or(call.answered_at())?.timestamp();
    let is_of_a_later_one =
        |record: &OthersRecord| others.iter().any(|other| *other > began && *other <= record.at.timestamp());
    let own = records.into_iter().filter(|record| !is_of_a_later_one(record));
    own.min_by_key(|record| (record.at.timestamp() - began).abs())
}

/// What we would have written: as shown, with ids where there are any.
#[derive(Clone, Debug)]
pub struct Ours {
    /// As shown.
    pub record: RecordPreview,
    /// The customer; `None`: one to be made.
    pub customer: Option<String>,
    /// Who would have it.
    pub agent: Option<String>,
}

/// What is kept of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// What came of it.
    pub verdict: ShadowVerdict,
    /// In what they differ.
    pub differs: Vec<ShadowDifference>,
    /// Ours.
    pub sidetone: Option<ShadowRecord>,
    /// The other integration's.
    pub other: Option<ShadowRecord>,
}

impl Compared {
    /// Of a call whose counterpart nobody can tell: the number was withheld.
    #[must_use]
    pub fn untold(ours: Option<&Ours>) -> Compared {
        let sidetone = ours.map(Ours::shown);
        Compared { verdict: ShadowVerdict::Untold, differs: Vec::new(), sidetone, other: None }
    }

    /// `name` tells the name of somebody by the helpdesk's id; `customer` that of the other's customer.
    #[must_use]
    pub fn of(
        ours: Option<&Ours>,
        other: Option<&OthersRecord>,
        customer: &str,
        name: &dyn Fn(&str) -> String,
    ) -> Compared {
        let differs = match (ours, other) {
            (Some(ours), Some(other)) => differences(ours, other, customer, name),
            _ => Vec::new(),
        };
        Compared {
            verdict: match (ours, other) {
                (Some(_), Some(_)) if differs.is_empty() => ShadowVerdict::Both,
                (Some(_), Some(_)) => ShadowVerdict::Differs,
                (Some(_), None) => ShadowVerdict::OnlySidetone,
                (None, Some(_)) => ShadowVerdict::OnlyOther,
                (None, None) => ShadowVerdict::Neither,
            },
            differs,
            sidetone: ours.map(Ours::shown),
            other: other.map(|other| ShadowRecord {
                title: other.title.clone(),
                customer: customer.to_owned(),
                agent: other.agent.as_deref().map(name),
                tags: other.tags.clone(),
                at: Some(other.at.timestamp()),
                url: other.url.clone(),
            }),
        }
    }
}

impl Ours {
    fn shown(&self) -> ShadowRecord {
        let RecordPreview { title, customer, assignee, tags, .. } = self.record.clone();
        ShadowRecord { title, customer, agent: assignee, tags, at: None, url: None }
    }
}

/// A tag more on the other's record is no difference: an agent may have put it there.
fn differences(
    ours: &Ours,
    other: &OthersRecord,
    customer: &str,
    name: &dyn Fn(&str) -> String,
) -> Vec<ShadowDifference> {
    let mut all = Vec::new();
    let mut add = |part, sidetone: Option<String>, other: Option<String>| {
        all.push(ShadowDifference { part, sidetone, other });
    };
    let record = &ours.record;
    if ours.customer.as_ref().is_some_and(|id| *id != other.customer) {
        add(ShadowPart::Customer, Some(record.customer.clone()), Some(customer.to_owned()));
    }
    if ours.agent != other.agent {
        add(ShadowPart::Agent, record.assignee.clone(), other.agent.as_deref().map(name));
    }
    if plain(&record.title) != plain(&other.title) {
        add(ShadowPart::Title, Some(record.title.clone()), Some(other.title.clone()));
    }
    let there: BTreeSet<String> = other.tags.iter().map(|tag| plain(tag)).collect();
    let lacks: Vec<&str> =
        record.tags.iter().filter(|tag| !there.contains(&plain(tag))).map(String::as_str).collect();
    if !lacks.is_empty() {
        let others = Some(other.tags.join(", ")).filter(|tags| !tags.is_empty());
        add(ShadowPart::Tags, Some(lacks.join(", ")), others);
    }
    all
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("in range")
    }

    fn theirs(seconds: i64) -> OthersRecord {
        OthersRecord {
            id: seconds.to_string(),
            title: "Inbound call: Marta".into(),
            customer: "7".into(),
            agent: Some("1".into()),
            tags: vec!["Aircall".into(), "VIP".into()],
            at: at(seconds),
            url: None,
        }
    }

    fn ours() -> Ours {
        let record = RecordPreview {
            title: "inbound  call: Marta".into(),
            customer: "Marta".into(),
            matched: String::new(),
            matched_by: String::new(),
            matches: 0,
            is_new_customer: false,
            assignee: Some("Camille".into()),
            status: "open".into(),
            tags: vec!["aircall".into()],
            notes: Vec::new(),
            requests: Vec::new(),
        };
        Ours { record, customer: Some("7".into()), agent: Some("1".into()) }
    }

    fn compared(ours: Option<&Ours>, other: Option<&OthersRecord>) -> Compared {
        Compared::of(ours, other, "Marta", &|id| format!("user {id}"))
    }

    #[test]
    fn capitals_blanks_and_tags_that_an_agent_added_are_no_difference() {
        assert_eq!(compared(Some(&ours()), Some(&theirs(0))).verdict, ShadowVerdict::Both);
    }

    #[test]
    fn each_part_that_differs_is_named() {
        let other = OthersRecord {
            title: "Call".into(),
            customer: "8".into(),
            agent: None,
            tags: Vec::new(),
            ..theirs(0)
        };
        let found = compared(Some(&ours()), Some(&other));
        assert_eq!(found.verdict, ShadowVerdict::Differs);
        let parts: Vec<ShadowPart> = found.differs.iter().map(|one| one.part).collect();
        assert_eq!(parts, [ShadowPart::Customer, ShadowPart::Agent, ShadowPart::Title, ShadowPart::Tags]);
    }

    #[test]
    fn a_customer_who_would_have_been_made_is_whoever_has_the_number() {
        let new = Ours { customer: None, ..ours() };
        assert_eq!(compared(Some(&new), Some(&theirs(0))).verdict, ShadowVerdict::Both);
    }

    #[test]
    fn one_side_alone_is_said() {
        assert_eq!(compared(Some(&ours()), None).verdict, ShadowVerdict::OnlySidetone);
        assert_eq!(compared(None, Some(&theirs(0))).verdict, ShadowVerdict::OnlyOther);
        assert_eq!(compared(None, None).verdict, ShadowVerdict::Neither);
    }
}
