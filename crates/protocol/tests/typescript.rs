//! Keeps `ui/src/wire/index.ts` equal to the types declared in this crate.
//!
//! The file is committed, so that the pages build without Rust. When it differs, the test writes the new text and
//! fails once: run it again, look at the difference, commit both.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;

use sidetone_protocol::{
    Account, AircallKey, AlertsSetup, BackfillForecast, BackfillRequest, Backfills, CallDetail, CallPage,
    ChosenLines, ClaimRequest, ClearRequest, CommentAnswer, CommentRequest, DeskView, DialAnswer,
    DialRequest, DoctorReport, DryRun, EventsRequest, EventsTested, ForgetRequest, Forgotten, GoRequest,
    HelpdeskKey, InboxName, KeepDays, Lines, MailEntered, MessageDetail, MessagePage, Now, NumberExplanation,
    NumberNamed, OpenRecords, Passphrase, PastedAddress, PrivacyView, Pushed, RecordingsDays,
    RecordingsSetup, Setup, ShadowReport, SignInBegun, SignInRequest, SignInView, TagRequest, TellingTested,
    Tested, UnmatchedNumber, WebHookEntered,
};
use ts_rs::{Config, TS};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/wire/index.ts");

/// What crosses the wire at the top; everything else is reached from these.
fn generated() -> String {
    let folder = tempfile::tempdir().unwrap();
    // Times are unix seconds and fit a browser's number; ids are strings already.
    let config = Config::new().with_out_dir(folder.path()).with_large_int("number");
    Now::export_all(&config).unwrap();
    CallPage::export_all(&config).unwrap();
    CallDetail::export_all(&config).unwrap();
    MessagePage::export_all(&config).unwrap();
    MessageDetail::export_all(&config).unwrap();
    Pushed::export_all(&config).unwrap();
    Setup::export_all(&config).unwrap();
    AircallKey::export_all(&config).unwrap();
    HelpdeskKey::export_all(&config).unwrap();
    Tested::export_all(&config).unwrap();
    SignInRequest::export_all(&config).unwrap();
    SignInBegun::export_all(&config).unwrap();
    SignInView::export_all(&config).unwrap();
    PastedAddress::export_all(&config).unwrap();
    Lines::export_all(&config).unwrap();
    ChosenLines::export_all(&config).unwrap();
    EventsRequest::export_all(&config).unwrap();
    EventsTested::export_all(&config).unwrap();
    InboxName::export_all(&config).unwrap();
    Passphrase::export_all(&config).unwrap();
    GoRequest::export_all(&config).unwrap();
    DryRun::export_all(&config).unwrap();
    ShadowReport::export_all(&config).unwrap();
    DoctorReport::export_all(&config).unwrap();
    DeskView::export_all(&config).unwrap();
    ClaimRequest::export_all(&config).unwrap();
    ClearRequest::export_all(&config).unwrap();
    DialRequest::export_all(&config).unwrap();
    DialAnswer::export_all(&config).unwrap();
    CommentRequest::export_all(&config).unwrap();
    CommentAnswer::export_all(&config).unwrap();
    TagRequest::export_all(&config).unwrap();
    OpenRecords::export_all(&config).unwrap();
    NumberExplanation::export_all(&config).unwrap();
    UnmatchedNumber::export_all(&config).unwrap();
    Account::export_all(&config).unwrap();
    AlertsSetup::export_all(&config).unwrap();
    RecordingsSetup::export_all(&config).unwrap();
    RecordingsDays::export_all(&config).unwrap();
    PrivacyView::export_all(&config).unwrap();
    KeepDays::export_all(&config).unwrap();
    NumberNamed::export_all(&config).unwrap();
    ForgetRequest::export_all(&config).unwrap();
    Forgotten::export_all(&config).unwrap();
    MailEntered::export_all(&config).unwrap();
    WebHookEntered::export_all(&config).unwrap();
    TellingTested::export_all(&config).unwrap();
    Backfills::export_all(&config).unwrap();
    BackfillRequest::export_all(&config).unwrap();
    BackfillForecast::export_all(&config).unwrap();
    std::fs::read_to_string(folder.path().join("index.ts")).unwrap()
}

#[test]
fn the_committed_typescript_is_the_generated_one() {
    let wanted = generated();
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    if committed != wanted {
        let path = Path::new(COMMITTED);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &wanted).unwrap();
    }
    assert!(
        committed == wanted,
        "ui/src/wire/index.ts was out of date and has been written anew: look at the difference and commit it"
    );
}
