/** Health, a list of calls, a card and a detail of the invented world, relative to a moment in unix seconds. */
import type { Alert, CallDetail, CallView, Card, GapCause, Health, NoteFound, Now, NumberExplanation, OpenRecords, RecoveryView } from '../../wire';
import {
  AGATHE,
  american,
  BASTIEN,
  callAt,
  ELENA,
  french,
  GRETA,
  HARLOW,
  IVO,
  LONG,
  NOOR,
  OLSEN,
  ROCHE_LTD,
  RUTH,
  SALES_US,
  SUPPORT_DE,
  unanswered,
  WITHHELD,
} from './people';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Everything connected, nothing waiting. */
export function wellHealth(now: number): Health {
  return {
    state: 'well',
    mode: 'live',
    paused: null,
    writer: { state: 'sole', other: null },
    alerts: [],
    connections: [
      { vendor: 'aircall', state: 'accepted', answered_at: now - 8, text: null },
      { vendor: 'gorgias', state: 'accepted', answered_at: now - 21, text: null },
    ],
    outbox: { calls: 0, writes: 0, oldest_seconds: 0, parked: 0, held: 0, not_logged: 0, messages_held: 0, messages_stopped: 0 },
    budgets: [
      {
        vendor: 'aircall',
        ours: 4,
        others: 11,
        limit: 60,
        reserve: 6,
        window_seconds: 60,
        paused_until: null,
        crowded_since: null,
        lanes: [],
      },
      {
        vendor: 'gorgias',
        ours: 9,
        others: 22,
        limit: 80,
        reserve: 8,
        window_seconds: 40,
        paused_until: null,
        crowded_since: null,
        lanes: [],
      },
    ],
    source: { kind: 'webhook', last_event_at: now - 24 },
    sandbox: null,
    directory: {
      state: 'complete',
      customers: 4_812,
      numbers: 3_950,
      unmatched: 12,
      pass_began_at: null,
      complete_at: now - 2 * DAY,
      checked_at: now - 3 * MINUTE,
      text: null,
    },
    recoveries: [],
    backfills: [],
    computer: null,
    telling: [{ way: 'mail', waiting: 0, sent_at: now - 2 * DAY, failing_since: null, next_try_at: null, text: null, given_up_at: null }],
    odd_events: 0,
    version: '0.1.0',
  };
}

/** The webhook is off, an author is missing, writing is behind. */
/** What was missed, two hours of it. */
export function missed(now: number, cause: GapCause, also: Partial<RecoveryView> = {}): RecoveryView {
  return {
    id: `gap-${cause}`,
    cause,
    state: 'reading',
    since: now - 3 * HOUR,
    until: now - HOUR,
    read: 0,
    total: null,
    calls: 0,
    written: 0,
    remaining_seconds: null,
    messages: 'none',
    out_of_reach_before: null,
    done_at: null,
    ...also,
  };
}

export function badHealth(now: number): Health {
  const alerts: Alert[] = [
    { code: 'webhook_disabled', since: now - 3 * HOUR, calls: 37, what: 'Aircall has disabled the webhook.', mend: 'Enable it.' },
    { code: 'no_author', since: now - HOUR, calls: 2, what: 'No author for an agent.', mend: 'Name a fallback author.' },
    {
      code: 'clock_off',
      since: now - HOUR,
      calls: 0,
      what: 'The clock of this computer is 94 seconds slow.',
      mend: 'Switch on time synchronisation, then this notice goes away by itself.',
    },
  ];
  const well = wellHealth(now);
  return {
    ...well,
    state: 'needs_attention',
    alerts,
    connections: [
      { vendor: 'aircall', state: 'accepted', answered_at: now - 8, text: null },
      { vendor: 'gorgias', state: 'unreachable', answered_at: now - 9 * MINUTE, text: 'The connection timed out after 30 seconds.' },
    ],
    outbox: { calls: 3, writes: 7, oldest_seconds: 140, parked: 1, held: 1, not_logged: 2, messages_held: 0, messages_stopped: 0 },
    budgets: well.budgets.map((one) =>
      one.vendor === 'gorgias' ? { ...one, ours: 58, others: 22, paused_until: now + 18 } : one,
    ),
    source: { kind: 'webhook', last_event_at: now - 3 * HOUR },
    directory: well.directory && { ...well.directory, state: 'incomplete', customers: 1_900 },
    recoveries: [
      missed(now, 'webhook_disabled', { read: 12, total: 37, remaining_seconds: 70 }),
      missed(now, 'asleep', { state: 'done', read: 160, total: 160, calls: 4, written: 4, done_at: now - 20 * MINUTE, messages: { about: 14 } }),
    ],
    computer: { disk_free_bytes: 212_000_000_000, clock_off_seconds: -94, keyring_locked: false },
    telling: [
      {
        way: 'mail',
        waiting: 2,
        sent_at: now - 2 * DAY,
        failing_since: now - 2 * HOUR,
        next_try_at: now + 12 * MINUTE,
        text: 'mail.example.com refused: 535 5.7.8 wrong password',
        given_up_at: null,
      },
    ],
    odd_events: 3,
  };
}

