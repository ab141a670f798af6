/** How what was missed, and is read again, is told. */
import { beforeEach, expect, it, vi } from 'vitest';

vi.stubGlobal('document', { documentElement: {} });
vi.stubGlobal('navigator', { languages: ['en-GB'] });
const { badHealth, missed } = await import('../src/host/fake/world');
const { causeWords, othersOf, progressOf, progressWords, recoveryOf } = await import('../src/ui/health/recovery-words');
const { LANGUAGES } = await import('../src/words/catalogue');
const { setLanguage } = await import('../src/words/say.svelte');

const NOW = 1_795_000_000;
const CAUSES = ['webhook_disabled', 'webhook_made', 'silent', 'not_running', 'asleep', 'aircall_away', 'access_withdrawn', 'go_live'] as const;

beforeEach(() => setLanguage('en'));

it('shows a recovery in the notice of its cause, and the others apart', () => {
  const { alerts, recoveries } = badHealth(NOW);
  const [webhook] = alerts;
  expect(webhook && recoveryOf(webhook, recoveries)?.cause).toBe('webhook_disabled');
  expect(othersOf(alerts, recoveries).map((one) => one.cause)).toEqual(['asleep']);
  const made = [missed(NOW, 'webhook_made'), missed(NOW, 'webhook_disabled', { state: 'done' })];
  expect(webhook && recoveryOf(webhook, made)?.cause).toBe('webhook_made');
  expect(othersOf(alerts, made).map((one) => one.cause)).toEqual(['webhook_disabled']);
});

it('tells how far it is, and in the end what became of it', () => {
  const said = (also: Parameters<typeof missed>[2]) => progressWords(missed(NOW, 'silent', also), NOW);
  expect(said({})).toBe('Catching up');
  expect(said({ read: 12, total: 37, remaining_seconds: 70 })).toBe('Catching up: 12 of 37, about 1\u00a0min');
  expect(said({ state: 'writing', read: 37, total: 37, calls: 5, written: 2 })).toBe('Catching up: 2 of 5');
  expect(said({ state: 'done', calls: 0 })).toBe('No call was missing.');
  expect(said({ state: 'done', calls: 37, written: 37, messages: { about: 0 } })).toBe(
    '37 of 37 calls written. Text messages of that time cannot be read back.',
  );
  expect(said({ state: 'done', calls: 37, written: 37, messages: { about: 14 } })).toBe(
    '37 of 37 calls written. Text messages of that time cannot be read back (usually about 14).',
  );
  expect(said({ state: 'stopped', calls: 37, written: 9 })).toBe('Stopped. 9 of 37 calls written.');
  expect(said({ state: 'done', out_of_reach_before: NOW - 200 * 86_400 })).toContain('Aircall keeps six months.');
});

it('draws no more than all of it, and nothing where nobody knows how much that is', () => {
  expect(progressOf(missed(NOW, 'silent', { read: 40, total: 37 }))).toEqual({ n: 37, m: 37 });
  expect(progressOf(missed(NOW, 'silent'))).toBeNull();
  expect(progressOf(missed(NOW, 'silent', { state: 'writing' }))).toBeNull();
});

it.each(LANGUAGES)('names every cause in %s', (language) => {
  setLanguage(language);
  const causes = CAUSES.map((cause) => causeWords(missed(NOW, cause), NOW).why);
  expect(new Set(causes).size).toBe(CAUSES.length);
});
