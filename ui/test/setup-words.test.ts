import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Tested } from '../src/wire';

vi.stubGlobal('document', { documentElement: {} });
vi.stubGlobal('navigator', { languages: ['en-GB'] });
const { failedSignIn, lostTest, nextWords, refusedConnection } = await import('../src/words/setup');
const { doctorText } = await import('../src/ui/doctor/report');
const { setLanguage } = await import('../src/words/say.svelte');

beforeEach(() => setLanguage('en'));

const tested = (code: string): Tested => ({ accepted: false, account: null, lines: null, permissions: [], code, detail: null });

describe('every code has a sentence of its own and one thing to do', () => {
  it('of a test', () => {
    const codes = ['wrong_key', 'no_such_account', 'not_an_api', 'forbidden', 'unreachable', 'rate_limited', 'read_only', 'never_heard_of'];
    for (const language of ['en', 'de', 'fr'] as const) {
      setLanguage(language);
      const verdicts = codes.map((code) => refusedConnection(tested(code), 'gorgias', 'acmee'));
      expect(new Set(verdicts.map((one) => one.text)).size).toBe(codes.length);
      for (const one of verdicts) expect(nextWords(one.next)).not.toBe('');
    }
  });

  it('of a sign-in', () => {
    const codes = ['refused', 'not_admin', 'closed', 'expired', 'wrong_state', 'used_code', 'wrong_app', 'redirect_not_allowed', 'unreachable', 'no_such_account', 'x'];
    const texts = codes.map((code) => failedSignIn({ code, detail: null }, 'gorgias', 'acmee').text);
    expect(new Set(texts).size).toBe(codes.length);
  });

  it('of a test event', () => {
    const codes = ['not_https', 'no_such_host', 'refused', 'timeout', 'certificate', 'not_sidetone', 'http_404', 'x'];
    const texts = codes.map((code) => lostTest({ arrived: false, after_ms: null, code, detail: null }));
    expect(new Set(texts).size).toBe(codes.length);
    expect(texts[6]).toContain('404');
  });
});

it('says the vendor’s own words for a key that is wrong', () => {
  expect(refusedConnection(tested('wrong_key'), 'aircall', '').text).toBe('Aircall does not accept this key (403).');
  expect(refusedConnection(tested('no_such_account'), 'gorgias', 'acmee').text).toBe('There is no Gorgias account “acmee”.');
});

it('copies the doctor’s report with every telephone number masked', () => {
  const check = { code: 'agents', finding: 'fault', what: 'Nobody on +33 1 99 00 50 14', why: 'So', mend: 'Then', value: '1 of 4', action: null, said: null, said_value: null } as const;
  const text = doctorText({ checked_at: 0, faults: 1, hints: 0, checks: [check] }, '1.0.0');
  expect(text).toBe(
    'Sidetone 1.0.0, checked 1970-01-01T00:00:00.000Z\n\nFAULT Nobody on +•••14 [agents] (1 of 4)\n      Why: So\n      To mend: Then',
  );
});
