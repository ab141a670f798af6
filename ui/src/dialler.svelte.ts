/**
 * Starting a call from a list: one at a time, in the reader's name, and what became of it.
 *
 * Deliberately not here: who may be called back first (`desk.svelte.ts`), how it looks.
 */
import { textIn } from './host/answer';
import { HostError } from './host/host';
import { dialRefusal } from './model/desk';
import type { Session } from './session.svelte';
import type { DialAnswer } from './wire';
import type { Said } from './desk.svelte';

/** One list's calls. */
export class Dialler {
  said = $state.raw<Said | null>(null);
  busy = $state(false);

  constructor(readonly session: Session) {}

  /** Calls a number; `key`: of the row that says what became of it. */
  async call(key: string, to: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.said = null;
    const { desk } = this.session;
    const me = desk.me?.id ?? desk.agent;
    try {
      const { state } = await this.session.api<DialAnswer>('POST', '/api/dial', { to, ...(me ? { agent: me } : {}) });
      this.said = { key, word: state === 'calling' ? 'deskDialled' : 'deskKeypad', bad: false };
    } catch (error) {
      const code = error instanceof HostError ? error.code : null;
      const tel = code === 'agent_unavailable' && error instanceof HostError ? textIn(error.problem, 'tel') : null;
      this.said = { key, word: dialRefusal(code) as Said['word'], bad: true, ...(tel ? { tel } : {}) };
    }
    this.busy = false;
  }
}
