/**
 * What the pages need from whatever shows them: the desktop window, a hub, or the fake host of development and tests.
 *
 * Deliberately narrow; it grows with the pages, not ahead of them.
 */
import type { Filter } from '../model/list';
import type { CallDetail, CallPage, KeptMedium, Now, OpenRecords, Pushed } from '../wire';

/** Which calls to list. */
export interface CallQuery {
  readonly filter: Filter;
  readonly text: string;
  /** The first and the last day, as the reader's calendar has them. */
  readonly from?: string | null;
  readonly until?: string | null;
  /** Of this agent, an Aircall user's id. */
  readonly agent?: string | null;
  /** From `CallPage.next`; absent for the first page. */
  readonly before?: string;
}

/** A file of exported calls, and whether a person chose its place: else it is in the downloads folder. */
export interface Exported {
  readonly file: string;
  readonly isChosen: boolean;
}

/** How calls are exported. */
export type ExportFormat = 'csv' | 'jsonl';

/** What a person can have done. */
export type Action =
  /** Tries the refused writes of a call again; a record that is gone from the helpdesk is made anew. */
  | { readonly kind: 'retry'; readonly call: string }
  /** Nothing is written until `resume`; everything is kept. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** The call is of this customer of the helpdesk; `remember`: for all calls of its number that wait or come. */
  | { readonly kind: 'choose'; readonly call: string; readonly customer: string; readonly remember: boolean }
  /** What was decided about the call's number is forgotten. */
  | { readonly kind: 'withdraw'; readonly call: string }
  /** What we wrote of a call is removed, and nothing more is written for it. */
  | { readonly kind: 'take_back'; readonly call: string }
  /** The unknown caller is called so. */
  | { readonly kind: 'name'; readonly call: string; readonly name: string; readonly email: string | null }
  /** What the alert with this code offers. */
  | { readonly kind: 'mend'; readonly alert: string };

/** The verbs of the API. */
export type Method = 'GET' | 'POST' | 'DELETE';

/** Where the events of a subscription go. */
export interface Feed {
  pushed(pushed: Pushed): void;
  /** Whether events arrive at present. */
  link(state: 'live' | 'away'): void;
  /** Events were missed that cannot be had again: ask for everything. */
  resync(): void;
}

/** The seam between the pages and their surroundings. */
export interface Host {
  now(): Promise<Now>;
  calls(query: CallQuery): Promise<CallPage>;
  /** Throws `HostError` with `gone` if there is no such call. */
  call(id: string): Promise<CallDetail>;
  /** What a customer has open in the helpdesk, asked now. Throws `HostError` where it is not to be had. */
  openRecords(customer: string): Promise<OpenRecords>;
  /** Has it done; what changes comes as events. Throws `HostError` where it was not taken. */
  act(action: Action): Promise<void>;
  /**
   * Asks the set-up and the doctor: paths below `/api/`. Throws `HostError` with the problem's code.
   * `null` where the answer has no body.
   */
  api<T>(method: Method, path: string, body?: unknown): Promise<T>;
  /** Opens an address outside the pages. */
  open(url: string): void;
  /** Keeps all calls that the query finds as a file; null where a person chose none, or stopped it. Absent where no file can be kept. */
  readonly exportCalls?: (query: CallQuery, format: ExportFormat) => Promise<Exported | null>;
  /** Stops that. Absent where it cannot be stopped. */
  readonly stopExport?: () => void;
  /** Shows the folder in which a call's file is kept. Absent where that is another computer's. */
  readonly showKept?: (call: string, medium: KeptMedium) => void;
  /** Has a person choose the folder that recordings are kept in; whether they did. Absent where that is another computer's. */
  readonly chooseRecordingsFolder?: () => Promise<boolean>;
  /** Keeps a text as a file. Absent where no file can be kept from a page; there it is copied. */
  readonly save?: (name: string, text: string) => void;
  /** Delivers every event after `from` until the returned function is called. */
  subscribe(from: string, feed: Feed): () => void;
  /** The card of this call is on the screen; the desktop measures the time from ring to here. */
  painted(callId: string): void;
  readonly preferences: Preferences;
  /** Only where a person signs in: a browser on the hub. */
  readonly session?: SignIn;
}

/**
 * `agent`: the Aircall user at this computer, by id; `lines`: whose lines the missed-call desk shows, `mine` or `all`; `tags`: which
 * were used last, as JSON; `numbers` and `notes`: `hidden` where they are.
 */
export type Preference = 'theme' | 'language' | 'agent' | 'lines' | 'tags' | 'numbers' | 'notes';

/** Settings of the pages that stay on this computer. */
export interface Preferences {
  read(name: Preference): string | null;
  /** `null` goes back to following the system, or forgets. */
  write(name: Preference, value: string | null): void;
}

/** Signing in with a token. */
export interface SignIn {
  /** Keeps the token for this tab; whether it is right shows with the next request. */
  signIn(token: string): void;
  signOut(): void;
}

/** Why a request failed, as far as the pages act on it. */
export type Failure = 'unauthorized' | 'gone' | 'unreachable' | 'refused';

/** A failed request. `message` is for a report; the pages say it in their own words. */
export class HostError extends Error {
  constructor(
    readonly failure: Failure,
    message: string,
    /** The stable code of what was in the way, where one was told. */
    readonly code: string | null = null,
    /** The other side's own sentence, in English, where one was told. */
    readonly detail: string | null = null,
    /** The whole problem as it was told: some have a member more (RFC 9457). */
    readonly problem: unknown = null,
  ) {
    super(message);
    this.name = 'HostError';
  }
}