/** Three days of calls, newest first: every kind of row. */
export function someCalls(now: number): CallView[] {
  const at = (hours: number, minutes = 0) => now - hours * HOUR - minutes * MINUTE;
  const yesterday = now - DAY;
  return [
    callAt(60, at(0, 6), 252, {
      line: SUPPORT_DE,
      state: 'pending',
      completeness: { note: 'written', tags: 'written', recording: 'awaited', voicemail: 'not_expected' },
    }),
    callAt(59, at(0, 26), 0, { customer: BASTIEN, number: french('5523'), ...unanswered(at(0, 26), 'agents_did_not_answer', true) }),
    callAt(58, at(1, 10), 760, { direction: 'outbound', customer: HARLOW, number: american('0142'), line: SALES_US, agent: NOOR }),
    callAt(57, at(1, 40), 65, { customer: LONG, number: french('1187'), line: SUPPORT_DE, agent: IVO }),
    callAt(56, at(2, 30), 423, {
      customer: GRETA,
      number: french('4410'),
      line: SUPPORT_DE,
      agent: IVO,
      state: 'not_logged',
      reason: { code: 'no_author', text: 'The helpdesk has no user with the address of Ivo Brandt. Name a fallback author.' },
      completeness: { note: 'awaited', tags: 'awaited', recording: 'awaited', voicemail: 'not_expected' },
      ticket: null,
    }),
    callAt(55, at(3), 118, {
      customer: null,
      number: french('3146'),
      agent: NOOR,
      state: 'held',
      reason: { code: 'unknown_caller', text: 'Nobody has this number, and unknown callers are held. Name the caller.' },
      completeness: { note: 'awaited', tags: 'awaited', recording: 'awaited', voicemail: 'not_expected' },
      ticket: null,
    }),
    callAt(54, at(3, 34), 0, { customer: null, number: WITHHELD, line: SALES_US, ...unanswered(at(3, 34), 'short_abandoned') }),
    callAt(53, at(4), 146, {
      customer: OLSEN,
      number: american('0177'),
      state: 'parked',
      reason: { code: 'refused', text: 'The helpdesk refused the note: the ticket was merged into another one.' },
      completeness: { note: 'awaited', tags: 'written', recording: 'awaited', voicemail: 'not_expected' },
    }),
    callAt(52, yesterday, 0, { customer: AGATHE, number: french('5523'), ...unanswered(yesterday, 'out_of_opening_hours') }),
    callAt(51, yesterday - HOUR, 58, { customer: ROCHE_LTD, number: french('5523'), agent: RUTH }),
    callAt(50, yesterday - 2 * HOUR, 3_765, { customer: HARLOW, number: american('0142'), line: SALES_US, agent: NOOR }),
    callAt(49, now - 4 * DAY, 98, { direction: 'outbound', agent: IVO }),
    callAt(48, now - 4 * DAY - HOUR, 0, {
      customer: null,
      number: french('7781'),
      ...unanswered(now - 4 * DAY - HOUR, 'no_available_agent'),
      state: 'not_logged',
      reason: { code: 'before_go_live', text: 'The call is older than the moment at which logging began.' },
      completeness: { note: 'not_expected', tags: 'not_expected', recording: 'not_expected', voicemail: 'not_expected' },
      ticket: null,
    }),
  ];
}

