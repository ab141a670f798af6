/** A missed-call desk that plays the hub's part: callers are claimed, released, cleared and come back. */
import type { CallView, ClaimRequest, DeskCaller, DeskCounts, DeskView, DialRequest, Named } from '../../wire';
import { american, callAt, customer, french, IVO, NOOR, RUTH, SALES_US, SUPPORT_DE, SUPPORT_FR, unanswered, WITHHELD } from './people';
import type { Answer } from './setup';

const MINUTE = 60;

/** How a desk scene begins. */
export interface DeskScene {
  readonly callers?: (at: number) => DeskCaller[];
  readonly doneToday?: number;
  readonly agents?: readonly Named[];
  /** Who sits at this computer, and whose lines are shown. */
  readonly me?: string;
  readonly lines?: 'mine' | 'all';
  /** The lines of whoever that is; null: none is known. */
  readonly mine?: readonly Named[] | null;
  /** How Aircall takes a dial; `keypad` where it says nothing. */
  readonly dial?: 'closed' | 'busy';
  /** Reading it fails, or is never answered. */
  readonly fails?: 'always' | 'silent';
}

/** One who waits; `over` changes what is different. */
export function waits(id: number, minutes: number, at: number, over: Omit<Partial<DeskCaller>, 'last'> & { last?: Partial<CallView> } = {}): DeskCaller {
  const startedAt = at - minutes * MINUTE;
  const last = { ...callAt(id, startedAt, 0, unanswered(startedAt, 'agents_did_not_answer', over.kind === 'voicemail')), ...over.last };
  return {
    key: last.number.e164 ?? `call:${last.id}`,
    kind: 'missed',
    calls: 1,
    first_at: startedAt,
    lines: [last.line],
    asset: `https://assets.aircall.io/calls/${last.id}/voicemail`,
    claimed: null,
    talk: null,
    ...over,
    last,
  };
}

/** The desk of an ordinary afternoon. */
export function someCallers(at: number): DeskCaller[] {
  return [
    waits(59, 52, at, { kind: 'callback', last: { customer: customer('70510', 'Odile Garnier', 'odile@example.com'), number: french('1807') } }),
    waits(58, 26, at, { kind: 'voicemail', calls: 3, last: { customer: customer('70511', 'Lucas Moreau', null), number: french('5523') } }),
    waits(57, 19, at, {
      last: { customer: customer('70512', 'Priya Nair', 'priya@example.com'), number: american('0142'), line: SALES_US, missed_reason: 'no_available_agent' },
    }),
    waits(56, 12, at, { calls: 2, last: { customer: null, number: french('7290'), missed_reason: 'abandoned_in_ivr' } }),
    waits(55, 4, at, { last: { customer: null, number: WITHHELD, line: SALES_US, missed_reason: 'short_abandoned' } }),
    waits(54, 31, at, {
      last: { customer: customer('70513', 'Hannah Vogt', null), number: french('4410'), line: SUPPORT_DE },
      talk: { agent: IVO, since: at - 70, answered: false, outbound: true },
    }),
  ];
}

/** More than a window holds, with names that do not fit. */
export function manyCallers(at: number): DeskCaller[] {
  const names = ['Straßenbahnersatzteilvertriebsgesellschaft Leipzig', 'Nair', 'Roche & Sœurs SARL', 'Maximiliane Freifrau von Hohenlohe-Waldenburg'];
  return Array.from({ length: 120 }, (_, n) => {
    const number = french(String(1000 + n));
    const kind = n % 5 === 0 ? ('voicemail' as const) : ('missed' as const);
    const line = n % 2 === 0 ? SUPPORT_DE : SUPPORT_FR;
    return waits(100 + n, 8_900 - n * 71, at, { kind, calls: 1 + (n % 3) * 6, last: { customer: customer(`71${n}`, names[n % 4] ?? '', null), number, line, missed_reason: 'out_of_opening_hours' } });
  });
}

const problem = (status: number, code: string, more: object = {}): Answer => ({ status, body: { code, ...more } });
const taken: Answer = { status: 202, body: null };

