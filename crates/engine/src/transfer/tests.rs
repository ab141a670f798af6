//! Files that pass through, against a server that is made up here.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use async_trait::async_trait;
use http::Request;

use super::*;
use crate::transport::Outgoing;

/// Bytes that know how many like them are alive.
struct Counted {
    bytes: Vec<u8>,
    alive: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(self.bytes.len(), Ordering::SeqCst);
    }
}

/// One file, served in pieces and counted.
#[derive(Default)]
struct Server {
    file: u64,
    /// Says that it is so large, whatever it is.
    says: Option<u64>,
    status: u16,
    content_type: Option<&'static str>,
    /// The connection ends after so many bytes.
    cut_after: Option<u64>,
    ignores_ranges: bool,
    alive: Arc<AtomicUsize>,
    peak: Arc<AtomicUsize>,
    /// What was asked: range, whether a credential came along.
    asked: Mutex<Vec<(Option<String>, bool)>>,
    /// Sizes of the pieces that were uploaded, and how many bytes the client had read when each came.
    taken: Mutex<Vec<usize>>,
}

const PIECE: u64 = 100_000;

#[async_trait]
impl Transport for Server {
    async fn send(&self, _: Request<Bytes>) -> Result<Answer, TransportError> {
        Err(TransportError::NotSent("files are streamed".into()))
    }

    async fn stream(&self, request: Request<Outgoing>) -> Result<Response<Incoming>, TransportError> {
        let (head, body) = request.into_parts();
        if let Some(mut pieces) = body {
            while let Some(piece) = pieces.next().await {
                let piece = piece.map_err(|error| TransportError::Unclear(error.to_string()))?;
                self.taken.lock().unwrap().push(piece.len());
            }
            let answer = stream::iter([Ok(Bytes::from_static(b"[]"))]);
            return Ok(Response::builder().status(201).body(answer.boxed()).unwrap());
        }
        let range = head.headers.get(header::RANGE).map(|range| range.to_str().unwrap().to_owned());
        let has_credential = head.headers.contains_key(header::AUTHORIZATION);
        self.asked.lock().unwrap().push((range.clone(), has_credential));
        let wanted = range.filter(|_| !self.ignores_ranges);
        let from: u64 = wanted
            .as_deref()
            .map_or(0, |range| range["bytes=".len()..].trim_end_matches('-').parse().unwrap());
        let total = self.says.unwrap_or(self.file);
        let mut answer = Response::builder()
            .header("content-length", total.saturating_sub(from))
            .header("etag", "\"one\"");
        answer = match (self.status, wanted.is_some()) {
            (0, true) => {
                answer.status(206).header("content-range", format!("bytes {from}-{}/{total}", total - 1))
            }
            (0, false) => answer.status(200),
            (status, _) => answer.status(status),
        };
        if let Some(kind) = self.content_type {
            answer = answer.header("content-type", kind);
        }
        let end = self.cut_after.unwrap_or(self.file).min(self.file);
        let is_cut = self.cut_after.is_some();
        let (alive, peak) = (Arc::clone(&self.alive), Arc::clone(&self.peak));
        let pieces = stream::unfold(from, move |at| {
            let (alive, peak) = (Arc::clone(&alive), Arc::clone(&peak));
            async move {
                if at >= end {
                    let cut = Err(TransportError::Unclear("the connection broke".into()));
                    return (is_cut && at < u64::MAX).then_some((cut, u64::MAX));
                }
                let bytes: Vec<u8> = (at..(at + PIECE).min(end)).map(|n| (n % 251) as u8).collect();
                let now = alive.fetch_add(bytes.len(), Ordering::SeqCst) + bytes.len();
                peak.fetch_max(now, Ordering::SeqCst);
                let next = at + bytes.len() as u64;
                Some((Ok(Bytes::from_owner(Counted { bytes, alive })), next))
            }
        });
        Ok(answer.body(pieces.boxed()).unwrap())
    }
}

fn whole_file(bytes: u64) -> Vec<u8> {
    (0..bytes).map(|n| (n % 251) as u8).collect()
}

fn asked_for(to: &Path, have: Option<Got>) -> Fetch {
    let address = SignedUrl::new("https://files.example.com/a.mp3?X-Amz-Signature=secret").unwrap();
    Fetch { address, to: to.into(), have, limit: 50_000_000, accepts: Accepts::Sound }
}

#[tokio::test]
async fn a_file_of_any_size_passes_through_in_pieces_and_never_lies_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let server = Arc::new(Server { file: 20_000_000, content_type: Some("audio/mpeg"), ..Server::default() });
    let fetched = fetch(server.clone(), asked_for(&path, None)).await;
    let Fetched::Whole(got) = fetched else { panic!("{fetched:?}") };
    assert_eq!((got.bytes, got.is_whole), (20_000_000, true));
    assert!(server.peak.load(Ordering::SeqCst) <= 2 * PIECE as usize, "two pieces at a time at most");
    assert_eq!(server.alive.load(Ordering::SeqCst), 0);
    assert!(std::fs::read(&path).unwrap() == whole_file(20_000_000));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let head = http::Request::post("https://helpdesk.example.com/upload").body(()).unwrap();
    let upload = Upload { head, before: Bytes::from_static(b"<<"), after: Bytes::from_static(b">>") };
    let sent = send(server.clone(), path, got.bytes, upload).await;
    assert!(matches!(&sent, Sent::Answered(answer) if answer.status() == 201), "{sent:?}");
    let taken = server.taken.lock().unwrap();
    assert!(taken.iter().all(|piece| *piece <= PIECE_BYTES));
    assert_eq!(taken.iter().sum::<usize>(), 20_000_004, "and framed");
}