/** What the helpdesk knows of Elena. */
export function elenasCard(callId: string, now: number): Card {
  return {
    call_id: callId,
    matched: 'found',
    customer: ELENA,
    candidates: [],
    chosen: null,
    named: null,
    history: [
      callAt(41, now - 4 * DAY, 252),
      callAt(40, now - 4 * DAY - 18 * MINUTE, 0, unanswered(now - 4 * DAY - 18 * MINUTE, 'agents_did_not_answer')),
      callAt(38, now - 7 * DAY, 0, unanswered(now - 7 * DAY, 'out_of_opening_hours', true)),
      callAt(35, now - 12 * DAY, 98, { direction: 'outbound', agent: IVO }),
    ],
    history_total: 9,
    other_numbers: ['+33 1 99 00 31 46', '+34 666 44 45 99'],
  };
}

/** What a customer has open: two are shown of fourteen. */
export function openRecordsOf(customer: string, now: number): OpenRecords {
  const url = (id: string) => `https://kettles.example.com/app/ticket/${id}`;
  const record = (id: string, subject: string, last_text: string | null, last_at: number, assignee: string | null) => ({
    id,
    subject,
    last_text,
    last_at,
    assignee,
    url: url(id),
  });
  return {
    customer_id: customer,
    records: [
      record('51984', 'Seals for order 10482', 'They arrived, but the larger one does not fit the lid of the older kettles', now - 2 * DAY, 'Noor Haddad'),
      record('51790', 'Invoice for September', 'Could you send it to my accountant, too?', now - 5 * DAY, null),
      record('51111', 'Opening hours of the workshop', null, now - 9 * DAY, 'Ivo Brandt'),
    ],
    total: 14,
    more: false,
    latest_url: url('51984'),
  };
}

/** The same in Front. */
export function conversationsOf(customer: string, now: number): OpenRecords {
  const url = (id: string) => `https://app.example.com/open/${id}`;
  const record = (id: string, subject: string, last_at: number, assignee: string | null) => ({
    id,
    subject,
    last_text: null,
    last_at,
    assignee,
    url: url(id),
  });
  return {
    customer_id: customer,
    records: [
      record('cnv_7k2', 'Missed call - Support FR', now - 3 * HOUR, 'Noor Haddad'),
      record('cnv_6b1', 'Re: Délai de livraison pour les joints de la bouilloire', now - 6 * DAY, null),
    ],
    total: 2,
    more: false,
    latest_url: url('cnv_7k2'),
  };
}

/** The first answer of a window. */
export function quietNow(now: number): Now {
  return {
    event_id: '100',
    live: [],
    recent: someCalls(now).slice(0, 8),
    today: { calls: 18, written: 16, held: 1, talk_seconds: 4_345 },
    health: { ...wellHealth(now), outbox: { calls: 0, writes: 0, oldest_seconds: 0, parked: 0, held: 1, not_logged: 0, messages_held: 0, messages_stopped: 0 } },
    desk: { waiting: 0, claimed: 0 },
  };
}

