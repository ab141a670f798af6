/**
 * What a catalogue is: one text per key, with `{names}` to fill in, or one text per plural form.
 *
 * Deliberately not here: choosing a language (`say.svelte.ts`), numbers and dates (`src/format/`). The English catalogue
 * declares the keys and their parameters; the others must have the same, which the compiler and a test both check.
 */
import type { en } from './en';

/** Plural forms by CLDR category; the form is chosen by the parameter `n`. French has `many` for whole millions. */
export interface Plural {
  readonly one: string;
  readonly many?: string;
  readonly other: string;
}

/** One entry. */
export type Word = string | Plural;

/** The key of an entry. */
export type Key = keyof typeof en;

/** All entries of one language. */
export type Catalogue = { readonly [K in Key]: (typeof en)[K] extends string ? string : Plural };

/** The languages there are. */
export type Language = 'en' | 'de' | 'fr';

/** In the order of the menu. */
export const LANGUAGES: readonly Language[] = ['en', 'de', 'fr'];

/** What may stand in a `{name}`. Numbers are formatted for the reader. */
export type Values = Readonly<Record<string, string | number>>;

type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** The parameter names of one entry. */
export type ParameterOf<K extends Key> = (typeof en)[K] extends string
  ? Names<(typeof en)[K]>
  : (typeof en)[K] extends { other: infer Other }
    ? Names<Other> | 'n'
    : never;

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
