//! Files: uploading them, so that a message can carry them. The one request that is not JSON.

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use serde_json::{Map, Value, json};

use crate::{
    Account, Error, List, Request,
    lenient::{self, Object, insert_some, list as many},
};

const PATH: &str = "/api/upload?type=attachment";

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

/// A private file to be uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    name: String,
    content_type: HeaderValue,
    content: Bytes,
}

impl Upload {
    /// A file called `name`; a content type that no header may hold becomes `application/octet-stream`.
    pub fn new(name: impl Into<String>, content_type: &str, content: Bytes) -> Self {
        let content_type = HeaderValue::try_from(content_type)
            .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
        Self { name: name.into(), content_type, content }
    }

    /// The request as it goes to `account`.
    pub fn to_http(&self, account: &Account) -> http::Request<Bytes> {
        let boundary = self.boundary();
        let json_request: Request<()> = Request::new(Method::POST, PATH, None, crate::request::nothing);
        let mut request = json_request.to_http(account);
        if let Ok(content_type) = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}")) {
            request.headers_mut().insert(header::CONTENT_TYPE, content_type);
        }
        *request.body_mut() = self.multipart(&boundary);
        request
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// As [`Request::parse`]; [`TooLarge`](crate::ErrorKind::TooLarge) above a size that Gorgias does not publish.
    pub fn parse(&self, answer: &http::Response<Bytes>) -> Result<List<File>, Error> {
        Request::new(Method::POST, PATH, None, many).parse(answer)
    }

    /// A boundary that the content does not hold.
    fn boundary(&self) -> String {
        let mut boundary = "----file-boundary".to_owned();
        while self.content.windows(boundary.len()).any(|part| part == boundary.as_bytes()) {
            boundary.push('-');
        }
        boundary
    }

    /// The part's field name becomes the file's label (`reference/gorgias.md §6.11`).
    fn multipart(&self, boundary: &str) -> Bytes {
        let name = self.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\nContent-Type: "
        )
        .into_bytes();
        body.extend_from_slice(self.content_type.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(&self.content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        body.into()
    }
}
