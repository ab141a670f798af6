import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { fill, LANGUAGES, type Catalogue, type Key, type Language, type Plural, type Word } from '../src/words/catalogue';
import { de } from '../src/words/de';
import { en } from '../src/words/en';
import { fr } from '../src/words/fr';

const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, de, fr };
const keys = Object.keys(en) as Key[];

function texts(word: Word): string[] {
  return typeof word === 'string' ? [word] : Object.values(word as unknown as Record<string, string>);
}

function names(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort();
}

describe.each(LANGUAGES)('the catalogue %s', (language) => {
  const catalogue = CATALOGUES[language];

  it('has exactly the keys of the English one', () => expect(Object.keys(catalogue).sort()).toEqual([...keys].sort()));

  it('fills in the same values', () => {
    for (const key of keys) {
      const wanted = new Set(texts(en[key]).flatMap(names));
      const given = new Set(texts(catalogue[key]).flatMap(names));
      for (const name of given) expect(wanted, key).toContain(name);
      if (typeof en[key] === 'string') expect(given, key).toEqual(wanted);
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
    for (const key of keys) {
      for (const text of texts(catalogue[key])) {
        expect(text, key).not.toMatch(/['"]|\.\.\.|!|\s$|^\s| {2}/);
        expect(text, key).not.toBe('');
      }
    }
  });
});

it('sets French spaces before punctuation', () => {
  for (const key of keys) {
    for (const text of texts(fr[key])) {
      expect(text, key).not.toMatch(/[^\u00a0]:|[^\u202f][;?!]|«[^\u00a0]|[^\u00a0]»/);
    }
  }
});

it('has no text that nothing uses', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(svelte|ts)$/.test(file) && !/^words\/(en|de|fr)\.ts$/.test(file))
    .map((file) => readFileSync(join('src', file), 'utf8'))
    .join('\n');
  const used = new Set([...source.matchAll(/'(\w+)'/g)].map((found) => found[1]));
  expect(keys.filter((key) => !used.has(key))).toEqual([]);
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
