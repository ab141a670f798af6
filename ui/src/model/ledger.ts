/**
 * The ledger and the plan of a call as one list of lines: what the helpdesk holds, then what is still to come.
 *
 * Deliberately not here: words. A line says what it is about; the component names it.
 */
import type { CallDetail, CallView, WriteView } from '../wire';
import { PARTS, type Part } from './record';

/** What a ledger key stands for. */
export type Item =
  | { readonly kind: 'ticket'; readonly id: string | null }
  | { readonly kind: 'note'; readonly title: 'answered' | 'ended' | 'missed' | 'comment' | 'unknown' }
  | { readonly kind: 'tags'; readonly tags: readonly string[] }
  | { readonly kind: 'part'; readonly part: Part }
  /** A file that is uploaded before it is attached. */
  | { readonly kind: 'file'; readonly part: 'recording' | 'voicemail' }
  /** The activity in Front with which the record of a call begins. */
  | { readonly kind: 'call'; readonly what: 'inboundCall' | 'outboundCall' | 'missedCall' }
  | { readonly kind: 'customer' | 'assignee' | 'status' | 'duration' }
  /** The comment in Front that says that the record was taken back. */
  | { readonly kind: 'taken_back' }
  | { readonly kind: 'other'; readonly key: string };

/** One line. */
export interface Line {
  readonly item: Item;
  /** `to_come` has a request; `awaited` and `not_expected` wait for a fact, or will not have one. */
  readonly state: 'written' | 'to_come' | 'awaited' | 'not_expected';
  /** When it was written, RFC 3339. */
  readonly writtenAt?: string;
}

/** A request that is still to come, with what it settles. */
export interface Planned {
  readonly items: readonly Item[];
  readonly write: WriteView;
}

const RANKS: readonly Item['kind'][] = ['customer', 'ticket', 'call', 'note', 'duration', 'file', 'part', 'tags', 'assignee', 'status', 'taken_back', 'other'];

/** What the helpdesk holds, oldest first; tags of one moment on one line. */
export function writtenLines(detail: CallDetail): Line[] {
  const lines: Line[] = [];
  const entries = detail.ledger.map((entry) => ({ entry, item: itemOf(entry.key, entry.helpdesk_id, detail.call) }));
  // Those of one request are of one moment: then whose it is, where it stands, and what is in it.
  entries.sort((a, b) => Date.parse(a.entry.written_at) - Date.parse(b.entry.written_at) || RANKS.indexOf(a.item.kind) - RANKS.indexOf(b.item.kind));
  for (const { entry, item } of entries) {
    const last = lines.at(-1);
    if (item.kind === 'tags' && last?.item.kind === 'tags') {
      lines[lines.length - 1] = { ...last, item: { kind: 'tags', tags: [...last.item.tags, ...item.tags] } };
    } else {
      lines.push({ item, state: 'written', writtenAt: entry.written_at });
    }
  }
  return lines;
}

/** What is removed when our writes are taken back: notes, files in them, tags; in Front activities and comments. */
export function removedBy(detail: CallDetail): Item[] {
  const removed = new Set<Item['kind']>(['call', 'duration', 'note', 'part', 'tags']);
  return merged(writtenLines(detail).map((line) => line.item).filter((item) => removed.has(item.kind)));
}

/** The requests that are still to come. */
export function plannedWrites(detail: CallDetail): Planned[] {
  return detail.plan.writes.map((write) => ({ write, items: itemsOf(write.key, detail.call) }));
}

/** What a request settles, by its key: several facts of the ledger joined by `+`. */
export function itemsOf(key: string, call: CallView): Item[] {
  return merged(key.split('+').map((one) => itemOf(one, null, call)));
}

/** Parts that neither the ledger nor the plan mentions: awaited, or not expected. */
export function otherParts(detail: CallDetail): Line[] {
  const named = new Set(
    [...writtenLines(detail).map((line) => line.item), ...plannedWrites(detail).flatMap((one) => one.items)].map((item) =>
      item.kind === 'part' || item.kind === 'file' ? item.part : item.kind === 'tags' ? 'tags' : item.kind === 'note' ? 'note' : '',
    ),
  );
  return PARTS.filter((part) => !named.has(part)).flatMap((part): Line[] => {
    const state = detail.completeness[part];
    return state === 'written' ? [] : [{ item: { kind: 'part', part }, state }];
  });
}

function merged(items: readonly Item[]): Item[] {
  const tags = items.flatMap((item) => (item.kind === 'tags' ? item.tags : []));
  const others = items.filter((item) => item.kind !== 'tags');
  return tags.length > 0 ? [...others, { kind: 'tags', tags }] : others;
}

function itemOf(key: string, id: string | null, call: CallView): Item {
  const [name = '', rest] = splitOnce(key);
  switch (name) {
    case 'ticket':
    case 'conversation':
      return { kind: 'ticket', id };
    case 'answered':
    case 'missed':
      return { kind: 'note', title: name };
    case 'ended':
      return { kind: 'note', title: isMissed(call) ? 'missed' : 'ended' };
    case 'comment':
      return { kind: 'note', title: 'comment' };
    case 'not_found':
      return { kind: 'note', title: 'unknown' };
    case 'tag':
    case 'new_tag':
      return { kind: 'tags', tags: [rest ?? ''] };
    case 'main':
      return { kind: 'call', what: isMissed(call) ? 'missedCall' : call.direction === 'outbound' ? 'outboundCall' : 'inboundCall' };
    case 'recording':
    case 'voicemail':
      return { kind: 'part', part: name };
    case 'file':
      return rest === 'recording' || rest === 'voicemail' ? { kind: 'file', part: rest } : { kind: 'other', key };
    case 'duration':
    case 'taken_back':
    case 'customer':
    case 'assignee':
    case 'status':
      return { kind: name };
    default:
      return { kind: 'other', key };
  }
}

/** A call that nobody answered has one note for both its beginning and its end (G12). */
function isMissed(call: CallView): boolean {
  return call.outcome === 'missed' || call.outcome === 'voicemail';
}

function splitOnce(key: string): [string, string?] {
  const at = key.indexOf(':');
  return at < 0 ? [key] : [key.slice(0, at), key.slice(at + 1)];
}
