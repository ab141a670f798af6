//! Files that belong to a call and are to be attached to a note (G17): which are wanted, and what is done for them when.
//!
//! Pure. A file is fetched from Aircall, uploaded to the helpdesk, and what the helpdesk gave for it stands in the ledger
//! under `file:…`, from where a note takes it. How bytes move is in `transfer`, who moves them when in `engine/files`.
//! The same for whatever else has files: a [`Wanted`] says how a file is called, where it lies and until when it counts.

use std::collections::BTreeMap;

use aircall::SignedUrl;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::call::Call;
use crate::helpdesk::Step;
use crate::ledger::{Holding, Ledger};
use crate::readiness::Kind;
use crate::settings::{Logging, Recordings};
use crate::transfer::Got;

/// Keys of files in the ledger begin with this. They are no part of the record: the note that carries a file is.
pub const FILE: &str = "file:";
/// G17: what is larger is not uploaded, in bytes.
pub const LARGEST_BYTES: u64 = 500 * 1024 * 1024;
/// A note waits so long for a file that is on its way, so that both go in one; then the note goes first.
pub const NOTE_WAITS: TimeDelta = TimeDelta::minutes(2);
/// Aircall may take so long to store a recording (`reference/aircall.md` §5.4); after that nobody waits for it.
pub const LATEST: TimeDelta = TimeDelta::hours(24);
/// A call with a file on its way is looked at again after this time at the latest.
const LOOKED_AT_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// What a call can leave as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Medium {
    /// What was said.
    Recording,
    /// What the caller said to nobody.
    Voicemail,
}

impl Medium {
    /// Both.
    pub const ALL: [Medium; 2] = [Medium::Recording, Medium::Voicemail];

    /// The key of the entry that carries it, and of Aircall's field with its link.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Medium::Recording => "recording",
            Medium::Voicemail => "voicemail",
        }
    }

    /// The key of the file in the ledger.
    #[must_use]
    pub fn file_key(self) -> String {
        format!("{FILE}{}", self.key())
    }
}

/// An address of a file, and when Aircall said it, by Aircall's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The address; its `Debug` hides the signature.
    pub address: SignedUrl,
    /// Unix seconds.
    pub as_of: i64,
}

/// Where a file lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Each read of the call signs a new link.
    OfCall {
        /// Which file.
        medium: Medium,
        /// The newest link; unset while Aircall has none.
        link: Option<Link>,
    },
    /// An address that nobody renews.
    Fixed(SignedUrl),
}

/// Which content is the file, and not a page that says why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// Anything that is heard.
    Sound,
    /// Images and PDFs (M6).
    ImageOrPdf,
}

impl Accepts {
    /// Whether a content type, as a server tells it, may be such a file. Stores that do not know say "octet-stream" or
    /// nothing.
    #[must_use]
    pub fn takes(self, content_type: &str) -> bool {
        let kind = plain_type(content_type);
        let is_any = matches!(kind.as_str(), "" | "application/octet-stream" | "binary/octet-stream");
        is_any
            || match self {
                Accepts::Sound => kind.starts_with("audio/"),
                Accepts::ImageOrPdf => kind.starts_with("image/") || kind == "application/pdf",
            }
    }
}

/// A name that somebody gave a file, without folders before and ending behind it; none if nothing is left.
pub(crate) fn stem(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_ending =
        |ending: &str| (1..=5).contains(&ending.len()) && ending.chars().all(char::is_alphanumeric);
    let stem = name.rsplit_once('.').filter(|(_, ending)| is_ending(ending)).map_or(name, |(stem, _)| stem);
    let stem: String = stem.chars().filter(|c| !c.is_control()).take(100).collect();
    let stem = stem.trim_matches(['.', ' ']);
    (!stem.is_empty()).then(|| stem.to_owned())
}

/// `Audio/MPEG; charset=x` → `audio/mpeg`.
pub(crate) fn plain_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A file that should be in the helpdesk and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Key in the ledger: `file:recording`, `file:media:0` …
    pub key: String,
    /// Its name without an ending, unique per account: `recording-4300112040`.
    pub name: String,
    /// Its content type where it is known beforehand; used where the server says nothing usable.
    pub content_type: Option<String>,
    /// What counts as this file.
    pub accepts: Accepts,
    /// Where it lies.
    pub source: Source,
    /// Nobody waits for it after this moment; what is begun is tried to its end.
    pub until: DateTime<Utc>,
}

