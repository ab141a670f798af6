/** Invented values of the wire for the tests, each complete and changed where the test says so. */
import type { CallDetail, CallView, Card, Health, LiveEvent, Now, Pushed } from '../src/wire';

export function aCall(id: string, over: Partial<CallView> = {}): CallView {
  return {
    id,
    direction: 'inbound',
    phase: 'ended',
    outcome: 'answered',
    number: {
      kind: 'phone',
      e164: '+33199005523',
      international: '+33 1 99 00 55 23',
      national: '01 99 00 55 23',
      country: 'FR',
      received: '+33 1 99 00 55 23',
    },
    customer: null,
    contact_name: null,
    line: { id: '1', name: 'Support' },
    agent: null,
    started_at: 1_000,
    answered_at: 1_010,
    ended_at: 1_100,
    missed_reason: null,
    state: 'complete',
    reason: null,
    completeness: { note: 'written', tags: 'written', recording: 'written', voicemail: 'not_expected' },
    ticket: null,
    ...over,
  };
}

export const RINGING: Partial<CallView> = { phase: 'ringing', outcome: null, answered_at: null, ended_at: null, state: 'pending' };
export const TALKING: Partial<CallView> = { ...RINGING, phase: 'in_call', answered_at: 1_010 };

export function aCard(callId: string, over: Partial<Card> = {}): Card {
  return { call_id: callId, matched: 'found', customer: null, candidates: [], chosen: null, named: null, other_numbers: [], history: [], history_total: 0, ...over };
}

export function aHealth(over: Partial<Health> = {}): Health {
  return {
    state: 'well',
    mode: 'live',
    paused: null,
    writer: { state: 'sole', other: null },
    alerts: [],
    connections: [],
    outbox: { calls: 0, writes: 0, oldest_seconds: 0, parked: 0, held: 0, not_logged: 0, messages_held: 0, messages_stopped: 0 },
    budgets: [],
    source: { kind: 'webhook', last_event_at: null },
    sandbox: null,
    directory: null,
    recoveries: [],
    backfills: [],
    computer: null,
    telling: [],
    odd_events: 0,
    version: '0.0.0',
    ...over,
  };
}

export function aNow(over: Partial<Now> = {}): Now {
  return {
    event_id: '10',
    live: [],
    recent: [],
    today: { calls: 0, written: 0, held: 0, talk_seconds: 0 },
    health: aHealth(),
    desk: { waiting: 0, claimed: 0 },
    ...over,
  };
}

export function aDetail(over: Partial<CallDetail> = {}): CallDetail {
  const call = over.call ?? aCall('1');
  return {
    id: call.id,
    state: call.state,
    reason: call.reason,
    completeness: call.completeness,
    facts: {},
    ledger: [],
    plan: { requests: 0, writes: [] },
    explanation: [],
    kept: [],
    call,
    card: aCard(call.id),
    ...over,
  };
}

export function pushed(id: number | string, body: LiveEvent): Pushed {
  return { id: String(id), body };
}
