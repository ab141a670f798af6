//! Texts as words: runs of letters and digits, small, without accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A longer run is no word that anybody types.
const LONGEST: usize = 48;

/// Small letters without accents; letters that are two in another alphabet are two.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            // What a capital letter with a dot leaves behind.
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// The words of a text, as they are written: accents are taken off by [`spellings`].
pub(super) fn of(text: &str) -> Vec<String> {
    let composed: String = text.nfc().collect();
    let is_part = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    composed
        .split(|c: char| !is_part(c))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(|word| word.chars().take(LONGEST).collect())
        .collect()
}

/// How the index has a word, and how it is typed where no keyboard has its letters: Müller is muller and mueller.
pub(super) fn spellings(word: &str) -> Vec<String> {
    let small = word.to_lowercase();
    let typed = small.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue");
    let mut spellings = vec![letters(&small)];
    if typed != small {
        spellings.push(letters(&typed));
    }
    spellings.retain(|word| !word.is_empty());
    spellings
}

/// A fold may bring signs that are no letters (a fraction's bar); an index would part the word there.
fn letters(word: &str) -> String {
    folded(word).chars().filter(|c| c.is_alphanumeric()).collect()
}