#[tokio::test]
async fn what_was_cut_is_carried_on_from_where_it_ended_and_not_from_the_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let cut = Arc::new(Server { file: 1_000_000, cut_after: Some(300_000), ..Server::default() });
    let Fetched::Part(got, _) = fetch(cut, asked_for(&path, None)).await else { panic!("it was cut") };
    assert_eq!(got.bytes, 300_000);
    let server = Arc::new(Server { file: 1_000_000, ..Server::default() });
    let fetched = fetch(server.clone(), asked_for(&path, Some(got.clone()))).await;
    assert!(matches!(&fetched, Fetched::Whole(got) if got.bytes == 1_000_000), "{fetched:?}");
    assert_eq!(*server.asked.lock().unwrap(), [(Some("bytes=300000-".to_owned()), false)]);
    assert!(std::fs::read(&path).unwrap() == whole_file(1_000_000));

    // A server that gives all of it anyway is believed, and nothing is doubled.
    std::fs::write(&path, &whole_file(1_000_000)[..300_000]).unwrap();
    let server = Arc::new(Server { file: 1_000_000, ignores_ranges: true, ..Server::default() });
    let fetched = fetch(server, asked_for(&path, Some(got))).await;
    assert!(matches!(&fetched, Fetched::Whole(got) if got.bytes == 1_000_000), "{fetched:?}");
    assert!(std::fs::read(&path).unwrap() == whole_file(1_000_000));
}

#[tokio::test]
async fn a_part_of_another_file_is_thrown_away() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    std::fs::write(&path, [0; 1_000]).unwrap();
    let have = Got { bytes: 1_000, total: Some(5_000), ..Got::default() };
    let server = Arc::new(Server { file: 6_000, ..Server::default() });
    assert!(matches!(fetch(server, asked_for(&path, Some(have.clone()))).await, Fetched::Anew(_)));
    let server = Arc::new(Server { status: 416, ..Server::default() });
    assert!(matches!(fetch(server, asked_for(&path, Some(have))).await, Fetched::Anew(_)));
}

#[tokio::test]
async fn a_length_that_is_wrong_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let long = Arc::new(Server { file: 5_000, says: Some(6_000), ..Server::default() });
    assert!(matches!(fetch(long, asked_for(&path, None)).await, Fetched::Part(got, _) if got.bytes == 5_000));
    let short = Arc::new(Server { file: 5_000, says: Some(4_000), ..Server::default() });
    assert!(matches!(fetch(short, asked_for(&path, None)).await, Fetched::Anew(_)));
    let empty = Arc::new(Server::default());
    assert!(matches!(fetch(empty, asked_for(&path, None)).await, Fetched::Failed(_)));
}

#[tokio::test]
async fn what_is_too_large_is_left_alone_as_soon_as_that_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let says_so = Arc::new(Server { file: 10, says: Some(50_000_001), ..Server::default() });
    assert_eq!(fetch(says_so, asked_for(&path, None)).await, Fetched::TooLarge);
    assert!(!path.exists(), "not a byte of it");
    let liar = Arc::new(Server { file: 200_000, says: Some(90_000), ..Server::default() });
    let ask = Fetch { limit: 100_000, ..asked_for(&path, None) };
    assert_eq!(fetch(liar, ask).await, Fetched::TooLarge);
}

#[tokio::test]
async fn neither_a_page_nor_a_redirect_is_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let page =
        Arc::new(Server { file: 500, content_type: Some("text/html; charset=utf-8"), ..Server::default() });
    assert_eq!(fetch(page, asked_for(&path, None)).await, Fetched::NotAFile("text/html".into()));
    for (status, is_closed) in [(302, false), (403, true), (404, true), (410, true), (500, false)] {
        let server = Arc::new(Server { file: 500, status, ..Server::default() });
        let fetched = fetch(server, asked_for(&path, None)).await;
        assert_eq!(matches!(fetched, Fetched::Closed(_)), is_closed, "{status}: {fetched:?}");
        assert!(is_closed || matches!(fetched, Fetched::Failed(_)), "{status}: {fetched:?}");
    }
    assert!(!path.exists());
}

#[tokio::test]
async fn a_part_of_another_file_is_not_put_behind_what_lies_there() {
    // Of the same size, from a server that gives the range whatever `If-Range` says.
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let cut = Arc::new(Server { file: 1_000_000, cut_after: Some(300_000), ..Server::default() });
    let Fetched::Part(got, _) = fetch(cut, asked_for(&path, None)).await else { panic!("it was cut") };
    let was = Got { etag: Some("\"zero\"".into()), ..got };
    let server = Arc::new(Server { file: 1_000_000, ..Server::default() });
    let fetched = fetch(server, asked_for(&path, Some(was))).await;
    assert!(matches!(fetched, Fetched::Anew(_)), "{fetched:?}");
}

#[tokio::test]
async fn a_folder_that_is_none_is_the_disks_fault_and_not_the_servers() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let server = Arc::new(Server { file: 500, ..Server::default() });
    assert!(matches!(fetch(server.clone(), asked_for(&file.join("x"), None)).await, Fetched::Disk(_)));
    let head = http::Request::post("https://helpdesk.example.com/upload").body(()).unwrap();
    let upload = Upload { head, before: Bytes::new(), after: Bytes::new() };
    let sent = send(server, file, 500, upload).await;
    assert!(matches!(sent, Sent::Unreadable(_)), "{sent:?}");
}
