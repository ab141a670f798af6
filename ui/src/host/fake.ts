/**
 * A host without anything behind it: scripted states for development and browser tests. Only in builds with scenes.
 *
 * `?scene=ringing&lang=de&theme=dark`; the scenes stand in `fake/scenes.ts`. `window.sidetone` pushes further events.
 */
import type { CallDetail, CallPage, CallView, Health, LiveCall, LiveEvent, Now, OpenRecords, RecordingsDays, RecordingsSetup } from '../wire';
import { FakeBackfills } from './fake/backfill';
import { FakeDesk } from './fake/desk';
import { endOfCall, SCENES, usualDetail, type Scene } from './fake/scenes';
import { jottingAnswer } from './fake/jotting';
import { FakeSetup } from './fake/setup';
import { explained, notesOf, openRecordsOf, someCalls } from './fake/world';
import { pieces } from '../model/found';
import { beginOf, endOf } from '../model/list';
import { bodyOrThrow } from './answer';
import { HostError, type Action, type CallQuery, type Exported, type ExportFormat, type Feed, type Host, type Method, type Preferences, type SignIn } from './host';

/** What a browser test may do. */
export interface Script {
  /** Delivers an event as the host would. */
  push(body: LiveEvent): void;
  /** Somebody else does something at another window. */
  elsewhere(method: Method, path: string): void;
  /** What failed is answered from now on. */
  answers(): void;
  /** Health as the scene begins. */
  health(): Health;
  /** The calls that are up as the scene begins. */
  live(): readonly LiveCall[];
  /** What was asked of the host, in order. */
  readonly asked: string[];
}

declare global {
  interface Window {
    sidetone?: Script;
  }
}

const PAGE_SIZE = 20;

const EVERY_STEP = ['aircall', 'helpdesk', 'numbers', 'events', 'callers', 'dry_run', 'go_live'] as const;

/** The host of the scene that the address names. */
export function sceneHost(search: string): Host {
  const query = new URLSearchParams(search);
  const name = query.get('scene') ?? 'idle';
  const scene = SCENES[name] ?? SCENES['idle'];
  if (!scene) throw new Error(`there is no scene ${name}`);
  if (scene.hash && !location.hash) {
    history.replaceState(null, '', scene.hash);
    // At once: the pages must not begin anywhere else.
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }
  if (scene.press) pressOnce(scene.press);
  return new SceneHost(scene, name, query);
}

/** Presses what the selector finds as soon as it can be pressed. */
function pressOnce(selector: string): void {
  const watching = new MutationObserver(() => {
    const found = document.querySelector<HTMLElement>(selector);
    if (!found || found.getAttribute('aria-busy') === 'true') return;
    watching.disconnect();
    found.click();
  });
  watching.observe(document.body, { childList: true, subtree: true, attributes: true });
}

class SceneHost implements Host {
  readonly preferences: Preferences;
  readonly session?: SignIn;
  readonly chooseRecordingsFolder?: () => Promise<boolean>;
  readonly #scene: Scene;
  readonly #name: string;
  readonly #asked: string[] = [];
  #feed: Feed | null = null;
  #eventId = 100;
  #signedIn = false;
  #fails: NonNullable<Scene['fails']>;
  #asks = 0;
  #recordings: RecordingsSetup;
  readonly #setUp: FakeSetup;
  readonly #desk: FakeDesk;
  readonly #backfills: FakeBackfills;

