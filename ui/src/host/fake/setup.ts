/**
 * A set-up that plays the hub's part: it takes what is entered, refuses what a vendor would refuse, and remembers. By
 * what is entered a test chooses the answer: the secret `wrong`, the account `acmee`, and so on.
 */
import type {
  Account,
  AircallKey,
  AlertsSetup,
  Forgotten,
  PrivacyView,
  CallRules,
  ChosenLines,
  Connected,
  DoctorReport,
  DryRun,
  EventsRequest,
  EventsTested,
  GoRequest,
  HelpdeskKey,
  Lines,
  MailEntered,
  Setup,
  SetupStep,
  ShadowReport,
  SignInRequest,
  SignInView,
  StepState,
  TellingTested,
  Tested,
  Vendor,
} from '../../wire';
import { someAccount } from './account-data';
import { doctorReport } from './doctor-data';
import { doneDryRun, NO_DRY_RUN, RULES, someLines } from './setup-data';
import { someShadow } from './shadow-data';

/** How a set-up scene begins. */
export interface SetupScene {
  readonly view?: Partial<Setup>;
  /** The steps that are settled. */
  readonly done?: readonly SetupStep[];
  readonly lines?: (lines: Lines) => Lines;
  readonly dryRun?: (done: DryRun) => DryRun;
  readonly report?: 'bad' | 'well';
  readonly account?: (account: Account) => Account;
  readonly shadow?: (report: ShadowReport) => ShadowReport;
  /** Where another Sidetone of the company is. */
  readonly other?: string;
  /** How a sign-in ends, after its browser was awaited twice. */
  readonly signIn?: Partial<SignInView>;
  /** Paths that answer so. */
  readonly fails?: Readonly<Record<string, { readonly status: number; readonly code: string; readonly key?: string }>>;
}

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ORDER: readonly SetupStep[] = ['aircall', 'helpdesk', 'numbers', 'events', 'callers', 'dry_run', 'go_live'];

export const AIRCALL: Connected = { vendor: 'aircall', by: 'key', account: 'Acme Kettles', email: null, since: 1_795_000_000 };
export const GORGIAS: Connected = { vendor: 'gorgias', by: 'key', account: 'acme', email: 'admin@example.com', since: 1_795_000_000 };
export const FRONT: Connected = { vendor: 'front', by: 'sign_in', account: 'Acme Kettles', email: null, since: 1_795_000_000 };

const FORGOTTEN: Forgotten = {
  done: true,
  calls: 12,
  messages: 3,
  unwritten: 1,
  choices: 1,
  directory: 2,
  mentions: 4,
  left: [
    { kind: 'record', id: '48213', url: 'https://acme.gorgias.com/app/ticket/48213' },
    { kind: 'customer', id: '7702', url: 'https://acme.gorgias.com/app/customer/7702' },
  ],
  further_numbers: ['+34 91 123 45 67'],
};

const ok = (body: unknown = null): Answer => ({ status: 200, body });
const problem = (status: number, code: string, detail: string | null = null): Answer => ({ status, body: { code, detail } });

