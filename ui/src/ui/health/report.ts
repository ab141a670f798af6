/** Health as a text to send to somebody: in English, without secrets, with telephone numbers masked. */
import { withoutAnyNumbers } from '../../format/number';
import type { Health } from '../../wire';

const iso = (at: number) => new Date(at * 1000).toISOString();

/** What the page shows, a line each. Times in UTC, so that it reads the same everywhere. */
export function healthText(health: Health, at: number): string {
  const { outbox, source, directory, computer } = health;
  const lines = [
    `Sidetone ${health.version}, ${iso(at)}`,
    `Health: ${health.state}; mode: ${health.mode}${health.paused ? `, paused since ${iso(health.paused.since)}` : ''}; writer: ${health.writer.state}`,
    '',
    ...(health.alerts.length === 0 ? ['No alerts'] : []),
    ...health.alerts.flatMap(({ code, since, calls, what, mend }) => [`ALERT [${code}] since ${iso(since)}, calls: ${calls}`, `      ${what}`, `      ${mend}`]),
    ...health.recoveries.map((one) => `Recovery of ${one.cause}: ${one.state}, ${one.read} of ${one.total ?? '?'} read, ${one.written} of ${one.calls} written`),
    '',
    ...health.connections.map(({ vendor, state, answered_at, text }) => `${vendor}: ${state}${answered_at === null ? '' : `, last answer ${iso(answered_at)}`}${text ? ` (${text})` : ''}`),
    `Events by ${source.kind}: ${source.last_event_at === null ? 'none yet' : `last one ${iso(source.last_event_at)}`}; not understood: ${health.odd_events}`,
    ...(directory ? [`Number directory: ${directory.state}, ${directory.customers} customers, ${directory.numbers} numbers`] : []),
    `Waiting: ${outbox.writes} writes of ${outbox.calls} calls, oldest ${outbox.oldest_seconds} s; held: ${outbox.held}; refused: ${outbox.parked}; not logged: ${outbox.not_logged}; text messages held: ${outbox.messages_held}, stopped: ${outbox.messages_stopped}`,
    ...health.budgets.map((one) => `${one.vendor} requests: ${one.ours} ours, ${one.others} of others, limit ${one.limit} in ${one.window_seconds} s`),
    ...health.telling.map((one) => `Telling by ${one.way}: ${one.failing_since === null ? 'well' : `fails since ${iso(one.failing_since)} (${one.text ?? ''})`}`),
    ...(computer ? [`Computer: clock ${computer.clock_off_seconds ?? '?'} s off, ${computer.disk_free_bytes ?? '?'} bytes free, keyring ${computer.keyring_locked ? 'locked' : 'open'}`] : []),
  ];
  return withoutAnyNumbers(lines.join('\n'));
}
