//! Attachments: 25 MB of them at most, sent as parts of a form, and read back with the token.

use super::{
    errors,
    ids::{Kind, read},
    objects::File,
    state::State,
};
use crate::wire::{Answered, Part};

/// # Errors
/// 413 when they are too large together; 400 for a file in a field that is none for files.
pub(crate) fn check(state: &State, parts: &[&Part]) -> Result<(), Answered> {
    let is_meant = |part: &&&Part| part.name.starts_with("attachments[") && part.name.ends_with(']');
    if parts.iter().filter(is_meant).count() != parts.len() {
        let problem = "body.attachments: files should be named attachments[0] and so on".to_owned();
        return Err(errors::invalid(state.switches.invalid_status, &[problem]));
    }
    if parts.iter().map(|part| part.size).sum::<u64>() > state.switches.upload_max_bytes {
        return Err(errors::error(413, "Payload too large", "The attachments are larger than 25 MB"));
    }
    Ok(())
}

/// Keeps the files of a form. Their ids.
pub(crate) fn keep(state: &mut State, parts: &[&Part]) -> Vec<u64> {
    parts
        .iter()
        .map(|part| {
            let id = state.next_id();
            let file = File {
                id,
                name: part.filename.clone().unwrap_or_default(),
                content_type: part.content_type.clone(),
                bytes: part.bytes.clone(),
                size: part.size,
                sha256: part.sha256.clone(),
            };
            state.files.insert(id, file);
            id
        })
        .collect()
}

/// A file read back; one that was too large to be kept is gone.
pub(crate) fn download(state: &State, id: &str) -> Answered {
    match read(Kind::File, id).and_then(|id| state.files.get(&id)) {
        Some(File { content_type, bytes: Some(bytes), .. }) => {
            Answered::body(200, content_type, bytes.clone())
        }
        Some(_) => errors::error(410, "Gone", "The sandbox keeps no files above 8 MB"),
        None => errors::unknown("attachment", id),
    }
}
