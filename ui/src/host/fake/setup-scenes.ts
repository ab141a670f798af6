/** The scenes of the set-up and the doctor. */
import type { SetupStep } from '../../wire';
import type { Scene } from './scenes';
import { FRONT, type SetupScene } from './setup';
import { RULES } from './setup-data';
import { quietNow, wellHealth } from './world';

const HELD = { ...RULES, language: 'de', unknown_callers: 'hold', recordings: 'link' };

/** Signed in, and then not let in. */
const REFUSED = { accepted: false, account: null, lines: null, permissions: [], code: 'forbidden', detail: '403 Forbidden' };

const UP_TO = (step: SetupStep): readonly SetupStep[] => {
  const order: readonly SetupStep[] = ['aircall', 'helpdesk', 'numbers', 'events', 'callers', 'dry_run', 'go_live'];
  return order.slice(0, order.indexOf(step));
};

/** Nothing runs yet: the set-up stands by itself. */
function beginning(setup: SetupScene): Scene {
  return { now: quietNow, fault: 'not_set_up', setup };
}

/** At a step, with everything before it settled. */
function at(step: SetupStep, setup: SetupScene = {}): Scene {
  return beginning({ done: UP_TO(step), ...setup });
}

function doctor(setup: SetupScene): Scene {
  return { now: quietNow, hash: '#doctor', setup: { done: UP_TO('go_live'), view: { mode: 'live' }, ...setup } };
}

function account(setup: SetupScene): Scene {
  return { now: quietNow, hash: '#account', setup: { done: [...UP_TO('go_live'), 'go_live'], view: { mode: 'live' }, ...setup } };
}

function shadow(setup: SetupScene): Scene {
  const inShadow = (now: number) => ({ ...quietNow(now), health: { ...wellHealth(now), mode: 'shadow' as const } });
  return { now: inShadow, hash: '#shadow', setup: { done: UP_TO('go_live'), view: { mode: 'shadow' }, ...setup } };
}

