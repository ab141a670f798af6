//! Recordings and voicemails: signed addresses that expire, and that refuse a request which carries an
//! `Authorization` header as well (`reference/aircall.md §5.4`). What they answer is a silent MP3, made while it is sent;
//! a `Range` is answered with that part of it.

use bytes::Bytes;
use http::{Method, header};
use sha2::{Digest as _, Sha256};

use super::{errors, state::State, texts};
use crate::{
    body::Made,
    wire::{Answered, Asked},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Recording,
    Voicemail,
}

impl Medium {
    fn folder(self) -> &'static str {
        match self {
            Self::Recording => "recordings",
            Self::Voicemail => "voicemails",
        }
    }
}

/// A fresh address for one medium of a call; every read makes a new one.
pub(crate) fn sign(state: &State, origin: &str, call: u64, medium: Medium) -> String {
    sign_path(state, origin, &format!("/media/{}/call-{call}.mp3", medium.folder()))
}

/// A fresh address for anything below `/media/`.
pub(crate) fn sign_path(state: &State, origin: &str, path: &str) -> String {
    let (date, lifetime) = (state.now(), state.switches.media_lifetime_s);
    let signature = signature(&state.media_secret, path, date, lifetime);
    format!(
        "{origin}{path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={date}&X-Amz-Expires={lifetime}\
         &X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
    )
}

fn signature(secret: &str, path: &str, date: i64, lifetime: i64) -> String {
    let digest = Sha256::digest(format!("{secret}\n{path}\n{date}\n{lifetime}"));
    hex(&digest)
}

/// Answers `/media/…`, whole or from a byte on.
pub(crate) fn answer(state: &State, asked: &Asked) -> Answered {
    if asked.method != Method::GET && asked.method != Method::HEAD {
        return errors::store(405, "MethodNotAllowed", "The method is not allowed for this resource.");
    }
    if asked.header(header::AUTHORIZATION).is_some() {
        return errors::store(
            400,
            "InvalidArgument",
            "Only one authentication mechanism is allowed: the signed query or the Authorization header.",
        );
    }
    let number = |name| asked.param(name).and_then(|value| value.parse::<i64>().ok()).unwrap_or_default();
    let (date, lifetime) = (number("X-Amz-Date"), number("X-Amz-Expires"));
    let wanted = signature(&state.media_secret, &asked.path, date, lifetime);
    if asked.param("X-Amz-Signature") != Some(wanted.as_str()) {
        return errors::store(403, "SignatureDoesNotMatch", "The signature does not match the request.");
    }
    if state.now() > date + lifetime {
        return errors::store(403, "AccessDenied", "Request has expired");
    }
    if let Some(path) = asked.path.strip_prefix("/media/messages/") {
        return match texts::file(state, path) {
            Some((content_type, content)) => Answered::body(200, &content_type, content),
            None => errors::store(404, "NoSuchKey", "The specified key does not exist."),
        };
    }
    let frame = silent_frame(state, &asked.path);
    let size = (state.switches.media_bytes / FRAME_BYTES).max(1) * FRAME_BYTES;
    let claimed = size + state.switches.media_claims_more;
    let etag = format!("\"{}\"", hex(&Sha256::digest([&frame[..], &size.to_be_bytes()].concat())));
    let from = asked.header(header::RANGE).filter(|_| state.switches.media_ranges).and_then(first_byte);
    // What was begun of another file is not carried on.
    let etag = if state.switches.media_weak { format!("W/{etag}") } else { etag };
    // A weak one is never the same (RFC 9110 §13.1.5).
    let is_the_same = asked.header(header::IF_RANGE).is_none_or(|tag| tag == etag && !etag.starts_with("W/"));
    let part = |from| Made { pattern: Bytes::copy_from_slice(&frame), from, to: size };
    let answered = match from.filter(|_| is_the_same) {
        Some(from) if from >= size => {
            return errors::store(416, "InvalidRange", "The requested range is not satisfiable.")
                .with("content-range", format!("bytes */{size}"));
        }
        Some(from) => Answered::made(206, &state.switches.media_type, part(from))
            .with("content-range", format!("bytes {from}-{}/{claimed}", claimed - 1)),
        None => Answered::made(200, &state.switches.media_type, part(0)),
    };
    let length = answered.body.len() + state.switches.media_claims_more;
    let answered = answered.with("etag", etag).with("accept-ranges", "bytes");
    if state.switches.media_length { answered.with("content-length", length.to_string()) } else { answered }
}

/// `bytes=100-` → 100; other forms are not answered, as a server may do.
fn first_byte(range: &str) -> Option<u64> {
    range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

const FRAME_BYTES: u64 = 417;

/// A frame of silence (MPEG-1 layer III, 128 kbit/s, 44.1 kHz) that carries in its padding which call it is of: line,
/// other party and moment, and no id, so that two days with the same calls have the same files.
fn silent_frame(state: &State, path: &str) -> [u8; FRAME_BYTES as usize] {
    let mut frame = [0_u8; FRAME_BYTES as usize];
    frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, 0x64]);
    let id = path.rsplit_once("/call-").and_then(|(_, name)| name.strip_suffix(".mp3")?.parse::<u64>().ok());
    if let Some(call) = id.and_then(|id| state.calls.get(&id)) {
        let whose = format!("{:?} {} {:?} {}", call.direction, call.line, call.other, call.sounded_at);
        frame[40..72].copy_from_slice(&Sha256::digest(whose));
    }
    frame
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
