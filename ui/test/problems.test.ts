/** That no refusal which the hub can answer to a page of set-up, doctor or dry run is told vaguely, or in English to others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';

vi.stubGlobal('document', { documentElement: {} });
vi.stubGlobal('navigator', { languages: ['en-GB'] });
const { HostError } = await import('../src/host/host');
const { LANGUAGES } = await import('../src/words/catalogue');
const { problemWords } = await import('../src/words/problems');
const { askFailedDetail, askFailedWords } = await import('../src/words/setup');
const { say, setLanguage } = await import('../src/words/say.svelte');

const HUB = '../crates/hub/src';
/** Where the answers to these pages come from, by file or folder. */
const ANSWERING = ['setup.rs', 'setup', 'backfill.rs', 'privacy.rs', 'house.rs', 'house', 'signin/routes.rs', 'doctor/routes.rs', 'telling/routes.rs', 'problem.rs', 'seal.rs', 'server.rs', 'api.rs'];
/** About calls and messages: no page of the set-up asks for one. */
const OF_CALLS = new Set(['no_such_call', 'no_such_message']);

function sources(): string {
  const files = ANSWERING.flatMap((name) =>
    name.endsWith('.rs')
      ? [join(HUB, name)]
      : readdirSync(join(HUB, name), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.rs')).map((file) => join(HUB, name, file)),
  );
  const keyring = readFileSync('../src-tauri/src/keys.rs', 'utf8');
  return [...files.map((file) => readFileSync(file, 'utf8').split('#[cfg(test)]\nmod tests')[0] ?? ''), keyring].join('\n');
}

const rust = sources();
const all = (pattern: RegExp, text = rust) => [...text.matchAll(pattern)].map((found) => found[1] ?? '');
const nameOf = new Map([...readFileSync(join(HUB, 'signin/code.rs'), 'utf8').matchAll(/Code::(\w+) => "(\w+)"/g)].map(([, name = '', code = '']) => [name, code]));

const literal = all(/Problem::new\(\s*[\w:]+,\s*"(\w+)"/g);
const fromElsewhere = all(/Problem::new\(\s*[\w:]+,\s*((?:\w+\.)?code),/g);
const codes = new Set([
  ...literal,
  ...all(/\(StatusCode::\w+, "(\w+)"\)/g),
  ...all(/code: "(\w+)"/g),
  ...all(/unkept\(\s*"(\w+)"/g),
  ...all(/Code::(\w+)\.as_str\(\)/g).map((name) => nameOf.get(name) ?? name),
]);
OF_CALLS.forEach((code) => codes.delete(code));

const refused = (code: string | null, problem: unknown = null) => new HostError('refused', '', code, 'The server’s English.', problem);

beforeEach(() => setLanguage('en'));

it('finds every refusal in the source', () => {
  expect(literal.length + fromElsewhere.length).toBe(all(/(Problem::new\()/g).length);
  for (const code of ['wrong_value', 'no_webhook_token', 'settings_change', 'no_engine', 'not_set_up', 'passphrase_needed', 'port_taken', 'wrong_app', 'set_in_file']) {
    expect(codes, code).toContain(code);
  }
});

describe.each(LANGUAGES)('in %s', (language) => {
  it.each([...codes])('%s', (code) => {
    setLanguage(language);
    for (const failure of ['refused', 'unreachable', 'gone'] as const) {
      const error = new HostError(failure, '', code, 'The server’s English.');
      expect(problemWords(error), code).not.toBeNull();
      expect([say('notTaken'), say('didNotAnswer')]).not.toContain(askFailedWords(error));
      // Only the cause of a start that fails is told by nobody else.
      expect(askFailedDetail(error)).toBe(code === 'no_engine' ? 'The server’s English.' : null);
    }
  });
});

it('names the field in which a value is wrong', () => {
  const told = (key: string) => askFailedWords(refused('wrong_value', { key }));
  expect(told('[hub] public_url')).toBe(say('addressWrong'));
  expect(told('[front] inbox')).toContain(say('inbox'));
  setLanguage('de');
  expect(told('[logging] shadow_until')).toContain('Tage bis zur Erinnerung');
  expect(told('[logging] from')).toContain('logging.from');
  expect(askFailedWords(refused('wrong_value'))).toBe(say('entryWrong'));
});

it('says which lines would have to stand in the file', () => {
  expect(askFailedWords(refused('set_in_file', { lines: ['801', '802'] }))).toContain('[aircall] numbers = [801, 802]');
});

it('leaves what it does not know to the server’s own words', () => {
  expect(askFailedWords(refused('never_heard_of'))).toBe(say('notTaken'));
  expect(askFailedDetail(refused('never_heard_of'))).toBe('The server’s English.');
  expect(askFailedDetail(new HostError('unreachable', 'no answer'))).toBeNull();
});
