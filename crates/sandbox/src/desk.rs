//! The front desk of one service: takes a request off the wire, writes it into the journal, meets it with
//! the faults that wait for it, and lets the vendor answer. It knows nothing of calls or tickets.
//!
//! A fault that closes the connection or never answers cannot be told by a [`Response`]; the desk marks
//! it with the header [`FAULT_HEADER`]. `serve.rs` turns the mark into the real thing on a socket; a
//! transport that calls the router in-process must do the same: `cut` is an error of the connection,
//! `hang` is waiting until the client's own time-out.

use std::sync::Mutex;

use axum::{
    body::to_bytes,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    response::Response,
};
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    body::{self, Break, Content},
    clock::{Clock, http_date},
    faults::{Fault, FaultId, FaultKind, Faults},
    hold,
    journal::{Journal, JournalEntry},
    oauth::{Fields, masked},
    wire::{Answered, Asked, Part, code},
};

/// Marks an answer that must never reach a client: its value is `cut` or `hang`.
pub const FAULT_HEADER: &str = "x-sandbox-fault";

/// The largest request read at all; a service may set a smaller limit of its own.
const LARGEST_REQUEST_BYTES: usize = 600 * 1024 * 1024;
/// A file that is larger is counted and hashed while it comes in, and not kept.
const LARGEST_KEPT_BYTES: usize = 8 * 1024 * 1024;

/// A service behind the desk. Answering is synchronous: no lock is ever held across an await.
pub(crate) trait Vendor {
    fn answer(&self, asked: &Asked) -> Answered;
    /// An error body in the vendor's own shape.
    fn refusal(&self, status: u16) -> Answered;
}

/// The journal and the faults of one service.
#[derive(Debug)]
pub(crate) struct Desk {
    clock: Clock,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
}

impl Desk {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, faults: Mutex::default(), journal: Mutex::default() }
    }

    pub(crate) fn add_fault(&self, fault: Fault) -> FaultId {
        hold(&self.faults).add(fault)
    }

    pub(crate) fn take_back_fault(&self, id: FaultId) {
        hold(&self.faults).take_back(id);
    }

    pub(crate) fn clear_faults(&self) {
        hold(&self.faults).clear();
    }

    pub(crate) fn waiting_faults(&self) -> Vec<Fault> {
        hold(&self.faults).waiting()
    }

    pub(crate) fn journal_after(&self, seq: u64) -> Vec<JournalEntry> {
        hold(&self.journal).after(seq)
    }

    pub(crate) fn reset(&self) {
        hold(&self.faults).clear();
        hold(&self.journal).clear();
    }

    pub(crate) async fn receive(&self, request: Request, vendor: &impl Vendor) -> Response {
        let Some(asked) = read(request).await else {
            return self.respond(Answered::empty(400));
        };
        let method = asked.method.as_str();
        let whole = whole_path(&asked);
        let seq = hold(&self.journal).open(self.clock.now(), method, whole, noted_body(&asked));
        let fault = hold(&self.faults).take(method, &asked.path);
        let name = fault.as_ref().map(FaultKind::name);

        let answered = match &fault {
            Some(FaultKind::CutBefore) => return self.unanswered(seq, 0, name, "cut"),
            Some(FaultKind::HangBefore) => return self.unanswered(seq, 0, name, "hang"),
            Some(FaultKind::Status { status, retry_after }) => {
                let refusal = vendor.refusal(*status);
                match retry_after {
                    Some(seconds) => refusal.with("retry-after", seconds.to_string()),
                    None => refusal,
                }
            }
            Some(FaultKind::Html { status }) => Answered::html(
                *status,
                format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"),
            ),
            _ => vendor.answer(&asked),
        };
        let status = answered.status.as_u16();
        match fault {
            Some(FaultKind::CutAfter) => self.unanswered(seq, status, name, "cut"),
            Some(FaultKind::HangAfter) => self.unanswered(seq, status, name, "hang"),
            Some(FaultKind::Slow { ms }) => {
                hold(&self.journal).settle(seq, status, name);
                tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
                self.respond(answered)
            }
            Some(FaultKind::Malformed) => {
                hold(&self.journal).settle(seq, status, name);
                let is_json = |bytes: &Bytes| bytes.first().is_some_and(|first| b"{[".contains(first));
                let half = match &answered.body {
                    Content::Whole(bytes) if is_json(bytes) => bytes.slice(..bytes.len() / 2),
                    // Half a file that says that it is whole nobody could tell from a smaller one.
                    Content::Whole(_) | Content::Made(_) => Bytes::new(),
                };
                self.respond(Answered { body: Content::Whole(half), ..answered })
            }
            Some(FaultKind::CutInBody { after }) => {
                hold(&self.journal).settle(seq, status, name);
                self.respond(Answered { broken: Some(Break::Cut(after)), ..answered })
            }
            Some(FaultKind::HangInBody { after }) => {
                hold(&self.journal).settle(seq, status, name);
                self.respond(Answered { broken: Some(Break::Hang(after)), ..answered })
            }
            _ => {
                hold(&self.journal).settle(seq, status, name);
                if !answered.delay.is_zero() {
                    tokio::time::sleep(answered.delay).await;
                }
                self.respond(answered)
            }
        }
    }

    fn unanswered(&self, seq: u64, status: u16, name: Option<&'static str>, mark: &'static str) -> Response {
        hold(&self.journal).settle(seq, status, name);
        let mut response = self.respond(Answered::empty(599));
        response.headers_mut().insert(FAULT_HEADER, HeaderValue::from_static(mark));
        response
    }

    fn respond(&self, answered: Answered) -> Response {
        let mut response = to_response(answered);
        if let Ok(date) = HeaderValue::from_str(&http_date(self.clock.now())) {
            response.headers_mut().insert(header::DATE, date);
        }
        response
    }
}