impl Wanted {
    /// Whether it is known where it lies.
    #[must_use]
    pub fn is_at_hand(&self) -> bool {
        match &self.source {
            Source::OfCall { link, .. } => link.is_some(),
            Source::Fixed(_) => true,
        }
    }
}

/// Why a note goes without its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Larger than [`LARGEST_BYTES`].
    TooLarge,
    /// The helpdesk answers that it is too large (413).
    TooLargeThere,
    /// The helpdesk does not take such a file.
    Refused,
    /// It could not be had in time.
    Missing,
}

impl Why {
    /// As it stands in the ledger.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Why::TooLarge => "too_large",
            Why::TooLargeThere => "too_large_there",
            Why::Refused => "refused",
            Why::Missing => "missing",
        }
    }

    fn from_code(code: &str) -> Why {
        let known = [Why::TooLarge, Why::TooLargeThere, Why::Refused];
        known.into_iter().find(|why| why.code() == code).unwrap_or(Why::Missing)
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome<'a> {
    /// The helpdesk has it; what it gave for it.
    Uploaded(&'a Value),
    /// It will not come.
    Without(Why),
}

/// What became of the file with this key, if that is known.
#[must_use]
pub fn outcome<'a>(ledger: &'a Ledger, file_key: &str) -> Option<Outcome<'a>> {
    let detail = ledger.detail(file_key)?;
    Some(match detail.get("without").and_then(Value::as_str) {
        Some(code) => Outcome::Without(Why::from_code(code)),
        None => Outcome::Uploaded(detail),
    })
}

/// The ledger's row for a file that will not come.
#[must_use]
pub fn without(file_key: &str, why: Why) -> Holding {
    Holding { key: file_key.to_owned(), helpdesk_id: String::new(), detail: json!({ "without": why.code() }) }
}

/// How far a file has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Since when it is being fetched.
    pub since: DateTime<Utc>,
    /// When the next step is due; unset while one is under way.
    pub again_at: Option<DateTime<Utc>>,
    /// There is no use in a note waiting for it.
    pub gave_way: bool,
    pub(crate) failures: u32,
    /// What lies on the disk.
    pub(crate) got: Option<Got>,
    /// This link does not open the file any more.
    pub(crate) dead: Option<SignedUrl>,
    /// When we last asked for a fresh link, and got one.
    pub(crate) renewed_at: Option<DateTime<Utc>>,
    /// Whether it was looked for in the folder of recordings.
    pub(crate) was_looked_for: bool,
    /// Which of all tries it is: each has a file of its own on the disk.
    pub(crate) serial: u64,
}

impl Progress {
    pub(crate) fn begun(now: DateTime<Utc>) -> Progress {
        Progress {
            since: now,
            again_at: None,
            gave_way: false,
            failures: 0,
            got: None,
            dead: None,
            renewed_at: None,
            was_looked_for: false,
            serial: 0,
        }
    }

    /// Whether nothing waits for it any more.
    pub(crate) fn gave_way(&self) -> bool {
        self.gave_way
    }

    fn holds_a_note(&self, now: DateTime<Utc>) -> bool {
        !self.gave_way && now < self.since + NOTE_WAITS
    }
}

/// The files of one call that are on their way, by key.
pub type UnderWay = BTreeMap<String, Progress>;

/// Nothing is on its way.
pub static NOTHING_UNDER_WAY: UnderWay = BTreeMap::new();

/// What the record of a call was begun with; what is set since changes nothing that stands. A record from before files
/// were attached has its link.
#[must_use]
pub fn mode(ledger: &Ledger, logging: &Logging) -> Recordings {
    let Some(ticket) = ledger.detail("ticket") else { return logging.recordings };
    match ticket.get("recordings").and_then(Value::as_str).and_then(Recordings::from_code) {
        Some(begun_with) => begun_with,
        // Found in the helpdesk: what it was begun with is not told there.
        None if ticket.get("adopted").is_some() => logging.recordings,
        None => Recordings::Link,
    }
}

