//! Files (`reference/gorgias.md §6.11`): multipart in, where a part's field name is the file's label; an array
//! out. Private files are read back with the credential.

use http::Method;
use serde_json::{Value, json};

use super::{errors, fields::only_params, objects::File, state::State};
use crate::wire::{Answered, Asked};

const TYPES: [&str; 4] = ["attachment", "public_attachment", "profile_picture", "widget_picture"];

pub(crate) fn upload(state: &mut State, asked: &Asked) -> Answered {
    const DOING: &str = "upload file";
    if asked.method != Method::POST {
        return errors::wrong_method();
    }
    if let Err(refusal) = only_params(asked, &["type"], DOING) {
        return refusal;
    }
    let kind = asked.param("type").unwrap_or("attachment");
    if !TYPES.contains(&kind) {
        return errors::invalid_field(DOING, "type", "Not a valid choice.");
    }
    if asked.parts.is_empty() {
        return errors::invalid_field(DOING, "file", "Missing data for required field.");
    }
    let bytes: u64 = asked.parts.iter().map(|part| part.size).sum();
    if bytes > state.switches.upload_max_bytes as u64 {
        return errors::error(413, "The file is too large.");
    }
    let refused = &state.switches.upload_refused_types;
    if asked.parts.iter().any(|part| refused.contains(&part.content_type)) {
        return errors::invalid_field(DOING, "file", "Unsupported file type.");
    }
    let origin = asked.origin("http://gorgias.localhost");
    let mut written = Vec::new();
    for part in &asked.parts {
        let name: String = part.name.chars().map(|c| if c == '/' { '-' } else { c }).collect();
        let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let path = format!("/api/{kind}/download/{}/{}", state.dice.hex(), encoded.replace('+', "%20"));
        let size: Value =
            if state.switches.upload_size_as_text { json!(part.size.to_string()) } else { json!(part.size) };
        written.push(json!({
            "content_type": part.content_type,
            "name": name,
            "size": size,
            "url": format!("{origin}{path}"),
        }));
        let (content_type, sha256) = (part.content_type.clone(), part.sha256.clone());
        state.files.insert(path, File { name, content_type, bytes: part.bytes.clone(), sha256 });
    }
    Answered::json(201, &json!(written))
}

/// Whether an address is that of a file which was uploaded.
pub(crate) fn is_known(state: &State, url: &str) -> bool {
    url.find("/api/").is_some_and(|path| state.files.contains_key(&url[path..]))
}

/// A file read back; one that was too large to be kept is gone.
pub(crate) fn download(state: &State, kind: &str, hash: &str, name: &str) -> Answered {
    match state.files.get(&format!("/api/{kind}/download/{hash}/{name}")) {
        Some(File { content_type, bytes: Some(bytes), .. }) => {
            Answered::body(200, content_type, bytes.clone())
        }
        Some(_) => errors::plain(410),
        None => errors::not_found(),
    }
}
