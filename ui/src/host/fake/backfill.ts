/** Old calls of the invented day: what a scene answers to `/api/backfills`. */
import type { BackfillForecast, Backfills, BackfillView } from '../../wire';
import type { Answer } from './setup';

const DAY = 86_400;

/** What a scene says of old calls. */
export interface OldCalls {
  readonly all?: (now: number) => BackfillView[];
  readonly forecast?: Partial<BackfillForecast>;
  /** What fails, by the path asked. */
  readonly fails?: Readonly<Record<string, { status: number; code: string }>>;
}

/** A reading of the last months. */
export function backfill(now: number, over: Partial<BackfillView> = {}): BackfillView {
  return {
    id: '1795600000000000',
    since: now - 120 * DAY,
    until: now - 2 * DAY,
    state: 'read',
    write: false,
    status: 'closed',
    read: 12_004,
    total: 12_000,
    added: 11_812,
    known: 192,
    to_write: 11_650,
    begun: 0,
    written: 0,
    held: 0,
    refused: 0,
    not_logged: 0,
    per_minute: null,
    remaining_seconds: null,
    out_of_reach_before: null,
    error: null,
    began_at: now - 3 * 3_600,
    done_at: now - 2 * 3_600,
    ...over,
  };
}

const FORECAST: BackfillForecast = {
  since: 0,
  until: 0,
  at_aircall: 12_000,
  read_requests: 240,
  read_seconds: 506,
  stored: 11_650,
  calls: 11_402,
  tickets: 11_402,
  customers: 2_318,
  held: 148,
  not_logged: 100,
  requests: 39_204,
  seconds: 19_602,
  of_others: 0,
};

/** What the hub would answer. */
export class FakeBackfills {
  readonly #scene: OldCalls;
  readonly #now: () => number;
  #all: BackfillView[];

  constructor(scene: OldCalls, now: () => number) {
    this.#scene = scene;
    this.#now = now;
    this.#all = scene.all?.(now()) ?? [];
  }

  /** Null for what is none of it. */
  answer(method: string, path: string, body?: unknown): Answer | null {
    if (!path.startsWith('/api/backfills')) return null;
    const fails = this.#scene.fails?.[path];
    if (fails) return { status: fails.status, body: { code: fails.code, detail: 'The scene says so.' } };
    if (method === 'GET') return { status: 200, body: { backfills: this.#all } satisfies Backfills };
    if (path.endsWith('/forecast')) return { status: 200, body: { ...FORECAST, ...this.#scene.forecast } };
    const [, , , id, deed] = path.split('/');
    const known = this.#all.find((one) => one.id === id);
    if (deed && known) {
      const state = deed === 'pause' ? 'paused' : deed === 'stop' ? 'stopped' : 'reading';
      return this.#put({ ...known, state, done_at: null });
    }
    const asked = body as { write?: boolean; status?: BackfillView['status'] };
    const first = this.#all[0];
    if (asked.write && first) {
      return this.#put({ ...first, state: 'writing', write: true, status: asked.status ?? 'closed', done_at: null });
    }
    const now = this.#now();
    return this.#put(backfill(now, { id: String(now * 1_000_000), state: 'reading', read: 0, added: 0, known: 0, total: null, to_write: 0, done_at: null }));
  }

  #put(one: BackfillView): Answer {
    this.#all = [one, ...this.#all.filter((other) => other.id !== one.id)];
    return { status: 202, body: one };
  }
}
