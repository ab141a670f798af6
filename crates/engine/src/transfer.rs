//! Moving a file: from a signed address onto the disk, and from the disk to the helpdesk. Piece by piece, so that its
//! size costs disk and time, but no memory.
//!
//! Pieces are written and read in the engine's own thread, as its commits are: they are small, and nothing waits for the
//! disk to be done with them, since a file that is lost is fetched again. Deliberately not here: what a failure means
//! for the call, and when there is another try.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aircall::SignedUrl;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use tokio::time::timeout;

use crate::files::Accepts;
use crate::helpdesk::{Answer, Upload};
use crate::transport::{ANSWER_TIMEOUT, Incoming, Transport, TransportError};

/// Files are read from the disk in pieces of this size.
const PIECE_BYTES: usize = 64 * 1024;
/// Once the last byte was handed over, the helpdesk may take so long to put the file away.
const PUT_AWAY_WITHIN: Duration = Duration::from_secs(60);
/// What the helpdesk says of an upload is short.
const ANSWER_LIMIT_BYTES: usize = 1024 * 1024;

/// What lies on the disk of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Got {
    /// So many bytes, from its beginning on.
    pub(crate) bytes: u64,
    /// How many there should be, where the server said.
    pub(crate) total: Option<u64>,
    /// What the server calls this version of it.
    pub(crate) etag: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) is_whole: bool,
}

/// A file to be fetched.
#[derive(Clone, Debug)]
pub(crate) struct Fetch {
    pub(crate) address: SignedUrl,
    pub(crate) to: PathBuf,
    /// What lies there already; fetched is what is missing.
    pub(crate) have: Option<Got>,
    pub(crate) limit: u64,
    pub(crate) accepts: Accepts,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// All of it lies there.
    Whole(Got),
    /// So much of it does, and why no more.
    Part(Got, String),
    /// What lay there is of no use; from the beginning, then.
    Anew(String),
    /// The address does not open it, or not any more.
    Closed(StatusCode),
    /// Larger than may be.
    TooLarge,
    /// Something else came in its place.
    NotAFile(String),
    /// Nothing came.
    Failed(String),
    /// The disk does not take it.
    Disk(String),
}

/// What came of an upload.
#[derive(Debug)]
pub(crate) enum Sent {
    /// The helpdesk answered.
    Answered(Answer),
    /// It did not.
    Unanswered(TransportError),
    /// The file is not there any more.
    Unreadable(String),
}

/// Where the pieces of a file go.
pub(crate) trait Sink: Send {
    /// Takes the next piece.
    fn put(&mut self, piece: Bytes) -> impl Future<Output = std::io::Result<()>> + Send;
    /// No more comes: whatever is not written yet is.
    fn end(&mut self) -> impl Future<Output = std::io::Result<()>> + Send;
}

impl Sink for File {
    async fn put(&mut self, piece: Bytes) -> std::io::Result<()> {
        self.write_all(&piece)
    }

