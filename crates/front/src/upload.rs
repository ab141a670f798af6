//! A request that carries a file: the same fields as its JSON, one part for each, and the file as one more
//! (`reference/front.md §2.5`).

use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::Value;

use crate::{Account, Error, Request};

/// The largest file that Front takes, in bytes (`reference/front.md §2.5`).
pub const LARGEST_FILE_BYTES: u64 = 25_000_000;

/// A file to be sent along: everything of it but its own bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePart {
    name: String,
    content_type: HeaderValue,
    boundary: String,
}

impl FilePart {
    /// A file called `name`; a content type that no header may hold becomes `application/octet-stream`. Neither the
    /// content nor the fields may hold `boundary`, so take something random of letters, digits and hyphens; at most 60
    /// characters are used.
    pub fn new(name: impl Into<String>, content_type: &str, boundary: &str) -> Self {
        let content_type = HeaderValue::try_from(content_type)
            .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        // `RFC 2046 §5.1.1`: 70 characters at most.
        let boundary = format!("----file-{}", boundary.chars().filter(is_plain).take(60).collect::<String>());
        Self { name: name.into(), content_type, boundary }
    }
}

/// A request with a file: everything but the file's own bytes, which are sent from wherever they lie and are never
/// held here.
#[derive(Clone, Debug)]
pub struct Upload<T> {
    request: Request<T>,
    file: FilePart,
}

impl<T> Upload<T> {
    pub(crate) fn new(request: Request<T>, file: &FilePart) -> Self {
        Self { request, file: file.clone() }
    }

    /// The request without its file: method, path, and the fields as JSON.
    pub fn request(&self) -> &Request<T> {
        &self.request
    }

    /// What is sent before the file.
    pub fn before(&self) -> Bytes {
        let mut before = Vec::new();
        for (name, text) in fields(self.request.body().unwrap_or(&Value::Null)) {
            self.part(&mut before, &name, None);
            before.extend_from_slice(text.as_bytes());
            before.extend_from_slice(b"\r\n");
        }
        self.part(&mut before, "attachments[0]", Some(&self.file.name));
        before.into()
    }

    /// What is sent after it.
    pub fn after(&self) -> Bytes {
        format!("\r\n--{}--\r\n", self.file.boundary).into()
    }

    /// The request's head as it goes to `account`, for a file of so many bytes.
    pub fn to_http(&self, account: &Account, file_bytes: u64) -> http::Request<()> {
        let (mut head, _) = self.request.to_http(account).into_parts();
        let content_type = format!("multipart/form-data; boundary={}", self.file.boundary);
        if let Ok(content_type) = HeaderValue::try_from(content_type) {
            head.headers.insert(header::CONTENT_TYPE, content_type);
        }
        let framing = (self.before().len() + self.after().len()) as u64;
        head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(framing + file_bytes));
        http::Request::from_parts(head, ())
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// As [`Request::parse`]; [`TooLarge`](crate::ErrorKind::TooLarge) above [`LARGEST_FILE_BYTES`] or what Front takes.
    pub fn parse(&self, answer: &http::Response<Bytes>) -> Result<T, Error> {
        self.request.parse(answer)
    }

    fn part(&self, to: &mut Vec<u8>, name: &str, file: Option<&str>) {
        to.extend_from_slice(
            format!("--{}\r\nContent-Disposition: form-data; name=\"{}\"", self.file.boundary, quoted(name))
                .as_bytes(),
        );
        if let Some(file) = file {
            to.extend_from_slice(format!("; filename=\"{}\"\r\nContent-Type: ", quoted(file)).as_bytes());
            to.extend_from_slice(self.file.content_type.as_bytes());
        }
        to.extend_from_slice(b"\r\n\r\n");
    }
}

fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// Each value with its field's name: `to[0]`, `metadata[thread_ref]`. Nested data sent any other way is misread.
fn fields(body: &Value) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    if let Value::Object(body) = body {
        body.iter().for_each(|(name, value)| collect(name.clone(), value, &mut fields));
    }
    fields
}

fn collect(name: String, value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(inner) => {
            inner.iter().for_each(|(key, value)| collect(format!("{name}[{key}]"), value, fields))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| collect(format!("{name}[{at}]"), item, fields));
        }
        Value::String(text) => fields.push((name, text.clone())),
        Value::Null => {}
        other => fields.push((name, other.to_string())),
    }
}
