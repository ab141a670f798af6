/**
 * The set-up, as far as it can be reckoned without asking: which step comes first, what chosen lines mean for the
 * helpdesk's limit, what stands in a file of a dry run.
 *
 * Deliberately not here: asking (`setup.svelte.ts`), words.
 */
import type { DryRun, DryRunCall, LineChoice, Lines, Setup, SetupStep } from '../wire';

/** In their order. */
export const STEPS: readonly SetupStep[] = ['aircall', 'helpdesk', 'numbers', 'events', 'callers', 'dry_run', 'go_live'];

/** Where the set-up goes on: at an account that asks to be connected, else at the first step that is open. */
export function resumeAt(setup: Setup): SetupStep {
  if (setup.asks_to_connect) return 'helpdesk';
  return setup.steps.find((one) => one.state === 'open')?.step ?? setup.steps.at(-1)?.step ?? 'aircall';
}

/** The step before or after; null at the ends. */
export function neighbour(step: SetupStep, by: -1 | 1): SetupStep | null {
  return STEPS[STEPS.indexOf(step) + by] ?? null;
}

/** Whether one of these keys is set where it cannot be changed from here. */
export function isReadOnly(setup: Setup, ...keys: readonly string[]): boolean {
  return keys.some((key) => setup.read_only.includes(key));
}

/** What the chosen lines mean for the helpdesk's limit. */
export interface Estimate {
  readonly lines: number;
  readonly calls: number;
  /** A week. */
  readonly requests: number;
  /** In any window of the limit, at most. */
  readonly peak: number;
}

/** Of the lines with these ids. Never less than what the busiest window of all lines allows for them. */
export function estimate(all: Lines, chosen: ReadonlySet<string>): Estimate {
  const lines = all.lines.filter((line) => chosen.has(line.id));
  const calls = lines.reduce((sum, line) => sum + (line.calls_in_a_week ?? 0), 0);
  return {
    lines: lines.length,
    calls,
    requests: Math.round(calls * all.requests_per_call),
    peak: Math.ceil(Math.min(all.most_in_a_window, calls) * all.requests_per_call),
  };
}

/** The names of chosen lines that a chosen menu leads to: their calls would be written twice. */
export function writtenTwice(menu: LineChoice, all: readonly LineChoice[], chosen: ReadonlySet<string>): readonly string[] {
  if (!menu.is_menu || !chosen.has(menu.id)) return [];
  return menu.menu_of.filter((name) => all.some((line) => line.name === name && chosen.has(line.id)));
}

/** Lines whose name, number (in any spelling) or team contains the text. */
export function linesFor(all: readonly LineChoice[], text: string): readonly LineChoice[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return all;
  const digits = /^[\d\s()+.\-/]+$/.test(wanted) ? wanted.replace(/\D/g, '').replace(/^0+/, '') : '';
  return all.filter(
    (line) =>
      [line.name, line.number, ...line.teams].some((one) => one.toLowerCase().includes(wanted)) ||
      (digits !== '' && line.number.replace(/\D/g, '').includes(digits)),
  );
}

/** The calls that a person has to settle before they can be logged. */
export function isException({ call }: DryRunCall): boolean {
  return call.state === 'held' || call.state === 'parked' || call.reason?.code === 'no_author';
}

/** Writing requests of one call, on the average. */
export function requestsPerCall(run: DryRun): number {
  return run.planned === 0 ? 0 : run.requests / run.planned;
}

/** A cell of a file for spreadsheets. A text that one would take for a formula is kept a text. */
function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as comma-separated values (RFC 4180), with the mark by which spreadsheets know UTF-8. */
export function csv(rows: readonly (readonly (string | number)[])[]): string {
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
