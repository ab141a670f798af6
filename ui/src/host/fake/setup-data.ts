/** The invented company of the set-up scenes: lines, a dry run. Times in unix seconds. */
import type { CallRules, DryRun, DryRunCall, LineChoice, Lines, RecordPreview } from '../../wire';
import { someCalls } from './world';

export const RULES: CallRules = {
  language: 'en',
  unknown_callers: 'placeholder',
  several_matches: 'ask',
  anonymous_callers: 'log',
  internal_calls: 'store',
  recordings: 'attach',
  answered: 'open',
  missed: 'open',
  outbound_unanswered: 'open',
};

function line(id: string, name: string, number: string, teams: string[], calls: number, over: Partial<LineChoice> = {}): LineChoice {
  return { id, name, number, country: 'FR', teams, texts: false, is_menu: false, menu_of: [], calls_in_a_week: calls, chosen: false, ...over };
}

/** Six lines, one of them a menu in front of two others. */
export function someLines(at: number, chosen: readonly string[]): Lines {
  const lines = [
    line('801', 'Support FR', '+33 1 99 00 12 34', ['Customer care'], 214),
    line('802', 'Kundenbetreuung Deutschland', '+33 1 99 00 50 10', ['Customer care', 'Zweite Stufe'], 131, { country: 'DE' }),
    line('803', 'Sales US', '+1 202-555-0110', ['Sales'], 88, { country: 'US', texts: true }),
    line('804', 'Returns', '+33 1 99 00 20 20', ['Logistics'], 47),
    line('805', 'Main menu', '+33 1 99 00 10 00', [], 302, { is_menu: true, menu_of: ['Support FR', 'Kundenbetreuung Deutschland'] }),
    line('806', 'Warehouse', '+33 1 99 00 40 11', ['Logistics'], 9),
  ];
  return {
    lines: lines.map((one) => ({ ...one, chosen: chosen.includes(one.id) })),
    read_at: at - 20,
    counted_all: true,
    requests_per_call: 2.2,
    most_in_a_window: 6,
    limit: 80,
    window_seconds: 40,
  };
}

function record(customer: string, at: number, over: Partial<RecordPreview> = {}): RecordPreview {
  return {
    title: `Inbound call: ${customer}`,
    customer,
    matched: 'exact number, the only one',
    matched_by: 'exact_number',
    matches: 1,
    is_new_customer: false,
    assignee: 'Ruth Calder',
    status: 'open',
    tags: ['Aircall', 'Inbound call', 'Support FR', 'Customer care', 'Delivery'],
    notes: [
      {
        author: 'Ruth Calder',
        at,
        text: 'Call answered\nStart time: 14:22:03\nAnswer time: 14:22:22\nCustomer number: +34 666 44 45 55\nAircall number: Support FR\nIVR options: 2, Delivery',
      },
      {
        author: 'Ruth Calder',
        at: at + 252,
        text: 'Call ended\nEnd time: 14:26:34\nIn-call duration: 4 min 12 s\nRecording: attached',
      },
    ],
    requests: [
      { method: 'POST', path: '/api/tickets', rule: 'Ticket with the first note, tags and assignee', key: 'ticket+customer+answered+tag:Aircall+tag:Inbound call+assignee' },
      { method: 'POST', path: '/api/tickets/{id}/messages', rule: 'Note “Call ended” with the recording', key: 'ended+recording' },
      { method: 'PUT', path: '/api/tickets/{id}', rule: 'Status open', key: 'status' },
    ],
    ...over,
  };
}

/** The calls of the invented day, three of them exceptions. */
export function doneDryRun(at: number): DryRun {
  const calls = someCalls(at)
    .slice(0, 9)
    // Nothing can be refused for good in a dry run; that one waits for a choice.
    .map((call) =>
      call.state === 'parked' ? { ...call, state: 'held' as const, reason: { code: 'several_matches', text: 'Three customers have this number. Choose one.' } } : call,
    )
    .map((call): DryRunCall => {
      const waits = call.state === 'held' || call.state === 'not_logged';
      const name = call.customer?.name ?? (call.number.kind === 'withheld' ? 'Anonymous caller' : 'Aircall New Contact +33 1 99 00 77 81');
      const isNew = !waits && call.customer === null && call.number.kind !== 'withheld';
      return { call, record: waits ? null : record(name, call.started_at, { is_new_customer: isNew }) };
    });
  return {
    state: 'done',
    since: at - 86_400,
    read: calls.length,
    planned: calls.length,
    cut: false,
    new_tickets: 6,
    new_customers: 1,
    held: 3,
    requests: 18,
    calls,
    code: null,
    detail: null,
  };
}

export const NO_DRY_RUN: DryRun = {
  state: 'none',
  since: 0,
  read: 0,
  planned: 0,
  cut: false,
  new_tickets: 0,
  new_customers: 0,
  held: 0,
  requests: 0,
  calls: [],
  code: null,
  detail: null,
};
