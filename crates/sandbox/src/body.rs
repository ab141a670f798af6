//! The body of an answer: bytes that are there, or a file that is made while it is sent, so that half a gigabyte needs
//! no memory; and a connection that ends, or falls silent, somewhere in the middle of it.

use std::io;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;

/// A made file is sent in pieces of this size.
const PIECE_BYTES: u64 = 64 * 1024;

/// What an answer says.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// These bytes.
    Whole(Bytes),
    /// A part of a file that repeats a pattern.
    Made(Made),
}

/// The bytes `from..to` of an endless repetition of `pattern`.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) pattern: Bytes,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// What goes wrong in the middle of a body, after so many bytes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Break {
    /// The connection is closed.
    Cut(u64),
    /// Nothing more comes.
    Hang(u64),
}

impl Break {
    fn after(self) -> u64 {
        match self {
            Self::Cut(after) | Self::Hang(after) => after,
        }
    }
}

impl Content {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Made(made) => made.to - made.from,
        }
    }

    /// What is there; nothing of a file that is made while it is sent.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Made(_) => &[],
        }
    }

    /// The bytes of it from `start` on, at most `most`.
    fn piece(&self, start: u64, most: u64) -> Bytes {
        match self {
            Self::Whole(bytes) => {
                let start = (start as usize).min(bytes.len());
                bytes.slice(start..(start + most as usize).min(bytes.len()))
            }
            Self::Made(made) => {
                let (first, length) = (made.from + start, most.min(made.to - made.from - start));
                let pattern = made.pattern.len() as u64;
                let mut piece = Vec::with_capacity(length as usize);
                while (piece.len() as u64) < length {
                    let at = ((first + piece.len() as u64) % pattern) as usize;
                    let left = (length - piece.len() as u64) as usize;
                    piece.extend_from_slice(&made.pattern[at..made.pattern.len().min(at + left)]);
                }
                piece.into()
            }
        }
    }
}

/// The body as it goes out.
pub(crate) fn body(content: Content, broken: Option<Break>) -> Body {
    let content = match (content, broken) {
        (Content::Whole(bytes), None) => return Body::from(bytes),
        (content, _) => content,
    };
    Body::from_stream(stream::unfold((content, 0_u64, false), move |(content, sent, is_over)| async move {
        if is_over {
            return None;
        }
        let end = broken.map_or(content.len(), |broken| broken.after().min(content.len()));
        if sent < end {
            let piece = content.piece(sent, PIECE_BYTES.min(end - sent));
            let sent = sent + piece.len() as u64;
            return Some((Ok(piece), (content, sent, false)));
        }
        match broken {
            None => None,
            Some(Break::Hang(_)) => std::future::pending().await,
            Some(Break::Cut(_)) => {
                let cut = io::Error::new(io::ErrorKind::ConnectionReset, "cut by an injected fault");
                Some((Err(cut), (content, sent, true)))
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    fn made(from: u64, to: u64) -> Content {
        Content::Made(Made { pattern: Bytes::from_static(b"abcdefg"), from, to })
    }

    #[tokio::test]
    async fn a_made_file_is_the_same_in_parts_and_as_a_whole() {
        let whole = to_bytes(body(made(0, 200_000), None), usize::MAX).await.unwrap();
        assert_eq!(whole.len(), 200_000);
        let mut parts = to_bytes(body(made(0, 70_001), None), usize::MAX).await.unwrap().to_vec();
        parts.extend(to_bytes(body(made(70_001, 200_000), None), usize::MAX).await.unwrap());
        assert!(whole == parts && whole.starts_with(b"abcdefgabc"));
    }

    #[tokio::test]
    async fn a_broken_body_ends_in_an_error_after_so_many_bytes() {
        use futures_util::StreamExt as _;
        let mut sent = 0;
        let mut pieces = body(made(0, 200_000), Some(Break::Cut(100_000))).into_data_stream();
        let mut last = None;
        while let Some(piece) = pieces.next().await {
            sent += piece.as_ref().map_or(0, Bytes::len);
            last = Some(piece.is_err());
        }
        assert_eq!((sent, last), (100_000, Some(true)));
    }
}
