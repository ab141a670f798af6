/**
 * The missed-call desk as this window has it: reads who waits, follows the events, does what a person does.
 *
 * Deliberately not here: what may be done (`model/desk.ts`), how it looks (`ui/missed/`).
 */
import { HostError, type Host, type Method } from './host/host';
import { textIn } from './host/answer';
import { dialRefusal, without } from './model/desk';
import type { DeskCaller, DeskView, DialAnswer, Named } from './wire';
import type { Key } from './words/catalogue';

/** Several changes at once are one reading. */
const SOON_MS = 60;
/** So long a clearing can be taken back. */
const UNDO_MS = 10_000;

/** What is said of one caller, under the row. */
export interface Said {
  readonly key: string;
  readonly word: Extract<Key, 'deskTaken' | 'deskGone' | 'deskKeypad' | 'deskDialled' | 'deskClosed' | 'deskNotDialled' | 'deskUnclear' | 'notTaken'>;
  readonly agent?: string;
  readonly bad: boolean;
  /** The address by which another program may dial. */
  readonly tel?: string;
}

type Api = <T>(method: Method, path: string, body?: unknown) => Promise<T>;

/** One window's desk. */
export class Desk {
  /** Null until the first answer. */
  view = $state.raw<DeskView | null>(null);
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  /** The Aircall user at this computer, by id. */
  agent = $state<string | null>(null);
  lines = $state<'mine' | 'all'>('all');
  /** Who was cleared a moment ago. */
  cleared = $state.raw<DeskCaller | null>(null);
  said = $state.raw<Said | null>(null);
  /** What is under way is not begun twice: the keys of callers. */
  busy = $state.raw<ReadonlySet<string>>(new Set());

  readonly #host: Host;
  readonly #api: Api;
  #watchers = 0;
  #asked = 0;
  #soon: ReturnType<typeof setTimeout> | null = null;
  #undo: ReturnType<typeof setTimeout> | null = null;

  constructor(host: Host, api: Api) {
    this.#host = host;
    this.#api = api;
    this.agent = host.preferences.read('agent');
    this.lines = host.preferences.read('lines') === 'mine' && this.agent ? 'mine' : 'all';
  }

  /** Who the reader is; a single agent needs not say so. */
  get me(): Named | null {
    const agents = this.view?.agents ?? [];
    if (agents.length === 1) return agents[0] ?? null;
    return agents.find((one) => one.id === this.agent) ?? null;
  }

  /** Whether it has to be asked who the reader is, before something is done in that name. */
  get mustAsk(): boolean {
    return this.me === null && (this.view?.agents.length ?? 0) > 1;
  }

  /** Somebody looks at it; answers how to stop. */
  watch(): () => void {
    this.#watchers += 1;
    void this.load();
    return () => {
      this.#watchers -= 1;
      this.said = null;
    };
  }

