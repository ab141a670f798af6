use super::*;

/// Whether an index that holds these words would answer with them.
fn finds(wanted: &Wanted, words: &str) -> bool {
    match wanted {
        Wanted::Word { word, begins } => {
            words.split(' ').any(|have| have == word || (*begins && have.starts_with(word.as_str())))
        }
        Wanted::All(all) => all.iter().all(|one| finds(one, words)),
        Wanted::Any(any) => any.iter().any(|one| finds(one, words)),
    }
}

fn indexed(texts: &[&str], number: Option<(&str, &str)>) -> String {
    let mut words: Vec<String> =
        texts.iter().flat_map(|text| words::of(text)).flat_map(|word| spellings(&word)).collect();
    if let Some((e164, national)) = number {
        let all = digits(e164);
        words.extend([reversed(&all), all, digits(national)]);
    }
    words.join(" ")
}

fn found(typed: &str, words: &str) -> bool {
    Wanted::of(typed, &["FR".to_owned()]).is_some_and(|wanted| finds(&wanted, words))
}

#[test]
fn accents_capitals_and_missing_letters_of_a_keyboard_do_not_matter() {
    let words = indexed(&["Marta Ibáñez", "Bäckerei Müller & Söhne", "Łukasz Straße", "İpek", "Œuvre"], None);
    for typed in [
        "marta ibanez",
        "MARTA IBÁÑEZ",
        "muller",
        "mueller",
        "MÜLLER",
        "Backerei",
        "baeckerei soehne",
        "lukasz strasse",
        "ipek",
        "oeuvre",
        // As some keyboards and files have it: letter and accent apart.
        "Iba\u{301}n\u{303}ez",
    ] {
        assert!(found(typed, &words), "{typed}");
    }
    assert!(!found("marta lopez", &words), "every word must be there");
}

#[test]
fn the_last_word_may_be_begun_and_the_others_are_whole() {
    let words = indexed(&["Atelier Moreau & Fils SARL"], None);
    for (typed, is_found) in [
        ("mor", true),
        ("atelier mo", true),
        ("mor ", false),
        ("ate moreau", false),
        ("m", false),
        ("reau", false),
    ] {
        assert_eq!(found(typed, &words), is_found, "{typed:?}");
    }
}

#[test]
fn a_number_is_found_in_any_spelling_and_by_its_last_digits() {
    let words = indexed(&["Lucas Moreau", "order 10482"], Some(("+33199005523", "01 99 00 55 23")));
    for typed in [
        "+33199005523",
        "+33 1 99 00 55 23",
        "0033 1 99 00 55 23",
        "+33 (0)1 99 00 55 23",
        "01 99 00 55 23",
        "01.99.00.55.23",
        "01-99-00-55-23",
        "0199005523",
        "0199",
        "+33 199",
        "5523",
        "55 23",
        "moreau 55 23",
        "55 23 moreau",
        "10482",
        "104",
        "order 10482",
    ] {
        assert!(found(typed, &words), "{typed}");
    }
    for typed in ["+34 199", "99 00 55 24", "+5523", "moreau 55 24", "0482"] {
        assert!(!found(typed, &words), "{typed}");
    }
}

#[test]
fn what_has_no_word_asks_for_nothing() {
    for typed in ["", "  ", "&", "§missed".trim_end_matches("missed"), "‹", "\"* OR", "'"] {
        let wanted = Wanted::of(typed, &[]);
        assert_eq!(wanted.is_none(), !typed.contains("OR"), "{typed:?}");
    }
}

#[test]
fn no_typing_reaches_what_is_marked() {
    let words = format!("{} ‹3255009913", Flag::Missed.word());
    for typed in ["§missed", "§", "missed", "‹3255", "notlogged"] {
        assert!(!found(typed, &words), "{typed}");
    }
    assert!(finds(&Flag::Missed.wanted(), &words));
}

#[test]
fn a_note_that_holds_every_word_is_told_from_one_that_does_not() {
    let note = "Parcel was delivered to Atelier Moreau next door, call back about order 10482.";
    for (typed, holds_it) in [
        ("moreau", true),
        ("MOREAU del", true),
        ("del moreau", false),
        ("Moreau next do", true),
        ("10482", true),
        ("moreau garnier", false),
        ("", false),
    ] {
        assert_eq!(holds(note, typed), holds_it, "{typed}");
    }
}
