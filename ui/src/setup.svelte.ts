/**
 * What the set-up pages know and share: the settings as they stand, the last tests, the lines, the dry run. Kept while
 * one goes from step to step.
 *
 * Deliberately not here: what a step asks for (`ui/setup/`), what can be reckoned (`model/setup.ts`).
 */
import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';

import { HostError, type Method } from './host/host';
import type { Session } from './session.svelte';
import { doctorPath } from './ui/doctor/check-words';
import type { CallRules, DoctorReport, DryRun, EventsTested, Lines, Setup, Tested } from './wire';

const WATCH_MS = 1_000;

/** The set-up of one window. */
export class SetUp {
  /** Null until the first answer. */
  view = $state.raw<Setup | null>(null);
  /** Why there is none. */
  failure = $state.raw<HostError | null>(null);
  /** The last accepted test of each connection. */
  aircall = $state.raw<Tested | null>(null);
  helpdesk = $state.raw<Tested | null>(null);
  lines = $state.raw<Lines | null>(null);
  /** The choice as it stands on the page, kept or not. */
  readonly chosen = new SvelteSet<string>();
  eventsTested = $state.raw<EventsTested | null>(null);
  /** The rules as they stand on the page. */
  rules = $state<CallRules | null>(null);
  dryRun = $state.raw<DryRun | null>(null);
  report = $state.raw<DoctorReport | null>(null);
  /** What the last step is asked to do. */
  wished = $state<'live' | 'shadow'>('live');

  readonly #session: Session;
  #watching: ReturnType<typeof setTimeout> | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** One request. */
  ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
    return this.#session.api<T>(method, path, body);
  }

  /** Reads the settings. What stands on the pages and is not kept yet stays. */
  async load(): Promise<void> {
    try {
      this.view = await this.ask<Setup>('GET', '/api/setup');
      this.failure = null;
      this.rules ??= { ...this.view.rules };
    } catch (error) {
      this.failure = asHostError(error);
    }
  }

  /** Reads the lines. The first answer sets the choice; later ones only drop lines that are gone. */
  async loadLines(): Promise<void> {
    const first = this.lines === null;
    const lines = await this.ask<Lines>('GET', '/api/setup/lines');
    const there = new Set(lines.lines.map((line) => line.id));
    if (first) lines.lines.filter((line) => line.chosen).forEach((line) => this.chosen.add(line.id));
    for (const id of [...this.chosen]) if (!there.has(id)) this.chosen.delete(id);
    this.lines = lines;
  }

  /** What was connected is another account now: what was read from the old one is forgotten. */
  forgetLines(): void {
    this.lines = null;
    this.chosen.clear();
  }

  /** Reads the dry run, and while it runs goes on reading. */
  async watchDryRun(): Promise<void> {
    this.stopWatching();
    this.dryRun = await this.ask<DryRun>('GET', '/api/setup/dry-run');
    this.#watchOn();
    // Seen to its end, the step is done with.
    if (this.dryRun.state === 'done' && this.view?.steps.some((one) => one.step === 'dry_run' && one.state === 'open')) await this.load();
  }

  /** Begins a new dry run. */
  async beginDryRun(): Promise<void> {
    this.stopWatching();
    this.dryRun = await this.ask<DryRun>('POST', '/api/setup/dry-run');
    this.#watchOn();
  }

  /** Stops the one that runs. */
  async cancelDryRun(): Promise<void> {
    this.stopWatching();
    await this.ask('DELETE', '/api/setup/dry-run');
    this.dryRun = await this.ask<DryRun>('GET', '/api/setup/dry-run');
  }

  /** Reads no further. */
  stopWatching(): void {
    if (this.#watching) clearTimeout(this.#watching);
    this.#watching = null;
  }

  async loadReport(): Promise<void> {
    this.report = await this.ask<DoctorReport>('GET', doctorPath());
  }

  #watchOn(): void {
    if (this.dryRun?.state !== 'running') return;
    // One answer that did not come is no reason to stop watching.
    const again = () => void this.watchDryRun().catch(() => this.#watchOn());
    this.#watching = setTimeout(again, WATCH_MS);
  }
}

/** Something that is asked at a click: whether it is on its way, and why the last one failed. */
export class Asking {
  busy = $state(false);
  error = $state.raw<HostError | null>(null);

  /** Does the work unless it is on its way already; true if it went well. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.error = asHostError(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

function asHostError(error: unknown): HostError {
  return error instanceof HostError ? error : new HostError('unreachable', String(error));
}

/** The set-up of the component tree. */
export const [getSetUp, provideSetUp] = createContext<SetUp>();
