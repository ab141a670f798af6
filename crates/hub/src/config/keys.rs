//! Every key there is, and where each value of a configuration came from.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use toml::{Table, Value};

use super::Fault;

/// `section.key`; a `!` marks a secret, which may also be given as `<key>_file`.
const KEYS: &[&str] = &[
    "hub.listen",
    "hub.public_url",
    "hub.database!",
    "hub.data_dir",
    "hub.admin_token!",
    "hub.metrics",
    "hub.secret_key!",
    "hub.time_zone",
    "aircall.api_url",
    "aircall.api_id",
    "aircall.api_token!",
    "aircall.oauth.client_id",
    "aircall.oauth.client_secret!",
    "aircall.oauth.authorize_url",
    "aircall.webhook",
    "aircall.webhook_token!",
    "aircall.numbers",
    "aircall.rate_per_minute",
    "aircall.share",
    "gorgias.account",
    "gorgias.api_url",
    "gorgias.email",
    "gorgias.api_key!",
    "gorgias.oauth.client_id",
    "gorgias.oauth.client_secret!",
    "gorgias.rate",
    "front.api_url",
    "front.oauth_url",
    "front.api_token!",
    "front.oauth.client_id",
    "front.oauth.client_secret!",
    "front.inbox",
    "front.rate",
    "logging.mode",
    "logging.from",
    "logging.language",
    "logging.unknown_callers",
    "logging.several_matches",
    "logging.anonymous_callers",
    "logging.internal_calls",
    "logging.recordings",
    "logging.shadow_until",
    "logging.answered",
    "logging.missed",
    "logging.outbound_unanswered",
    "logging.recordings_dir",
    "logging.recordings_keep_days",
    "privacy.keep_days",
    "privacy.never_log",
    "health.check_seconds",
    "health.enable_webhook",
    "health.poll_seconds",
    "alerts.webhook_url!",
    "alerts.smtp!",
    "alerts.from",
    "alerts.to",
];

/// Secrets that the console can keep, by key.
pub fn secrets_of_console() -> impl Iterator<Item = &'static str> {
    KEYS.iter().filter_map(|key| key.strip_suffix('!')).filter(|key| super::is_of_console(key))
}

/// Every secret there is, by key.
#[cfg(test)]
pub(crate) fn secrets() -> impl Iterator<Item = &'static str> {
    KEYS.iter().filter_map(|key| key.strip_suffix('!'))
}

/// All keys that the console can keep and that are no secrets.
pub(super) fn plain_of_console() -> impl Iterator<Item = &'static str> {
    KEYS.iter().filter(|key| !key.ends_with('!') && super::is_of_console(key)).copied()
}

/// All values, by `section.key`, secrets from files read.
pub(super) struct Values {
    values: BTreeMap<String, Value>,
    /// Keys that file or environment set.
    given: BTreeSet<String>,
}

/// `[aircall.oauth] client_id`, as it stands in the file.
pub(super) fn shown(key: &str) -> String {
    match key.rsplit_once('.') {
        Some((section, key)) => format!("[{section}] {key}"),
        None => key.to_owned(),
    }
}

impl Values {
    /// File and environment, every key known.
    pub(super) fn gather(
        text: &str,
        environment: impl Iterator<Item = (OsString, OsString)>,
        faults: &mut Vec<Fault>,
    ) -> Values {
        let mut values = Values { values: BTreeMap::new(), given: BTreeSet::new() };
        match text.parse::<Table>() {
            Ok(table) => values.flatten("", &table, faults),
            Err(error) => faults.push(Fault {
                key: "configuration".into(),
                problem: format!("the file is not TOML: {}", error.message()),
                fix: match error.span() {
                    Some(span) => {
                        format!("Look at line {}", text[..span.start.min(text.len())].lines().count().max(1))
                    }
                    None => "Compare it with the example in README.md".into(),
                },
            }),
        }
        values.overlay(environment, faults);
        values.read_files(faults);
        values.given = values.values.keys().cloned().collect();
        values
    }

    /// What the console says of everything that nobody above it speaks of.
    pub(super) fn lay_under(&mut self, console: &BTreeMap<String, Value>) {
        for (key, value) in console.iter().filter(|(key, _)| is_known(key)) {
            self.values.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Keys that file or environment set.
    pub(super) fn given(&self) -> &BTreeSet<String> {
        &self.given
    }

    /// Whether file or environment set one of these keys.
    pub(super) fn gives_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.given.contains(*key))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    fn flatten(&mut self, prefix: &str, table: &Table, faults: &mut Vec<Fault>) {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            let is_section = KEYS.iter().any(|k| k.starts_with(&format!("{key}.")));
            match value {
                Value::Table(inner) if is_section => self.flatten(&key, inner, faults),
                _ if is_known(&key) => {
                    self.values.insert(key, value.clone());
                }
                _ => faults.push(unknown(&key)),
            }
        }
    }

