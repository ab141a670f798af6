/** Old calls: of what time, how far they are read or written, and what became of them, in the reader's language. */
import { age, day, figure } from '../../format/reader.svelte';
import type { BackfillView } from '../../wire';
import { say } from '../../words/say.svelte';

/** Whether something is being done. */
export function isUnderWay(one: BackfillView): boolean {
  return one.state === 'reading' || one.state === 'writing';
}

/** From which day to which. `now` in unix seconds. */
export function timeWords(one: Pick<BackfillView, 'since' | 'until'>, now: number): string {
  return say('fromTo', { from: day(one.since, now), to: day(one.until, now) });
}

/** What is done of what there is to do at present, for a bar; null while nobody knows how much that is, or nothing is done. */
export function progressOf(one: BackfillView): { readonly n: number; readonly m: number } | null {
  const isWritten = one.state === 'writing' || (one.state === 'paused' && one.begun > 0);
  const settled = one.written + one.held + one.refused + one.not_logged;
  const [n, m] = isWritten ? [settled, one.begun + one.to_write] : [one.read, one.total];
  if (one.state !== 'paused' && !isUnderWay(one)) return null;
  return m === null || m === 0 ? null : { n: Math.min(n, m), m };
}

/** How far it is, and how fast; or what became of it. */
export function farWords(one: BackfillView, now: number, helpdesk: string): string {
  const said = [...(isUnderWay(one) ? [paceWords(one)] : outcome(one, helpdesk))];
  if (one.error) said.push(one.error.code === 'aircall_refused' ? say('accessNotAccepted', { vendor: 'Aircall' }) : say('oldAircallAway'));
  if (one.out_of_reach_before !== null) said.push(say('outOfReach', { date: day(one.out_of_reach_before, now) }));
  return said.join(' ');
}

function paceWords(one: BackfillView): string {
  const progress = progressOf(one);
  const counts = progress && { n: figure(progress.n), m: figure(progress.m) };
  const far = !counts ? say('oldReadingSome', { n: figure(one.read) }) : one.state === 'writing' ? say('oldWriting', counts) : say('oldReading', counts);
  const said = [far];
  if (one.per_minute !== null) said.push(say('oldPace', { n: figure(one.per_minute) }));
  if (one.remaining_seconds !== null) said.push(say('aboutTime', { time: age(one.remaining_seconds) }));
  return said.join(', ');
}

function outcome(one: BackfillView, helpdesk: string): string[] {
  const said: string[] = [];
  if (one.state === 'paused') said.push(say('oldPaused'));
  if (one.state === 'stopped') said.push(say('oldStopped'));
  said.push(say('oldRead', { n: one.read }));
  if (one.read > 0) said.push(say('oldAdded', { n: one.added }));
  if (one.begun > 0 || one.state === 'written') said.push(say('oldWritten', { n: one.written }));
  if (one.held > 0) said.push(say('oldHeld', { n: one.held }));
  if (one.refused > 0) said.push(say('oldRefused', { n: figure(one.refused), helpdesk }));
  if (one.not_logged > 0) said.push(say('oldKeptOut', { n: figure(one.not_logged) }));
  return said;
}
