/**
 * The desktop window as host. The only file that may import `@tauri-apps/api`, so that everything else runs in a browser.
 */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import type { CallDetail, CallPage, KeptMedium, Now, OpenRecords, Pushed } from '../wire';
import { bodyOrThrow } from './answer';
import { callParameters } from './calls';
import { HostError, type Action, type CallQuery, type Exported, type ExportFormat, type Feed, type Host, type Method } from './host';
import { storedPreferences } from './preferences';

/** How many events are kept until somebody subscribes. */
const KEPT = 500;

/** A host over Tauri's commands and events. */
export class TauriHost implements Host {
  readonly preferences = storedPreferences();

  // Listening begins with the host, or events between the first answer and the subscription would be lost.
  readonly #kept: Pushed[] = [];
  #feed: Feed | null = null;
  readonly #listening: Promise<unknown>;

  constructor() {
    const pushed = listen<Pushed>('pushed', ({ payload }) => {
      if (this.#feed) this.#feed.pushed(payload);
      else {
        this.#kept.push(payload);
        if (this.#kept.length > KEPT) this.#kept.shift();
      }
    });
    // The shell fell behind and lost events: everything is asked for again.
    const resync = listen('resync', () => this.#feed?.resync());
    this.#listening = Promise.all([pushed, resync]);
  }

  async now(): Promise<Now> {
    await this.#listening;
    return ask('now');
  }

  calls(wanted: CallQuery): Promise<CallPage> {
    const asked = callParameters(wanted);
    const given = (name: string) => asked.get(name);
    const { before } = wanted;
    const query = { filter: given('filter'), text: given('q'), from: given('from'), until: given('until'), agent: given('agent') };
    return ask('calls', { query: { ...query, before: before ?? null } });
  }

  async call(id: string): Promise<CallDetail> {
    const detail = await ask<CallDetail | null>('call', { id });
    if (!detail) throw new HostError('gone', `there is no call ${id}`);
    return detail;
  }

  openRecords(customer: string): Promise<OpenRecords> {
    return ask('open_records', { customer });
  }

  async act(action: Action): Promise<void> {
    switch (action.kind) {
      case 'retry':
        return ask('retry', { id: action.call });
      case 'choose':
        return ask('choose', { id: action.call, customer: action.customer, remember: action.remember });
      case 'withdraw':
        return ask('withdraw_choice', { id: action.call });
      case 'take_back':
        return this.api('POST', `/api/calls/${encodeURIComponent(action.call)}/withdraw`);
      case 'name':
        return ask('name_caller', { id: action.call, name: action.name, email: action.email });
      case 'pause':
      case 'resume':
        return ask(action.kind);
      case 'mend':
        return ask('mend', { alert: action.alert });
    }
  }

  async api<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const answer = await ask<{ status: number; body: unknown }>('api', { method, path, body: body ?? null });
    return bodyOrThrow<T>(path, answer.status, answer.body);
  }

  async exportCalls(wanted: CallQuery, format: ExportFormat): Promise<Exported | null> {
    const file = await ask<string | null>('export_calls', { query: callParameters(wanted).toString(), format });
    return file === null ? null : { file, isChosen: true };
  }

  stopExport(): void {
    ask('stop_export').catch(() => undefined);
  }

  showKept(call: string, medium: KeptMedium): void {
    ask('show_kept', { call, medium }).catch(() => undefined);
  }

  chooseRecordingsFolder(): Promise<boolean> {
    return ask('choose_recordings_folder');
  }

  open(url: string): void {
    // The desktop refuses addresses that are not the helpdesk's, Aircall's or ours, and says so in its log.
    ask('open_url', { url }).catch(() => undefined);
  }

  painted(callId: string): void {
    // Two frames: the first one may still be the one in which the card was put together.
    const paint = () => void ask('painted', { callId }).catch(() => undefined);
    requestAnimationFrame(() => requestAnimationFrame(paint));
  }

  subscribe(_from: string, feed: Feed): () => void {
    this.#feed = feed;
    feed.link('live');
    // The model drops what the first answer contained already.
    for (const pushed of this.#kept.splice(0)) feed.pushed(pushed);
    return () => {
      this.#feed = null;
    };
  }
}

/** The shell's errors carry a stable word. */
function codeOf(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}

async function ask<T>(command: string, values?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, values);
  } catch (error) {
    throw new HostError('unreachable', `${command}: ${String(error)}`, codeOf(error));
  }
}
