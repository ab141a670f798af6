/** That every reason of the engine is said in the reader's language. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';

vi.stubGlobal('document', { documentElement: {} });
vi.stubGlobal('navigator', { languages: ['en-GB'] });
const { LANGUAGES } = await import('../src/words/catalogue');
const { answered, whyNot } = await import('../src/words/why-not');
const { setLanguage } = await import('../src/words/say.svelte');
const { standing } = await import('../src/model/record');
const { aCall } = await import('./samples');

const ENGINE = '../crates/engine/src';
const rust = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.rs') && !file.endsWith('clinic.rs'))
  .map((file) => readFileSync(join(ENGINE, file), 'utf8').split('#[cfg(test)]\nmod tests')[0] ?? '')
  .join('\n');
const all = (pattern: RegExp, text = rust) => [...text.matchAll(pattern)].map((found) => found[1] ?? '');

/** Why a call is not written, or waits. */
const decided = new Set([
  ...all(/Reason \{\s*code: "(\w+)"/g),
  ...all(/gate::reason\("(\w+)"\)/g),
  ...all(/Some\("(before_go_live|mode_\w+)"\)/g),
  ...all(/"(\w+)" => \{?\s*"/g, readFileSync(join(ENGINE, 'gate.rs'), 'utf8').split('pub fn reason')[1]),
  ...all(/"(ticket_\w+)" => "was/g),
  ...all(/unwrap_or\("(ticket_\w+)"\)/g),
]);
/** Why a write or a question was refused, where it was not the vendor's own code. */
const refused = new Set([
  ...all(/park\(\s*case, &?(?:attempt\.)?write, "(\w+)"/g),
  ...all(/left_to_a_person\(case, "(\w+)"/g),
  ...all(/const (?:IN_VAIN|QUESTION_REFUSED): &str = "(\w+)"/g),
  ...all(/reason: Some\(\("(\w+)"\.to_owned/g),
]);
/** What a helpdesk's own codes say no more than that it refused. */
const PLAIN = new Set(['invalid']);

const reason = (code: string) => ({ code, text: 'The engine’s English.' });

beforeEach(() => setLanguage('en'));

it('finds the codes in the engine', () => {
  for (const code of ['several_matches', 'choice_gone', 'unknown_caller', 'no_author', 'internal_call', 'by_setting', 'mode_off', 'ticket_spam', 'ticket_gone', 'other_helpdesk']) {
    expect(decided, code).toContain(code);
  }
  for (const code of ['missing', 'conflict', 'leads_nowhere', 'in_vain', 'lost', 'question_refused']) expect(refused, code).toContain(code);
});

it.each(LANGUAGES)('says each in %s with a sentence of its own', (language) => {
  setLanguage(language);
  const codes = [...decided, ...refused, 'forbidden', 'too_large'].filter((code) => !PLAIN.has(code));
  const texts = codes.map((code) => whyNot(reason(code), 'Gorgias'));
  const vague = whyNot(reason('never_heard_of'), 'Gorgias');
  expect(codes.filter((_, at) => texts[at] === vague)).toEqual([]);
  expect(new Set(texts).size).toBe(codes.length);
  for (const text of texts) expect(text).not.toMatch(/English|\{/);
});

it('shows the engine’s English only for what a helpdesk answered', () => {
  for (const code of decided) expect(answered({ state: 'not_logged', reason: reason(code) }), code).toBeNull();
  expect(answered({ state: 'parked', reason: reason('ticket_trashed') })).toBeNull();
  expect(answered({ state: 'parked', reason: reason('invalid') })).toBe('The engine’s English.');
  expect(answered({ state: 'held', reason: reason('question_refused') })).toBe('The engine’s English.');
  expect(answered({ state: 'complete', reason: null })).toBeNull();
});

it('needs nobody where a rule keeps calls out', () => {
  for (const code of ['by_setting', 'anonymous_stored', 'internal_call']) {
    expect(standing(aCall('1', { state: 'not_logged', reason: reason(code) })), code).toEqual({ kind: 'quiet', why: 'by_rule' });
  }
});
