import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { CATALOGUES, fill, LANGUAGES, type Key, type Language, type Plural, type Word } from '../src/words/catalogue';

const { en, de, fr } = CATALOGUES;
const keys = Object.keys(en) as Key[];

/** A message file as it stands there: the pages take two of its sections. */
type File = Record<'everywhere' | 'record' | 'windows' | 'doctor', Record<string, Word>>;
const FILES = Object.fromEntries(
  LANGUAGES.map((language) => [language, JSON.parse(readFileSync(`../crates/words/${language}.json`, 'utf8')) as File]),
) as Record<Language, File>;

function texts(word: Word): string[] {
  return typeof word === 'string' ? [word] : Object.values(word as unknown as Record<string, string>);
}

function names(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort();
}

/** All texts of the files that end in one of these, put together. */
function sources(folder: string, ends: RegExp): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => ends.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

describe.each(LANGUAGES)('the catalogue %s', (language) => {
  const catalogue = CATALOGUES[language];

  it('has exactly the keys of the English one', () => expect(Object.keys(catalogue).sort()).toEqual([...keys].sort()));

  it('fills in the same values', () => {
    for (const key of keys) {
      const wanted = new Set(texts(en[key]).flatMap(names));
      const given = new Set(texts(catalogue[key]).flatMap(names));
      expect(given, key).toEqual(wanted);
    }
  });

  it('has a form for every plural category of its language', () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const key of keys) {
      const word = catalogue[key];
      if (typeof word !== 'string') expect(Object.keys(word as Plural).sort(), key).toEqual([...categories].sort());
    }
  });

  it('is set properly', () => {
    for (const [key, word] of Object.values(FILES[language]).flatMap((section) => Object.entries(section))) {
      for (const text of texts(word)) {
        expect(text, key).not.toMatch(/['"]|\.\.\.|!|\s$|^\s| {2}/);
        expect(text, key).not.toBe('');
      }
    }
  });
});

it('sets French spaces before punctuation', () => {
  for (const key of keys) {
    for (const text of texts(fr[key])) {
      // The name of links to numbers is written as it is.
      expect(text, key).not.toMatch(/[^\u00a0](?<!\btel):|[^\u202f][;?!]|«[^\u00a0]|[^\u00a0]»/);
    }
  }
});

it('never breaks a line between a number and its unit', () => {
  for (const key of keys) {
    for (const language of LANGUAGES) {
      for (const text of texts(CATALOGUES[language][key])) expect(text, key).not.toMatch(/\} (s|min|h|d|j|Sek\.|Min\.|Std\.|T\.|Uhr)(?![\p{L}’])/u);
    }
  }
});

it('has no text that nothing says', () => {
  const pages = sources('src', /\.(svelte|ts)$/);
  const said = new Set([...pages.matchAll(/'(\w+)'/g)].map((found) => found[1]));
  const fields = (folder: string) => {
    const rust = sources(folder, /\.rs$/);
    return new Set([...rust.matchAll(/\.(\w+)/g)].map((found) => found[1]?.replace(/_(\w)/g, (_, c: string) => c.toUpperCase())));
  };
  const [written, told] = [fields('../crates/engine/src'), fields('../src-tauri/src')];
  const inBrowser = fields('../crates/hub/src/signin');
  const byMail = fields('../crates/hub/src/telling');
  const { everywhere, record, windows, doctor } = FILES.en;
  const rust = sources('../crates/hub/src', /\.rs$/);
  const found = new Set([...rust.matchAll(/(?:said|counted)!\(\s*(\w+)/g)].map((one) => one[1]?.replace(/_(\w)/g, (_, c: string) => c.toUpperCase())));
  expect(Object.keys(doctor).filter((key) => !found.has(key)), 'doctor').toEqual([]);
  const inWindows = (key: string) => said.has(key) || told.has(key) || inBrowser.has(key) || byMail.has(key);
  expect(Object.keys(windows).filter((key) => !inWindows(key)), 'windows').toEqual([]);
  expect(Object.keys(record).filter((key) => !written.has(key)), 'record').toEqual([]);
  const elsewhere = (key: string) => written.has(key) || found.has(key);
  expect(Object.keys(everywhere).filter((key) => !inWindows(key) || !elsewhere(key)), 'everywhere').toEqual([]);
});

/** What the compiler cannot read out of JSON: which names stand in a text. */
it('has told the compiler its parameters', () => {
  const entries = keys.flatMap((key) => {
    const found = new Set(texts(en[key]).flatMap(names));
    if (typeof en[key] !== 'string') found.add('n');
    const union = [...found].sort().map((name) => `'${name}'`).join(' | ');
    return union === '' ? [] : [`  ${key}: ${union};\n`];
  });
  const wanted = `/** The parameters of each text that has some. Written by \`test/words.test.ts\`; do not edit. */
export interface Parameters {
${entries.join('')}}
`;
  const committed = 'src/words/parameters.ts';
  const is = readFileSync(committed, 'utf8');
  if (is !== wanted) writeFileSync(committed, wanted);
  expect(is, `${committed} was out of date and has been written anew: look at the difference and commit it`).toBe(wanted);
});

describe('plurals', () => {
  it('follow the language', () => {
    const say = (language: Language, n: number) => fill(CATALOGUES[language].callsCount, { n }, language);
    expect([0, 1, 2].map((n) => say('en', n))).toEqual(['0 calls', '1 call', '2 calls']);
    expect([0, 1, 2].map((n) => say('de', n))).toEqual(['0 Anrufe', '1 Anruf', '2 Anrufe']);
    expect([0, 1, 2].map((n) => say('fr', n))).toEqual(['0 appel', '1 appel', '2 appels']);
    expect(say('fr', 1_000_000)).toBe('1\u202f000\u202f000 d’appels');
  });

  it('write figures by the language', () => {
    expect(fill(en.callsCount, { n: 161_204 }, 'en')).toBe('161,204 calls');
    expect(fill(de.callsCount, { n: 161_204 }, 'de')).toBe('161.204 Anrufe');
  });
});

it('does not take a value for a pattern', () => {
  expect(fill('{a} and {b}', { a: '{b}', b: '$&' }, 'en')).toBe('{b} and $&');
});
