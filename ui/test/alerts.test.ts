/** That every alert of the engine has a title, a sentence and what to do in every language, and the pages know no others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

import type { Alert } from '../src/wire';

vi.stubGlobal('document', { documentElement: {} });
vi.stubGlobal('navigator', { languages: ['en-GB'] });
const { LANGUAGES } = await import('../src/words/catalogue');
const { setLanguage } = await import('../src/words/say.svelte');
const { ALERT_CODES, alertInShort, alertWords } = await import('../src/ui/health/alert-words');
const { deedsOf, MENDED_BY_A_CLICK } = await import('../src/ui/health/alert-deeds');

const ENGINE = '../crates/engine/src';
const NOW = 1_795_095_067;
const VENDORS = ['aircall', 'gorgias', 'front'];

/** Every file of the engine, without its tests. */
const files = new Map(
  readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rs'))
    .map((name) => [name, readFileSync(join(ENGINE, name), 'utf8').split('#[cfg(test)]\nmod tests')[0] ?? '']),
);
const rust = [...files.values()].join('\n');
const all = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].map((found) => found[1] ?? '');

/** What stands where an alert is made: a word, a constant, or what came from further above. */
const made = all(/\bAlert \{\s*(?:since,\s*)?code(?:: ([^,]+(?:\([^)]*\))?))?,/g, rust);
const constants = made.flatMap((one) => all(/^([A-Z_]+)\.into\(\)$/g, one));
const codes = new Set([
  ...made.flatMap((one) => all(/^"(\w+)"\.into\(\)$/g, one)),
  ...constants.map((name) => all(new RegExp(`const ${name}: &str = "(\\w+)"`, 'g'), rust)[0] ?? name),
  // Those that several sentences of one file share a maker for.
  ...[...files.values()].filter((text) => text.includes('let alert = |code: &str')).flatMap((text) => all(/\balert\(\s*"(\w+)"/g, text)),
  ...all(/\("(\w+)", "[A-Z]/g, /fn told\([^]+?\n\}/.exec(files.get('engine/gaps.rs') ?? '')?.[0] ?? ''),
  ...VENDORS.flatMap((vendor) => all(/=> \(\s*"(\w+)",/g, files.get('health.rs') ?? '').map((what) => `${vendor}_${what}`)),
]);

const alert = (code: string, calls: number): Alert => ({ code, since: NOW - 600, calls, what: 'The engine’s title.', mend: 'The engine’s advice.' });

/** They end by themselves, or are mended where the pages do not reach. */
const BY_ITSELF_OR_BY_HAND = [
  'webhook_stands',
  'behind',
  'messages_held',
  'messages_stopped',
  'files_not_kept',
  'recordings_not_kept',
  'disk_full',
  'clock_off',
  'keyring_locked',
  ...VENDORS.map((vendor) => `${vendor}_app_refused`),
];

it('knows every way in which the engine makes an alert', () => {
  const elsewhere = made.filter((one) => !/^("\w+"|[A-Z_]+)\.into\(\)$/.test(one));
  expect(new Set(elsewhere)).toEqual(new Set(['code.into()', 'format!("{}_{code}"']));
  for (const code of ['webhook_disabled', 'no_events', 'held', 'question_refused', 'disk_full', 'uninstalled', 'front_unreachable']) expect(codes, code).toContain(code);
});

it('has the words of every alert of the engine, and of no other', () => {
  expect([...ALERT_CODES].sort()).toEqual([...codes].sort());
});

it('has one click for every alert, or only a sentence where there is none', () => {
  expect([...MENDED_BY_A_CLICK, ...BY_ITSELF_OR_BY_HAND].sort()).toEqual([...codes].sort());
});

describe.each(LANGUAGES)('in %s', (language) => {
  it.each([...ALERT_CODES])('%s', (code) => {
    setLanguage(language);
    for (const calls of [0, 1, 7]) {
      const words = alertWords(alert(code, calls), null, NOW);
      expect(words.english).toBe(false);
      expect(words.title).not.toBe('');
      expect(words.what).toMatch(/[.]$/);
      expect(words.title + words.what).not.toMatch(/engine|[{}]/);
      expect(alertInShort(alert(code, calls), null, NOW)).not.toMatch(/engine|[{}]/);
    }
    for (const deed of deedsOf(alert(code, 7))) expect(deed.text).not.toMatch(/^$|[{}]/);
  });
});

it('names the folder that takes nothing and what the system said of it', () => {
  const detail = (code: string, what: string) => alertWords({ ...alert(code, 0), what }, null, NOW).detail;
  expect(detail('recordings_not_kept', 'Recordings cannot be kept in /mnt/a b (No space left on device (os error 28)).')).toBe('/mnt/a b: No space left on device (os error 28)');
  expect(detail('files_not_kept', 'Recordings and voicemails cannot be stored in /var/x on their way (denied). Notes are written without them.')).toBe('/var/x: denied');
  expect(detail('files_not_kept', 'Put otherwise.')).toBe('Put otherwise.');
});

it('leaves to the engine’s own words what it does not know, as English and without a button', () => {
  setLanguage('de');
  const words = alertWords(alert('gorgias_melts', 2), null, NOW);
  expect(words).toEqual({ title: 'The engine’s title.', what: 'The engine’s advice.', detail: null, english: true });
  for (const code of ['gorgias_melts', 'constructor', 'front_', '']) {
    expect(alertWords(alert(code, 2), null, NOW).english).toBe(true);
    expect(deedsOf(alert(code, 2))).toEqual([]);
  }
});
