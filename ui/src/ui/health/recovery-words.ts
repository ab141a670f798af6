/** What was missed, and how far it is caught up with, in the reader's language. */
import { age, day, figure, moment } from '../../format/reader.svelte';
import type { Alert, GapCause, RecoveryView } from '../../wire';
import { say } from '../../words/say.svelte';

const CAUSE = {
  webhook_disabled: 'causeWebhookOff',
  webhook_made: 'causeWebhookMade',
  silent: 'causeSilent',
  not_running: 'causeNotRunning',
  asleep: 'causeAsleep',
  aircall_away: 'causeAircallAway',
  access_withdrawn: 'causeAccess',
  go_live: 'causeGoLive',
} as const satisfies Readonly<Record<GapCause, string>>;

/** The alerts in whose notice a recovery is shown, by its cause. */
const ALERT_OF: Partial<Readonly<Record<GapCause, string>>> = {
  webhook_disabled: 'webhook_disabled',
  webhook_made: 'webhook_disabled',
  silent: 'no_events',
};

/** Whether it goes on. */
export function isUnderWay(recovery: RecoveryView): boolean {
  return recovery.state === 'reading' || recovery.state === 'writing';
}

/** The recovery that is shown in the notice of this alert. */
export function recoveryOf(alert: Alert, recoveries: readonly RecoveryView[]): RecoveryView | null {
  return recoveries.find((one) => isUnderWay(one) && ALERT_OF[one.cause] === alert.code) ?? null;
}

/** Those that no notice shows: what is done is told for an hour. */
export function othersOf(alerts: readonly Alert[], recoveries: readonly RecoveryView[]): RecoveryView[] {
  const shown = new Set(alerts.map((alert) => recoveryOf(alert, recoveries)?.id));
  return recoveries.filter((one) => !shown.has(one.id));
}

/** Why, and when. `now` in unix seconds. */
export function causeWords(recovery: RecoveryView, now: number): { readonly why: string; readonly when: string } {
  const from = moment(recovery.since, now);
  const when = recovery.until === null ? from : say('fromTo', { from, to: moment(recovery.until, now) });
  return { why: say(CAUSE[recovery.cause]), when };
}

/** What is done of what there is to do at present, for a bar; null while nobody knows how much that is. */
export function progressOf(recovery: RecoveryView): { readonly n: number; readonly m: number } | null {
  const [n, m] = recovery.state === 'reading' ? [recovery.read, recovery.total] : [recovery.written, recovery.calls];
  return m === null || m === 0 ? null : { n: Math.min(n, m), m };
}

/** One sentence or two: how far it is, or what became of it. */
export function progressWords(recovery: RecoveryView, now: number): string {
  const written = () => say('recovered', { n: figure(recovery.written), m: figure(recovery.calls) });
  const said: string[] = [];
  if (isUnderWay(recovery)) {
    const progress = progressOf(recovery);
    const left = recovery.remaining_seconds;
    const far = progress ? say('catchingUp', { n: figure(progress.n), m: figure(progress.m) }) : say('catchUp');
    said.push(left === null ? far : `${far}, ${say('aboutTime', { time: age(left) })}`);
  } else if (recovery.state === 'stopped') {
    said.push(say('recoveryStopped'), written());
  } else {
    said.push(recovery.calls === 0 ? say('nothingMissing') : written());
    if (recovery.messages !== 'none') {
      const usual = recovery.messages.about;
      said.push(usual > 0 ? say('messagesGoneAbout', { n: figure(usual) }) : say('messagesGone'));
    }
  }
  if (recovery.out_of_reach_before !== null) said.push(say('outOfReach', { date: day(recovery.out_of_reach_before, now) }));
  return said.join(' ');
}
