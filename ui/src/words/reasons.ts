/** Aircall's `missed_call_reason` in words (reference/aircall.md). Values we do not know have their own words. */
import type { CallView } from '../wire';
import type { Key } from './catalogue';
import { say } from './say.svelte';

const REASONS = {
  agents_did_not_answer: 'nobodyAnswered',
  no_available_agent: 'noAgentAvailable',
  out_of_opening_hours: 'outsideHours',
  short_abandoned: 'hungUpEarly',
  abandoned_in_ivr: 'leftMenu',
  abandoned_in_classic: 'hungUpBeforeRing',
} as const satisfies Record<string, Key>;

/** Why nobody talked in this call. */
export function missedReason(call: CallView): string {
  if (call.direction === 'outbound') return say('nobodyAnswered');
  const reason = call.missed_reason ?? '';
  return say(Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS] : 'noReason');
}