    async fn end(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Fetches a file, from the byte on at which an earlier try ended.
pub(crate) async fn fetch(transport: Arc<dyn Transport>, fetch: Fetch) -> Fetched {
    let on_disk = std::fs::metadata(&fetch.to).map_or(0, |file| file.len());
    let have = fetch.have.as_ref().filter(|have| have.bytes > 0 && have.bytes == on_disk);
    let (answer, got) = match ask(transport, &fetch.address, have, fetch.accepts, fetch.limit).await {
        Ok(opened) => opened,
        Err(why) => return why,
    };
    match open(&fetch.to, got.bytes) {
        Ok(file) => receive(answer, file, got, fetch.limit).await,
        Err(error) => Fetched::Disk(error.to_string()),
    }
}

/// Asks for a file, or for what is missing of it; what comes back is the answer and what it goes on from.
pub(crate) async fn ask(
    transport: Arc<dyn Transport>,
    address: &SignedUrl,
    have: Option<&Got>,
    accepts: Accepts,
    limit: u64,
) -> Result<(Response<Incoming>, Got), Fetched> {
    let request = aircall::media_request(address);
    let mut request = request.map(|_| None);
    if let Some(have) = have {
        if let Ok(range) = HeaderValue::try_from(format!("bytes={}-", have.bytes)) {
            request.headers_mut().insert(header::RANGE, range);
        }
        // A weak tag does not promise the same bytes (RFC 9110 §13.1.5).
        if let Some(Ok(tag)) =
            have.etag.as_deref().filter(|tag| !tag.starts_with("W/")).map(HeaderValue::try_from)
        {
            request.headers_mut().insert(header::IF_RANGE, tag);
        }
    }
    let answer = match timeout(ANSWER_TIMEOUT, transport.stream(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(Fetched::Failed(error.to_string())),
        Err(_) => return Err(Fetched::Failed("no answer within 30 s".into())),
    };
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::PARTIAL_CONTENT if have.is_some() => {}
        StatusCode::RANGE_NOT_SATISFIABLE => {
            return Err(Fetched::Anew("the server has another file by now".into()));
        }
        closed @ (StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE) => {
            return Err(Fetched::Closed(closed));
        }
        // Redirects included: a signed address is where the file is.
        other => return Err(Fetched::Failed(format!("the file's address answers {other}"))),
    }
    let got = begin(answer.status(), answer.headers(), have).map_err(Fetched::Anew)?;
    let content_type = got.content_type.as_deref().unwrap_or_default();
    if !accepts.takes(content_type) {
        return Err(Fetched::NotAFile(crate::files::plain_type(content_type)));
    }
    if got.total.is_some_and(|total| total > limit) {
        return Err(Fetched::TooLarge);
    }
    Ok((answer, got))
}

/// What an answer is the continuation of.
fn begin(status: StatusCode, headers: &HeaderMap, have: Option<&Got>) -> Result<Got, String> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let length: Option<u64> = text(header::CONTENT_LENGTH).and_then(|length| length.trim().parse().ok());
    let (bytes, total) = match have.filter(|_| status == StatusCode::PARTIAL_CONTENT) {
        None => (0, length),
        Some(have) => {
            let (first, total) =
                text(header::CONTENT_RANGE).and_then(content_range).unwrap_or((have.bytes, None));
            let total = total.or(length.map(|length| have.bytes + length));
            // Whoever answers a range may not know `If-Range`.
            let tags = have.etag.as_deref().zip(text(header::ETAG));
            if tags.is_some_and(|(was, is)| was != is) {
                return Err("the server has another file by now".into());
            }
            if first != have.bytes || have.total.zip(total).is_some_and(|(was, is)| was != is) {
                return Err("the server goes on with another part, or another file".into());
            }
            (have.bytes, total.or(have.total))
        }
    };
    Ok(Got {
        bytes,
        total,
        etag: text(header::ETAG).map(str::to_owned),
        content_type: text(header::CONTENT_TYPE).map(str::to_owned),
        is_whole: false,
    })
}

/// `bytes 100-199/200` → (100, 200); the total may be `*`.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.trim().parse().ok()?, total.trim().parse().ok()))
}

/// For this user only: what was said on the telephone is nobody else's business.
fn open(path: &Path, from: u64) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true);
    if from == 0 {
        options.write(true).truncate(true)
    } else {
        options.append(true)
    };
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes the pieces of an answer, as far as they come. Whatever came is in the sink then.
pub(crate) async fn receive(
    answer: Response<Incoming>,
    mut sink: impl Sink,
    mut got: Got,
    limit: u64,
) -> Fetched {
    let mut pieces = answer.into_body();
    let broken_off = loop {
        let piece = match timeout(ANSWER_TIMEOUT, pieces.next()).await {
            Err(_) => break Some("nothing more came within 30 s".to_owned()),
            Ok(None) => break None,
            Ok(Some(Err(error))) => break Some(error.to_string()),
            Ok(Some(Ok(piece))) => piece,
        };
        if got.bytes + piece.len() as u64 > limit {
            return Fetched::TooLarge;
        }
        let length = piece.len() as u64;
        if let Err(error) = sink.put(piece).await {
            return Fetched::Disk(error.to_string());
        }
        got.bytes += length;
        // The engine has other things to do between two pieces.
        tokio::task::yield_now().await;
    };
    if let Err(error) = sink.end().await {
        return Fetched::Disk(error.to_string());
    }
    match (broken_off, got.total) {
        (Some(why), _) => Fetched::Part(got, why),
        _ if got.bytes == 0 => Fetched::Failed("the file is empty".into()),
        (None, Some(total)) if got.bytes < total => {
            Fetched::Part(got, "the connection ended before the file did".into())
        }
        (None, Some(total)) if got.bytes > total => Fetched::Anew("more came than there should be".into()),
        _ => Fetched::Whole(Got { total: Some(got.bytes), is_whole: true, ..got }),
    }
}