export const SETUP_SCENES: Readonly<Record<string, Scene>> = {
  'setup-aircall': beginning({ signIn: {} }),
  'setup-aircall-refused': beginning({ signIn: { state: 'failed', code: 'refused', detail: 'access_denied' } }),
  'setup-aircall-forbidden': beginning({ signIn: { tested: REFUSED } }),
  'setup-aircall-waiting': beginning({}),
  'setup-aircall-done': { ...beginning({ done: ['aircall'] }), hash: '#setup?step=aircall' },
  'setup-file': { ...at('helpdesk', { view: { read_only: ['aircall.api_id', 'aircall.api_token'] } }), hash: '#setup?step=aircall' },
  'setup-no-key': beginning({
    view: { keeps_secrets: false, unkept_code: 'no_secret_key', unkept: 'Set SIDETONE_HUB__SECRET_KEY to 32 random bytes in base64.' },
  }),
  'setup-keyring': beginning({ view: { keeps_secrets: false, unkept_code: 'keyring_locked' } }),
  'setup-passphrase': beginning({ view: { keeps_secrets: false, unkept_code: 'passphrase_needed' } }),
  'setup-helpdesk': at('helpdesk', { signIn: {} }),
  'setup-keys-only': at('helpdesk', { view: { sign_in: [] } }),
  'setup-asked': at('helpdesk', {
    view: { asks_to_connect: { vendor: 'gorgias', by: 'sign_in', account: 'acme', email: null, since: null } },
  }),
  'setup-asked-forbidden': at('helpdesk', {
    view: { asks_to_connect: { vendor: 'gorgias', by: 'sign_in', account: 'acmee', email: null, since: null } },
  }),
  'setup-front': { ...at('numbers', { view: { helpdesk: FRONT } }), hash: '#setup?step=helpdesk' },
  'setup-numbers': at('numbers', { view: { lines: ['801', '802', '803', '804'] } }),
  'setup-numbers-twice': at('numbers', { view: { lines: ['801', '803', '805'] }, lines: (all) => ({ ...all, limit: 10, counted_all: false }) }),
  'setup-numbers-file': at('numbers', { view: { lines: ['801'], read_only: ['aircall.numbers'] } }),
  'setup-numbers-none': at('numbers', { lines: (all) => ({ ...all, lines: [] }) }),
  'setup-numbers-failed': at('numbers', { fails: { '/api/setup/lines': { status: 503, code: 'aircall_unreachable' } } }),
  'setup-events': at('events', { view: { public_url: 'https://hub.example.com' } }),
  'setup-events-refused': at('events', {
    view: { public_url: 'http://hub.example.com' },
    fails: { '/api/setup/events': { status: 422, code: 'wrong_value', key: '[hub] public_url' } },
  }),
  'setup-events-hand': at('events', { view: { events: 'manual', public_url: 'https://hub.example.com' } }),
  'setup-events-polling': at('events', { view: { events: 'none' } }),
  'setup-callers': at('callers'),
  'setup-callers-held': at('callers', { view: { helpdesk: FRONT, rules: HELD } }),
  'setup-dry-run': at('dry_run', { dryRun: (done) => done }),
  'setup-dry-run-cut': at('dry_run', { dryRun: (done) => ({ ...done, cut: true }) }),
  'setup-dry-run-running': at('dry_run', { dryRun: (done) => ({ ...done, state: 'running', read: 37, planned: 12, calls: [] }) }),
  'setup-dry-run-empty': at('dry_run', { dryRun: (done) => ({ ...done, calls: [], read: 0, planned: 0, requests: 0 }) }),
  'setup-dry-run-failed': at('dry_run', {
    dryRun: (done) => ({ ...done, state: 'failed', code: 'helpdesk_refused', detail: 'Gorgias answered 401.', calls: [] }),
  }),
  'setup-go': at('go_live', { report: 'well' }),
  'setup-go-faults': at('go_live', { report: 'bad' }),
  'setup-go-beside': at('go_live', { report: 'well', other: 'old-hub.example.com' }),
  'setup-go-held': at('go_live', { report: 'well', view: { read_only: ['logging.mode'], held: 'live' } }),
  'setup-uninstalling': at('helpdesk', { view: { uninstalling: { since: 1_795_000_000, forget_from: 1_795_000_900 } } }),
  'setup-uninstalling-early': at('helpdesk', { view: { uninstalling: { since: 1_795_095_000, forget_from: 1_795_095_900 } } }),
  'setup-go-beside-asked': { ...at('go_live', { report: 'well', other: 'old-hub.example.com' }), press: 'main footer .btn.primary' },
  'setup-left': beginning({ view: { left: ['aircall_webhook', 'aircall_app', 'gorgias_app'] } }),
  'setup-shadow': {
    now: quietNow,
    hash: '#setup?step=go_live',
    setup: { done: [...UP_TO('go_live'), 'go_live'], view: { mode: 'shadow', shadow_until: 1_795_500_000 } },
  },
  'setup-uninstall': {
    now: quietNow,
    hash: '#setup?step=go_live',
    setup: { done: [...UP_TO('go_live'), 'go_live'], view: { mode: 'live' } },
    press: '.uninstall .btn',
  },
  'setup-unread': { ...beginning({ fails: { '/api/setup': { status: 503, code: 'store_unavailable' } } }) },
  'setup-forbidden': { now: quietNow, hash: '#setup', setup: { fails: { '/api/setup': { status: 403, code: 'forbidden' } } } },
  doctor: doctor({ report: 'bad' }),
  'doctor-well': doctor({ report: 'well' }),
  account: account({}),
  'account-same': account({ account: (one) => ({ ...one, helpdesk: one.aircall, differing: [], reading: null }) }),
  'account-unknown': account({ account: (one) => ({ ...one, unknown: 3, is_read: true }) }),
  'account-failed': account({ fails: { '/api/account': { status: 503, code: 'store_unavailable' } } }),
  'shadow-report': shadow({}),
  'shadow-report-none': shadow({ shadow: (all) => ({ ...all, calls: [], waiting: 3, both: 0, differs: 0, only_sidetone: 0, only_other: 0, neither: 0, untold: 0 }) }),
  'shadow-report-off': shadow({ shadow: (all) => ({ ...all, since: null, calls: [], waiting: 0 }) }),
  'shadow-report-failed': shadow({ fails: { '/api/shadow': { status: 503, code: 'store_unavailable' } } }),
  'doctor-failed': doctor({ fails: { '/api/doctor': { status: 500, code: 'doctor_failed' } } }),
};
