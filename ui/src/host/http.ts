/**
 * The hub as host: requests below `/api/`, events from `/api/events`, a token kept for this tab.
 *
 * Deliberately not here: what a failure looks like to a person.
 */
import type { CallDetail, CallPage, LiveEvent, Now, OpenRecords, Pushed } from '../wire';
import { bodyOrThrow, textIn } from './answer';
import { callParameters } from './calls';
import { HostError, type Action, type CallQuery, type Exported, type ExportFormat, type Feed, type Host, type Method, type Preferences, type SignIn } from './host';
import { storedPreferences } from './preferences';
import { saveBlob, saveFile } from './save';
import { readEvents, type ServerEvent } from './sse';

/** The hub sends a comment every 15 s; after three missing ones the connection is taken for dead. */
const SILENCE_MS = 45_000;

/** Waits between attempts to reconnect. The last one repeats. */
const RECONNECT_MS = [250, 1_000, 2_000, 5_000, 10_000, 20_000];

const PAGE_SIZE = '50';

/** Where the token is kept, and what differs in a test. */
export interface HttpOptions {
  /** Address that the paths are below; empty in a browser. */
  readonly base?: string;
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly reconnectMs?: readonly number[];
  readonly silenceMs?: number;
}

interface Asked {
  readonly method?: Method;
  readonly headers: Record<string, string>;
  readonly body?: string | null;
  readonly signal?: AbortSignal;
}

/** A host over HTTP. */
export class HttpHost implements Host {
  readonly preferences: Preferences = storedPreferences();
  readonly session: SignIn;

  readonly #base: string;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly #reconnectMs: readonly number[];
  readonly #silenceMs: number;

  constructor(options: HttpOptions = {}) {
    this.#base = options.base ?? '';
    const storage = options.storage ?? sessionStorage;
    this.#storage = storage;
    this.#reconnectMs = options.reconnectMs ?? RECONNECT_MS;
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
    this.session = {
      signIn: (token) => storage.setItem('token', token),
      signOut: () => storage.removeItem('token'),
    };
  }

  now(): Promise<Now> {
    // The reader's day, which a hub in another zone cannot know.
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    return this.#get(`/api/now?day_start=${Math.floor(midnight.getTime() / 1000)}`);
  }

  calls(wanted: CallQuery): Promise<CallPage> {
    const query = callParameters(wanted);
    query.set('limit', PAGE_SIZE);
    if (wanted.before) query.set('cursor', wanted.before);
    return this.#get(`/api/calls?${query}`);
  }

  async exportCalls(wanted: CallQuery, format: ExportFormat): Promise<Exported> {
    const query = callParameters(wanted);
    query.set('format', format);
    const name = `sidetone-calls.${format}`;
    const answer = await this.#fetch(`/api/calls/export?${query}`, { headers: {} });
    try {
      saveBlob(name, await answer.blob());
    } catch {
      // Cut off on the way: half a file is none.
      throw new HostError('unreachable', 'the export was cut off');
    }
    return { file: name, isChosen: false };
  }

  call(id: string): Promise<CallDetail> {
    return this.#get(`/api/calls/${encodeURIComponent(id)}`);
  }

  openRecords(customer: string): Promise<OpenRecords> {
    return this.#get(`/api/customers/${encodeURIComponent(customer)}/open`);
  }

  async act(action: Action): Promise<void> {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const method = action.kind === 'withdraw' ? 'DELETE' : 'POST';
    await this.#fetch(pathOf(action), { method, headers, body: bodyOf(action) });
  }