  /** It has changed: it is read again if somebody looks. */
  changed(): void {
    if (this.#watchers === 0 || this.#soon) return;
    this.#soon = setTimeout(() => {
      this.#soon = null;
      void this.load();
    }, SOON_MS);
  }

  /** Forgets everything that was shown. */
  forget(): void {
    this.stop();
    this.view = null;
    this.status = 'loading';
    this.cleared = null;
    this.said = null;
  }

  stop(): void {
    if (this.#soon) clearTimeout(this.#soon);
    if (this.#undo) clearTimeout(this.#undo);
    this.#soon = this.#undo = null;
  }

  /** Reads who waits; what is on show stays until the answer comes. */
  async load(): Promise<void> {
    this.#asked += 1;
    const nth = this.#asked;
    // The reader's day, which a hub in another zone cannot know.
    const midnight = new Date().setHours(0, 0, 0, 0);
    const query = new URLSearchParams({ day_start: String(Math.floor(midnight / 1000)) });
    const agent = this.lines === 'mine' ? (this.me?.id ?? this.agent) : null;
    if (agent) query.set('agent', agent);
    try {
      const view = await this.#api<DeskView>('GET', `/api/missed?${query}`);
      if (nth !== this.#asked) return;
      this.view = view;
      this.status = 'ready';
    } catch (error) {
      if (nth !== this.#asked) return;
      if (error instanceof HostError && error.code === 'no_such_agent' && agent) {
        // Gone from Aircall: it is asked again who this is.
        this.iAm(null);
        return;
      }
      this.status = 'failed';
    }
  }

  /** The reader says who that is. */
  iAm(agent: string | null): void {
    this.agent = agent;
    this.#host.preferences.write('agent', agent);
    if (agent === null) this.show('all');
    else void this.load();
  }

  /** Whose lines are shown. */
  show(lines: 'mine' | 'all'): void {
    this.lines = lines;
    this.#host.preferences.write('lines', lines);
    void this.load();
  }

  claim(caller: DeskCaller): Promise<void> {
    return this.#once(caller, () => this.#do('POST', caller, 'claim', this.#inMyName()));
  }

  release(caller: DeskCaller): Promise<void> {
    return this.#once(caller, () => this.#do('DELETE', caller, 'claim'));
  }

  /** No call back is needed. It can be taken back for ten seconds. */
  clear(caller: DeskCaller): Promise<void> {
    return this.#once(caller, async () => {
      const { view } = this;
      if (view) this.view = without(view, caller.key);
      if (!(await this.#do('POST', caller, 'clear', { last_call: caller.last.id }))) {
        void this.load();
        return;
      }
      this.cleared = caller;
      this.#forgetClearedLater();
    });
  }

  undo(): Promise<void> {
    const caller = this.cleared;
    if (!caller) return Promise.resolve();
    this.cleared = null;
    return this.#once(caller, () => this.#do('DELETE', caller, 'clear'));
  }

  /** The claim first, so that not two call; it is given back where nothing was dialled. */
  callBack(caller: DeskCaller): Promise<void> {
    const to = caller.last.number.e164;
    if (!to) return Promise.resolve();
    return this.#once(caller, async () => {
      const wasMine = caller.claimed !== null;
      if (!(await this.#do('POST', caller, 'claim', this.#inMyName()))) return;
      try {
        const { state } = await this.#api<DialAnswer>('POST', '/api/dial', { to, ...this.#inMyName() });
        this.said = { key: caller.key, word: state === 'calling' ? 'deskDialled' : 'deskKeypad', bad: false };
      } catch (error) {
        const code = error instanceof HostError ? error.code : null;
        const tel = code === 'agent_unavailable' && error instanceof HostError ? textIn(error.problem, 'tel') : null;
        // Who may dial another way, or whose phone may be about to call, keeps the caller.
        if (!wasMine && code !== 'agent_unavailable' && code !== 'unclear') await this.#do('DELETE', caller, 'claim');
        this.said = { key: caller.key, word: dialRefusal(code) as Said['word'], bad: true, ...(tel ? { tel } : {}) };
      }
    });
  }

  #inMyName(): { agent?: string } {
    const me = this.me?.id ?? this.agent;
    return me ? { agent: me } : {};
  }

  #forgetClearedLater(): void {
    if (this.#undo) clearTimeout(this.#undo);
    this.#undo = setTimeout(() => (this.cleared = null), UNDO_MS);
  }

  async #once(caller: DeskCaller, act: () => Promise<unknown>): Promise<void> {
    if (this.busy.has(caller.key)) return;
    this.busy = new Set([...this.busy, caller.key]);
    this.said = null;
    await act();
    this.busy = new Set([...this.busy].filter((key) => key !== caller.key));
  }

  /** Whether it was taken. What changes comes as an event; it is read at once all the same. */
  async #do(method: Method, caller: DeskCaller, what: 'claim' | 'clear', body?: unknown): Promise<boolean> {
    try {
      await this.#api(method, `/api/missed/${encodeURIComponent(caller.key)}/${what}`, body);
      this.changed();
      return true;
    } catch (error) {
      const code = error instanceof HostError ? error.code : null;
      const by = error instanceof HostError ? nameIn(error.problem) : null;
      if (code === 'claimed_by_another' && by) this.said = { key: caller.key, word: 'deskTaken', agent: by, bad: true };
      else this.said = { key: caller.key, word: code === 'not_waiting' ? 'deskGone' : 'notTaken', bad: true };
      this.changed();
      return false;
    }
  }
}

/** Whose claim stands in the way. */
function nameIn(problem: unknown): string | null {
  const agent = typeof problem === 'object' && problem !== null && 'agent' in problem ? problem.agent : null;
  return textIn(agent, 'name') || null;
}
