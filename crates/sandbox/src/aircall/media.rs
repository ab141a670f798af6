//! Recordings and voicemails: signed addresses that expire, and that refuse a request which carries an
//! `Authorization` header as well (`reference/aircall.md §5.4`). What they answer is a silent MP3.

use http::{Method, header};
use sha2::{Digest as _, Sha256};

use super::{errors, state::State, texts};
use crate::wire::{Answered, Asked};

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
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Answers `/media/…`.
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
    Answered::body(200, "audio/mpeg", silent_mp3(state.switches.media_bytes))
}

/// Whole frames of silence (MPEG-1 layer III, 128 kbit/s, 44.1 kHz), at least one, `bytes` at most.
fn silent_mp3(bytes: usize) -> Vec<u8> {
    const FRAME_BYTES: usize = 417;
    let mut frame = [0_u8; FRAME_BYTES];
    frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, 0x64]);
    frame.repeat((bytes / FRAME_BYTES).max(1))
}
