//! Links: the addresses that Front puts into its answers, and what they tell.

use serde_json::Value;

/// The id that follows `collection` in the path of `link`: `conversations` in
/// `https://acme.api.frontapp.com/conversations/cnv_1/comments?x=y` is followed by `cnv_1`.
pub(crate) fn id_after<'a>(link: &'a str, collection: &str) -> Option<&'a str> {
    let path = link.split(['?', '#']).next()?;
    let (_, rest) = path.rsplit_once(&format!("/{collection}/"))?;
    let id = rest.split('/').next()?;
    // Front's ids are of this kind; `..` or an escape would lead elsewhere.
    let is_plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    (is_plain && !id.is_empty()).then_some(id)
}

/// The id in `_links.related.<name>` of an object; null, absent and foreign forms are `None`.
pub(crate) fn related<'a>(object: &'a Value, name: &str, collection: &str) -> Option<&'a str> {
    id_after(object.get("_links")?.get("related")?.get(name)?.as_str()?, collection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_from_any_form_of_a_link() {
        for link in [
            "https://acme.api.frontapp.com/conversations/cnv_1",
            "/conversations/cnv_1/",
            "http://127.0.0.1:9000/front/conversations/cnv_1/comments?x=/conversations/cnv_2#y",
        ] {
            assert_eq!(id_after(link, "conversations"), Some("cnv_1"), "{link}");
        }
        for link in [
            "",
            "https://acme.example.com/login",
            "/conversations/",
            "/conversations",
            "/contacts/crd_1",
            "/conversations/..",
            "/conversations/%2E%2E/tags",
        ] {
            assert_eq!(id_after(link, "conversations"), None, "{link}");
        }
    }
}
