/**
 * How the record of a call stands, told as one of few cases, so that rows, chips and the strip say the same.
 *
 * Deliberately not here: words and colours; they belong to the components.
 */
import type { CallDetail, CallView, Card, Completeness, PartState } from '../wire';

/** The parts in the order in which they are shown. */
export const PARTS = ['note', 'tags', 'recording', 'voicemail'] as const satisfies readonly (keyof Completeness)[];

/** One part of the record. */
export type Part = (typeof PARTS)[number];

/** What there is to say about a record. */
export type Standing =
  | { readonly kind: 'complete' }
  | { readonly kind: 'pending' }
  /** A person must decide or mend something. */
  | { readonly kind: 'problem'; readonly what: Problem }
  /** Nothing is written, and that is as it should be. */
  | { readonly kind: 'quiet'; readonly why: Quiet };

/** Why a person is needed. */
export type Problem = 'no_author' | 'unknown_caller' | 'several' | 'held' | 'refused' | 'removed' | 'not_logged';

/** Why nothing is written on purpose. */
export type Quiet = 'before_go_live' | 'by_rule' | 'mode' | 'withdrawn';

/** Codes of `reason` that mean "on purpose". Any other code of a call that is not logged needs a person. */
const ON_PURPOSE: Readonly<Record<string, Quiet>> = {
  before_go_live: 'before_go_live',
  withdrawn: 'withdrawn',
  never_log: 'by_rule',
  internal: 'by_rule',
  internal_call: 'by_rule',
  stored: 'by_rule',
  by_setting: 'by_rule',
  anonymous_stored: 'by_rule',
  stored_only: 'by_rule',
  mode_off: 'mode',
  off: 'mode',
  shadow: 'mode',
  mode_shadow: 'mode',
};

/** Codes of a record that somebody removed. */
const GONE: ReadonlySet<string> = new Set(['gone', 'ticket_gone', 'ticket_trashed', 'ticket_spam']);

const HELD: Readonly<Record<string, Problem>> = {
  unknown_caller: 'unknown_caller',
  unknown: 'unknown_caller',
  several_matches: 'several',
  several: 'several',
  choice_gone: 'several',
};

/** The case that `call` is in. */
export function standing(call: CallView): Standing {
  const code = call.reason?.code ?? '';
  switch (call.state) {
    case 'complete':
      return { kind: 'complete' };
    case 'pending':
      return { kind: 'pending' };
    case 'held':
      return { kind: 'problem', what: HELD[code] ?? 'held' };
    case 'parked':
      if (GONE.has(code)) return { kind: 'problem', what: 'removed' };
      return { kind: 'problem', what: code === 'no_author' ? 'no_author' : 'refused' };
    case 'not_logged': {
      const why = ON_PURPOSE[code];
      if (why) return { kind: 'quiet', why };
      return { kind: 'problem', what: code === 'no_author' ? 'no_author' : 'not_logged' };
    }
  }
}

/** Whether somebody removed the record from the helpdesk: writing again makes a new one (G25). */
export function isGone(detail: CallDetail): boolean {
  return GONE.has(detail.reason?.code ?? '');
}

/** Whether a person took the record back (B11), whether or not all of it is removed by now. */
export function isWithdrawn(detail: CallDetail): boolean {
  return detail.reason?.code === 'withdrawn';
}

/** Whether a person may say who it is: nobody knows the number, and nothing is decided about it yet. */
export function canBeNamed(call: CallView, card: Card): boolean {
  const isUnknown = card.matched === 'unknown' && !call.customer && !call.contact_name && !card.named;
  return isUnknown && (call.phase !== 'ended' || call.state === 'held');
}

/** The parts that this call has or will have. */
export function expectedParts(completeness: Completeness): Part[] {
  return PARTS.filter((part) => completeness[part] !== 'not_expected');
}

/** The parts in one state. */
export function partsIn(completeness: Completeness, state: PartState): Part[] {
  return PARTS.filter((part) => completeness[part] === state);
}
