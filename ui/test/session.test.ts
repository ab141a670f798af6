import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HostError, type CallQuery, type Feed, type Host } from '../src/host/host';
import { Session } from '../src/session.svelte';
import type { CallPage, Now } from '../src/wire';
import { aCall, aDetail, aNow, pushed, TALKING } from './samples';

/** A host whose answers the test decides. */
class Scripted implements Host {
  answers: (() => Promise<Now>)[] = [];
  page: (query: CallQuery) => Promise<CallPage> = async () => ({ calls: [], next: null, total: null, notes: [] });
  feed: Feed | null = null;
  asked = 0;
  token = '';
  readonly preferences = { read: () => null, write: () => {} };
  readonly session = { signIn: (token: string) => void (this.token = token), signOut: () => void (this.token = '') };

  now(): Promise<Now> {
    this.asked += 1;
    return (this.answers.length > 1 ? this.answers.shift() : this.answers[0])?.() ?? Promise.resolve(aNow());
  }
  calls(query: CallQuery): Promise<CallPage> {
    return this.page(query);
  }
  async call() {
    return aDetail();
  }
  async openRecords(customer_id: string) {
    return { customer_id, records: [], total: 0, more: false, latest_url: null };
  }
  async act(): Promise<void> {}
  api: Host['api'] = () => Promise.reject(new HostError('gone', 'nothing here'));
  open(): void {}
  painted(): void {}
  subscribe(_from: string, feed: Feed) {
    this.feed = feed;
    return () => (this.feed = null);
  }
}

const ALL = { filter: 'all', text: '' } as const;
const refuse = (failure: 'unauthorized' | 'unreachable') => () => Promise.reject(new HostError(failure, 'no'));

let host: Scripted;
let session: Session;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 10) });
  host = new Scripted();
  session = new Session(host);
});

afterEach(() => {
  session.stop();
  vi.useRealTimers();
});

describe('starting', () => {
  it('shows the set-up where nothing is set up, and the pages once it is', async () => {
    host.answers = [() => Promise.reject(new HostError('refused', 'no', 'not_set_up'))];
    await session.start();
    expect(session.gate).toBe('set_up');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(host.asked).toBe(1);
    host.answers = [async () => aNow()];
    await session.start();
    expect(session.gate).toBe('open');
  });

  it('asks for the token where the set-up refuses it, and says so to whoever asked', async () => {
    host.api = () => Promise.reject(new HostError('unauthorized', 'no'));
    await expect(session.api('GET', '/api/setup')).rejects.toMatchObject({ failure: 'unauthorized' });
    expect(session.gate).toBe('sign_in');
  });

  it('opens with the first answer and follows the events', async () => {
    await session.start();
    expect([session.gate, host.feed === null]).toEqual(['open', false]);
  });

  it('tries again by itself until the host answers', async () => {
    host.answers = [refuse('unreachable'), refuse('unreachable'), async () => aNow()];
    await session.start();
    expect(session.gate).toBe('failed');
    await vi.advanceTimersByTimeAsync(3_100);
    expect([session.gate, host.asked]).toEqual(['open', 3]);
  });

  it('asks for a token where one is needed, and not again by itself', async () => {
    host.answers = [refuse('unauthorized')];
    await session.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([session.gate, host.asked, session.tokenRefused]).toEqual(['sign_in', 1, false]);
  });

  it('says when the token is wrong, and forgets that with the right one', async () => {
    host.answers = [refuse('unauthorized')];
    await session.signIn('wrong');
    expect([session.gate, session.tokenRefused]).toEqual(['sign_in', true]);
    host.answers = [async () => aNow()];
    await session.signIn('right');
    expect([session.gate, session.tokenRefused, host.token]).toEqual(['open', false, 'right']);
  });

  it('forgets everything when one signs out', async () => {
    await session.start();
    session.signOut();
    expect([session.gate, session.model.ready, host.token, host.feed]).toEqual(['sign_in', false, '', null]);
  });
});