/** One call with everything that stands behind it. */
export function detailOf(call: CallView, now: number): CallDetail {
  const iso = (at: number) => new Date(at * 1000).toISOString();
  const answered = call.answered_at ?? call.started_at;
  const ended = call.ended_at ?? now;
  const ticket = call.ticket?.id ?? '';
  const written = call.ticket !== null;
  return {
    id: call.id,
    state: call.state,
    reason: call.reason,
    completeness: call.completeness,
    facts: {},
    ledger: written
      ? [
          { key: 'ticket', helpdesk_id: ticket, written_at: iso(answered + 2) },
          { key: 'answered', helpdesk_id: '990001', written_at: iso(answered + 2) },
          { key: 'tag:Aircall', helpdesk_id: '1', written_at: iso(answered + 2) },
          { key: 'tag:Inbound call', helpdesk_id: '2', written_at: iso(answered + 2) },
          { key: 'tag:Delivery', helpdesk_id: '3', written_at: iso(answered + 2) },
          { key: 'ended', helpdesk_id: '990002', written_at: iso(ended + 3) },
        ]
      : [],
    plan:
      call.completeness.recording === 'awaited' && written
        ? {
            requests: 1,
            writes: [
              {
                key: 'recording',
                method: 'POST',
                path: `/api/tickets/${ticket}/messages`,
                body: { channel: 'internal-note', body_text: 'Recording, attached', external_id: `aircall:call:${call.id}:recording` },
              },
            ],
          }
        : { requests: 0, writes: [] },
    kept: [],
    explanation: written
      ? [
          {
            at: answered + 2,
            event: 'call.answered',
            by: 'webhook',
            events: 3,
            first_event_at: call.started_at,
            repeats: 0,
            match: 'exact number, the only one',
            rule: 'The call was answered: ticket, first note, tags and assignee in one (G2, G10)',
            request: 'POST /api/tickets',
            answer: `201, ticket #${ticket}`,
          },
          {
            at: ended + 3,
            event: 'call.ended',
            by: 'webhook',
            events: 5,
            first_event_at: call.started_at,
            repeats: 1,
            match: 'exact number, the only one',
            rule: 'The end of a call is a note of its own',
            request: `POST /api/tickets/${ticket}/messages`,
            answer: '201, message 990002',
          },
        ]
      : [],
    call,
    card: { ...elenasCard(call.id, now), customer: call.customer, history: [], history_total: 0 },
  };
}

/** The plan of a call where nothing may be written. */
export function plannedDetail(call: CallView, now: number): CallDetail {
  return {
    ...detailOf({ ...call, ticket: null }, now),
    plan: {
      requests: 2,
      writes: [
        {
          key: 'ticket+answered+tag:Aircall+tag:Inbound call',
          method: 'POST',
          path: '/api/tickets',
          body: { subject: `Inbound call: ${call.customer?.name ?? ''}`, channel: 'phone', customer: { id: 70411 } },
        },
        { key: 'ended', method: 'POST', path: '/api/tickets/{ticket}/messages', body: { channel: 'internal-note' } },
      ],
    },
  };
}

/** Comments that a search may find, of the calls that were answered. */
export function notesOf(calls: readonly CallView[], now: number): NoteFound[] {
  const texts = [
    'The parcel was delivered to Atelier Roche next door; Bastien picks it up tomorrow and calls back if the seal is broken.',
    'Asked for order 10482 once more. Promised to send the invoice to the shop in Roche-Lez.',
  ];
  const talked = calls.filter((call) => call.answered_at !== null && call.agent !== null).slice(0, texts.length);
  return talked.map((call, at) => ({ call_id: call.id, text: texts[at] ?? '', author: call.agent?.name ?? null, at: now - at * DAY - HOUR }));
}

/** What a number means, and whom it matches. */
export function explained(asked: string, now: number): NumberExplanation {
  const digits = asked.replace(/\D/g, '');
  const e164 = digits.length === 10 && digits.startsWith('0') ? `+33${digits.slice(1)}` : digits.length > 10 ? `+${digits}` : null;
  const owner = someCalls(now).find((call) => e164 !== null && call.number.e164 === e164)?.customer ?? null;
  return {
    asked,
    readings: e164 === null ? [] : [{ number: e164, country: 'FR' }],
    problem: null,
    matches: owner && e164 ? [{ customer: owner, number: e164, stored: asked, country: null, how: 'exact', why: 'stored in E.164' }] : [],
    near: [],
    ring: owner ? 'found' : 'unknown',
    asked_helpdesk_at: null,
    written_to: '',
    directory: { state: 'complete', customers: 61_204, numbers: 70_311, unmatched: 0, pass_began_at: null, complete_at: now - 3_600, checked_at: now - 240, text: null },
  };
}
