/**
 * The one line of truth at the foot of every page, as plain data. Highest first: alert, paused, hub away, a person
 * needed,
 * writing behind, something awaited, everything written.
 */
import type { Alert } from '../wire';
import type { Model } from './model';
import { partsIn, type Part } from './record';

/** Writes that wait longer are worth a word. */
const WAITING_SECONDS = 10;

/** What the strip says. */
export type StripLine =
  | { readonly kind: 'alert'; readonly alert: Alert; readonly more: number }
  | { readonly kind: 'paused'; readonly since: number; readonly kept: number }
  | { readonly kind: 'away'; readonly since: number }
  | { readonly kind: 'held'; readonly n: number }
  | { readonly kind: 'not_logged'; readonly n: number }
  | { readonly kind: 'waiting'; readonly n: number; readonly oldestSeconds: number }
  | { readonly kind: 'shadow' }
  | { readonly kind: 'off' }
  | { readonly kind: 'awaited'; readonly n: number; readonly part: Part | null }
  | { readonly kind: 'so_far' }
  | { readonly kind: 'written' };

/** The line for this model; null before the first answer. */
export function stripLine(model: Model): StripLine | null {
  const { health } = model;
  if (!health) return model.link.state === 'away' ? { kind: 'away', since: model.link.since } : null;
  const [alert] = health.alerts;
  if (alert) return { kind: 'alert', alert, more: health.alerts.length - 1 };
  if (health.paused) return { kind: 'paused', since: health.paused.since, kept: health.paused.waiting };
  if (model.link.state === 'away') return { kind: 'away', since: model.link.since };
  const { outbox } = health;
  const person = callsForAPerson(model);
  if (person > 0) return outbox.held === person ? { kind: 'held', n: person } : { kind: 'not_logged', n: person };
  if (outbox.calls > 0 && outbox.oldest_seconds > WAITING_SECONDS) {
    return { kind: 'waiting', n: outbox.calls, oldestSeconds: outbox.oldest_seconds };
  }
  // Nothing is written in these modes, so nothing can be said to be written.
  if (health.mode === 'shadow') return { kind: 'shadow' };
  if (health.mode === 'off') return { kind: 'off' };
  if (model.live.length > 0) return { kind: 'so_far' };
  return awaited(model) ?? { kind: 'written' };
}

/** Calls that are not logged until a person acts: held, refused, without an author. */
export function callsForAPerson(model: Model): number {
  if (!model.health) return 0;
  const { held, parked, not_logged } = model.health.outbox;
  return held + parked + not_logged;
}

function awaited(model: Model): StripLine | null {
  const open = model.recent.filter((call) => call.phase === 'ended' && call.state === 'pending');
  const lacking = open.map((call) => partsIn(call.completeness, 'awaited')).filter((parts) => parts.length > 0);
  if (lacking.length === 0) return null;
  const [first] = lacking[0] ?? [];
  const same = lacking.every((parts) => parts.length === 1 && parts[0] === first);
  return { kind: 'awaited', n: lacking.length, part: same && first ? first : null };
}