/// Whether a call that is over leaves this, as far as is known.
#[must_use]
pub fn is_expected(call: &Call, kind: Kind, medium: Medium) -> bool {
    match medium {
        Medium::Recording => kind == Kind::Answered && (call.has_recording() || call.is_recorded()),
        Medium::Voicemail => call.has_voicemail(),
    }
}

/// The files of a call that is over which the helpdesk does not have yet.
#[must_use]
pub fn of_call(call: &Call, kind: Kind, ledger: &Ledger, now: DateTime<Utc>) -> Vec<Wanted> {
    let over = call.ended_at().or_else(|| DateTime::from_timestamp(call.settled_at()?, 0));
    let until = over.or(call.started_at()).unwrap_or(now) + LATEST;
    // Somebody else wrote this record, and it is too old to be completed.
    let is_not_ours = ledger.detail("ended").is_some_and(|detail| detail.get("adopted").is_some());
    if is_not_ours && now >= until {
        return Vec::new();
    }
    let is_open = |medium: &Medium| {
        is_expected(call, kind, *medium) && !ledger.has(medium.key()) && !ledger.has(&medium.file_key())
    };
    let wanted = |medium: Medium| Wanted {
        key: medium.file_key(),
        name: format!("{}-{}", medium.key(), call.id),
        content_type: None,
        accepts: Accepts::Sound,
        source: Source::OfCall { medium, link: call.link(medium) },
        until,
    };
    Medium::ALL.into_iter().filter(is_open).map(wanted).collect()
}

/// What to do before a note that can still carry these files: fetch what is at hand, and wait a moment for it.
#[must_use]
pub fn before_the_note(wanted: &[Wanted], under_way: &UnderWay, now: DateTime<Utc>) -> Option<Step> {
    wanted.iter().filter(|file| file.is_at_hand()).find_map(|file| {
        let Some(progress) = under_way.get(&file.key) else {
            return Some(Step::Fetch(Box::new(file.clone())));
        };
        let patience = progress.since + NOTE_WAITS;
        match progress.again_at {
            _ if !progress.holds_a_note(now) => None,
            Some(at) if at <= now => Some(Step::Fetch(Box::new(file.clone()))),
            Some(at) => Some(Step::Wait(at.min(patience))),
            None => Some(Step::Wait(patience)),
        }
    })
}

/// What to do for files whose note is written: they follow in one of their own.
#[must_use]
pub fn after_the_note(wanted: &[Wanted], under_way: &UnderWay, now: DateTime<Utc>) -> Option<Step> {
    let next = |file: &Wanted| match under_way.get(&file.key) {
        None if file.is_at_hand() => now,
        // Aircall says so by an event when it is there; at the end it is asked once.
        None => file.until,
        Some(progress) => progress.again_at.unwrap_or(now + LOOKED_AT_AGAIN),
    };
    let file = wanted.iter().min_by_key(|file| next(file))?;
    let at = next(file);
    Some(if at <= now { Step::Fetch(Box::new(file.clone())) } else { Step::Wait(at) })
}

/// What the server says, where that says something.
pub(crate) fn content_type(told: &str, known: Option<&str>, accepts: Accepts) -> String {
    let told = plain_type(told);
    let says_nothing = told.is_empty() || told.ends_with("/octet-stream");
    match (says_nothing, known, accepts) {
        (false, ..) => told,
        (true, Some(known), _) => plain_type(known),
        // Aircall's are MP3 (`reference/aircall.md` §4.1).
        (true, None, Accepts::Sound) => "audio/mpeg".into(),
        (true, None, Accepts::ImageOrPdf) => "application/octet-stream".into(),
    }
}

