/**
 * The texts in the reader's language. Reading `say` inside a component makes it follow a change of language.
 *
 * Deliberately not here: the texts themselves (`crates/words/`).
 */
import { CATALOGUES, fill, LANGUAGES, type Arguments, type Key, type Language, type Values } from './catalogue';

const chosen = $state<{ language: Language }>({ language: 'en' });

/** The language of the windows now. */
export function language(): Language {
  return chosen.language;
}

/** Changes the language of the windows, and tells screen readers and hyphenation. */
export function setLanguage(next: Language): void {
  chosen.language = next;
  document.documentElement.lang = next;
}

/** The first of the reader's languages that there is a catalogue for; English if there is none. */
export function preferredLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const found = LANGUAGES.find((one) => one === wish.slice(0, 2).toLowerCase());
    if (found) return found;
  }
  return 'en';
}

/** The text for `key`, filled in. */
export function say<K extends Key>(key: K, ...[values]: Arguments<K>): string {
  return fill(CATALOGUES[chosen.language][key], (values ?? {}) as Values, chosen.language);
}