/** The hub's side of the set-up. */
export class FakeSetup {
  readonly #scene: SetupScene;
  readonly #seconds: () => number;
  #view: Setup;
  #done: Set<SetupStep>;
  #dryRun: DryRun;
  #looked = 0;
  #signingIn: SignInRequest | null = null;
  #mended = false;
  #reading = 0;
  #privacy: PrivacyView = {
    keep_days: 365,
    overdue: 2,
    never_log: [
      { number: '+34666444555', international: '+34 666 44 45 55' },
      { number: '+33199005599', international: '+33 1 99 00 55 99' },
    ],
    read_only: [],
  };
  #alerts: AlertsSetup = {
    server: 'mail.example.com',
    to: ['ops@example.com', 'Ada <ada@example.com>'],
    from: 'sidetone@example.com',
    web_hook: null,
    mail_is_given: false,
    web_hook_is_given: false,
  };

  constructor(scene: SetupScene, seconds: () => number) {
    this.#scene = scene;
    this.#seconds = seconds;
    this.#done = new Set(scene.done);
    this.#view = {
      steps: [],
      aircall: this.#done.has('aircall') ? AIRCALL : null,
      helpdesk: this.#done.has('helpdesk') ? GORGIAS : null,
      asks_to_connect: null,
      left: [],
      uninstalling: null,
      lines: this.#done.has('numbers') ? ['801', '802', '803', '804'] : [],
      events: 'auto',
      public_url: this.#done.has('events') ? 'https://hub.example.com' : null,
      rules: RULES,
      mode: 'off',
      held: null,
      shadow_until: null,
      inbox: 'Aircall',
      read_only: [],
      sign_in: ['aircall', 'gorgias', 'front'],
      keeps_secrets: true,
      unkept: null,
      unkept_code: null,
      ...scene.view,
    };
    this.#dryRun = scene.dryRun ? scene.dryRun(doneDryRun(seconds())) : NO_DRY_RUN;
  }

  /** Whether the pages have something to show besides the set-up. */
  get isRunning(): boolean {
    return this.#view.mode !== 'off';
  }

  /** What the hub answers. */
  answer(method: string, path: string, body: unknown): Answer {
    const fails = this.#scene.fails?.[path.split('?')[0] ?? path];
    if (fails) return { status: fails.status, body: { code: fails.code, detail: 'The server’s own English sentence.', key: fails.key } };
    const signIn = /^\/api\/setup\/sign-in\/([^/]+)(\/paste)?$/.exec(path);
    if (signIn) return this.#signInOf(method, signIn[2] !== undefined, body);
    switch (`${method} ${path.split('?')[0]}`) {
      case 'GET /api/setup':
        return ok(this.#shown());
      case 'POST /api/setup/aircall':
        return this.#connectAircall(body as AircallKey);
      case 'POST /api/setup/helpdesk':
        return this.#connectHelpdesk(body as HelpdeskKey);
      case 'POST /api/setup/forget':
        this.#done.delete('aircall');
        return this.#with({ aircall: null, uninstalling: null, left: ['aircall_webhook'] });
      case 'DELETE /api/setup/aircall':
        this.#done.delete('aircall');
        return this.#with({ aircall: null });
      case 'DELETE /api/setup/helpdesk':
        this.#done.delete('helpdesk');
        return this.#with({ helpdesk: null });
      case 'POST /api/setup/accept':
        return this.#accept(body as { account: string });
      case 'POST /api/setup/refuse':
        return this.#with({ asks_to_connect: null });
      case 'POST /api/setup/passphrase':
        return this.#unlock(body as { passphrase: string });
      case 'POST /api/setup/sign-in':
        return this.#beginSignIn(body as SignInRequest);
      case 'GET /api/setup/lines':
        return ok((this.#scene.lines ?? ((one) => one))(someLines(this.#seconds(), this.#view.lines)));
      case 'POST /api/setup/numbers':
        this.#done.add('numbers');
        this.#dryRun = NO_DRY_RUN;
        return this.#with({ lines: (body as ChosenLines).lines });
      case 'POST /api/setup/events':
        this.#done.add('events');
        return this.#with({ events: (body as EventsRequest).by, public_url: (body as EventsRequest).public_url ?? this.#view.public_url });
      case 'POST /api/setup/events/test':
        return ok(this.#testEvents());
      case 'POST /api/setup/rules':
        this.#done.add('callers');
        return this.#with({ rules: body as CallRules });
      case 'POST /api/setup/inbox':
        return this.#with({ inbox: (body as { inbox: string }).inbox });
      case 'DELETE /api/setup/left':
        return this.#with({ left: [] });
      case 'GET /api/setup/dry-run':
        return ok(this.#dryRunNow());
      case 'POST /api/setup/dry-run':
        this.#dryRun = { ...NO_DRY_RUN, state: 'running', since: this.#seconds() - 86_400, read: 3, planned: 1 };
        return ok(this.#dryRun);
      case 'DELETE /api/setup/dry-run':
        this.#dryRun = NO_DRY_RUN;
        return ok();
      case 'POST /api/setup/go':
        return this.#go(body as GoRequest);
      case 'GET /api/doctor':
        return ok(this.#report(new URLSearchParams(path.split('?')[1]).get('language')));
      case 'POST /api/doctor/mend':
        this.#mended = true;
        return ok();
      case 'GET /api/alerts':
        return ok(this.#alerts);
      case 'POST /api/alerts/mail': {
        const { to, from, smtp } = body as MailEntered;
        if (to.some((one) => !one.includes('@'))) return { status: 422, body: { code: 'wrong_value', key: '[alerts] to' } };
        return this.#alertsAre({ to, from: from ?? this.#alerts.from, server: smtp ? 'mail.example.com' : this.#alerts.server });
      }
      case 'DELETE /api/alerts/mail':
        return this.#alertsAre({ server: null, to: [], from: null });
      case 'POST /api/alerts/web-hook':
        return this.#alertsAre({ web_hook: 'hooks.example.com' });
      case 'DELETE /api/alerts/web-hook':
        return this.#alertsAre({ web_hook: null });
      case 'POST /api/alerts/test':
        return ok(this.#testAlerts());
      case 'GET /api/privacy':
        return ok(this.#privacy);
      case 'POST /api/privacy/keep':
        return this.#privacyIs({ keep_days: (body as { keep_days: number }).keep_days });
      case 'POST /api/privacy/never-log':
        return this.#neverLog((body as { number: string }).number);
      case 'POST /api/privacy/log-again': {
        const { number } = body as { number: string };
        return this.#privacyIs({ never_log: this.#privacy.never_log.filter((one) => one.number !== number) });
      }
      case 'POST /api/privacy/forget': {
        const { number, never_log } = body as { number: string; never_log: boolean };
        if (never_log) this.#neverLog(number);
        return ok(FORGOTTEN);
      }
      case 'GET /api/account':
        return ok(this.#account(path));
      case 'POST /api/account':
        this.#reading = 2;
        return ok();
      case 'GET /api/shadow':
        return ok((this.#scene.shadow ?? ((one) => one))(someShadow(this.#seconds())));
      default:
        return problem(404, 'no_route');
    }
  }

  /** Aircall's list is read while it is looked at twice; then what it had that was not known is told. */
  #account(path: string): Account {
    const query = new URLSearchParams(path.split('?')[1]);
    const from = Number(query.get('from') ?? 0);
    const account = someAccount(this.#seconds(), from === 0 ? null : { from, to: Number(query.get('to')) });
    this.#reading = Math.max(0, this.#reading - 1);
    return (this.#scene.account ?? ((one) => one))({ ...account, is_read: this.#reading > 0 });
  }

  #privacyIs(change: Partial<PrivacyView>): Answer {
    this.#privacy = { ...this.#privacy, ...change };
    return ok(this.#privacy);
  }

  #neverLog(typed: string): Answer {
    if (!/\d{2}/.test(typed)) return problem(422, 'no_such_number');
    return this.#privacyIs({ never_log: [...this.#privacy.never_log, { number: typed, international: typed }] });
  }

  #alertsAre(change: Partial<AlertsSetup>): Answer {
    this.#alerts = { ...this.#alerts, ...change };
    return ok(this.#alerts);
  }

  #testAlerts(): TellingTested[] {
    const mail: TellingTested = { way: 'mail', accepted: true, text: '250 2.0.0 queued as 4711' };
    const hook: TellingTested = { way: 'web_hook', accepted: false, text: 'hooks.example.com refused: 404 no such room' };
    return [...(this.#alerts.server === null ? [] : [mail]), ...(this.#alerts.web_hook === null ? [] : [hook])];
  }

  #with(change: Partial<Setup>): Answer {
    this.#view = { ...this.#view, ...change };
    return ok();
  }

  #shown(): Setup {
    let before = true;
    const steps = ORDER.map((step): { step: SetupStep; state: StepState } => {
      const isDone = this.#done.has(step);
      const state = isDone ? 'done' : before ? 'open' : 'waits';
      // What needs a connection waits for it; the rest may be done in any order.
      if (step === 'aircall' || step === 'helpdesk' || step === 'numbers') before = before && isDone;
      return { step, state };
    });
    return { ...this.#view, steps };
  }

  #connectAircall({ api_token }: AircallKey): Answer {
    const refused = refusal(api_token);
    if (refused) return ok(refused);
    this.#done.add('aircall');
    this.#view = { ...this.#view, aircall: { ...AIRCALL, since: this.#seconds() } };
    return ok(accepted({ account: AIRCALL.account, lines: 6 }));
  }

  #connectHelpdesk(key: HelpdeskKey): Answer {
    if (key.vendor === 'gorgias' && key.account === 'acmee') return ok(rejected('no_such_account'));
    const refused = refusal(key.vendor === 'gorgias' ? key.api_key : key.api_token);
    if (refused) return ok(refused);
    this.#done.add('helpdesk');
    const connected = key.vendor === 'gorgias' ? { ...GORGIAS, account: key.account, email: key.email } : { ...FRONT, by: 'key' as const };
    this.#view = { ...this.#view, helpdesk: { ...connected, since: this.#seconds() } };
    const codes = ['account', 'users', 'customers', 'tickets', 'tags', 'messages', 'uploads'];
    const secret = key.vendor === 'gorgias' ? key.api_key : key.api_token;
    return ok(accepted({ account: connected.account, permissions: codes.map((code) => ({ code, granted: code !== 'uploads' || secret !== 'partly' })) }));
  }

  /** The account `acmee` let somebody sign in, and then does not let its tickets be read. */
  #accept({ account }: { account: string }): Answer {
    const asks = this.#view.asks_to_connect;
    if (asks?.account !== account) return problem(409, 'nobody_asks');
    if (account === 'acmee') return ok(rejected('forbidden'));
    this.#done.add('helpdesk');
    this.#view = { ...this.#view, helpdesk: asks, asks_to_connect: null };
    return ok(accepted({ account }));
  }

  #unlock({ passphrase }: { passphrase: string }): Answer {
    if (passphrase === 'wrong') return problem(422, 'wrong_passphrase');
    return this.#with({ keeps_secrets: true, unkept: null, unkept_code: null });
  }

  #beginSignIn(request: SignInRequest): Answer {
    if (request.account === 'acmee') return problem(422, 'no_such_account');
    this.#signingIn = request;
    this.#looked = 0;
    return ok({ id: 'b7', url: `https://${request.vendor}.example.com/oauth/authorize`, until: this.#seconds() + 600 });
  }

  #signInOf(method: string, pasted: boolean, body: unknown): Answer {
    if (method === 'DELETE') {
      this.#signingIn = null;
      return ok();
    }
    if (!this.#signingIn) return problem(404, 'no_such_sign_in');
    if (pasted) return String((body as { url: string }).url).includes('code=') ? ok(this.#endSignIn()) : problem(422, 'bad_request');
    this.#looked += 1;
    if (this.#looked < 3 || !this.#scene.signIn) return ok({ state: 'waiting', code: null, detail: null, tested: null });
    return ok(this.#endSignIn());
  }

  #endSignIn(): SignInView {
    const end: SignInView = { state: 'done', code: null, detail: null, tested: null, ...this.#scene.signIn };
    const vendor: Vendor | undefined = this.#signingIn?.vendor;
    this.#signingIn = null;
    if (end.state !== 'done' || !vendor || end.tested?.accepted === false) return end;
    const step = vendor === 'aircall' ? 'aircall' : 'helpdesk';
    this.#done.add(step);
    const known = vendor === 'aircall' ? AIRCALL : vendor === 'front' ? FRONT : GORGIAS;
    this.#view = { ...this.#view, [step]: { ...known, by: 'sign_in', since: this.#seconds() } };
    return { ...end, tested: accepted({ account: known.account, lines: vendor === 'aircall' ? 6 : null }) };
  }

  #testEvents(): EventsTested {
    const lost = /https?:\/\/([a-z0-9-]+)\./.exec(this.#view.public_url ?? '')?.[1]?.replaceAll('-', '_');
    if (lost === undefined || lost === 'hub') return { arrived: true, after_ms: 812, code: null, detail: null };
    return { arrived: false, after_ms: null, code: lost, detail: 'in the words of the system' };
  }

  #dryRunNow(): DryRun {
    if (this.#dryRun.state === 'running' && !this.#scene.dryRun) {
      this.#looked += 1;
      this.#dryRun = this.#looked > 2 ? doneDryRun(this.#seconds()) : { ...this.#dryRun, read: 9, planned: this.#looked * 3 };
      if (this.#dryRun.state === 'done') this.#done.add('dry_run');
    }
    return this.#dryRun;
  }

  #go({ mode, days, beside }: GoRequest): Answer {
    const other = this.#scene.other;
    if (mode === 'live' && other !== undefined && beside !== other) {
      return { status: 409, body: { code: 'other_sidetone', detail: 'Another Sidetone is connected.', host: other } };
    }
    this.#done.add('go_live');
    return this.#with({ mode, held: null, shadow_until: days === null ? null : this.#seconds() + days * 86_400 });
  }

  #report(language: string | null): DoctorReport {
    const report = doctorReport(this.#scene.report === 'bad' ? 'bad' : 'well', this.#seconds(), language);
    if (!this.#mended) return report;
    const checks = report.checks.filter((one) => one.code !== 'menu_lines');
    return { ...report, faults: report.faults - 1, checks };
  }
}

function accepted(over: Partial<Tested>): Tested {
  return { accepted: true, account: null, lines: null, permissions: [], code: null, detail: null, ...over };
}

function rejected(code: string): Tested {
  return { ...accepted({}), accepted: false, code };
}

/** What a vendor says to such a secret; null where it is taken. */
function refusal(secret: string): Tested | null {
  switch (secret) {
    case 'wrong':
      return rejected('wrong_key');
    case 'not_an_api':
    case 'forbidden':
    case 'unreachable':
    case 'rate_limited':
      return rejected(secret);
    default:
      return null;
  }
}
