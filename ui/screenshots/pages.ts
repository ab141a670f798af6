/** Which scenes stand for the pages, and how wide they are looked at. */

/** A picture: a scene, in a window of this width. */
export interface View {
  readonly scene: string;
  readonly width: number;
  readonly height: number;
}

const HEIGHT = 720;

/** Beside the softphone: 380 px is home. */
const NARROW = [
  'idle',
  'idle-waiting',
  'empty',
  'alert',
  'ringing',
  'ringing-front',
  'several',
  'unknown',
  'withheld',
  'failed',
  'outbound',
  'in-call',
  'two',
  'ended',
  'calls',
  'calls-days-asked',
  'nothing',
  'error',
  'detail',
  'detail-several',
  'detail-parked',
  'missed',
  'missed-claimed',
  'missed-who',
  'missed-empty',
  'search',
  'search-nothing',
  'health',
  'health-bad',
  'health-alerts',
  'recordings-full',
  'privacy',
  'setup-aircall',
  'setup-numbers',
  'doctor',
  'sign-in',
  'unreachable',
];

/** On the hub, and in a large window. */
const WIDE = [
  'idle',
  'calls',
  'detail',
  'missed',
  'search',
  'health-bad',
  'account',
  'backfill-writing',
  'shadow-report',
  'setup-numbers',
  'setup-callers',
  'setup-dry-run',
  'setup-go-faults',
  'doctor',
  'kit',
];

/** What is taken if nothing else is asked for. */
export function usualViews(): View[] {
  return [...at(NARROW, 380), ...at(WIDE, 960)];
}

/** These scenes at this width. */
export function at(scenes: readonly string[], width: number): View[] {
  return scenes.map((scene) => ({ scene, width, height: HEIGHT }));
}
