/** How old calls that are read or written are told of. */
import { beforeEach, expect, it, vi } from 'vitest';

vi.stubGlobal('document', { documentElement: {} });
vi.stubGlobal('navigator', { languages: ['en-GB'] });
const { backfill } = await import('../src/host/fake/backfill');
const { farWords, isUnderWay, progressOf, timeWords } = await import('../src/ui/backfill/backfill-words');
const { parseRoute, routeHash } = await import('../src/model/route');
const { LANGUAGES } = await import('../src/words/catalogue');
const { setLanguage } = await import('../src/words/say.svelte');

const NOW = 1_795_000_000;
const said = (over: Parameters<typeof backfill>[1]) => farWords(backfill(NOW, over), NOW, 'Gorgias');

beforeEach(() => setLanguage('en'));

it('tells how far reading is, how fast it goes, and how long it takes', () => {
  expect(said({ state: 'reading', read: 50, total: null })).toBe('Reading: 50');
  expect(said({ state: 'reading', read: 6_000, per_minute: 1_420, remaining_seconds: 252 })).toBe(
    'Reading: 6,000 of 12,000, 1,420 a minute, about 4\u00a0min',
  );
  expect(said({ state: 'reading', read: 12_004 })).toBe('Reading: 12,000 of 12,000');
});

it('counts as settled what writing is done with, whatever became of it', () => {
  const one = { state: 'writing', write: true, begun: 40, written: 20, held: 6, refused: 1, not_logged: 3, to_write: 60 } as const;
  expect(progressOf(backfill(NOW, one))).toEqual({ n: 30, m: 100 });
  expect(said(one)).toBe('Writing: 30 of 100');
  expect(progressOf(backfill(NOW, { ...one, state: 'paused' }))).toEqual({ n: 30, m: 100 });
});

it('tells what became of it', () => {
  expect(said({})).toBe('12,004 calls read. 11,812 of them are new.');
  expect(said({ state: 'paused', read: 100, added: 1 })).toBe('Paused. 100 calls read. 1 of them is new.');
  expect(said({ state: 'written', begun: 9, written: 4, held: 1, refused: 2, not_logged: 2 })).toContain(
    '4 calls written. 1 waits for a person. Gorgias refused 2. The set-up keeps 2 out.',
  );
  expect(said({ state: 'stopped', read: 0 })).toBe('Stopped. 0 calls read.');
  expect(said({ out_of_reach_before: NOW - 200 * 86_400 })).toContain('Aircall keeps six months.');
});

it('says why it does not go on', () => {
  const held = (code: string) => said({ state: 'reading', read: 1, error: { code, text: 'English' } });
  expect(held('aircall_away')).toContain('asked again by itself');
  expect(held('aircall_refused')).toContain('Connect it again');
  expect(held('aircall_away')).not.toContain('English');
});

it('has a bar only while something is to be done', () => {
  for (const state of ['read', 'written', 'stopped'] as const) expect(progressOf(backfill(NOW, { state }))).toBeNull();
  expect(progressOf(backfill(NOW, { state: 'reading', total: null }))).toBeNull();
  expect(isUnderWay(backfill(NOW, { state: 'paused' }))).toBe(false);
});

it('stands at an address of its own', () => {
  expect(parseRoute('#backfill').page).toBe('backfill');
  expect(routeHash({ page: 'backfill' })).toBe('#backfill');
});

it.each(LANGUAGES)('is told in %s', (language) => {
  setLanguage(language);
  const states = ['reading', 'paused', 'read', 'writing', 'written', 'stopped'] as const;
  const all = states.map((state) => said({ state, begun: state === 'writing' || state === 'written' ? 5 : 0 }));
  expect(new Set(all).size).toBe(states.length);
  expect(timeWords(backfill(NOW), NOW)).not.toBe('');
});
