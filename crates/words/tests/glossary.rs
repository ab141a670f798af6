//! That every term is the glossary's (A6). It lies beside the project, so this test is asked for explicitly:
//! `cargo test -p sidetone-words -- --ignored`.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use serde_json::Value;

const GLOSSARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/glossary.md");
const FILES: [&str; 3] = [include_str!("../en.json"), include_str!("../de.json"), include_str!("../fr.json")];

/// Texts that cannot be compared: their English is the glossary's for something else, or it shortens the others.
const APART: [(&str, &str); 8] = [
    ("clear", "of a search field, not of a missed call"),
    ("notLoggedCall", "of one call; the glossary's is the list"),
    ("requestsOf", "whose requests, not how many"),
    ("awaitedRecording", "of several calls; the glossary's is of one"),
    ("notExpectedFeminine", "the glossary has the masculine only"),
    ("openIn", "the glossary names both helpdesks in one phrase"),
    ("pauseLogging", "the glossary has it in one phrase with the next"),
    ("resumeLogging", "the glossary has it in one phrase with the one before"),
];

/// Comparable: parameters without their names, spaces as they are typed, no full stop.
fn plain(text: &str) -> String {
    let spaces = text.replace(['\u{a0}', '\u{202f}'], " ").replace("Gorgias", "{helpdesk}");
    let mut plain = String::new();
    let mut rest = spaces.trim().trim_end_matches('.');
    while let Some((before, (_, after))) = rest.split_once('{').map(|(b, a)| (b, a.split_once('}').unwrap()))
    {
        plain.push_str(before);
        plain.push_str("{}");
        rest = after;
    }
    plain.push_str(rest);
    plain.replace("Aircall New Contact {}", "{}").to_lowercase()
}

/// The texts that a cell gives: some give two, one of them in brackets.
fn variants(cell: &str) -> Vec<String> {
    let Some((text, bracket)) = cell.strip_suffix(')').and_then(|cell| cell.rsplit_once(" (")) else {
        return vec![plain(cell)];
    };
    match bracket.split_once(": ") {
        Some((_, feminine)) => vec![plain(text), plain(feminine)],
        None => vec![plain(cell), plain(text)],
    }
}

/// Several terms in one row, as a row each.
fn split<'a>(row: &[&'a str; 3], between: &str) -> Vec<[&'a str; 3]> {
    let parts = row.map(|cell| cell.split(between).collect::<Vec<_>>());
    if parts[0].len() < 2 || parts.iter().any(|p| p.len() != parts[0].len()) {
        return Vec::new();
    }
    (0..parts[0].len()).map(|i| [parts[0][i], parts[1][i], parts[2][i]]).collect()
}

/// English text to the German and French ones that the glossary has for it.
fn glossary() -> BTreeMap<String, Vec<[Vec<String>; 2]>> {
    let text = std::fs::read_to_string(GLOSSARY).unwrap();
    let mut terms: BTreeMap<String, Vec<[Vec<String>; 2]>> = BTreeMap::new();
    let mut first = 0;
    for line in text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|--")) {
        let cells: Vec<&str> =
            line.trim_matches('|').split('|').map(|c| c.trim().trim_end_matches([' ', '¹', '²'])).collect();
        if let Some(english) = cells.iter().position(|cell| *cell == "EN" || cell.starts_with("EN one")) {
            first = english;
            continue;
        }
        let Some(row) = cells.get(first..first + 3).and_then(|cells| <[&str; 3]>::try_from(cells).ok())
        else {
            continue;
        };
        for row in [vec![row], split(&row, " / "), split(&row, ", ")].concat() {
            for english in variants(row[0]) {
                terms.entry(english).or_default().push([variants(row[1]), variants(row[2])]);
            }
        }
    }
    terms
}

#[test]
#[ignore = "reads what lies beside the project"]
fn every_term_is_the_glossarys() {
    let terms = glossary();
    assert!(terms.len() > 500, "only {} terms in the glossary", terms.len());
    let files = FILES.map(|file| serde_json::from_str::<Value>(file).unwrap());
    let (mut compared, mut differ) = (0, Vec::new());
    for (section, entries) in files[0].as_object().unwrap() {
        for key in
            entries.as_object().unwrap().keys().filter(|key| APART.iter().all(|(apart, _)| key != apart))
        {
            // The glossary's phrases are those for several.
            let said = [0, 1, 2].map(|language| {
                let word = &files[language][section][key];
                plain(word.as_str().or(word["other"].as_str()).unwrap())
            });
            let Some(known) = terms.get(&said[0]) else { continue };
            compared += 1;
            if !known.iter().any(|[german, french]| german.contains(&said[1]) && french.contains(&said[2])) {
                differ.push(format!("{section}.{key}: {said:?}, and the glossary has {known:?}"));
            }
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
    assert!(compared > 150, "only {compared} texts of ours are in the glossary");
}
