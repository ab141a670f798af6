//! The Rust that is made of the message files: a struct for what is written and one for what is shown, three of each.

use super::catalogue::{Catalogue, DOCTOR, EVERYWHERE, LANGUAGES, RECORD, WINDOWS, Word};

/// The source text. The catalogues have no faults.
pub fn of(catalogues: &[Catalogue]) -> String {
    let record = "The texts that are written into the helpdesk: plain spaces only.";
    let windows = "The texts of windows, tray and notifications.";
    let doctor = "What the doctor has found, and how it is mended.";
    [
        ("Record", record, &[EVERYWHERE, RECORD][..]),
        ("Windows", windows, &[EVERYWHERE, WINDOWS]),
        ("Doctor", doctor, &[EVERYWHERE, DOCTOR]),
    ]
    .into_iter()
    .map(|(name, what, sections)| one(name, what, sections, catalogues))
    .collect()
}

fn one(name: &str, what: &str, sections: &[&str], catalogues: &[Catalogue]) -> String {
    let mut source = format!("/// {what}\n#[derive(Debug)]\npub struct {name} {{\n");
    for (key, word) in texts(sections, catalogues.first()) {
        let (shown, kind) = match word {
            Word::Text(text) => (text.as_str(), "&'static str"),
            Word::Forms(_) => (word.form("other").unwrap_or_default(), "Counted"),
        };
        source.push_str(&format!("    /// `{shown}`\n    pub {}: {kind},\n", field(key)));
    }
    source.push_str("}\n\n");
    for (catalogue, language) in catalogues.iter().zip(LANGUAGES) {
        let constant = format!("{name}_{language}").to_uppercase();
        source.push_str(&format!("static {constant}: {name} = {name} {{\n"));
        for (key, word) in texts(sections, Some(catalogue)) {
            source.push_str(&format!("    {}: {},\n", field(key), value(word)));
        }
        source.push_str("};\n\n");
    }
    source
}

fn texts<'a>(
    sections: &'a [&str],
    catalogue: Option<&'a Catalogue>,
) -> impl Iterator<Item = &'a (String, Word)> {
    sections.iter().filter_map(move |section| catalogue.map(|c| c.section(section))).flatten()
}

fn value(word: &Word) -> String {
    match word {
        Word::Text(text) => format!("{text:?}"),
        Word::Forms(_) => {
            let form = |name| word.form(name).unwrap_or_default();
            let many = word.form("many");
            format!("Counted {{ one: {:?}, many: {many:?}, other: {:?} }}", form("one"), form("other"))
        }
    }
}

/// `callEnded` is the field `call_ended`. All are written raw, because some are words of Rust: `match`.
fn field(key: &str) -> String {
    let mut name = String::from("r#");
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}