describe('what is on show', () => {
  beforeEach(() => session.start());

  it('gets its counts anew after a call, once things have settled', async () => {
    host.feed?.pushed(pushed(11, { event: 'call', data: aCall('a') }));
    host.feed?.pushed(pushed(12, { event: 'call', data: aCall('a', { state: 'pending' }) }));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(host.asked).toBe(2);
  });

  it('gets its counts anew at midnight', async () => {
    session.tick(Date.UTC(2026, 10, 21, 11));
    expect(host.asked).toBe(1);
    session.tick(Date.UTC(2026, 10, 22, 14));
    expect(host.asked).toBe(2);
  });

  it('is asked for anew when events were lost', async () => {
    host.answers = [async () => aNow({ event_id: '99', live: [{ call: aCall('z', TALKING), card: aDetail().card }] })];
    await session.loadList(ALL);
    host.page = async () => ({ calls: [aCall('later')], next: null, total: null, notes: [] });
    host.feed?.resync();
    await vi.advanceTimersByTimeAsync(0);
    expect([session.model.shown, session.list?.calls[0]?.id]).toEqual(['z', 'later']);
  });

  it('counts the changes of a call for whoever reads its detail', () => {
    host.feed?.pushed(pushed(11, { event: 'call', data: aCall('a') }));
    expect([session.versionOf('a'), session.versionOf('b')]).toEqual([1, 0]);
  });
});

describe('the list', () => {
  beforeEach(() => session.start());

  it('drops the answer to a question that is no longer asked', async () => {
    let answer: (page: CallPage) => void = () => {};
    host.page = ({ filter }) =>
      filter === 'all' ? new Promise((given) => (answer = given)) : Promise.resolve({ calls: [aCall('missed')], next: null, total: null, notes: [] });
    const slow = session.loadList(ALL);
    await session.loadList({ filter: 'missed', text: '' });
    answer({ calls: [aCall('too late')], next: null, total: null, notes: [] });
    await slow;
    expect(session.list?.calls.map((call) => call.id)).toEqual(['missed']);
  });

  it('keeps what is loaded when the next page does not come, and asks for that page again', async () => {
    host.page = async () => ({ calls: [aCall('a')], next: 'x', total: null, notes: [] });
    await session.loadList(ALL);
    host.page = refuse('unreachable');
    await session.loadMore();
    expect([session.list?.status, session.list?.calls.length]).toEqual(['failed', 1]);
    host.page = async ({ before }) => ({ calls: [aCall(`after ${before}`)], next: null, total: null, notes: [] });
    await session.loadMore();
    expect(session.list?.calls.map((call) => call.id)).toEqual(['a', 'after x']);
  });

  it('has a call that began while its first page was on its way', async () => {
    let answer: (page: CallPage) => void = () => {};
    host.page = () => new Promise((given) => (answer = given));
    const first = session.loadList(ALL);
    host.feed?.pushed(pushed(11, { event: 'call', data: aCall('new', { started_at: 9_000 }) }));
    answer({ calls: [aCall('a')], next: null, total: null, notes: [] });
    await first;
    expect(session.list?.calls.map((call) => call.id)).toEqual(['new', 'a']);
  });

  it('does not lose a call that came while a page was on its way', async () => {
    host.page = async () => ({ calls: [aCall('a')], next: 'x', total: null, notes: [] });
    await session.loadList(ALL);
    let answer: (page: CallPage) => void = () => {};
    host.page = () => new Promise((given) => (answer = given));
    const more = session.loadMore();
    host.feed?.pushed(pushed(11, { event: 'call', data: aCall('new', { started_at: 9_000 }) }));
    answer({ calls: [aCall('b')], next: null, total: null, notes: [] });
    await more;
    expect(session.list?.calls.map((call) => call.id)).toEqual(['new', 'a', 'b']);
  });
});
