import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Desk } from '../src/desk.svelte';
import { HostError, type Host, type Method, type Preference } from '../src/host/host';
import { safeUrl } from '../src/host/links';
import { besides, deeds, isOthers, moved, without } from '../src/model/desk';
import { EMPTY, reduce } from '../src/model/model';
import { parseRoute, routeHash } from '../src/model/route';
import type { DeskCaller, DeskView } from '../src/wire';
import { aCall, aNow } from './samples';

const ANA = { id: '7', name: 'Ana Reyes' };
const JONAS = { id: '8', name: 'Jonas Weber' };

function caller(key: string, over: Partial<DeskCaller> = {}): DeskCaller {
  const last = aCall(`4${key.slice(-3)}`, { outcome: 'missed', answered_at: null });
  const talk = null;
  return { key, kind: 'missed', last, calls: 1, first_at: 1_000, lines: [last.line], asset: null, claimed: null, talk, ...over };
}

function view(over: Partial<DeskView> = {}): DeskView {
  return { waiting: [caller('+33199005501'), caller('+33199005502')], claimed: [], done_today: 0, lines: null, agents: [ANA, JONAS], ...over };
}

const withheld = caller('call:4003', {
  last: aCall('4003', { number: { kind: 'withheld', e164: null, international: null, national: null, country: null, received: '' } }),
});

describe('what may be done', () => {
  const nothing = { callBack: false, claim: false, release: false, clear: false };

  it('depends on the number and on who has the caller', () => {
    expect(deeds(caller('+33199005501'), '7')).toEqual({ callBack: true, claim: true, release: false, clear: true });
    expect(deeds(withheld, '7')).toEqual({ callBack: false, claim: false, release: false, clear: true });
    const claimed = caller('+33199005501', { claimed: { agent: ANA, at: 5 } });
    expect(deeds(claimed, '7')).toEqual({ callBack: true, claim: false, release: true, clear: true });
    expect(deeds(claimed, '8')).toEqual(nothing);
    expect(deeds(claimed, null)).toEqual(nothing);
  });

  it('is nothing while somebody is on the phone with the caller, and everything while the caller merely rings', () => {
    const talk = { agent: JONAS, since: 5, answered: false, outbound: true };
    expect(deeds(caller('+33199005501', { talk }), '7')).toEqual(nothing);
    expect(deeds(caller('+33199005501', { talk: { ...talk, outbound: false, answered: true } }), '7')).toEqual(nothing);
    expect(isOthers(caller('+33199005501', { talk: { ...talk, outbound: false } }), '7')).toBe(false);
  });
});

describe('the hand', () => {
  const keys = ['a', 'b', 'c'];

  it('moves with arrows and letters, and begins at an end', () => {
    const way = ['ArrowDown', 'j', 'j', 'j', 'k', 'ArrowUp', 'ArrowUp', 'End', 'Home'];
    let at: string | null = null;
    const seen = way.map((key) => (at = moved(keys, at, key)));
    expect(seen).toEqual(['a', 'b', 'c', 'c', 'b', 'a', 'a', 'c', 'a']);
    expect(moved(keys, null, 'k')).toBe('c');
    expect(moved(keys, 'a', 'x')).toBeNull();
    expect(moved([], null, 'j')).toBeNull();
  });

  it('goes to the next row when one goes, else to the one before', () => {
    expect(besides(keys, 'a')).toBe('b');
    expect(besides(keys, 'c')).toBe('b');
    expect(besides(['a'], 'a')).toBeNull();
  });

  it('leaves a view without the caller', () => {
    expect(without(view(), '+33199005501').waiting.map((one) => one.key)).toEqual(['+33199005502']);
  });
});

describe('around it', () => {
  it('counts come with the first answer and with events, and the place has an address', () => {
    const known = reduce(EMPTY, { kind: 'now', now: aNow({ desk: { waiting: 2, claimed: 1 } }), at: 0 });
    expect(known.desk).toEqual({ waiting: 2, claimed: 1 });
    const pushed = { id: '11', body: { event: 'desk' as const, data: { waiting: 1, claimed: 1 } } };
    expect(reduce(known, { kind: 'pushed', pushed, at: 0 }).desk.waiting).toBe(1);
    expect(routeHash({ page: 'missed' })).toBe('#missed');
    expect(parseRoute('#missed').page).toBe('missed');
  });

  it('dials only numbers through another program', () => {
    expect(safeUrl('tel:+33199005501')).toBe('tel:+33199005501');
    for (const bad of ['tel:', 'tel:112', 'tel:+33199005501;ext=1', 'tel:*21*+33199005501#', 'javascript:alert(1)']) expect(safeUrl(bad)).toBeNull();
  });
});

