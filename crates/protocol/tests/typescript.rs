//! Keeps `ui/src/wire/index.ts` equal to the types declared in this crate.
//!
//! The file is committed, so that the pages build without Rust. When it differs, the test writes the new text and
//! fails once: run it again, look at the difference, commit both.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;

use sidetone_protocol::{
    CallDetail, CallPage, CommentAnswer, CommentRequest, DialAnswer, DialRequest, MessageDetail, MessagePage,
    Now, NumberExplanation, OpenRecords, Pushed, TagRequest, UnmatchedNumber,
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
    DialRequest::export_all(&config).unwrap();
    DialAnswer::export_all(&config).unwrap();
    CommentRequest::export_all(&config).unwrap();
    CommentAnswer::export_all(&config).unwrap();
    TagRequest::export_all(&config).unwrap();
    OpenRecords::export_all(&config).unwrap();
    NumberExplanation::export_all(&config).unwrap();
    UnmatchedNumber::export_all(&config).unwrap();
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