  constructor(scene: Scene, name: string, query: URLSearchParams) {
    this.#scene = scene;
    this.#name = name;
    this.#fails = scene.fails ?? {};
    this.#recordings = { folder: null, keep_days: 0, folder_is_given: false, keep_days_is_given: false, ...scene.recordings };
    if (scene.desktop) this.chooseRecordingsFolder = () => this.#choose();
    this.#setUp = new FakeSetup(scene.setup ?? { done: EVERY_STEP, view: { mode: 'live' } }, seconds);
    this.#backfills = new FakeBackfills(scene.backfills ?? {}, seconds);
    this.#desk = new FakeDesk(scene.desk ?? {}, seconds, (data) => this.#push({ event: 'desk', data }));
    const chosen = new Map<string, string | null>([
      ['language', query.get('lang')],
      ['theme', query.get('theme')],
      ['agent', scene.desk?.me ?? null],
      ['lines', scene.desk?.lines ?? null],
      ['tags', scene.tags ? JSON.stringify(scene.tags) : null],
      ['numbers', scene.hidden ? 'hidden' : null],
      ['notes', scene.hidden ? 'hidden' : null],
    ]);
    this.preferences = {
      read: (one) => chosen.get(one) ?? null,
      write: (one, value) => void chosen.set(one, value),
    };
    if (scene.fault === 'unauthorized') {
      this.session = {
        signIn: (token) => (this.#signedIn = token === 'right'),
        signOut: () => (this.#signedIn = false),
      };
    }
    const elsewhere = (method: Method, path: string) => void this.#desk.answer(method, path, null);
    const answers = () => void (this.#fails = {});
    window.sidetone = { push: (body) => this.#push(body), elsewhere, answers, health: () => scene.now(seconds()).health, live: () => scene.now(seconds()).live, asked: this.#asked };
  }

  async now(): Promise<Now> {
    if (this.#scene.fault === 'silent') await new Promise(() => undefined);
    // Away after the first answer.
    this.#asks += 1;
    if (this.#scene.fault === 'unreachable' || (this.#scene.fault === 'away' && this.#asks > 1)) throw new HostError('unreachable', 'the scene says so');
    if (this.#scene.fault === 'unauthorized' && !this.#signedIn) throw new HostError('unauthorized', 'the scene says so');
    if (this.#scene.fault === 'not_set_up' && !this.#setUp.isRunning) throw new HostError('refused', 'the scene says so', 'not_set_up');
    const now = this.#scene.now(seconds());
    return this.#scene.desk ? { ...now, desk: this.#desk.counts() } : now;
  }

  async calls({ filter, text, before, from: first, until, agent }: CallQuery): Promise<CallPage> {
    this.#asked.push(`calls ${filter} ${text} ${before ?? ''}`.trim());
    if (this.#scene.fault === 'list') throw new HostError('unreachable', 'the scene says so');
    const all = (this.#scene.calls ?? someCalls)(seconds());
    const span = (call: CallView) => (!first || call.started_at >= beginOf(first)) && (!until || call.started_at < endOf(until));
    const found = all.filter((call) => fits(call, filter, agent ?? null) && span(call) && holds(call, text));
    const notes = text ? notesOf(found, seconds()).filter((note) => pieces(note.text, text).some((one) => one.hit)) : [];
    const from = Number(before ?? 0);
    const next = from + PAGE_SIZE < found.length ? String(from + PAGE_SIZE) : null;
    return { calls: found.slice(from, from + PAGE_SIZE), next, total: text && !before ? found.length : null, notes };
  }

  async call(id: string): Promise<CallDetail> {
    const call = someCalls(seconds()).find((one) => one.id === id);
    if (!call) throw new HostError('gone', 'no such call in the scene');
    return (this.#scene.detail ?? usualDetail)(call, seconds());
  }

  async openRecords(customer: string): Promise<OpenRecords> {
    this.#asked.push(`open records ${customer}`);
    const { open } = this.#scene;
    if (open === 'silent') await new Promise(() => undefined);
    if (open === 'failed') throw new HostError('unreachable', 'the scene says so');
    return (typeof open === 'function' ? open : openRecordsOf)(customer, seconds());
  }

  async act(action: Action): Promise<void> {
    this.#asked.push(Object.values(action).join(' ').trimEnd());
    if (this.#scene.fault === 'unreachable') throw new HostError('unreachable', 'the scene says so');
  }

  async api<T>(method: Method, path: string, body?: unknown): Promise<T> {
    // What is entered may be secret, in a scene too.
    this.#asked.push(`${method} ${path}`);
    if (path.startsWith('/api/numbers/explain')) return explained(new URLSearchParams(path.split('?')[1]).get('number') ?? '', seconds()) as T;
    const fails = this.#fails[path.split('?')[0] ?? path];
    if (fails === 'silent') await new Promise(() => undefined);
    else if (fails) return bodyOrThrow<T>(path, fails.status, { code: fails.code, detail: 'The scene says so.' });
    if (path === '/api/recordings') return this.#keep(method, body) as T;
    const atTheDesk = jottingAnswer(path, body) ?? (await this.#desk.answer(method, path, body));
    const { status, body: answer } = atTheDesk ?? this.#backfills.answer(method, path, body) ?? this.#setUp.answer(method, path, body);
    return bodyOrThrow<T>(path, status, answer);
  }

  #keep(method: Method, body: unknown): RecordingsSetup {
    if (method === 'DELETE') this.#recordings = { ...this.#recordings, folder: null };
    if (method === 'POST') this.#recordings = { ...this.#recordings, ...(body as RecordingsDays) };
    return this.#recordings;
  }

  async #choose(): Promise<boolean> {
    this.#asked.push('choose a folder');
    this.#recordings = { ...this.#recordings, folder: '/home/ada/Recordings' };
    return true;
  }

  async exportCalls({ filter, text, from, until }: CallQuery, format: ExportFormat): Promise<Exported> {
    this.#asked.push(`export ${format} ${filter} ${text} ${from ?? ''} ${until ?? ''}`.trim());
    if (this.#scene.fault === 'list') throw new HostError('unreachable', 'the scene says so');
    return { file: `sidetone-calls.${format}`, isChosen: false };
  }

  save(name: string, text: string): void {
    this.#asked.push(`save ${name} ${text}`);
  }

  open(url: string): void {
    this.#asked.push(`open ${url}`);
  }

  painted(callId: string): void {
    requestAnimationFrame(() => requestAnimationFrame(() => this.#asked.push(`painted ${callId}`)));
  }

  subscribe(_from: string, feed: Feed): () => void {
    this.#feed = feed;
    if (this.#scene.fault === 'away') feed.link('away');
    if (this.#name === 'ended') setTimeout(() => this.#push({ event: 'call', data: endOfCall(seconds()) }));
    return () => {
      this.#feed = null;
    };
  }

  #push(body: LiveEvent): void {
    this.#eventId += 1;
    this.#feed?.pushed({ id: String(this.#eventId), body });
  }
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Every word stands somewhere, and every digit in the number. */
function holds(call: CallView, text: string): boolean {
  const number = /^[\d+().\-/\s]+$/.test(text) ? text.replace(/\D/g, '').replace(/^0/, '') : '';
  if (number) return (call.number.e164 ?? '').includes(number);
  const there = plain(JSON.stringify(call) + (call.number.e164 ?? ''));
  return plain(text).split(/\s+/).every((word) => there.includes(word));
}

function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

function fits(call: CallView, filter: CallQuery['filter'], agent: string | null): boolean {
  switch (filter) {
    case 'mine':
      return call.agent !== null && call.agent.id === agent;
    case 'all':
      return true;
    case 'missed':
      return call.outcome === 'missed' || call.outcome === 'voicemail';
    case 'voicemail':
      return call.outcome === 'voicemail';
    case 'not_logged':
      return call.state === 'held' || call.state === 'parked' || call.state === 'not_logged';
  }
}
