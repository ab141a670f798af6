/** The scenes: each state of the pages, reachable by `?scene=`. A scene is a first answer, and what differs from the usual. */
import type { Alert, CallDetail, CallView, Card, Health, LiveCall, Now, OpenRecords, RecordingsSetup } from '../../wire';
import { backfill, type OldCalls } from './backfill';
import { manyCallers, someCallers, waits, type DeskScene } from './desk';
import { american, BASTIEN, callAt, customer, ELENA, french, RUTH, SALES_US, SUPPORT_FR, sharing, unanswered, WITHHELD } from './people';
import type { SetupScene } from './setup';
import { SETUP_SCENES } from './setup-scenes';
import { badHealth, conversationsOf, detailOf, elenasCard, plannedDetail, quietNow, wellHealth } from './world';

/** One scene. Times in unix seconds. */
export interface Scene {
  readonly now: (at: number) => Now;
  /** The list under Calls; absent for the usual one. */
  readonly calls?: (at: number) => CallView[];
  readonly detail?: (call: CallView, at: number) => CallDetail;
  /** What customers have open; absent for the usual. */
  readonly open?: ((customer: string, at: number) => OpenRecords) | 'silent' | 'failed';
  /** Where the pages open. */
  readonly hash?: string;
  /** What is pressed once it is there, as a selector: what asks before it does something begins so. */
  readonly press?: string;
  /** What goes wrong. */
  readonly fault?: 'unauthorized' | 'unreachable' | 'list' | 'away' | 'silent' | 'not_set_up';
  /** Who waits for a call back; absent: nobody. */
  readonly desk?: DeskScene;
  /** Old calls that were read; absent: none. */
  readonly backfills?: OldCalls;
  /** Tags that were used in this window, the last one first. */
  readonly tags?: readonly string[];
  /** The reader hides numbers and notes. */
  readonly hidden?: boolean;
  /** Where recordings are kept; absent: nowhere. */
  readonly recordings?: Partial<RecordingsSetup>;
  /** As in the desktop window, where a folder can be chosen. */
  readonly desktop?: boolean;
  /** What fails until the script says otherwise, by the path asked; or is never answered. */
  readonly fails?: Readonly<Record<string, { readonly status: number; readonly code: string } | 'silent'>>;
  /** The set-up; absent where everything is set up. */
  readonly setup?: SetupScene;
}

const RINGING: Partial<CallView> = {
  phase: 'ringing',
  outcome: null,
  answered_at: null,
  ended_at: null,
  state: 'pending',
  ticket: null,
  completeness: { note: 'awaited', tags: 'awaited', recording: 'awaited', voicemail: 'not_expected' },
};

function inCall(at: number, seconds: number): Partial<CallView> {
  return {
    ...RINGING,
    phase: 'in_call',
    started_at: at - seconds - 9,
    answered_at: at - seconds,
    completeness: { note: 'written', tags: 'written', recording: 'awaited', voicemail: 'not_expected' },
    ticket: { id: '52071', url: 'https://kettles.example.com/app/ticket/52071' },
  };
}

function bareCard(call: CallView, over: Partial<Card>): Card {
  return { call_id: call.id, matched: 'unknown', customer: null, candidates: [], chosen: null, named: null, other_numbers: [], history: [], history_total: 0, ...over };
}

function withLive(at: number, ...live: LiveCall[]): Now {
  return { ...quietNow(at), live, health: wellHealth(at) };
}

function elenas(at: number, over: Partial<CallView>): LiveCall {
  const call = callAt(71, at - 6, 0, over);
  return { call, card: elenasCard(call.id, at) };
}

function stranger(at: number, over: Partial<CallView>, card: Partial<Card>): LiveCall {
  const call = callAt(72, at - 9, 0, { ...RINGING, customer: null, ...over });
  return { call, card: bareCard(call, card) };
}

/** The same with Front as the helpdesk. */
function inFront(now: Now): Now {
  const connections = now.health.connections.map((one) => (one.vendor === 'gorgias' ? { ...one, vendor: 'front' as const } : one));
  const live = now.live.map((one) => ({ ...one, card: { ...one.card, customer: one.card.customer && { ...one.card.customer, url: null } } }));
  return { ...now, live, health: { ...now.health, connections } };
}

