import { expect, it } from 'vitest';

import { EMPTY, type Model } from '../src/model/model';
import { stripLine } from '../src/model/strip';
import type { Health, OutboxView } from '../src/wire';
import { aCall, aCard, aHealth, TALKING } from './samples';

const NOTHING: OutboxView = { calls: 0, writes: 0, oldest_seconds: 0, parked: 0, held: 0, not_logged: 0, messages_held: 0, messages_stopped: 0 };

function withHealth(over: Partial<Health>, model: Partial<Model> = {}): Model {
  return { ...EMPTY, ready: true, health: aHealth(over), ...model };
}

const alert = { code: 'x', since: 0, calls: 1, what: '', mend: '' };
const away = { link: { state: 'away', since: 5 } } as const;

it('says nothing before the first answer', () => expect(stripLine(EMPTY)).toBeNull());

it('puts an alert above everything', () => {
  const worst = withHealth({ alerts: [alert, alert], outbox: { ...NOTHING, held: 1 } }, away);
  expect(stripLine(worst)).toMatchObject({ kind: 'alert', more: 1 });
});

it('says since when logging is paused, above an absent hub', () => {
  expect(stripLine(withHealth({ paused: { since: 9, waiting: 6 } }, away))).toEqual({ kind: 'paused', since: 9, kept: 6 });
});

it('puts an absent hub above what waits there', () => {
  expect(stripLine(withHealth({ outbox: { ...NOTHING, held: 1 } }, away))).toEqual({ kind: 'away', since: 5 });
});

it('counts every call that needs a person', () => {
  const outbox = { ...NOTHING, held: 1, parked: 2, not_logged: 3 };
  expect(stripLine(withHealth({ outbox }))).toEqual({ kind: 'not_logged', n: 6 });
});

it('says "held" where all of them are', () => {
  expect(stripLine(withHealth({ outbox: { ...NOTHING, held: 2 } }))).toEqual({ kind: 'held', n: 2 });
});

it('speaks of waiting only after ten seconds', () => {
  const outbox = { ...NOTHING, calls: 3, writes: 5 };
  expect(stripLine(withHealth({ outbox: { ...outbox, oldest_seconds: 10 } }))?.kind).toBe('written');
  expect(stripLine(withHealth({ outbox: { ...outbox, oldest_seconds: 11 } }))).toMatchObject({ kind: 'waiting', n: 3 });
});

it('never claims that something is written where nothing may be', () => {
  expect(stripLine(withHealth({ mode: 'off' }))?.kind).toBe('off');
  expect(stripLine(withHealth({ mode: 'shadow' }))?.kind).toBe('shadow');
});

it('names what is awaited, if it is the same for all', () => {
  const completeness = { note: 'written', tags: 'written', recording: 'awaited', voicemail: 'not_expected' } as const;
  const waiting = aCall('a', { state: 'pending', completeness });
  const other = aCall('b', { state: 'pending', completeness: { ...completeness, recording: 'not_expected', voicemail: 'awaited' } });
  expect(stripLine(withHealth({}, { recent: [waiting, waiting] }))).toEqual({ kind: 'awaited', n: 2, part: 'recording' });
  expect(stripLine(withHealth({}, { recent: [waiting, other] }))).toEqual({ kind: 'awaited', n: 2, part: null });
});

it('says "so far" while a call is up', () => {
  const live = [{ call: aCall('a', TALKING), card: aCard('a') }];
  expect(stripLine(withHealth({}, { live }))?.kind).toBe('so_far');
});