/// The answer as an HTTP response, without the `Date` that only the desk knows.
pub(crate) fn to_response(answered: Answered) -> Response {
    let mut response = Response::new(body::body(answered.body, answered.broken));
    *response.status_mut() = answered.status;
    for (name, value) in answered.headers {
        match HeaderValue::from_str(&value) {
            Ok(value) => {
                response.headers_mut().insert(header::HeaderName::from_static(name), value);
            }
            Err(_) => *response.status_mut() = code(500),
        }
    }
    response
}

async fn read(request: Request) -> Option<Asked> {
    let is_multipart = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    let (head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut headers = head.headers.clone();
    if let (None, Some(host)) = (headers.get(header::HOST), head.uri.authority()) {
        headers.insert(header::HOST, HeaderValue::from_str(host.as_str()).ok()?);
    }
    let path = head.uri.path().to_owned();
    let method = head.method.clone();
    let (body, parts) = if is_multipart {
        (Bytes::new(), read_parts(Request::from_parts(head, body)).await?)
    } else {
        (to_bytes(body, LARGEST_REQUEST_BYTES).await.ok()?, Vec::new())
    };
    Some(Asked { method, path, query, headers, body, parts })
}

async fn read_parts(mut request: Request) -> Option<Vec<Part>> {
    DefaultBodyLimit::max(LARGEST_REQUEST_BYTES).apply(&mut request);
    let mut multipart = Multipart::from_request(request, &()).await.ok()?;
    let mut parts = Vec::new();
    while let Some(mut field) = multipart.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        let filename = field.file_name().map(str::to_owned);
        let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let (mut size, mut hash, mut kept) = (0_u64, Sha256::new(), Some(BytesMut::new()));
        while let Some(piece) = field.chunk().await.ok()? {
            size += piece.len() as u64;
            hash.update(&piece);
            kept = kept.filter(|kept| kept.len() + piece.len() <= LARGEST_KEPT_BYTES).map(|mut kept| {
                kept.extend_from_slice(&piece);
                kept
            });
        }
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        parts.push(Part { name, filename, content_type, bytes: kept.map(BytesMut::freeze), size, sha256 });
    }
    Some(parts)
}

fn whole_path(asked: &Asked) -> String {
    if asked.query.is_empty() {
        return asked.path.clone();
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&asked.query).finish();
    format!("{}?{query}", asked.path)
}

/// What is asked of a token endpoint, as far as it may be shown: the kind of grant, and the beginning of the rest.
fn without_secrets(asked: &Asked) -> Value {
    const SHOWN: [&str; 4] = ["grant_type", "redirect_uri", "client_id", "decision"];
    let fields = Fields::of(asked);
    let note = |(name, value): (&str, &str)| {
        let shown = if SHOWN.contains(&name) { value.to_owned() } else { masked(value) };
        (name.to_owned(), json!(shown))
    };
    Value::Object(fields.all().map(note).collect())
}

fn noted_body(asked: &Asked) -> Value {
    if asked.method == Method::GET {
        return Value::Null;
    }
    if asked.path.contains("/oauth/") {
        return without_secrets(asked);
    }
    if asked.parts.is_empty() {
        return asked.json().unwrap_or(Value::Null);
    }
    let (files, fields): (Vec<&Part>, Vec<&Part>) =
        asked.parts.iter().partition(|part| part.filename.is_some());
    let files = files
        .into_iter()
        .map(|part| json!({"name": part.name, "content_type": part.content_type, "size": part.size}));
    let mut noted = json!({"files": files.collect::<Vec<_>>()});
    for field in fields {
        let text = field.bytes.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        noted[field.name.as_str()] = json!(text);
    }
    noted
}