/** The hub's side of the desk. */
export class FakeDesk {
  readonly #scene: DeskScene;
  readonly #seconds: () => number;
  readonly #changed: (counts: DeskCounts) => void;
  readonly #agents: readonly Named[];
  #callers: DeskCaller[];
  readonly #cleared: DeskCaller[] = [];
  #done: number;

  constructor(scene: DeskScene, seconds: () => number, changed: (counts: DeskCounts) => void) {
    this.#scene = scene;
    this.#seconds = seconds;
    this.#changed = changed;
    this.#agents = scene.agents ?? [IVO, NOOR, RUTH];
    this.#callers = scene.callers?.(seconds()) ?? [];
    this.#done = scene.doneToday ?? 0;
  }

  counts(): DeskCounts {
    const claimed = this.#callers.filter(isTaken).length;
    return { waiting: this.#callers.length - claimed, claimed };
  }

  /** Null where it is none of the desk's paths. */
  async answer(method: string, path: string, body: unknown): Promise<Answer | null> {
    const [where = '', search = ''] = path.split('?');
    if (where === '/api/dial') return this.#dial(body as DialRequest);
    if (where === '/api/missed') return this.#read(new URLSearchParams(search).get('agent'));
    const about = /^\/api\/missed\/([^/]+)\/(claim|clear)$/.exec(where);
    if (!about) return null;
    const key = decodeURIComponent(about[1] ?? '');
    const answer = this.#do(`${method} ${about[2]}`, key, (body ?? {}) as ClaimRequest);
    this.#changed(this.counts());
    return answer;
  }

  #do(deed: string, key: string, { agent }: ClaimRequest): Answer {
    const caller = this.#callers.find((one) => one.key === key);
    if (deed === 'DELETE clear') {
      const back = this.#cleared.findIndex((one) => one.key === key);
      if (back >= 0) {
        this.#callers.push(...this.#cleared.splice(back, 1));
        this.#done -= 1;
      }
      return taken;
    }
    if (!caller) return problem(404, 'not_waiting');
    const replace = (claimed: DeskCaller['claimed']) => (this.#callers = this.#callers.map((one) => (one === caller ? { ...one, claimed } : one)));
    switch (deed) {
      case 'POST claim': {
        const by = this.#agents.length === 1 ? this.#agents[0] : this.#agents.find((one) => one.id === agent);
        if (!by) return problem(422, 'which_agent');
        const other = caller.claimed?.agent;
        if (other && other.id !== by.id) return problem(409, 'claimed_by_another', { agent: other });
        replace({ agent: by, at: this.#seconds() });
        return taken;
      }
      case 'DELETE claim':
        replace(null);
        return taken;
      default:
        this.#callers = this.#callers.filter((one) => one !== caller);
        this.#cleared.push(caller);
        this.#done += 1;
        return taken;
    }
  }

  #dial({ to, agent }: DialRequest): Answer {
    if (this.#scene.dial === 'closed') return problem(409, 'agent_unavailable', { tel: `tel:${to}` });
    if (this.#scene.dial === 'busy') return problem(503, 'aircall_busy');
    const by = this.#agents.find((one) => one.id === agent) ?? this.#agents[0];
    return { status: 202, body: { state: 'keypad', agent: by, to, next: 'The number stands in the keypad.' } };
  }

  async #read(agent: string | null): Promise<Answer> {
    if (this.#scene.fails === 'silent') await new Promise(() => undefined);
    if (this.#scene.fails === 'always') return problem(503, 'store_unavailable');
    const mine = agent === null ? null : (this.#scene.mine ?? null);
    const shown = this.#callers
      .filter((caller) => mine === null || caller.lines.some((line) => mine.some((one) => one.id === line.id)))
      .sort((a, b) => a.first_at - b.first_at);
    const view: DeskView = {
      waiting: shown.filter((caller) => !isTaken(caller)),
      claimed: shown.filter(isTaken),
      done_today: this.#done,
      lines: mine === null ? null : [...mine],
      agents: [...this.#agents],
    };
    return { status: 200, body: view };
  }
}

function isTaken({ claimed, talk }: DeskCaller): boolean {
  return claimed !== null || (talk !== null && (talk.outbound || talk.answered));
}
