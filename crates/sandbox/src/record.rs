//! Keeps what a stand-in was asked and what it answered, line by line as JSON, for whoever wants to hold both against the
//! vendor's description. Injected faults are not kept: they are no answers of the vendor's.

use std::{
    collections::{BTreeMap, HashSet, hash_map::DefaultHasher},
    fs::{self, File, OpenOptions},
    hash::{Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use http::header;
use serde_json::{Value, json};

use crate::{
    body::Content,
    hold,
    wire::{Answered, Asked},
};

/// One program plays many days, and what was asked in one of them need not be kept of the next.
static RECORDS: Mutex<BTreeMap<PathBuf, Arc<Record>>> = Mutex::new(BTreeMap::new());

/// What is kept of the stand-ins for one vendor.
#[derive(Debug)]
pub(crate) struct Record {
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    file: File,
    /// What differs in digits only (ids, times) is kept once.
    seen: HashSet<u64>,
}

impl Record {
    /// The record in this folder, which is made if it is not there: a file for each program.
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Arc<Self>> {
        let mut records = hold(&RECORDS);
        if let Some(record) = records.get(folder) {
            return Ok(Arc::clone(record));
        }
        fs::create_dir_all(folder)?;
        let name = format!("front-{}-{}.jsonl", std::process::id(), uuid::Uuid::new_v4());
        let file = OpenOptions::new().create_new(true).append(true).open(folder.join(name))?;
        let record = Arc::new(Self { kept: Mutex::new(Kept { file, seen: HashSet::new() }) });
        records.insert(folder.to_owned(), Arc::clone(&record));
        Ok(record)
    }

    pub(crate) fn keep(&self, asked: &Asked, answered: &Answered) {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&asked.query).finish();
        let target = if query.is_empty() { asked.path.clone() } else { format!("{}?{query}", asked.path) };
        // What is no JSON (a form, a file) is told by its kind alone.
        let media = asked.header(header::CONTENT_TYPE).filter(|_| !asked.body.is_empty());
        let media = media.map(|media| media.split(';').next().unwrap_or_default().trim());
        let line = json!({
            "method": asked.method.as_str(),
            "target": target,
            "media": media,
            "asked": asked.json(),
            "status": answered.status.as_u16(),
            "answered": read(answered),
        });
        let line = line.to_string();
        let mut kept = hold(&self.kept);
        if kept.seen.insert(without_digits(&line)) {
            // A line that cannot be kept is missed by whoever reads them, and is nobody's answer.
            let _ = writeln!(kept.file, "{line}");
        }
    }
}

/// The body of an answer, if it is JSON.
fn read(answered: &Answered) -> Value {
    match &answered.body {
        Content::Whole(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
        Content::Made(_) => Value::Null,
    }
}

fn without_digits(line: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.bytes().filter(|byte| !byte.is_ascii_digit()).for_each(|byte| byte.hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_exchange_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let record = Record::in_folder(folder.path()).unwrap();
        let ask = |path: &str| Asked::by_a_person("post", path, &json!({"name": "Ada"})).unwrap();
        let answer = |id: u32| Answered::json(201, &json!({ "id": id }));
        record.keep(&ask("/contacts?limit=5"), &answer(1));
        record.keep(&ask("/contacts?limit=6"), &answer(22));
        record.keep(&ask("/tags"), &answer(1));
        let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let lines: Vec<Value> = fs::read_to_string(file)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["target"], "/contacts?limit=5");
        assert_eq!(lines[0]["media"], "application/json");
        assert_eq!((&lines[0]["asked"]["name"], &lines[0]["answered"]["id"]), (&json!("Ada"), &json!(1)));
    }
}
