/** That every rule of the engine is said in the reader's language, and nothing that only looks like one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';

vi.stubGlobal('document', { documentElement: {} });
vi.stubGlobal('navigator', { languages: ['en-GB'] });
const { answerWords, eventWords, matchWords, requestWords, ruleWords, RULES } = await import('../src/words/why-here');
const { setLanguage } = await import('../src/words/say.svelte');

const ENGINE = '../crates/engine/src';
const rust = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.rs'))
  .map((file) => readFileSync(join(ENGINE, file), 'utf8').split('#[cfg(test)]\nmod tests')[0] ?? '')
  .join('\n');
/** Sentences that end with the rows of the behaviour that they keep. */
const sentences = [...rust.matchAll(/"([^"\n]{12,}) \([GMFB]\d+(?:, [GMFB]\d+)*\)"/g)].map((found) => found[1] ?? '');

const line = (over: object) => ({
  at: 1, event: 'call.ended', by: 'webhook', events: 3, first_event_at: 1_795_248_000, repeats: 0,
  match: 'exact number, the only one', rule: 'The call has ended (G11)', request: 'POST /api/tickets', answer: '201, ticket 7', ...over,
});

beforeEach(() => setLanguage('de'));

it('has words for every rule that the engine names', () => {
  expect(sentences.length).toBeGreaterThan(40);
  expect(sentences.filter((sentence) => !Object.hasOwn(RULES, sentence))).toEqual([]);
});

it('has no words for rules that the engine does not know', () => {
  const known = rust.replace(/\\\n\s*/g, '');
  expect(Object.keys(RULES).filter((sentence) => !known.includes(sentence))).toEqual([]);
});

it('says each step in the reader’s language and leaves what a vendor said as it is', () => {
  expect(ruleWords(line({})).text).toBe('Der Anruf ist beendet (G11)');
  expect(eventWords(line({})).more).toContain('Per Webhook; 3 Ereignisse seit');
  expect(eventWords(line({ repeats: 2 })).more).toContain('2 Wiederholungen');
  expect(eventWords(line({ by: null })).more).toBeUndefined();
  expect(matchWords(line({ match: 'exact number, 3 customers' })).text).toBe('genaue Nummer, 3 Kunden');
  expect(requestWords(line({ request: 'look at the ticket' })).text).toBe('Blick auf das Ticket');
  expect(requestWords(line({}))).toEqual({ text: 'POST /api/tickets', isVendors: true });
  expect(answerWords(line({ answer: 'No such tag.' }))).toEqual({ text: 'No such tag.', isVendors: true });
  expect(ruleWords(line({ rule: 'Something of an older program (X1)' }))).toEqual({ text: 'Something of an older program (X1)', isVendors: true });
});
