import { describe, expect, it } from 'vitest';

import { someLines } from '../src/host/fake/setup-data';
import { csv, estimate, isReadOnly, linesFor, neighbour, resumeAt, STEPS, writtenTwice } from '../src/model/setup';
import type { Setup, SetupStep, StepState } from '../src/wire';

const lines = someLines(1_000, []);
const menu = lines.lines.find((line) => line.is_menu) ?? expect.fail('a menu among the lines');

function aSetup(states: Partial<Record<SetupStep, StepState>>, over: Partial<Setup> = {}): Setup {
  return {
    steps: STEPS.map((step) => ({ step, state: states[step] ?? 'open' })),
    aircall: null,
    helpdesk: null,
    asks_to_connect: null,
    left: [],
    uninstalling: null,
    lines: [],
    events: 'auto',
    public_url: null,
    rules: {
      language: 'en',
      unknown_callers: 'placeholder',
      several_matches: 'ask',
      anonymous_callers: 'log',
      internal_calls: 'store',
      recordings: 'attach',
      answered: 'open',
      missed: 'open',
      outbound_unanswered: 'open',
    },
    mode: 'off',
    held: null,
    shadow_until: null,
    inbox: 'Aircall',
    read_only: [],
    sign_in: [],
    keeps_secrets: true,
    unkept: null,
    unkept_code: null,
    ...over,
  };
}

describe('the set-up goes on', () => {
  it('at the first step that is open', () => {
    expect(resumeAt(aSetup({ aircall: 'done', helpdesk: 'done' }))).toBe('numbers');
    expect(resumeAt(aSetup({}))).toBe('aircall');
  });

  it('at the last one where all are done', () => {
    expect(resumeAt(aSetup(Object.fromEntries(STEPS.map((step) => [step, 'done']))))).toBe('go_live');
  });

  it('at the helpdesk where an account asks to be connected', () => {
    const asks = { vendor: 'gorgias', by: 'sign_in', account: 'acme', email: null, since: null } as const;
    expect(resumeAt(aSetup({}, { asks_to_connect: asks }))).toBe('helpdesk');
  });

  it('step by step, and not beyond the ends', () => {
    expect([neighbour('aircall', -1), neighbour('aircall', 1), neighbour('go_live', 1)]).toEqual([null, 'helpdesk', null]);
  });
});

it('knows what the file fixes', () => {
  const view = aSetup({}, { read_only: ['aircall.numbers'] });
  expect([isReadOnly(view, 'aircall.api_id', 'aircall.numbers'), isReadOnly(view, 'aircall.api_id')]).toEqual([true, false]);
});

describe('the estimate', () => {
  it('counts the chosen lines only', () => {
    expect(estimate(lines, new Set(['801', '802', '803', '804']))).toEqual({ lines: 4, calls: 480, requests: 1056, peak: 14 });
  });

  it('has no busier moment than its lines have calls', () => {
    const quiet = { ...lines, lines: lines.lines.map((line) => ({ ...line, calls_in_a_week: line.id === '806' ? 2 : 0 })) };
    expect(estimate(quiet, new Set(['806'])).peak).toBe(5);
  });

  it('takes a line whose calls were not counted for none', () => {
    const uncounted = { ...lines, lines: lines.lines.map((line) => ({ ...line, calls_in_a_week: null })) };
    expect(estimate(uncounted, new Set(['801']))).toEqual({ lines: 1, calls: 0, requests: 0, peak: 0 });
  });
});

it('finds calls that would be written twice only where the menu and one of its lines are chosen', () => {
  expect(writtenTwice(menu, lines.lines, new Set(['805', '801']))).toEqual(['Support FR']);
  expect(writtenTwice(menu, lines.lines, new Set(['805', '803']))).toEqual([]);
  expect(writtenTwice(menu, lines.lines, new Set(['801', '802']))).toEqual([]);
});

describe('lines are found', () => {
  const found = (text: string) => linesFor(lines.lines, text).map((line) => line.id);

  it('by name and team', () => {
    expect(found('support')).toEqual(['801']);
    expect(found(' LOGISTICS ')).toEqual(['804', '806']);
  });

  it('by number in any spelling', () => {
    expect(found('01 99 00 12 34')).toEqual(['801']);
    expect(found('(202) 555-0110')).toEqual(['803']);
    expect(found('+33199001234')).toEqual(['801']);
  });

  it('all of them without a text, none for nonsense', () => {
    expect(found('').length).toBe(6);
    expect(found('zebra')).toEqual([]);
  });
});

describe('a file for spreadsheets', () => {
  it('quotes what would break a row', () => {
    expect(csv([['a,b', 'say "so"', 'one\ntwo', 3]])).toBe('\ufeff"a,b","say ""so""","one\ntwo",3\r\n');
  });

  it('keeps a text a text that a spreadsheet would calculate', () => {
    expect(csv([['=1+1', '+33199003146', '-x', '@y', -4]])).toBe("\ufeff'=1+1,'+33199003146,'-x,'@y,-4\r\n");
  });
});
