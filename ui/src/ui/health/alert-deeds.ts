/**
 * What one click does about an alert. None where it ends by itself, or is mended where these pages do not reach: then its
 * sentence says what to do (`alert-words.ts`).
 */
import type { Action } from '../../host/host';
import { routeHash } from '../../model/route';
import type { Alert, SetupStep } from '../../wire';
import { say } from '../../words/say.svelte';

/** A button that has it done, or a link to where it is done. */
export type Deed = { readonly kind: 'do'; readonly action: Action; readonly text: string } | { readonly kind: 'go'; readonly href: string; readonly text: string };

type Deeds = (alert: Alert) => readonly Deed[];

const step = (at: SetupStep, text: string): Deed => ({ kind: 'go', href: routeHash({ page: 'setup', step: at }), text });
const doctor = (): Deed => ({ kind: 'go', href: '#doctor', text: say('runDoctor') });
const act = (action: Action, text: string): Deed => ({ kind: 'do', action, text });
const mend: Deeds = ({ code }) => [act({ kind: 'mend', alert: code }, say('mend'))];
/** Of no call there is nothing to show. */
const theCalls: Deeds = ({ calls }) => (calls === 0 ? [] : [{ kind: 'go', href: routeHash({ page: 'calls', filter: 'not_logged' }), text: say('showCalls', { n: calls }) }]);

const DEEDS: Readonly<Record<string, Deeds>> = {
  // The webhook is put right, and what was missed is read.
  webhook_disabled: mend,
  no_events: mend,
  webhook_refused: () => [step('events', say('setUp')), doctor()],
  other_writer: ({ code }) => [act({ kind: 'mend', alert: code }, say('takeOver'))],
  uninstalled: () => [act({ kind: 'resume' }, say('resume'))],
  shadow_over: () => [{ kind: 'go', href: '#shadow', text: say('shadowReport') }, step('go_live', say('goLive'))],
  no_author: theCalls,
  held: theCalls,
  parked: theCalls,
  question_refused: () => [step('helpdesk', say('setUp')), doctor()],
  account_differs: () => [{ kind: 'go', href: '#account', text: say('show') }],
  aircall_refused: () => [step('aircall', say('connect'))],
  aircall_wrong_account: () => [step('aircall', say('setUp'))],
  aircall_unreachable: () => [doctor()],
  gorgias_refused: () => [step('helpdesk', say('connect'))],
  gorgias_wrong_account: () => [step('helpdesk', say('correctSubdomain'))],
  gorgias_unreachable: () => [doctor()],
  front_refused: () => [step('helpdesk', say('connect'))],
  front_wrong_account: () => [step('helpdesk', say('setUp'))],
  front_unreachable: () => [doctor()],
};

/** What may be clicked, the best first. */
export function deedsOf(alert: Alert): readonly Deed[] {
  return Object.hasOwn(DEEDS, alert.code) ? (DEEDS[alert.code]?.(alert) ?? []) : [];
}

/** Every code about which a click does something. */
export const MENDED_BY_A_CLICK: readonly string[] = Object.keys(DEEDS);
