/**
 * The one owner of what the pages know: asks the host, feeds the model, keeps the list under Calls.
 *
 * Deliberately not here: how stimuli change the model (`model/`), where the reader is (`ui/place.svelte.ts`).
 */
import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

import { Desk } from './desk.svelte';
import { HostError, type Host, type Method } from './host/host';
import { JottedOfCall, Lately } from './jotted.svelte';
import { emptyList, isSame, withChangedCall, withFirstPage, withFreshShown, withNextPage, type List, type Query } from './model/list';
import { EMPTY, reduce, type Model, type Stimulus } from './model/model';
import type { CallView, Pushed } from './wire';

/** After a call ended, its counts and its ticket are asked for once things have settled. */
const SETTLE_MS = 1_500;

const RETRY_MS = [1_000, 2_000, 5_000, 10_000];

/** What stands between the reader and the pages. */
export type Gate = 'loading' | 'open' | 'sign_in' | 'failed' | 'set_up';

/** A window's session with its host. */
export class Session {
  readonly host: Host;
  /** All but the list. */
  model = $state.raw<Model>(EMPTY);
  /** What to show at all. */
  gate = $state<Gate>('loading');
  /** The last token was refused. */
  tokenRefused = $state(false);
  /** The list under Calls; null until somebody looks at it. */
  list = $state.raw<List | null>(null);
  /** The missed-call desk. */
  readonly desk: Desk;
  /** The tags that were used in this window. */
  readonly lately: Lately;
  /** Somebody writes on the card of the call that is over: it stays. The card says so. */
  writing = false;
  /** Whether the list stands at its top; the page says so. */
  listAtTop = true;

  /** Counts the changes of each call, for whoever shows one in detail. */
  readonly #versions = new SvelteMap<string, number>();
  readonly #jotted = new Map<string, JottedOfCall>();
  #unsubscribe: (() => void) | null = null;
  #settling: ReturnType<typeof setTimeout> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #day = new Date().toDateString();
  #stopped = false;

  constructor(host: Host) {
    this.host = host;
    this.desk = new Desk(host, (method, path, body) => this.api(method, path, body));
    this.lately = new Lately(host);
  }

  /** Asks for everything, then follows the events. Tries again by itself until the host answers. */
  async start(attempt = 0): Promise<void> {
    try {
      await this.#ask();
    } catch (error) {
      if (this.#stopped || this.#closeGate(error)) return;
      const pause = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 1_000;
      this.#retry = setTimeout(() => void this.start(attempt + 1), pause);
      return;
    }
    if (this.#stopped) return;
    this.tokenRefused = false;
    this.gate = 'open';
    this.#unsubscribe?.();
    this.#unsubscribe = this.host.subscribe(this.model.eventId, {
      pushed: (pushed) => this.#pushed(pushed),
      link: (state) => this.#linked(state),
      resync: () => void this.#resync(),
    });
  }

  /** Ends everything that is under way. */
  stop(): void {
    this.#stopped = true;
    this.#unsubscribe?.();
    this.desk.stop();
    if (this.#settling) clearTimeout(this.#settling);
    if (this.#retry) clearTimeout(this.#retry);
  }

  /** Time passes. A new day has new counts. */
  tick(at: number): void {
    this.#apply(this.writing ? { kind: 'stay', at } : { kind: 'tick', at });
    const day = new Date(at).toDateString();
    if (this.gate === 'open' && this.#day !== day) void this.#refresh();
    this.#day = day;
  }

  /** What is written about a call in this window. */
  jotted(callId: string): JottedOfCall {
    const known = this.#jotted.get(callId);
    if (known) return known;
    const made = new JottedOfCall(callId, (method, path, body) => this.api(method, path, body), this.lately, () => this.desk.agent);
    this.#jotted.set(callId, made);
    return made;
  }

  /** Gives the card to another call that is up. */
  show(callId: string): void {
    this.#apply({ kind: 'show', callId });
  }

  /** Puts the card of the ended call away. */
  dismiss(): void {
    this.#apply({ kind: 'dismiss' });
  }

  /** Signs in and starts. */
  async signIn(token: string): Promise<void> {
    this.host.session?.signIn(token);
    await this.start();
    // Read afresh: `start` may have changed it, which the compiler cannot see.
    if ((this.gate as Gate) === 'sign_in') this.tokenRefused = true;
  }

  /** Forgets the token and everything that was shown under it. */
  signOut(): void {
    this.host.session?.signOut();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.model = EMPTY;
    this.list = null;
    this.desk.forget();
    this.#jotted.clear();
    this.tokenRefused = false;
    this.gate = 'sign_in';
  }

  /** Counts up whenever something about this call changed. */
  versionOf(callId: string): number {
    return this.#versions.get(callId) ?? 0;
  }

  /** Loads the list from its top, keeping what is there on show until the answer comes. */
  async loadList(query: Query): Promise<void> {
    const same = this.list !== null && isSame(this.list.query, query);
    const list: List = same && this.list ? { ...this.list, status: 'loading' } : emptyList(query);
    await this.#load(list, async () => this.#withLatest(withFirstPage(list, await this.host.calls(query))));
  }

  /** Loads the next page, if there is one and none is on its way. */
  async loadMore(): Promise<void> {
    const { list } = this;
    if (!list || list.next === null || list.status === 'loading' || list.status === 'more') return;
    const before = list.next;
    await this.#load({ ...list, status: 'more' }, async () => {
      const page = await this.host.calls({ ...list.query, before });
      return withNextPage(this.list ?? list, page);
    });
  }

  /** Puts the new calls on top of the list. */
  showFresh(): void {
    if (this.list) this.list = withFreshShown(this.list);
  }

  /** Calls that began while the first page was on its way are known from their events. */
  #withLatest(list: List): List {
    if (!isSame(list.query, { filter: 'all', text: '' })) return list;
    return this.model.recent.toReversed().reduce((so, call) => withChangedCall(so, call, true), list);
  }

