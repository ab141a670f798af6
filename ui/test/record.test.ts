import { describe, expect, it } from 'vitest';

import { otherParts, plannedWrites, writtenLines } from '../src/model/ledger';
import { standing } from '../src/model/record';
import { HOME, parseRoute, routeHash } from '../src/model/route';
import { safeUrl } from '../src/host/links';
import { aCall, aDetail } from './samples';

const at = '2026-11-21T10:00:00Z';

describe('the standing of a record', () => {
  it('is a problem where a person is needed', () => {
    expect(standing(aCall('a', { state: 'held', reason: { code: 'unknown_caller', text: '' } }))).toEqual({ kind: 'problem', what: 'unknown_caller' });
    expect(standing(aCall('a', { state: 'parked', reason: { code: 'refused', text: '' } }))).toEqual({ kind: 'problem', what: 'refused' });
  });

  it('is quiet where nothing is written on purpose', () => {
    expect(standing(aCall('a', { state: 'not_logged', reason: { code: 'before_go_live', text: '' } })).kind).toBe('quiet');
  });

  it('is a problem for a reason that these pages do not know', () => {
    expect(standing(aCall('a', { state: 'not_logged', reason: { code: 'something_new', text: '' } })).kind).toBe('problem');
  });
});

describe('the ledger', () => {
  const detail = aDetail({
    ledger: [
      { key: 'ticket', helpdesk_id: '5', written_at: at },
      { key: 'tag:Aircall', helpdesk_id: '1', written_at: at },
      { key: 'tag:Delivery: late', helpdesk_id: '2', written_at: at },
      { key: 'comment:991', helpdesk_id: '3', written_at: at },
    ],
    plan: { requests: 1, writes: [{ key: 'ended+recording+tag:X', method: 'POST', path: '/api', body: {} }] },
    completeness: { note: 'written', tags: 'written', recording: 'awaited', voicemail: 'not_expected' },
  });

  it('has one line per part, tags together', () => {
    expect(writtenLines(detail).map((line) => line.item)).toEqual([
      { kind: 'ticket', id: '5' },
      { kind: 'note', title: 'comment' },
      { kind: 'tags', tags: ['Aircall', 'Delivery: late'] },
    ]);
  });

  it('is told in the order in which it came about, in Front, too', () => {
    const later = '2026-11-21T10:03:00Z';
    const call = aCall('1', { direction: 'outbound' });
    const entry = (key: string, written_at: string) => ({ key, helpdesk_id: '1', written_at });
    const ledger = [entry('assignee', at), entry('customer', at), entry('duration', later), entry('main', at), entry('recording', later), entry('ticket', at)];
    const kinds = writtenLines(aDetail({ call, ledger })).map(({ item }) => (item.kind === 'call' ? item.what : item.kind));
    expect(kinds).toEqual(['customer', 'ticket', 'outboundCall', 'assignee', 'duration', 'part']);
  });

  it('says of a request all that it settles', () => {
    expect(plannedWrites(detail)[0]?.items).toEqual([
      { kind: 'note', title: 'ended' },
      { kind: 'part', part: 'recording' },
      { kind: 'tags', tags: ['X'] },
    ]);
  });

  it('calls the one note of a call that nobody answered by its name (G12)', () => {
    const call = aCall('1', { outcome: 'missed' });
    const missed = aDetail({ call, ledger: [{ key: 'ended', helpdesk_id: '3', written_at: at }] });
    expect(writtenLines(missed).map((line) => line.item)).toEqual([{ kind: 'note', title: 'missed' }]);
  });

  it('adds the parts of which nobody has spoken', () => {
    expect(otherParts(detail)).toEqual([{ item: { kind: 'part', part: 'voicemail' }, state: 'not_expected' }]);
  });
});

describe('the address', () => {
  it('comes back as the place it was made from', () => {
    const place = { page: 'calls', filter: 'missed', text: 'Roche & Sœurs', from: '2026-11-18', until: null, call: '4186780001', step: null } as const;
    expect(parseRoute(routeHash(place))).toEqual(place);
    expect(parseRoute(routeHash({ page: 'search', text: 'Roche & Sœurs' }))).toMatchObject({ page: 'search', text: 'Roche & Sœurs' });
    expect(parseRoute('#calls?from=soon&until=2026-99-99')).toMatchObject({ from: null, until: null });
    expect(parseRoute(routeHash({ page: 'setup', step: 'dry_run' }))).toMatchObject({ page: 'setup', step: 'dry_run' });
    expect(parseRoute('#setup?step=nonsense')).toMatchObject({ page: 'setup', step: null });
    expect(parseRoute(routeHash({ page: 'doctor' }))).toMatchObject({ page: 'doctor' });
  });

  it('leads home where it says nothing', () => {
    expect(parseRoute('')).toEqual(HOME);
    expect(parseRoute('#calls?filter=nonsense').filter).toBe('all');
  });
});

describe('a link of the helpdesk', () => {
  it('opens over https, and over http only on this computer', () => {
    expect(safeUrl('https://acme.example.com/app/ticket/5')).not.toBeNull();
    expect(safeUrl('http://127.0.0.1:8901/app/ticket/5')).not.toBeNull();
    expect(safeUrl('http://acme.example.com/')).toBeNull();
  });

  it('never runs anything', () => {
    expect(safeUrl('javascript:alert(1)')).toBeNull();
    expect(safeUrl('file:///etc/passwd')).toBeNull();
    expect(safeUrl('not an address')).toBeNull();
  });
});
