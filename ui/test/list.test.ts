import { describe, expect, it } from 'vitest';

import { byDay, emptyList, withChangedCall, withFirstPage, withFreshShown, withNextPage, type List } from '../src/model/list';
import { aCall } from './samples';

const ids = (list: List) => list.calls.map((call) => call.id);

function listOf(...names: string[]): List {
  const calls = names.map((name, n) => aCall(name, { started_at: 1_000 - n }));
  return withFirstPage(emptyList({ filter: 'all', text: '' }), { calls, next: 'x', total: null, notes: [] });
}

describe('a new call', () => {
  const fresh = aCall('new', { started_at: 2_000 });

  it('enters at the top while the list stands there', () => {
    expect(ids(withChangedCall(listOf('a'), fresh, true))).toEqual(['new', 'a']);
  });

  it('waits while one reads further down, and comes on request', () => {
    const waiting = withChangedCall(listOf('a'), fresh, false);
    expect([ids(waiting), waiting.fresh.length]).toEqual([['a'], 1]);
    expect(ids(withFreshShown(waiting))).toEqual(['new', 'a']);
  });

  it('that does not fit the filter stays out', () => {
    const missed = withFirstPage(emptyList({ filter: 'missed', text: '' }), { calls: [], next: null, total: null, notes: [] });
    expect(ids(withChangedCall(missed, fresh, true))).toEqual([]);
    expect(ids(withChangedCall(missed, { ...fresh, outcome: 'missed' }, true))).toEqual(['new']);
  });

  it('stays out of a search, whose matches only the host knows', () => {
    const found = withFirstPage(emptyList({ filter: 'all', text: 'prats' }), { calls: [], next: null, total: null, notes: [] });
    expect(ids(withChangedCall(found, fresh, true))).toEqual([]);
  });
});

describe('a change', () => {
  it('happens in place, even where the row no longer fits', () => {
    const list = withFirstPage(emptyList({ filter: 'not_logged', text: '' }), {
      calls: [aCall('a', { state: 'held' }), aCall('b', { state: 'held' })],
      next: null,
      total: null,
      notes: [],
    });
    const changed = withChangedCall(list, aCall('a', { state: 'complete' }), true);
    expect(changed.calls.map((call) => call.state)).toEqual(['complete', 'held']);
  });

  it('of a call further down than loaded is left to its page', () => {
    expect(ids(withChangedCall(listOf('a'), aCall('old', { started_at: 1 }), true))).toEqual(['a']);
  });
});

it('shows a call that moved between two pages once', () => {
  const both = withNextPage(listOf('a', 'b'), { calls: [aCall('b'), aCall('c')], next: null, total: null, notes: [] });
  expect(ids(both)).toEqual(['a', 'b', 'c']);
});

it('counts a day only when all of it is loaded', () => {
  const calls = [aCall('a', { started_at: 300 }), aCall('b', { started_at: 299 }), aCall('c', { started_at: 150 })];
  const list = withFirstPage(emptyList({ filter: 'all', text: '' }), { calls, next: 'more', total: null, notes: [] });
  const days = byDay(list, (at) => String(Math.floor(at / 100)));
  expect(days.map((day) => [day.key, day.calls.length, day.whole])).toEqual([
    ['3', 1, true],
    ['2', 1, true],
    ['1', 1, false],
  ]);
  expect(byDay({ ...list, next: null }, () => 'one').at(-1)?.whole).toBe(true);
});