  async api<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await this.#send(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    return bodyOrThrow<T>(path, answer.status, await jsonOf(answer));
  }

  readonly save = saveFile;

  open(url: string): void {
    window.open(url, '_blank', 'noopener,noreferrer');
  }

  painted(): void {
    // A browser's paint is nobody's measure.
  }

  subscribe(from: string, feed: Feed): () => void {
    const stop = new AbortController();
    void this.#follow(from, feed, stop.signal);
    return () => stop.abort();
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await this.#fetch(path, { headers: { accept: 'application/json' } });
    try {
      return (await answer.json()) as T;
    } catch {
      throw new HostError('refused', `${path} did not answer with JSON`);
    }
  }

  async #send(path: string, asked: Asked): Promise<Response> {
    const token = this.#storage.getItem('token');
    try {
      return await fetch(this.#base + path, {
        ...asked,
        headers: token ? { ...asked.headers, authorization: `Bearer ${token}` } : asked.headers,
        cache: 'no-store',
      });
    } catch {
      throw new HostError('unreachable', `${path} could not be reached`);
    }
  }

  async #fetch(path: string, asked: Asked): Promise<Response> {
    const answer = await this.#send(path, asked);
    if (answer.ok) return answer;
    if (answer.status === 401 || answer.status === 403) throw new HostError('unauthorized', `${path} needs a token`);
    const code = await codeOf(answer);
    if (answer.status === 404) throw new HostError('gone', `${path} is not there`, code);
    throw new HostError(answer.status >= 500 ? 'unreachable' : 'refused', `${path} answered ${answer.status}`, code);
  }

  /** Reads events until `stop`; reconnects with the id of the last one. */
  async #follow(from: string, feed: Feed, stop: AbortSignal): Promise<void> {
    let last = from;
    let attempt = 0;
    const arrived = (event: ServerEvent) => {
      if (event.id) last = event.id;
      if (event.name === 'resync') feed.resync();
      else {
        const pushed = pushedFrom(event);
        if (pushed) feed.pushed(pushed);
      }
    };
    while (!stop.aborted) {
      try {
        await this.#readOnce(last, arrived, stop, () => {
          attempt = 0;
          feed.link('live');
        });
      } catch (error) {
        if (stop.aborted) return;
        // One cut is normal (a proxy's limit, a restart); only a failed attempt to come back is worth a word.
        feed.link('away');
        if (error instanceof HostError && error.failure === 'unauthorized') {
          feed.resync();
          return;
        }
      }
      const pause = this.#reconnectMs[Math.min(attempt, this.#reconnectMs.length - 1)] ?? 1_000;
      attempt += 1;
      await waitFor(pause * (0.75 + Math.random() / 2), stop);
    }
  }

  async #readOnce(last: string, arrived: (event: ServerEvent) => void, stop: AbortSignal, open: () => void): Promise<void> {
    const silence = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), this.#silenceMs);
    };
    try {
      alive();
      const headers = { accept: 'text/event-stream', 'last-event-id': last };
      const answer = await this.#fetch('/api/events', { headers, signal: AbortSignal.any([stop, silence.signal]) });
      open();
      if (!answer.body) return;
      await readEvents(answer.body, arrived, alive).catch(() => undefined);
    } finally {
      clearTimeout(timer);
    }
  }
}

function pathOf(action: Action): string {
  switch (action.kind) {
    case 'retry':
    case 'name':
      return `/api/calls/${encodeURIComponent(action.call)}/${action.kind}`;
    case 'take_back':
      return `/api/calls/${encodeURIComponent(action.call)}/withdraw`;
    case 'choose':
    case 'withdraw':
      return `/api/calls/${encodeURIComponent(action.call)}/customer`;
    case 'pause':
    case 'resume':
    case 'mend':
      return `/api/${action.kind}`;
  }
}

function bodyOf(action: Action): string | null {
  switch (action.kind) {
    case 'mend':
      return JSON.stringify({ alert: action.alert });
    case 'choose':
      return JSON.stringify({ customer_id: action.customer, remember: action.remember });
    case 'name':
      return JSON.stringify({ name: action.name, email: action.email });
    case 'retry':
    case 'take_back':
    case 'withdraw':
    case 'pause':
    case 'resume':
      return null;
  }
}

/** The body as JSON; null where there is none, or something else answered. */
async function jsonOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

/** The code of a problem (RFC 9457), if the answer tells one. */
async function codeOf(answer: Response): Promise<string | null> {
  return textIn(await jsonOf(answer), 'code');
}

/** An event of the stream as the wire type; null for a name that these pages do not know. */
function pushedFrom(event: ServerEvent): Pushed | null {
  if (event.name !== 'call' && event.name !== 'card' && event.name !== 'health' && event.name !== 'desk') return null;
  try {
    return { id: event.id, body: { event: event.name, data: JSON.parse(event.data) } as LiveEvent };
  } catch {
    return null;
  }
}

function waitFor(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });
}
