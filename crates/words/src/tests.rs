#![allow(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use super::catalogue::{Catalogue, RECORD, SECTIONS, faults, read};
use super::*;

const FILES: [&str; 3] = [include_str!("../en.json"), include_str!("../de.json"), include_str!("../fr.json")];

const GOOD: [&str; 3] = [
    r#"{"record": {"held": "Held by {agent}"}, "windows": {"calls": {"one": "{n} call", "other": "{n} calls"}}}"#,
    r#"{"record": {"held": "Von {agent} gehalten"}, "windows": {"calls": {"one": "{n} Anruf", "other": "{n} Anrufe"}}}"#,
    r#"{"record": {"held": "Retenu par {agent}"},
        "windows": {"calls": {"one": "{n} appel", "many": "{n} d’appels", "other": "{n} appels"}}}"#,
];

fn faults_of(files: [&str; 3]) -> Vec<String> {
    let catalogues: Vec<Catalogue> = files.iter().map(|file| read(file).expect("a message file")).collect();
    faults(&catalogues)
}

#[test]
fn what_differs_between_the_files_stops_the_build_and_is_named() {
    assert_eq!(faults_of(GOOD), Vec::<String>::new());
    for (language, from, to, fault) in [
        (1, r#""held": "Von {agent} gehalten""#, "", "de.json: record.held is missing"),
        (2, r#""held""#, r#""kept": "Gardé", "held""#, "fr.json: record.kept is not in en.json"),
        (
            1,
            "{agent}",
            "{who}",
            r#"de.json: held has the parameters {"who"} and those in en.json are {"agent"}"#,
        ),
        (1, "Von {agent}", "Von {agent", "de.json: held has a brace that is no {name}: Von {agent gehalten"),
        (1, "Von {agent}", "Von agent}", "de.json: held has a brace that is no {name}: Von agent} gehalten"),
        (2, "Retenu par", "Retenu\u{a0}par", "fr.json: held has a no-break space"),
        (0, "Held by {agent}", " ", "en.json: held is empty"),
        (2, r#""many": "{n} d’appels", "#, "", r#"fr.json: calls has the forms {"one", "other"}"#),
        (1, r#""one": "{n} Anruf", "#, "", r#"de.json: calls has the forms {"other"}"#),
        (
            1,
            r#""{n} Anruf""#,
            r#""{m} Anruf""#,
            "de.json: calls has a parameter that the form `other` has not",
        ),
        (
            2,
            r#""Retenu par {agent}""#,
            r#"{"one": "1", "many": "2", "other": "{agent}"}"#,
            "fr.json: held has plural forms here",
        ),
        (1, r#""record""#, r#""recrod""#, "de.json: recrod is no section"),
        (0, r#""held""#, r#""held_by""#, "en.json: held_by is no name in camelCase"),
        (0, r#""calls":"#, r#""held": "Held", "calls":"#, "en.json: held stands in two sections"),
    ] {
        let changed = GOOD[language].replace(from, to);
        assert_ne!(changed, GOOD[language], "{from}");
        let mut files = GOOD;
        files[language] = &changed;
        let found = faults_of(files);
        assert!(found.iter().any(|f| f.starts_with(fault)), "{fault} in {found:#?}");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_and_not_the_last_one_taken() {
    let twice = GOOD[0].replace(r#""held""#, r#""held": "Kept by {agent}", "held""#);
    let refused = read(&twice).expect_err("two lines with one key");
    assert!(refused.to_string().starts_with("held stands twice"), "{refused}");
}

#[test]
fn a_text_that_is_said_in_several_places_stands_once() {
    let catalogues = FILES.map(|file| read(file).expect("a message file"));
    let mut seen: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    for section in SECTIONS {
        for (index, (key, _)) in catalogues[0].section(section).iter().enumerate() {
            // The files have the same keys, and the same order.
            let said = format!("{:?}", catalogues.each_ref().map(|c| c.section(section)[index].1.texts()));
            match seen.insert(said, (section, key)) {
                Some((there, twin)) if there != section => {
                    panic!(
                        "{section}.{key} says what {there}.{twin} says: move it to the section `everywhere`"
                    )
                }
                _ => {}
            }
        }
    }
    assert!(seen.len() > 200, "only {} texts", seen.len());
}

#[test]
fn the_files_have_one_order() {
    let keys = |file: &str| {
        let catalogue = read(file).expect("a message file");
        let entries = SECTIONS.iter().flat_map(|name| catalogue.section(name));
        entries.map(|(key, _)| key.clone()).collect::<Vec<String>>()
    };
    assert_eq!(keys(FILES[1]), keys(FILES[0]));
    assert_eq!(keys(FILES[2]), keys(FILES[0]));
}

#[test]
fn french_is_spaced_where_it_is_written_too() {
    let french = read(FILES[2]).expect("a message file");
    for (key, word) in french.section(RECORD) {
        for (_, text) in word.texts() {
            for (at, mark) in text.match_indices([':', ';', '?', '!', '»']) {
                assert!(text[..at].ends_with(' '), "{key}: a plain space before {mark}");
            }
        }
    }
}

#[test]
fn the_form_follows_the_count_of_the_language() {
    let say = |language: Language, n| {
        let form = language.windows().not_logged_calls.form(language, n);
        fill(form, &[("n", &figures(n, language))])
    };
    assert_eq!(
        [0, 1, 2].map(|n| say(Language::En, n)),
        ["0 calls are not logged", "1 call is not logged", "2 calls are not logged"]
    );
    assert_eq!(say(Language::De, 1), "1 Anruf ist nicht protokolliert");
    assert_eq!(
        [0, 1, 2, 1_000_000].map(|n| say(Language::Fr, n)),
        [
            "0 appel n’est pas consigné",
            "1 appel n’est pas consigné",
            "2 appels ne sont pas consignés",
            "1\u{202f}000\u{202f}000 d’appels ne sont pas consignés",
        ]
    );
}

#[test]
fn a_word_of_rust_is_a_field_like_any_other() {
    assert_eq!(Language::De.windows().r#match, "Treffer");
}