  async #load(during: List, load: () => Promise<List>): Promise<void> {
    this.list = during;
    const stillWanted = () => this.list?.query === during.query;
    try {
      const loaded = await load();
      if (stillWanted()) this.list = loaded;
    } catch (error) {
      if (this.#closeGate(error) || !stillWanted()) return;
      this.list = { ...(this.list ?? during), status: 'failed' };
    }
  }

  /** Asks for everything now, where no events come and a person does not want to wait. Throws `HostError`. */
  async again(): Promise<void> {
    try {
      await this.#ask();
    } catch (error) {
      this.#closeGate(error);
      throw error;
    }
  }

  async #ask(): Promise<void> {
    const now = await this.host.now();
    this.#apply({ kind: 'now', now, at: Date.now() });
  }

  /** Events were missed: everything is asked for again; what is on show stays until the answers come. */
  async #resync(): Promise<void> {
    if (!(await this.#refresh())) return;
    for (const id of this.#versions.keys()) this.#changed(id);
    if (this.list) await this.loadList(this.list.query);
    this.desk.changed();
  }

  /** Asks again while everything stays on show; false if there was no answer, and the next event will tell. */
  async #refresh(): Promise<boolean> {
    try {
      await this.#ask();
      return true;
    } catch (error) {
      this.#closeGate(error);
      return false;
    }
  }

  #linked(state: 'live' | 'away'): void {
    this.#apply({ kind: 'link', state, at: Date.now() });
    if (state === 'live' && this.desk.status === 'failed') this.desk.changed();
  }

  #pushed(pushed: Pushed): void {
    this.#apply({ kind: 'pushed', pushed, at: Date.now() });
    if (pushed.body.event === 'card') this.#changed(pushed.body.data.call_id);
    if (pushed.body.event === 'call') this.#callChanged(pushed.body.data);
    if (pushed.body.event === 'desk') this.desk.changed();
  }

  #callChanged(call: CallView): void {
    this.#changed(call.id);
    if (this.list) this.list = withChangedCall(this.list, call, this.listAtTop);
    if (call.phase !== 'ended') return;
    if (this.#settling) clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#refresh(), SETTLE_MS);
  }

  #changed(callId: string): void {
    this.#versions.set(callId, this.versionOf(callId) + 1);
  }

  #apply(stimulus: Stimulus): void {
    this.model = reduce(this.model, stimulus);
  }

  /** Asks the set-up or the doctor. Shows the sign-in where the token is refused; throws `HostError` in any case. */
  async api<T>(method: Method, path: string, body?: unknown): Promise<T> {
    try {
      return await this.host.api<T>(method, path, body);
    } catch (error) {
      if (error instanceof HostError && error.failure === 'unauthorized') this.#closeGate(error);
      throw error;
    }
  }

  /** Shows the sign-in or the set-up, or before the first answer the failure. True if there is nothing to try again. */
  #closeGate(error: unknown): boolean {
    if (error instanceof HostError && error.failure === 'unauthorized') {
      this.#unsubscribe?.();
      this.#unsubscribe = null;
      this.gate = 'sign_in';
      return true;
    }
    if (error instanceof HostError && error.code === 'not_set_up') {
      this.#unsubscribe?.();
      this.#unsubscribe = null;
      this.gate = 'set_up';
      return true;
    }
    if (!this.model.ready) this.gate = 'failed';
    return false;
  }
}

/** The session of the component tree. */
export const [getSession, setSession] = createContext<Session>();
