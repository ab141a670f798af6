/** The invented world of the scenes: people, lines, agents. Numbers only from ranges that belong to nobody. */
import type { CallView, Candidate, Completeness, CustomerView, Direction, MatchReason, Named, NumberView } from '../../wire';

/** A number in a French range kept for fiction. */
export function french(last: string): NumberView {
  const [a = '', b = ''] = [last.slice(0, 2), last.slice(2)];
  return {
    kind: 'phone',
    e164: `+3319900${last}`,
    international: `+33 1 99 00 ${a} ${b}`,
    national: `01 99 00 ${a} ${b}`,
    country: 'FR',
    received: `+33 1 99 00 ${a} ${b}`,
  };
}

/** A number in the North American range kept for fiction. */
export function american(last: string): NumberView {
  return {
    kind: 'phone',
    e164: `+1202555${last}`,
    international: `+1 202-555-${last}`,
    national: `(202) 555-${last}`,
    country: 'US',
    received: `+1 202-555-${last}`,
  };
}

/** The Spanish number kept for fiction. */
export const SPANISH: NumberView = {
  kind: 'phone',
  e164: '+34666444555',
  international: '+34 666 44 45 55',
  national: '666 44 45 55',
  country: 'ES',
  received: '+34 666 44 45 55',
};

/** A caller who keeps the number back. */
export const WITHHELD: NumberView = {
  kind: 'withheld',
  e164: null,
  international: null,
  national: null,
  country: null,
  received: '',
};

/** A customer of the invented helpdesk. */
export function customer(id: string, name: string, email: string | null, note: string | null = null): CustomerView {
  return { id, name, email, note, url: `https://kettles.example.com/app/customer/${id}` };
}

export const ELENA = customer(
  '70411',
  'Elena Prats',
  'elena.prats@example.com',
  'Runs the café in Girona. Orders twice a month.\nPrefers to be called before eleven. Ask whether the new seals hold.',
);
export const BASTIEN = customer('70388', 'Bastien Roche', 'bastien.roche@example.com');
export const ROCHE_LTD = customer('70389', 'Roche & Sœurs SARL', 'comptabilite@roche-soeurs.example.com');
export const AGATHE = customer('70392', 'Agathe Roche', null);
export const OLSEN = customer('70120', 'Mette Olsen', 'mette@example.com');
export const LONG = customer('70555', 'Straßenbahnersatzteilvertriebsgesellschaft Leipzig', 'einkauf@example.com');
export const HARLOW = customer('70243', 'Harlow & Pine Ltd', 'orders@harlow-pine.example.com');
export const GRETA = customer('70300', 'Greta Amsel', 'greta.amsel@example.com');

/** The three who share a number, best first. */
export function sharing(at: number): Candidate[] {
  const day = 86_400;
  const one = (who: CustomerView, reasons: MatchReason[], over: Partial<Candidate> = {}): Candidate => ({
    customer: who,
    reasons,
    spelled: null,
    calls: 0,
    last_call_at: null,
    last_ticket_at: null,
    ...over,
  });
  return [
    one(BASTIEN, ['exact_number', 'same_name', 'last_call'], { calls: 3, last_call_at: at - 9 * day, last_ticket_at: at - 9 * day }),
    one(ROCHE_LTD, ['exact_number', 'same_email_domain', 'recently_updated']),
    one(AGATHE, ['other_spelling'], { spelled: '0199005523' }),
  ];
}

export const SUPPORT_FR: Named = { id: '801', name: 'Support FR' };
export const SUPPORT_DE: Named = { id: '802', name: 'Kundenbetreuung Deutschland' };
export const SALES_US: Named = { id: '803', name: 'Sales US' };

export const RUTH: Named = { id: '31', name: 'Ruth Calder' };
export const IVO: Named = { id: '32', name: 'Ivo Brandt' };
export const NOOR: Named = { id: '33', name: 'Noor Haddad' };

const ALL_WRITTEN: Completeness = { note: 'written', tags: 'written', recording: 'written', voicemail: 'not_expected' };

/** An ended, answered, completely logged inbound call; `over` changes what is different. */
export function callAt(id: number, startedAt: number, talked: number, over: Partial<CallView> = {}): CallView {
  return {
    id: String(4_186_780_000 + id),
    direction: 'inbound' satisfies Direction,
    phase: 'ended',
    outcome: 'answered',
    number: SPANISH,
    customer: ELENA,
    contact_name: null,
    line: SUPPORT_FR,
    agent: RUTH,
    started_at: startedAt,
    answered_at: startedAt + 9,
    ended_at: startedAt + 9 + talked,
    missed_reason: null,
    state: 'complete',
    reason: null,
    completeness: ALL_WRITTEN,
    ticket: { id: String(52_000 + id), url: `https://kettles.example.com/app/ticket/${52_000 + id}` },
    ...over,
  };
}

/** What makes a call one that nobody answered. */
export function unanswered(startedAt: number, reason: string, voicemail = false): Partial<CallView> {
  return {
    outcome: voicemail ? 'voicemail' : 'missed',
    agent: null,
    answered_at: null,
    ended_at: startedAt + 31,
    missed_reason: reason,
    completeness: {
      note: 'written',
      tags: 'written',
      recording: 'not_expected',
      voicemail: voicemail ? 'written' : 'not_expected',
    },
  };
}
