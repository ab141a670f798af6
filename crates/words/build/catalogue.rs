//! What a message file holds, and what must hold between the three.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

/// The message files, in the order in which their catalogues are given about; English says what there is.
pub const LANGUAGES: [&str; 3] = ["en", "de", "fr"];

/// The sections of a message file, by where their texts are said.
pub const SECTIONS: [&str; 4] = [EVERYWHERE, RECORD, WINDOWS, DOCTOR];
/// In the helpdesk and in windows.
pub const EVERYWHERE: &str = "everywhere";
/// In the helpdesk only.
pub const RECORD: &str = "record";
/// On the pages, in the tray and in notifications.
pub const WINDOWS: &str = "windows";

/// What the doctor has found and how it is mended. It is put together where it is found, so the pages carry none of it.
pub const DOCTOR: &str = "doctor";

/// A message file.
#[derive(Debug)]
pub struct Catalogue(Entries<Entries<Word>>);

impl Catalogue {
    /// The texts of a section, in the order of the file.
    pub fn section(&self, name: &str) -> &[(String, Word)] {
        self.0.get(name).map_or(&[], |section| section.0.as_slice())
    }
}

/// An entry: one text, or one per plural form by CLDR category.
#[derive(Debug)]
pub enum Word {
    /// One text.
    Text(String),
    /// `one`, `other` and, where the language has it, `many`.
    Forms(Entries<String>),
}

impl Word {
    /// Its texts, each with the name of its form.
    pub fn texts(&self) -> Vec<(&str, &str)> {
        match self {
            Word::Text(text) => vec![("", text)],
            Word::Forms(forms) => forms.0.iter().map(|(form, text)| (form.as_str(), text.as_str())).collect(),
        }
    }

    /// The text of a form.
    pub fn form(&self, form: &str) -> Option<&str> {
        self.texts().into_iter().find(|(name, _)| *name == form).map(|(_, text)| text)
    }

    /// The parameters of the whole text: of the form `other`, where there are forms.
    fn parameters(&self) -> BTreeSet<&str> {
        self.form("").or_else(|| self.form("other")).map(parameters).unwrap_or_default()
    }
}

/// An object in its own order, in which no key stands twice: of two lines with one key a JSON reader keeps the last.
#[derive(Debug)]
pub struct Entries<T>(Vec<(String, T)>);

impl<T> Entries<T> {
    fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(InOrder(Vec::new()))
    }
}

struct InOrder<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Entries<T>, A::Error> {
        while let Some((key, value)) = map.next_entry::<String, T>()? {
            if self.0.iter().any(|(known, _)| *known == key) {
                return Err(A::Error::custom(format!("{key} stands twice")));
            }
            self.0.push((key, value));
        }
        Ok(Entries(self.0))
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextOrForms)
    }
}

struct TextOrForms;

impl<'de> Visitor<'de> for TextOrForms {
    type Value = Word;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or an object of plural forms")
    }

    fn visit_str<E>(self, text: &str) -> Result<Word, E> {
        Ok(Word::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Word, A::Error> {
        InOrder(Vec::new()).visit_map(map).map(Word::Forms)
    }
}

/// Reads a message file.
///
/// # Errors
/// If it is not JSON, or not of this shape; says where.
pub fn read(text: &str) -> Result<Catalogue, serde_json::Error> {
    serde_json::from_str(text).map(Catalogue)
}

/// What is wrong with the files, one sentence a fault. In the order of [`LANGUAGES`].
pub fn faults(catalogues: &[Catalogue]) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(english) = catalogues.first() else { return vec!["there is no message file".into()] };
    for (catalogue, language) in catalogues.iter().zip(LANGUAGES) {
        let mut fault = |what: String| faults.push(format!("{language}.json: {what}"));
        let mut keys = BTreeSet::new();
        for (name, section) in &catalogue.0.0 {
            if !SECTIONS.contains(&name.as_str()) {
                fault(format!("{name} is no section; there are {}", SECTIONS.join(", ")));
            }
            for (key, word) in &section.0 {
                if !keys.insert(key) {
                    fault(format!("{key} stands in two sections"));
                }
                if !is_a_name(key) {
                    fault(format!("{key} is no name in camelCase"));
                }
                if english.0.get(name).is_none_or(|section| section.get(key).is_none()) {
                    fault(format!("{name}.{key} is not in en.json"));
                }
                for what in of_word(word, name, language) {
                    fault(format!("{key} {what}"));
                }
            }
        }
        for section in SECTIONS {
            for (key, wanted) in english.section(section) {
                match catalogue.0.get(section).and_then(|section| section.get(key)) {
                    None => fault(format!("{section}.{key} is missing")),
                    Some(word) => {
                        if let Some(what) = differs(wanted, word) {
                            fault(format!("{key} {what}"));
                        }
                    }
                }
            }
        }
    }
    faults
}

/// What is wrong with an entry for itself.
fn of_word(word: &Word, section: &str, language: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if let Word::Forms(forms) = word {
        let has: BTreeSet<&str> = forms.0.iter().map(|(form, _)| form.as_str()).collect();
        if has != categories(language) {
            faults.push(format!("has the forms {has:?} and needs {:?}", categories(language)));
        }
    }
    let whole = word.parameters();
    for (_, text) in word.texts() {
        if text.trim().is_empty() {
            faults.push("is empty".into());
        }
        if text.contains(['`', '\n']) {
            faults.push("holds a backquote or a line break".into());
        }
        if parameters(text).iter().any(|name| !is_a_name(name)) || braces(text) {
            faults.push(format!("has a brace that is no {{name}}: {text}"));
        }
        if !parameters(text).is_subset(&whole) {
            faults.push(format!("has a parameter that the form `other` has not: {text}"));
        }
        if ![WINDOWS, DOCTOR].contains(&section) && text.contains(['\u{a0}', '\u{202f}']) {
            faults.push("has a no-break space, and teams' rules and searches match plain ones".into());
        }
    }
    faults
}

/// How an entry differs from the English one, which says what it is.
fn differs(english: &Word, word: &Word) -> Option<String> {
    match (english, word) {
        (Word::Text(_), Word::Forms(_)) => Some("has plural forms here and none in en.json".into()),
        (Word::Forms(_), Word::Text(_)) => Some("has no plural forms here and some in en.json".into()),
        _ if english.parameters() != word.parameters() => Some(format!(
            "has the parameters {:?} and those in en.json are {:?}",
            word.parameters(),
            english.parameters()
        )),
        _ => None,
    }
}

/// The plural categories of a language for whole numbers, as CLDR has them.
fn categories(language: &str) -> BTreeSet<&'static str> {
    match language {
        "fr" => ["one", "many", "other"].into(),
        _ => ["one", "other"].into(),
    }
}

/// The names in braces.
fn parameters(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// Whether a brace is left over.
fn braces(text: &str) -> bool {
    let mut bare = text.to_owned();
    for name in parameters(text) {
        bare = bare.replace(&format!("{{{name}}}"), "");
    }
    bare.contains(['{', '}'])
}

/// Letters and digits, a small letter first: what becomes a name in both languages.
fn is_a_name(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase()) && key.chars().all(|c| c.is_ascii_alphanumeric())
}