function ledgerInFront(at: number): CallDetail['ledger'] {
  const keys = { ticket: 'cnv_117o', main: 'a27d', duration: 'd14b', 'comment:991': 'com_1185', assignee: '' };
  return Object.entries(keys).map(([key, helpdesk_id]) => ({ key, helpdesk_id, written_at: new Date(at * 1000).toISOString() }));
}

const CALLS = '#calls';
const MISSED = '#missed';

/** An admin has uninstalled, and Aircall does not let the webhook go. */
function uninstalledHealth(at: number): Health {
  const since = at - 780;
  return {
    ...wellHealth(at),
    state: 'needs_attention',
    paused: { since, waiting: 6 },
    alerts: [
      { code: 'uninstalled', since, calls: 6, what: 'Sidetone is uninstalled.', mend: 'Resume.' },
      { code: 'webhook_stands', since, calls: 6, what: 'Aircall still has our webhook.', mend: 'Delete it.' },
    ],
  };
}

const BACKFILL = '#backfill';

/** Aircall has tags with long names, too. */
const LATELY = ['Delivery', 'Warranty', 'Refund', 'Photo of the lid and of the hinge awaited'];

/** Health with these alerts, one after the other. */
function alerted(...alerts: readonly (Pick<Alert, 'code'> & Partial<Alert>)[]): Pick<Scene, 'now' | 'hash'> {
  const one = (at: number) => alerts.map((alert, n) => ({ since: at - (n + 1) * 1_500, calls: 0, what: 'In English.', mend: 'In English, too.', ...alert }));
  return { now: (at) => ({ ...quietNow(at), health: { ...wellHealth(at), state: 'needs_attention', alerts: one(at) } }), hash: '#health' };
}

const AWAY_FOLDER = '/media/archive/Sidetone';

/** The folder for recordings takes nothing, and why. */
function recordingsFail(why: string): Pick<Scene, 'now' | 'hash' | 'recordings' | 'desktop'> {
  const alert = { code: 'recordings_not_kept', calls: 12, what: `Recordings cannot be kept in ${AWAY_FOLDER} (${why}).` };
  return { ...alerted(alert), recordings: { folder: AWAY_FOLDER, keep_days: 90 }, desktop: true };
}

const UNAVAILABLE = { status: 503, code: 'store_unavailable' } as const;
const UNREADABLE = { '/api/alerts': UNAVAILABLE, '/api/recordings': UNAVAILABLE } as const;

/** One backfill, as stored and as health tells of it. */
function oldCalls(over: Parameters<typeof backfill>[1], more: Partial<Scene> = {}): Scene {
  const one = (at: number) => backfill(at, over);
  return {
    now: (at) => ({ ...quietNow(at), health: { ...wellHealth(at), backfills: [one(at)] } }),
    hash: BACKFILL,
    backfills: { all: (at) => [one(at)], ...more.backfills },
    ...('press' in more ? { press: more.press } : {}),
  };
}

const READING = { state: 'reading', read: 5_120, added: 5_040, known: 80, to_write: 5_040, per_minute: 1_420, remaining_seconds: 292, done_at: null } as const;
const WRITING = { state: 'writing', write: true, begun: 3_424, written: 3_310, held: 60, refused: 2, not_logged: 30, to_write: 8_226, per_minute: 34, remaining_seconds: 14_560, done_at: null } as const;