/// How a file of this type is called.
pub(crate) fn ending(content_type: &str) -> String {
    let (_, kind) = content_type.split_once('/').unwrap_or_default();
    match kind {
        "mpeg" | "mp3" => "mp3".into(),
        "wav" | "x-wav" | "wave" => "wav".into(),
        "jpeg" => "jpg".into(),
        "svg+xml" => "svg".into(),
        "octet-stream" => "bin".into(),
        kind => kind.chars().filter(char::is_ascii_alphanumeric).take(8).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("in range")
    }

    fn wanted(is_at_hand: bool) -> Vec<Wanted> {
        let address =
            SignedUrl::new("https://files.example.com/a.mp3?X-Amz-Signature=s").expect("an address");
        let link = is_at_hand.then_some(Link { address, as_of: 0 });
        vec![Wanted {
            key: "file:recording".into(),
            name: "recording-1".into(),
            content_type: None,
            accepts: Accepts::Sound,
            source: Source::OfCall { medium: Medium::Recording, link },
            until: at(86_400),
        }]
    }

    fn under_way(change: impl FnOnce(&mut Progress)) -> UnderWay {
        let mut progress = Progress::begun(at(0));
        change(&mut progress);
        UnderWay::from([("file:recording".into(), progress)])
    }

    #[test]
    fn a_page_in_place_of_a_file_is_not_taken_for_one() {
        for kind in
            ["audio/mpeg", "Audio/WAV; codec=1", "application/octet-stream", "binary/octet-stream", ""]
        {
            assert!(Accepts::Sound.takes(kind), "{kind}");
        }
        for kind in ["text/html; charset=utf-8", "application/xml", "application/json", "image/png"] {
            assert!(!Accepts::Sound.takes(kind), "{kind}");
        }
        assert!(Accepts::ImageOrPdf.takes("image/png") && Accepts::ImageOrPdf.takes("application/pdf"));
        assert!(!Accepts::ImageOrPdf.takes("audio/mpeg"));
    }

    #[test]
    fn a_note_waits_two_minutes_for_a_file_at_hand_and_not_at_all_for_one_that_is_not() {
        let fetches = |step: Option<Step>| matches!(step, Some(Step::Fetch(_)));
        assert!(fetches(before_the_note(&wanted(true), &NOTHING_UNDER_WAY, at(0))));
        assert_eq!(before_the_note(&wanted(false), &NOTHING_UNDER_WAY, at(0)), None);
        let running = under_way(|_| {});
        assert_eq!(before_the_note(&wanted(true), &running, at(60)), Some(Step::Wait(at(120))));
        assert_eq!(before_the_note(&wanted(true), &running, at(120)), None, "the note goes first");
        let failed = under_way(|p| p.again_at = Some(at(20)));
        assert_eq!(before_the_note(&wanted(true), &failed, at(10)), Some(Step::Wait(at(20))));
        assert!(fetches(before_the_note(&wanted(true), &failed, at(20))));
        let hopeless = under_way(|p| p.gave_way = true);
        assert_eq!(before_the_note(&wanted(true), &hopeless, at(1)), None);
    }

    #[test]
    fn what_never_came_is_asked_for_once_at_the_end() {
        assert_eq!(after_the_note(&wanted(false), &NOTHING_UNDER_WAY, at(0)), Some(Step::Wait(at(86_400))));
        let end = after_the_note(&wanted(false), &NOTHING_UNDER_WAY, at(86_400));
        assert!(matches!(end, Some(Step::Fetch(_))));
        assert_eq!(after_the_note(&[], &NOTHING_UNDER_WAY, at(0)), None);
    }

    #[test]
    fn the_name_of_a_file_is_a_name_and_nothing_else() {
        for (name, plain) in [
            ("wheel.jpg", Some("wheel")),
            ("../../x.pdf", Some("x")),
            ("..\\..\\x.pdf", Some("x")),
            ("../../x", Some("x")),
            ("invoice 4.2 final", Some("invoice 4.2 final")),
            ("photo", Some("photo")),
            ("a\r\nb.pdf", Some("ab")),
            (".pdf", None),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(stem(name).as_deref(), plain, "{name:?}");
        }
    }

    #[test]
    fn each_reason_reads_back_from_the_ledger() {
        for why in [Why::TooLarge, Why::TooLargeThere, Why::Refused, Why::Missing] {
            let mut ledger = Ledger::default();
            ledger.put(without("file:recording", why), at(0));
            assert_eq!(outcome(&ledger, "file:recording"), Some(Outcome::Without(why)));
        }
    }
}
