//! Files (`reference/gorgias.md §6.11`): multipart in, where a part's field name is the file's label; an array
//! out. Private files are read back with the credential.

use http::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

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
    let bytes: usize = asked.parts.iter().map(|part| part.bytes.len()).sum();
    if bytes > state.switches.upload_max_bytes {
        return errors::error(413, "The file is too large.");
    }
    let origin = asked.origin("http://gorgias.localhost");
    let mut written = Vec::new();
    for part in &asked.parts {
        let name: String = part.name.chars().map(|c| if c == '/' { '-' } else { c }).collect();
        let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let path = format!("/api/{kind}/download/{}/{}", state.dice.hex(), encoded.replace('+', "%20"));
        let size = part.bytes.len();
        let size: Value =
            if state.switches.upload_size_as_text { json!(size.to_string()) } else { json!(size) };
        written.push(json!({
            "content_type": part.content_type,
            "name": name,
            "size": size,
            "url": format!("{origin}{path}"),
        }));
        let sha256 = Sha256::digest(&part.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let content_type = part.content_type.clone();
        state.files.insert(path, File { name, content_type, bytes: part.bytes.clone(), sha256 });
    }
    Answered::json(201, &json!(written))
}

pub(crate) fn download(state: &State, kind: &str, hash: &str, name: &str) -> Answered {
    match state.files.get(&format!("/api/{kind}/download/{hash}/{name}")) {
        Some(file) => Answered::body(200, &file.content_type, file.bytes.clone()),
        None => errors::not_found(),
    }
}