    /// `SIDETONE_<SECTION>_<KEY>` over the file.
    fn overlay(&mut self, environment: impl Iterator<Item = (OsString, OsString)>, faults: &mut Vec<Fault>) {
        for (name, value) in environment {
            let Some(name) = name.to_str().and_then(|n| n.strip_prefix("SIDETONE_")) else { continue };
            let Some(section) = name.split('_').next() else { continue };
            // Other programs of ours may have variables of their own; only our sections are spoken for.
            let ours = KEYS.iter().any(|k| k.starts_with(&format!("{}.", section.to_lowercase())));
            if !ours {
                continue;
            }
            let spelled = |key: &str| key.replace('.', "_").to_uppercase();
            let all = KEYS.iter().map(|k| k.trim_end_matches('!'));
            let key = all
                .flat_map(|k| [k.to_owned(), format!("{k}_file")])
                .find(|k| is_known(k) && spelled(k) == name);
            match (key, value.into_string()) {
                (Some(key), Ok(text)) => {
                    // The environment stands over the file, in whichever form either gives a secret.
                    let other =
                        key.strip_suffix("_file").map_or_else(|| format!("{key}_file"), str::to_owned);
                    self.values.remove(&other);
                    self.values.insert(key, Value::String(text));
                }
                (Some(key), Err(_)) => faults.push(Fault {
                    key: shown(&key),
                    problem: format!("SIDETONE_{name} is not UTF-8"),
                    fix: "Write it in UTF-8".into(),
                }),
                (None, _) => faults.push(Fault {
                    key: format!("SIDETONE_{name}"),
                    problem: "there is no such key".into(),
                    fix: "Correct the variable's name, or unset it".into(),
                }),
            }
        }
    }

    fn read_files(&mut self, faults: &mut Vec<Fault>) {
        for key in KEYS.iter().filter_map(|k| k.strip_suffix('!')) {
            let Some(path) = self.values.remove(&format!("{key}_file")) else { continue };
            if self.values.contains_key(key) {
                faults.push(Fault {
                    key: shown(key),
                    problem: format!("both {key} and {key}_file are given"),
                    fix: "Leave one of them out".into(),
                });
                continue;
            }
            match path.as_str().map(std::fs::read_to_string) {
                Some(Ok(text)) => {
                    self.values.insert(key.to_owned(), Value::String(text.trim_end().to_owned()));
                }
                Some(Err(error)) => faults.push(Fault {
                    key: shown(&format!("{key}_file")),
                    problem: format!("the file cannot be read ({error})"),
                    fix: "Correct the path, or the file's rights".into(),
                }),
                None => faults.push(wrong(&format!("{key}_file"), "a path in quotes")),
            }
        }
    }

    /// Whether file or environment speak of this section.
    pub(super) fn gives_section(&self, section: &str) -> bool {
        self.given.iter().any(|key| key.starts_with(&format!("{section}.")))
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.values.remove(key)
    }
}

fn is_known(key: &str) -> bool {
    let secret = key.strip_suffix("_file");
    KEYS.iter().any(|k| {
        k.trim_end_matches('!') == key || (k.ends_with('!') && Some(k.trim_end_matches('!')) == secret)
    })
}

/// What is told where a whole number is wanted.
pub(crate) fn not_a_number(key: &str, least: u64, most: u64) -> Fault {
    wrong(key, &format!("a whole number from {least} to {most}"))
}

/// A value of the wrong kind.
pub(super) fn wrong(key: &str, wanted: &str) -> Fault {
    Fault { key: shown(key), problem: "the value is of the wrong kind".into(), fix: format!("Give {wanted}") }
}

fn unknown(key: &str) -> Fault {
    let near = KEYS
        .iter()
        .map(|k| k.trim_end_matches('!'))
        .map(|k| (distance(k, key), k))
        .filter(|(d, _)| *d <= 3)
        .min_by_key(|(d, _)| *d);
    let same_name = || {
        let name = key.rsplit('.').next().unwrap_or(key);
        KEYS.iter().map(|k| k.trim_end_matches('!')).find(|k| k.rsplit('.').next() == Some(name))
    };
    Fault {
        key: shown(key),
        problem: "there is no such key".into(),
        fix: match near.map(|(_, k)| k).or_else(same_name) {
            Some(meant) => format!("Did you mean {}?", shown(meant)),
            None => "Take it out; README.md lists all keys".into(),
        },
    }
}

/// Edits between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
