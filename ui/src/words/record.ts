/**
 * What is written into the helpdesk, for examples on the pages: in the language of the notes, which need not be that of
 * the reader.
 */
import { everywhere as deEverywhere, record as de } from '../../../crates/words/de.json';
import { everywhere as enEverywhere, record as en } from '../../../crates/words/en.json';
import { everywhere as frEverywhere, record as fr } from '../../../crates/words/fr.json';
import { fill, LANGUAGES, type Language, type Values } from './catalogue';

const RECORDS = { en: { ...enEverywhere, ...en }, de: { ...deEverywhere, ...de }, fr: { ...frEverywhere, ...fr } } as const;

type RecordKey = keyof typeof enEverywhere | keyof typeof en;

/** A text of the record in that language; English where the language is none of ours. */
export function recordWord(language: string, key: RecordKey, values: Values = {}): string {
  const known: Language = LANGUAGES.find((one) => one === language) ?? 'en';
  return fill(RECORDS[known][key], values, known);
}