/** All scenes by name. */
export const SCENES: Readonly<Record<string, Scene>> = {
  idle: { now: quietNow },
  // Not a page: every component in every state (`src/kit/`).
  kit: { now: quietNow },
  backfill: { now: quietNow, hash: BACKFILL },
  privacy: { now: quietNow, hash: '#privacy' },
  'privacy-failed': { now: quietNow, hash: '#privacy', fails: { '/api/privacy': UNAVAILABLE } },
  'privacy-loading': { now: quietNow, hash: '#privacy', fails: { '/api/privacy': 'silent' } },
  'backfill-loading': { now: quietNow, hash: BACKFILL, fails: { '/api/backfills': 'silent' } },
  'account-loading': { now: quietNow, hash: '#account', fails: { '/api/account': 'silent' } },
  'backfill-reading': oldCalls(READING),
  'backfill-held-up': oldCalls({ ...READING, per_minute: null, remaining_seconds: null, error: { code: 'aircall_away', text: '' }, out_of_reach_before: 1_780_000_000 }),
  'backfill-paused': oldCalls({ ...READING, state: 'paused', per_minute: null, remaining_seconds: null }),
  'backfill-read': oldCalls({}),
  'backfill-dry-run': oldCalls({}, { press: '.reading [aria-expanded]' }),
  'backfill-writing': oldCalls(WRITING),
  'backfill-written': oldCalls({ ...WRITING, state: 'written', begun: 11_650, written: 11_402, held: 148, not_logged: 98, to_write: 0, per_minute: null, remaining_seconds: null }),
  'backfill-failed': { now: quietNow, hash: BACKFILL, backfills: { fails: { '/api/backfills': { status: 503, code: 'store_unavailable' } } } },
  empty: {
    now: (at) => ({ ...quietNow(at), recent: [], today: { calls: 0, written: 0, held: 0, talk_seconds: 0 }, health: wellHealth(at) }),
    calls: () => [],
  },
  ringing: { now: (at) => withLive(at, elenas(at, { ...RINGING, customer: null, agent: null })) },
  // Front knows no page of a contact, and its lists tell no texts.
  'ringing-front': {
    now: (at) => inFront(withLive(at, elenas(at, { ...RINGING, customer: { ...ELENA, url: null }, agent: null }))),
    open: conversationsOf,
  },
  'asking-open': { now: (at) => withLive(at, elenas(at, { ...RINGING, customer: null, agent: null })), open: 'silent' },
  'open-failed': { now: (at) => withLive(at, elenas(at, { ...RINGING, customer: null, agent: null })), open: 'failed' },
  looking: { now: (at) => withLive(at, stranger(at, { number: french('5523') }, { matched: 'looking' })) },
  several: {
    now: (at) =>
      withLive(
        at,
        stranger(at, { number: french('5523') }, { matched: 'several', candidates: sharing(at) }),
      ),
  },
  // A person has chosen, and may think again.
  chosen: {
    now: (at) =>
      withLive(
        at,
        stranger(
          at,
          { number: french('5523'), customer: BASTIEN },
          {
            matched: 'found',
            customer: BASTIEN,
            candidates: sharing(at),
            chosen: { customer: BASTIEN, at: at - 4, remembered: true, gone: false },
          },
        ),
      ),
  },
  named: {
    now: (at) => {
      const named = { name: 'Dana Whitfield', email: null, at: at - 3 };
      return withLive(at, stranger(at, { ...inCall(at, 48), number: american('0178'), line: SALES_US }, { named }));
    },
  },
  unknown: {
    now: (at) => {
      const number = american('0178');
      const earlier = [at - 86_400, at - 87_420].map((when, n) =>
        callAt(30 + n, when, 0, { customer: null, number, line: SALES_US, ...unanswered(when, 'out_of_opening_hours') }),
      );
      return withLive(at, stranger(at, { number, line: SALES_US }, { matched: 'unknown', history: earlier, history_total: 2 }));
    },
  },
  contact: {
    now: (at) => withLive(at, stranger(at, { number: french('6620'), contact_name: 'Simon Achard' }, { matched: 'unknown' })),
  },
  withheld: { now: (at) => withLive(at, stranger(at, { number: WITHHELD }, { matched: 'withheld' })) },
  failed: { now: (at) => withLive(at, stranger(at, { number: french('5523') }, { matched: 'failed' })) },
  outbound: { now: (at) => withLive(at, elenas(at, { ...RINGING, direction: 'outbound' })) },
  'in-call': { now: (at) => withLive(at, elenas(at, { ...inCall(at, 134) })), tags: LATELY },
  two: {
    now: (at) =>
      withLive(at, elenas(at, { ...inCall(at, 134) }), {
        ...stranger(at, { number: french('5523'), customer: BASTIEN }, { matched: 'found', customer: BASTIEN }),
      }),
  },
  // The call is up at first; the fake host ends it a moment later.
  ended: { now: (at) => withLive(at, elenas(at, { ...inCall(at, 252) })), tags: LATELY },
  // Numbers are hidden, and notes until the call is answered.
  'hidden-ringing': { now: (at) => withLive(at, elenas(at, { ...RINGING, customer: null, agent: null })), hidden: true },
  'hidden-unknown': { now: (at) => withLive(at, stranger(at, { number: american('0178'), line: SALES_US }, { matched: 'unknown' })), hidden: true },
  'hidden-calls': { now: quietNow, hash: CALLS, hidden: true },
  'hidden-detail': { now: quietNow, hash: `${CALLS}?call=4186780056`, hidden: true },
  'hidden-missed': { now: quietNow, hash: MISSED, desk: { callers: someCallers, me: RUTH.id }, hidden: true },
  'hidden-search': { now: quietNow, hash: '#search?text=roche', desk: { callers: someCallers, me: RUTH.id }, hidden: true },
  error: { now: quietNow, fault: 'list', hash: CALLS },
  sandbox: {
    now: (at) => ({ ...quietNow(at), health: { ...wellHealth(at), sandbox: { control_url: 'http://127.0.0.1:8901/_sandbox/' } } }),
  },
  'sandbox-call': {
    now: (at) => ({
      ...withLive(at, elenas(at, { ...inCall(at, 12) })),
      health: { ...wellHealth(at), sandbox: { control_url: 'http://127.0.0.1:8901/_sandbox/' } },
    }),
  },
  calls: {
    now: (at) => ({
      ...quietNow(at),
      health: { ...wellHealth(at), outbox: { calls: 0, writes: 0, oldest_seconds: 0, parked: 1, held: 1, not_logged: 1, messages_held: 0, messages_stopped: 0 } },
    }),
    hash: CALLS,
  },
  many: {
    now: quietNow,
    calls: (at) => Array.from({ length: 90 }, (_, n) => callAt(900 - n, at - n * 3_000, 60 + n)),
    hash: CALLS,
  },
  nothing: { now: quietNow, calls: () => [], hash: '#calls?text=Zebra' },
  search: { now: quietNow, hash: '#search?text=roche', desk: { callers: someCallers, me: RUTH.id } },
  'search-number': { now: quietNow, hash: '#search?text=01%2099%2000%2055%2023', desk: { callers: someCallers, me: RUTH.id } },
  'search-digits': { now: quietNow, hash: '#search?text=55%2023', desk: { callers: someCallers, me: RUTH.id } },
  'search-closed': { now: quietNow, hash: '#search?text=roche', desk: { callers: someCallers, me: RUTH.id, dial: 'closed' } },
  'search-nothing': { now: quietNow, calls: () => [], hash: '#search?text=Zebra' },
  'search-failed': { now: quietNow, hash: '#search?text=roche', fault: 'list' },
  'calls-days': { now: quietNow, hash: '#calls?from=2026-11-18&until=2026-11-18' },
  'calls-days-asked': { now: quietNow, hash: CALLS, press: '[aria-label="Choose days"], [aria-label="Tage wählen"], [aria-label="Choisir les jours"]' },
  'calls-export': { now: quietNow, hash: CALLS, press: '[aria-label="Export calls"], [aria-label="Anrufe exportieren"], [aria-label="Exporter les appels"]' },
  'calls-who': { now: quietNow, hash: CALLS, desk: { callers: someCallers } },
  'calls-mine': { now: quietNow, hash: '#calls?filter=mine', desk: { callers: someCallers, me: RUTH.id } },
  detail: { now: quietNow, hash: `${CALLS}?call=4186780060` },
  'detail-undo': { now: quietNow, hash: `${CALLS}?call=4186780060`, press: '.foot-deeds .danger' },
  // Front lets nobody remove what was imported.
  'detail-undo-front': {
    now: (at) => inFront(quietNow(at)),
    detail: (call, at) => ({ ...detailOf(call, at), ledger: ledgerInFront(at) }),
    hash: `${CALLS}?call=4186780060`,
    press: '.foot-deeds .danger',
  },
  'detail-held': { now: quietNow, hash: `${CALLS}?call=4186780056` },
  'detail-unknown': {
    now: quietNow,
    detail: (call, at) => ({ ...detailOf(call, at), card: bareCard(call, {}) }),
    hash: `${CALLS}?call=4186780055`,
  },
  'detail-several': {
    now: quietNow,
    detail: (call, at) => {
      const reason = { code: 'choice_gone', text: 'The customer who was chosen for this number is no longer there.' };
      const held = { ...call, number: french('5523'), reason };
      const chosen = { customer: ELENA, at: at - 90_000, remembered: true, gone: true };
      const card = bareCard(held, { matched: 'several', candidates: sharing(at), chosen });
      return { ...detailOf(held, at), call: held, reason, card };
    },
    hash: `${CALLS}?call=4186780055`,
  },
  'detail-parked': { now: quietNow, hash: `${CALLS}?call=4186780053` },
  'detail-removed': {
    now: quietNow,
    detail: (call, at) => {
      const reason = { code: 'gone', text: 'The ticket was deleted in the helpdesk. “Create again” makes a new one.' };
      const removed = { ...call, reason, ticket: null };
      return { ...detailOf(removed, at), ledger: [], reason, call: removed };
    },
    hash: `${CALLS}?call=4186780053`,
  },
  shadow: {
    now: (at) => ({ ...quietNow(at), health: { ...wellHealth(at), mode: 'shadow' } }),
    detail: plannedDetail,
    hash: `${CALLS}?call=4186780060`,
  },
  gone: { now: quietNow, hash: `${CALLS}?call=1` },
  health: { now: (at) => ({ ...quietNow(at), health: wellHealth(at) }), hash: '#health' },
  'health-webhook': { now: (at) => ({ ...quietNow(at), health: { ...badHealth(at), alerts: badHealth(at).alerts.slice(0, 1), recoveries: [] } }), hash: '#health' },
  'health-bad': { now: (at) => ({ ...quietNow(at), health: badHealth(at) }), hash: '#health' },
  'health-mail': { now: (at) => ({ ...quietNow(at), health: wellHealth(at) }), hash: '#health', press: '[data-way="mail"]' },
  // Neither who is told nor where recordings are kept can be read, or not yet.
  'health-unread': { now: (at) => ({ ...quietNow(at), health: wellHealth(at) }), hash: '#health', fails: UNREADABLE },
  'health-loading': { now: (at) => ({ ...quietNow(at), health: wellHealth(at) }), hash: '#health', fails: { '/api/alerts': 'silent', '/api/recordings': 'silent' } },
  'health-away': { now: (at) => ({ ...quietNow(at), health: wellHealth(at) }), hash: '#health', fault: 'away' },
  'health-behind': {
    now: (at) => {
      const behind = alerted({ code: 'behind', since: at - 1_320, calls: 41 }).now(at);
      return { ...behind, health: { ...behind.health, outbox: { calls: 41, writes: 96, oldest_seconds: 1_320, parked: 0, held: 0, not_logged: 0, messages_held: 0, messages_stopped: 0 } } };
    },
    hash: '#health',
  },
  'health-recovering': {
    now: (at) => ({ ...quietNow(at), health: { ...badHealth(at), alerts: [], recoveries: badHealth(at).recoveries.map((one, n) => ({ ...one, id: String(n), ...(n === 0 ? { cause: 'not_running' as const } : {}) })) } }),
    hash: '#health',
  },
  // What is told in the engine's own words beside ours, and what a person decides.
  'health-alerts': alerted(
    { code: 'webhook_refused', mend: '422 Unprocessable Entity: url is not reachable' },
    { code: 'question_refused', calls: 3, mend: '403 Forbidden: missing scope users:read' },
    { code: 'gorgias_wrong_account' },
    { code: 'held', calls: 3 },
    { code: 'shadow_over' },
    { code: 'files_not_kept', what: 'Recordings and voicemails cannot be stored in /var/lib/sidetone/files on their way (Permission denied). Notes are written without them.' },
    { code: 'never_heard_of', what: 'A later Sidetone knows what this is.', mend: 'It says what to do.' },
  ),
  recordings: { now: (at) => ({ ...quietNow(at), health: wellHealth(at) }), hash: '#health', recordings: { folder: '/srv/telephony/Aufzeichnungen und Voicemails', keep_days: 365 }, desktop: true },
  'recordings-away': recordingsFail('the folder is not there'),
  'recordings-full': recordingsFail('No space left on device (os error 28)'),
  alert: { now: (at) => ({ ...quietNow(at), health: badHealth(at) }) },
  paused: {
    now: (at) => ({ ...quietNow(at), health: { ...wellHealth(at), paused: { since: at - 780, waiting: 6 } } }),
  },
  uninstalled: { now: (at) => ({ ...quietNow(at), health: uninstalledHealth(at) }) },
  'uninstalled-health': { now: (at) => ({ ...quietNow(at), health: uninstalledHealth(at) }), hash: '#health' },
  'other-writer': {
    now: (at) => ({
      ...quietNow(at),
      health: {
        ...wellHealth(at),
        state: 'needs_attention',
        writer: { state: 'read_only', other: 'sidetone.example.com' },
        alerts: [{ code: 'other_writer', since: at - 60, calls: 0, what: 'Another Sidetone writes.', mend: 'Take over.' }],
      },
    }),
  },
  polling: {
    now: (at) => ({ ...quietNow(at), health: { ...wellHealth(at), source: { kind: 'polling', last_event_at: at - 71 } } }),
  },
  waiting: {
    now: (at) => ({
      ...quietNow(at),
      health: { ...wellHealth(at), state: 'behind', outbox: { calls: 12, writes: 19, oldest_seconds: 140, parked: 0, held: 0, not_logged: 0, messages_held: 0, messages_stopped: 0 } },
    }),
  },
  // The missed-call desk: an ordinary afternoon, and what else it may look like.
  missed: { now: quietNow, hash: MISSED, desk: { callers: someCallers, doneToday: 9, me: RUTH.id } },
  'missed-mine': { now: quietNow, hash: MISSED, desk: { callers: someCallers, doneToday: 9, me: RUTH.id, lines: 'mine', mine: [SUPPORT_FR] } },
  'missed-elsewhere': { now: quietNow, hash: MISSED, desk: { callers: someCallers, me: RUTH.id, lines: 'mine', mine: [{ id: '809', name: 'Accounts' }] } },
  'missed-no-lines': { now: quietNow, hash: MISSED, desk: { callers: someCallers, doneToday: 9, me: RUTH.id, lines: 'mine' } },
  'missed-claimed': {
    now: quietNow,
    hash: MISSED,
    desk: {
      me: RUTH.id,
      doneToday: 1,
      callers: (at) => [
        waits(60, 41, at, { claimed: { agent: RUTH, at: at - 90 }, last: { customer: customer('70512', 'Priya Nair', null), number: american('0142') } }),
        waits(61, 38, at, { claimed: { agent: { id: '32', name: 'Ivo Brandt' }, at: at - 200 }, last: { customer: null, number: french('7290') } }),
        waits(62, 22, at, {
          kind: 'voicemail',
          last: { customer: customer('70511', 'Lucas Moreau', null), number: french('5523') },
          talk: { agent: { id: '33', name: 'Noor Haddad' }, since: at - 134, answered: true, outbound: false },
        }),
        waits(63, 9, at, {
          kind: 'voicemail',
          last: { customer: customer('70510', 'Odile Garnier', null), number: french('1807') },
          talk: { agent: null, since: at - 6, answered: false, outbound: false },
        }),
      ],
    },
  },
  'missed-who': { now: quietNow, hash: MISSED, desk: { callers: someCallers, doneToday: 9 } },
  'missed-alone': { now: quietNow, hash: MISSED, desk: { callers: someCallers, agents: [RUTH] } },
  'missed-long': { now: quietNow, hash: MISSED, desk: { callers: manyCallers, doneToday: 161, me: RUTH.id } },
  'missed-closed': { now: quietNow, hash: MISSED, desk: { callers: someCallers, me: RUTH.id, dial: 'closed' } },
  'missed-busy': { now: quietNow, hash: MISSED, desk: { callers: someCallers, me: RUTH.id, dial: 'busy' } },
  'missed-empty': { now: quietNow, hash: MISSED, desk: { doneToday: 9, me: RUTH.id } },
  'missed-failed': { now: quietNow, hash: MISSED, desk: { fails: 'always' } },
  'missed-loading': { now: quietNow, hash: MISSED, desk: { fails: 'silent' } },
  'idle-waiting': { now: quietNow, desk: { callers: someCallers } },
  away: { now: (at) => ({ ...quietNow(at), health: wellHealth(at) }), fault: 'away' },
  loading: { now: quietNow, fault: 'silent' },
  'sign-in': { now: quietNow, fault: 'unauthorized' },
  unreachable: { now: quietNow, fault: 'unreachable' },
  ...SETUP_SCENES,
};

/** How the call of the scene `ended` ends. */
export function endOfCall(at: number): CallView {
  return callAt(71, at - 261, 252, {
    customer: ELENA,
    state: 'pending',
    completeness: { note: 'written', tags: 'written', recording: 'awaited', voicemail: 'not_expected' },
  });
}

/** The usual detail of a scene. */
export const usualDetail = detailOf;
