/**
 * What the agent writes about a call in this window (G13): the notes and tags that Aircall was given, and what is not sent yet.
 * Kept with the call, so that neither the next ring nor another page costs a word.
 *
 * Deliberately not here: what Aircall and the helpdesk make of it, which comes as events; how it looks (`ui/now/`).
 */
import { HostError, type Host, type Method } from './host/host';
import type { CommentAnswer, CommentState } from './wire';

/** As many tags as have a key. */
export const MOST_TAGS = 9;

/** A note that was taken. */
export interface Jotted {
  readonly text: string;
  /** Unix seconds. */
  readonly at: number;
  readonly state: CommentState;
}

type Api = <T>(method: Method, path: string, body?: unknown) => Promise<T>;

/** Of one call. */
export class JottedOfCall {
  /** What is typed and not sent. */
  draft = $state('');
  /** The tag that is typed and not sent. */
  tag = $state('');
  notes = $state.raw<readonly Jotted[]>([]);
  tags = $state.raw<readonly string[]>([]);
  busy = $state<'note' | 'tag' | null>(null);
  /** The code of what was in the way, and of which of the two. */
  fault = $state.raw<{ readonly of: 'note' | 'tag'; readonly code: string | null; readonly tag?: string } | null>(null);

  readonly #call: string;
  readonly #api: Api;
  readonly #lately: Lately;
  readonly #agent: () => string | null;

  constructor(call: string, api: Api, lately: Lately, agent: () => string | null) {
    this.#call = call;
    this.#api = api;
    this.#lately = lately;
    this.#agent = agent;
  }

  /** Sends the draft; it stays where it was not taken. Whether it was. */
  async addNote(at: number): Promise<boolean> {
    const text = this.draft.trim();
    if (text === '' || this.busy) return false;
    return this.#once('note', async () => {
      const agent = this.#agent();
      const { state } = await this.#api<CommentAnswer>('POST', `${this.#path}/comments`, agent ? { text, agent } : { text });
      this.notes = [...this.notes, { text, at, state }];
      // What was typed on while it was sent is not lost.
      this.draft = this.draft.trim() === text ? '' : this.draft;
    });
  }

  /** Tags the call in Aircall. Whether it was taken. */
  async addTag(name: string): Promise<boolean> {
    const tag = name.trim();
    if (tag === '' || this.busy) return false;
    return this.#once(
      'tag',
      async () => {
        await this.#api('POST', `${this.#path}/tags`, { tags: [tag] });
        if (!this.tags.includes(tag)) this.tags = [...this.tags, tag];
        this.#lately.used(tag);
        this.tag = '';
      },
      tag,
    );
  }

  get #path(): string {
    return `/api/calls/${encodeURIComponent(this.#call)}`;
  }

  async #once(of: 'note' | 'tag', send: () => Promise<void>, tag?: string): Promise<boolean> {
    [this.busy, this.fault] = [of, null];
    try {
      await send();
      return true;
    } catch (error) {
      this.fault = { of, code: error instanceof HostError ? error.code : null, ...(tag === undefined ? {} : { tag }) };
      return false;
    } finally {
      this.busy = null;
    }
  }
}

/** The tags that were used in this window, the last one first. Aircall's own list is not told to the pages. */
export class Lately {
  names = $state.raw<readonly string[]>([]);
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    this.names = read(host.preferences.read('tags'));
  }

  used(name: string): void {
    this.names = [name, ...this.names.filter((one) => one !== name)].slice(0, MOST_TAGS);
    this.#host.preferences.write('tags', JSON.stringify(this.names));
  }
}

function read(kept: string | null): string[] {
  try {
    const names: unknown = JSON.parse(kept ?? '[]');
    return Array.isArray(names) ? names.filter((one) => typeof one === 'string').slice(0, MOST_TAGS) : [];
  } catch {
    return [];
  }
}
