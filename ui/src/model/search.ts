/** What a search shows: customers, calls and notes, each row with a name of its own. Pure. */
import type { CallPage, CallView, CustomerView, NoteFound, NumberExplanation } from '../wire';

/** A customer whom a search found, with a number of theirs. */
export interface FoundCustomer {
  readonly customer: CustomerView;
  /** As it is shown, and as it is dialled; null where none is known. */
  readonly number: { readonly shown: string; readonly e164: string | null } | null;
}

/** One row; `key` is its own. */
export type Row =
  | { readonly kind: 'dial'; readonly key: string; readonly e164: string }
  | { readonly kind: 'customer'; readonly key: string; readonly found: FoundCustomer; readonly call: string | null }
  | { readonly kind: 'call'; readonly key: string; readonly call: CallView }
  | { readonly kind: 'all'; readonly key: string }
  | { readonly kind: 'note'; readonly key: string; readonly note: NoteFound; readonly call: CallView | null };

/** So many of each stand there. */
const CUSTOMERS = 5;
const CALLS = 5;
const NOTES = 5;

/** Whether what was typed can only be a number; then it may be dialled. */
export function asNumber(typed: string): string | null {
  const plain = typed.trim();
  const digits = plain.replace(/\D/g, '').length;
  return /^\+?[\d\s().\-/\u00a0]+$/.test(plain) && digits >= 3 && digits <= 17 ? plain : null;
}

/** The rows from top to bottom. */
export function rowsOf(page: CallPage | null, explained: NumberExplanation | null, phone: (call: CallView) => string): Row[] {
  const calls = page?.calls ?? [];
  const number = explained?.readings[0]?.number;
  const rows: Row[] = number ? [{ kind: 'dial', key: 'dial', e164: number }] : [];
  const known = new Map<string, Row>();
  for (const match of explained?.matches ?? []) {
    const e164 = explained?.readings[0]?.number ?? null;
    const found = { customer: match.customer, number: { shown: match.stored, e164 } };
    if (!known.has(match.customer.id)) known.set(match.customer.id, { kind: 'customer', key: `customer:${match.customer.id}`, found, call: null });
  }
  for (const call of calls) {
    const { customer } = call;
    if (!customer || known.has(customer.id)) continue;
    const shown = phone(call);
    const found = { customer, number: shown === '' ? null : { shown, e164: call.number.e164 } };
    known.set(customer.id, { kind: 'customer', key: `customer:${customer.id}`, found, call: call.id });
  }
  rows.push(...[...known.values()].slice(0, CUSTOMERS));
  rows.push(...calls.slice(0, CALLS).map((call): Row => ({ kind: 'call', key: `call:${call.id}`, call })));
  if (calls.length > CALLS) rows.push({ kind: 'all', key: 'all' });
  const notes = (page?.notes ?? []).slice(0, NOTES);
  rows.push(
    ...notes.map((note, at): Row => ({ kind: 'note', key: `note:${note.call_id}:${at}`, note, call: calls.find((call) => call.id === note.call_id) ?? null })),
  );
  return rows;
}