/// Sends a file of `bytes` bytes, and reads the answer.
pub(crate) async fn send(transport: Arc<dyn Transport>, path: PathBuf, bytes: u64, upload: Upload) -> Sent {
    let file = match File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file))) {
        Ok((length, file)) if length == bytes => file,
        Ok(_) => return Sent::Unreadable("it has another size by now".into()),
        Err(error) => return Sent::Unreadable(error.to_string()),
    };
    let Upload { head, before, after } = upload;
    let length = (before.len() + after.len()) as u64 + bytes;
    let taken = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&taken);
    let ready = |bytes: Bytes| stream::iter([Ok(bytes)]);
    let pieces = ready(before).chain(pieces_of(file, bytes)).chain(ready(after));
    let pieces = pieces.inspect(move |piece| {
        let length = piece.as_ref().map_or(0, Bytes::len);
        counter.fetch_add(length as u64, Ordering::Relaxed);
    });
    let mut answering = transport.stream(head.map(|()| Some(pieces.boxed())));
    let mut seen = 0;
    let answer = loop {
        let is_sent = taken.load(Ordering::Relaxed) >= length;
        match timeout(if is_sent { PUT_AWAY_WITHIN } else { ANSWER_TIMEOUT }, &mut answering).await {
            Ok(Ok(answer)) => break answer,
            Ok(Err(error)) => return Sent::Unanswered(error),
            Err(_) if taken.load(Ordering::Relaxed) == seen => {
                return Sent::Unanswered(TransportError::Unclear("the upload does not go on".into()));
            }
            Err(_) => seen = taken.load(Ordering::Relaxed),
        }
    };
    match whole(answer).await {
        Ok(answer) => Sent::Answered(answer),
        Err(error) => Sent::Unanswered(error),
    }
}

/// The next pieces of a file are read when they are asked for.
fn pieces_of(file: File, bytes: u64) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    stream::unfold((file, bytes), |(mut file, left)| async move {
        if left == 0 {
            return None;
        }
        let mut piece = vec![0; PIECE_BYTES.min(usize::try_from(left).unwrap_or(PIECE_BYTES))];
        // The engine has other things to do between two pieces.
        tokio::task::yield_now().await;
        match file.read_exact(&mut piece) {
            Ok(()) => {
                let left = left - piece.len() as u64;
                Some((Ok(Bytes::from(piece)), (file, left)))
            }
            Err(error) => Some((Err(error), (file, 0))),
        }
    })
}

async fn whole(answer: Response<Incoming>) -> Result<Answer, TransportError> {
    let (head, mut pieces) = answer.into_parts();
    let mut body = Vec::new();
    while let Some(piece) = timeout(ANSWER_TIMEOUT, pieces.next())
        .await
        .map_err(|_| TransportError::Unclear("the answer did not end within 30 s".into()))?
    {
        let piece = piece?;
        if body.len() + piece.len() > ANSWER_LIMIT_BYTES {
            return Err(TransportError::Unclear("the answer to an upload is larger than 1 MiB".into()));
        }
        body.extend_from_slice(&piece);
    }
    Ok(Response::from_parts(head, body.into()))
}

#[cfg(test)]
mod tests;
