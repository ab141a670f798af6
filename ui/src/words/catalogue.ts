/**
 * What a catalogue is: one text per key, with `{names}` to fill in, or one text per plural form.
 *
 * Deliberately not here: the texts. They stand in the message files that all faces share (`crates/words/*.json`); the
 * pages take the sections `everywhere` and `windows`. English declares the keys; what the others must have in common
 * with it is checked when Rust is built, and by `test/words.test.ts`. Choosing a language is `say.svelte.ts`, numbers
 * and dates are `src/format/`.
 */
import { everywhere as deEverywhere, windows as deWindows } from '../../../crates/words/de.json';
import { everywhere as enEverywhere, windows as enWindows } from '../../../crates/words/en.json';
import { everywhere as frEverywhere, windows as frWindows } from '../../../crates/words/fr.json';
import type { Parameters } from './parameters';

/** Plural forms by CLDR category; the form is chosen by the parameter `n`. French has `many` for whole millions. */
export interface Plural {
  readonly one: string;
  readonly many?: string;
  readonly other: string;
}

/** One entry. */
export type Word = string | Plural;

type English = typeof enEverywhere & typeof enWindows;

/** The key of an entry. */
export type Key = keyof English;

/** All entries of one language. */
export type Catalogue = { readonly [K in Key]: English[K] extends string ? string : Plural };

/** The languages there are. */
export type Language = 'en' | 'de' | 'fr';

/** In the order of the menu. */
export const LANGUAGES: readonly Language[] = ['en', 'de', 'fr'];

/** The texts. */
export const CATALOGUES: Readonly<Record<Language, Catalogue>> = {
  en: { ...enEverywhere, ...enWindows },
  de: { ...deEverywhere, ...deWindows },
  fr: { ...frEverywhere, ...frWindows },
};

/** What may stand in a `{name}`. Numbers are formatted for the reader. */
export type Values = Readonly<Record<string, string | number>>;

/** The parameter names of one entry. */
export type ParameterOf<K extends Key> = K extends keyof Parameters ? Parameters[K] : never;

/** The arguments after the key: none for a text without parameters, one record with all of them otherwise. */
export type Arguments<K extends Key> = [ParameterOf<K>] extends [never]
  ? []
  : [values: Readonly<Record<ParameterOf<K>, string | number>>];

/** Chooses the plural form and fills in the values. Pure: all it knows is given. */
export function fill(word: Word, values: Values, locale: string): string {
  const text = typeof word === 'string' ? word : formFor(word, values['n'], locale);
  const figures = new Intl.NumberFormat(locale);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? figures.format(value) : value;
  });
}

function formFor(word: Plural, n: string | number | undefined, locale: string): string {
  const category = new Intl.PluralRules(locale).select(Number(n));
  if (category === 'one') return word.one;
  if (category === 'many') return word.many ?? word.other;
  return word.other;
}
