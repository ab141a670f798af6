import { beforeEach, expect, it } from 'vitest';

import { HostError, type Host, type Preference } from '../src/host/host';
import { JottedOfCall, Lately, MOST_TAGS } from '../src/jotted.svelte';
import { EMPTY, reduce, AFTER_CALL_MS, type Model } from '../src/model/model';
import { aCard, aCall } from './samples';

const kept = new Map<Preference, string | null>();
const host = { preferences: { read: (name: Preference) => kept.get(name) ?? null, write: (name: Preference, value: string | null) => void kept.set(name, value) } } as unknown as Host;

let asked: unknown[][] = [];
let answer: () => unknown = () => ({ state: 'posted', reason: null });

function jotted(agent: string | null = null): JottedOfCall {
  const api = async <T>(...what: unknown[]) => {
    asked.push(what);
    return answer() as T;
  };
  return new JottedOfCall('41', api, new Lately(host), () => agent);
}

beforeEach(() => {
  asked = [];
  kept.clear();
  answer = () => ({ state: 'posted', reason: null });
});

it('a note is sent in the name of whoever sits here, else of the call’s agent', async () => {
  const one = jotted('31');
  one.draft = '  Lid does not close.  ';
  expect(await one.addNote(1)).toBe(true);
  expect(asked).toEqual([['POST', '/api/calls/41/comments', { text: 'Lid does not close.', agent: '31' }]]);
  expect([one.draft, one.notes]).toEqual(['', [{ text: 'Lid does not close.', at: 1, state: 'posted' }]]);
  const other = jotted();
  other.draft = 'Again';
  await other.addNote(2);
  expect(asked[1]?.[2]).toEqual({ text: 'Again' });
});

it('a note that was not taken is still there, and none is sent twice', async () => {
  answer = () => {
    throw new HostError('refused', 'no', 'aircall_busy');
  };
  const one = jotted();
  one.draft = 'Lid';
  const [first, second] = await Promise.all([one.addNote(1), one.addNote(1)]);
  expect([first, second, asked.length]).toEqual([false, false, 1]);
  expect([one.draft, one.notes, one.fault]).toEqual(['Lid', [], { of: 'note', code: 'aircall_busy' }]);
});

it('what is typed on while a note is sent is not lost', async () => {
  const one = jotted();
  one.draft = 'Lid';
  const sent = one.addNote(1);
  one.draft = 'Lid and hinge';
  await sent;
  expect(one.draft).toBe('Lid and hinge');
});

it('tags that Aircall took are offered again, the last first, and no more than have keys', async () => {
  const one = jotted();
  for (let n = 0; n < MOST_TAGS + 2; n += 1) await one.addTag(`Tag ${n}`);
  await one.addTag('Tag 5');
  const names = new Lately(host).names;
  expect([names[0], names.length, new Set(names).size]).toEqual(['Tag 5', MOST_TAGS, MOST_TAGS]);
  answer = () => {
    throw new HostError('refused', 'no', 'no_such_tag');
  };
  await one.addTag('Nobody’s');
  expect(one.fault).toEqual({ of: 'tag', code: 'no_such_tag', tag: 'Nobody’s' });
  expect(new Lately(host).names).not.toContain('Nobody’s');
});

it('the card of a call that is over stays while somebody writes, and then as long as ever', () => {
  const over = { call: aCall('41', { phase: 'ended' }), card: aCard('41'), at: 1_000 };
  let model: Model = { ...EMPTY, over };
  model = reduce(model, { kind: 'stay', at: 90_000 });
  expect(reduce(model, { kind: 'tick', at: 90_000 + AFTER_CALL_MS - 1 }).over?.call.id).toBe(over.call.id);
  expect(reduce(model, { kind: 'tick', at: 90_000 + AFTER_CALL_MS }).over).toBeNull();
});