describe('a desk', () => {
  let kept: Map<Preference, string | null>;
  let asked: string[];
  let answer: (method: Method, path: string, body?: unknown) => unknown;
  let desk: Desk;
  const tel = { code: 'agent_unavailable', tel: 'tel:+33199005523' };
  const api = async <T>(method: Method, path: string, body?: unknown): Promise<T> => {
    const [where = '', search = ''] = path.split('?');
    const agent = new URLSearchParams(search).get('agent');
    asked.push(`${method} ${where}${agent ? ` of ${agent}` : ''}${body ? ` ${JSON.stringify(body)}` : ''}`);
    return (await answer(method, where, body)) as T;
  };
  const refuse = (code: string, problem: unknown = null) => {
    throw new HostError('refused', 'no', code, null, problem);
  };

  function open(): Desk {
    const preferences = { read: (name: Preference) => kept.get(name) ?? null, write: (name: Preference, value: string | null) => void kept.set(name, value) };
    return new Desk({ preferences } as unknown as Host, api);
  }

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 10) });
    kept = new Map([['agent', '7']]);
    asked = [];
    answer = (method) => (method === 'GET' ? view() : null);
    desk = open();
  });

  afterEach(() => {
    desk.stop();
    vi.useRealTimers();
  });

  it('is read while somebody looks, once for several changes', async () => {
    desk.changed();
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual([]);
    const stop = desk.watch();
    await vi.advanceTimersByTimeAsync(0);
    for (let n = 0; n < 5; n += 1) desk.changed();
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual(['GET /api/missed', 'GET /api/missed']);
    stop();
    desk.changed();
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toHaveLength(2);
  });

  it('keeps what is there when it cannot be read, and an old answer does not replace a new one', async () => {
    const answers: ((view: DeskView) => void)[] = [];
    answer = () => new Promise<DeskView>((done) => answers.push(done));
    void desk.load();
    void desk.load();
    answers[1]?.(view({ done_today: 2 }));
    answers[0]?.(view({ done_today: 1 }));
    await vi.advanceTimersByTimeAsync(0);
    expect([desk.status, desk.view?.done_today]).toEqual(['ready', 2]);
    answer = () => refuse('store_unavailable');
    await desk.load();
    expect([desk.status, desk.view?.done_today]).toEqual(['failed', 2]);
  });

  it('narrows to the lines of whoever sits here, and forgets whom Aircall does not know', async () => {
    desk.show('mine');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual(['GET /api/missed of 7']);
    expect(open().lines).toBe('mine');
    answer = () => {
      if (desk.lines === 'mine') refuse('no_such_agent');
      return view();
    };
    await desk.load();
    await vi.advanceTimersByTimeAsync(0);
    expect([desk.agent, desk.lines, desk.status]).toEqual([null, 'all', 'ready']);
    expect(desk.mustAsk).toBe(true);
    desk.iAm('8');
    expect([desk.mustAsk, desk.me, kept.get('agent')]).toEqual([false, JONAS, '8']);
  });

  it('needs not ask who it is where there is one', async () => {
    kept.clear();
    desk = open();
    answer = (method) => (method === 'GET' ? view({ agents: [ANA] }) : null);
    await desk.load();
    expect([desk.mustAsk, desk.me]).toEqual([false, ANA]);
  });

  it('claims before it dials, and says what happens next', async () => {
    await desk.load();
    const one = caller('+33199005501');
    answer = (_method, path) => (path === '/api/dial' ? { state: 'keypad' } : null);
    await desk.callBack(one);
    expect(asked.slice(1)).toEqual([
      'POST /api/missed/%2B33199005501/claim {"agent":"7"}',
      'POST /api/dial {"to":"+33199005523","agent":"7"}',
    ]);
    expect(desk.said).toEqual({ key: one.key, word: 'deskKeypad', bad: false });
  });

  it('does not dial whom a colleague has', async () => {
    await desk.load();
    answer = () => refuse('claimed_by_another', { agent: JONAS });
    await desk.callBack(caller('+33199005501'));
    expect(asked.filter((one) => one.includes('dial'))).toEqual([]);
    expect(desk.said).toEqual({ key: '+33199005501', word: 'deskTaken', agent: 'Jonas Weber', bad: true });
  });

  it('offers another way where Aircall is closed and keeps the caller; else it gives the caller back', async () => {
    await desk.load();
    const dial = (code: string, problem: unknown = null) => {
      answer = (_method, path) => (path === '/api/dial' ? refuse(code, problem) : null);
    };
    dial('agent_unavailable', tel);
    await desk.callBack(caller('+33199005501'));
    expect(desk.said).toEqual({ key: '+33199005501', word: 'deskClosed', bad: true, tel: 'tel:+33199005523' });
    expect(asked.some((one) => one.startsWith('DELETE'))).toBe(false);
    dial('aircall_busy');
    await desk.callBack(caller('+33199005501'));
    expect(desk.said?.word).toBe('deskNotDialled');
    expect(asked.at(-1)).toBe('DELETE /api/missed/%2B33199005501/claim');
    asked = [];
    await desk.callBack(caller('+33199005501', { claimed: { agent: ANA, at: 5 } }));
    expect(asked.some((one) => one.startsWith('DELETE')), 'it was ours before').toBe(false);
  });

  it('clears what was seen, and takes it back within ten seconds', async () => {
    await desk.load();
    const one = view().waiting[0] as DeskCaller;
    await desk.clear(one);
    expect(asked.at(-1)).toBe(`POST /api/missed/%2B33199005501/clear {"last_call":"${one.last.id}"}`);
    expect(desk.view?.waiting.map((other) => other.key)).toEqual(['+33199005502']);
    expect(desk.cleared?.key).toBe(one.key);
    await desk.undo();
    expect(asked.at(-1)).toBe('DELETE /api/missed/%2B33199005501/clear');
    await desk.clear(one);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(desk.cleared).toBeNull();
    asked = [];
    await desk.undo();
    expect(asked).toEqual([]);
  });

  it('has a caller back who could not be cleared, and does nothing twice at once', async () => {
    await desk.load();
    answer = (method) => (method === 'GET' ? view() : refuse('not_waiting'));
    await desk.clear(view().waiting[0] as DeskCaller);
    await vi.advanceTimersByTimeAsync(100);
    expect(desk.view?.waiting).toHaveLength(2);
    expect(desk.said?.word).toBe('deskGone');
    answer = () => new Promise(() => undefined);
    asked = [];
    void desk.claim(caller('+33199005501'));
    void desk.claim(caller('+33199005501'));
    expect(asked).toHaveLength(1);
  });
});
