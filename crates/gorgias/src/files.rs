//! Files: uploading them, so that a message can carry them. The one request that is not JSON.

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use serde_json::{Map, Value, json};

use crate::{
    Account, Error, List, Request,
    lenient::{self, Object, insert_some, list as many},
};

/// Where files are sent to, as private ones.
pub const PATH: &str = "/api/upload?type=attachment";

/// A file that Gorgias holds (`reference/gorgias.md §6.11`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct File {
    /// Where it is.
    pub url: String,
    /// Its name.
    pub name: String,
    /// Its content type.
    pub content_type: String,
    /// Bytes. Gorgias writes it as a number or as a text.
    pub size_bytes: Option<u64>,
}

impl File {
    /// Reads a file; `None` without address, name or content type, which an attachment needs.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            url: lenient::text(value, "url")?,
            name: lenient::text(value, "name")?,
            content_type: lenient::text(value, "content_type")?,
            size_bytes: lenient::id(value, "size"),
        })
    }

    pub(crate) fn attachment(&self) -> Value {
        let mut attachment = Map::from_iter([
            ("url".to_owned(), json!(self.url)),
            ("name".to_owned(), json!(self.name)),
            ("content_type".to_owned(), json!(self.content_type)),
        ]);
        insert_some(&mut attachment, "size", self.size_bytes);
        attachment.into()
    }
}

impl Object for File {
    const NAME: &'static str = "file";

    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// A private file to be uploaded: everything of the request but the file's own bytes, which are sent from wherever they
/// lie and are never held here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    name: String,
    content_type: HeaderValue,
    boundary: String,
}

impl Upload {
    /// A file called `name`; a content type that no header may hold becomes `application/octet-stream`. The content must
    /// not hold `boundary`, so take something random of letters, digits and hyphens; at most 60 characters are used.
    pub fn new(name: impl Into<String>, content_type: &str, boundary: &str) -> Self {
        let content_type = HeaderValue::try_from(content_type)
            .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        // `RFC 2046 §5.1.1`: 70 characters at most.
        let boundary = format!("----file-{}", boundary.chars().filter(is_plain).take(60).collect::<String>());
        Self { name: name.into(), content_type, boundary }
    }

    /// What is sent before the file. The part's field name becomes the file's label (`reference/gorgias.md §6.11`).
    pub fn before(&self) -> Bytes {
        let name = self.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let mut before = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\nContent-Type: ",
            self.boundary
        )
        .into_bytes();
        before.extend_from_slice(self.content_type.as_bytes());
        before.extend_from_slice(b"\r\n\r\n");
        before.into()
    }

    /// What is sent after it.
    pub fn after(&self) -> Bytes {
        format!("\r\n--{}--\r\n", self.boundary).into()
    }

    /// The request's head as it goes to `account`, for a file of so many bytes.
    pub fn to_http(&self, account: &Account, file_bytes: u64) -> http::Request<()> {
        let json_request: Request<()> = Request::new(Method::POST, PATH, None, crate::request::nothing);
        let (mut head, _) = json_request.to_http(account).into_parts();
        let content_type = format!("multipart/form-data; boundary={}", self.boundary);
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
    /// As [`Request::parse`]; [`TooLarge`](crate::ErrorKind::TooLarge) above a size that Gorgias does not publish.
    pub fn parse(answer: &http::Response<Bytes>) -> Result<List<File>, Error> {
        Request::new(Method::POST, PATH, None, many).parse(answer)
    }
}
