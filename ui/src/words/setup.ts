/** What the set-up says of a test, a sign-in and a failure: one sentence for each stable code, and what to do next. */
import { vendorName } from '../format/reader.svelte';
import type { HostError } from '../host/host';
import type { EventsTested, SignInView, Tested, Vendor } from '../wire';
import { problemWords } from './problems';
import { say } from './say.svelte';

/** What the one button beside a sentence does. */
export type Next = 'enter_again' | 'correct_account' | 'try_again' | 'start_again';

/** A sentence with its button. `detail` is somebody else's English, for a report. */
export interface Verdict {
  readonly text: string;
  readonly next: Next;
  readonly detail: string | null;
}

/** Why a connection was not accepted. `account` is the subdomain that was entered. */
export function refusedConnection({ code, detail }: Tested, vendor: Vendor, account: string): Verdict {
  const of = (text: string, next: Next): Verdict => ({ text, next, detail });
  const name = vendorName(vendor);
  switch (code) {
    case 'wrong_key':
      return of(wrongKey(vendor), 'enter_again');
    case 'no_such_account':
      return of(say('noGorgiasAccount', { name: account }), 'correct_account');
    case 'not_an_api':
      return vendor === 'gorgias'
        ? of(say('notGorgias', { name: account }), 'correct_account')
        : of(say('notTheVendor', { vendor: name }), 'try_again');
    case 'read_only':
      return of(say('otherAccountFixed'), 'correct_account');
    case 'forbidden':
      return of(say('accessForbidden', { vendor: name }), 'enter_again');
    case 'unreachable':
      return of(say('vendorUnreachable', { vendor: name }), 'try_again');
    case 'rate_limited':
      return of(say('vendorAtLimit', { vendor: name }), 'try_again');
    default:
      return of(say('testDidNotWork', { vendor: name }), 'try_again');
  }
}

/** Why what a sign-in gave was not accepted when it was tested. There is no key to enter again. */
export function refusedSignIn(tested: Tested, vendor: Vendor, account: string): Verdict {
  const verdict = refusedConnection(tested, vendor, account);
  if (verdict.next === 'correct_account') return verdict;
  const text = tested.code === 'wrong_key' ? say('signInDidNotWork', { vendor: vendorName(vendor) }) : verdict.text;
  return { ...verdict, text, next: 'start_again' };
}

function wrongKey(vendor: Vendor): string {
  switch (vendor) {
    case 'aircall':
      return say('aircallKeyRefused');
    case 'gorgias':
      return say('gorgiasKeyRefused');
    case 'front':
      return say('frontTokenRefused');
  }
}

/** Why a sign-in did not end in a connection. `closed`: nobody came back in time. */
export function failedSignIn({ code, detail }: Pick<SignInView, 'code' | 'detail'>, vendor: Vendor, account: string): Verdict {
  const of = (text: string, next: Next = 'start_again'): Verdict => ({ text, next, detail });
  const name = vendorName(vendor);
  switch (code) {
    case 'refused':
      return of(say('signInRefused', { vendor: name }));
    case 'not_admin':
      return of(say('signInNotAdmin', { vendor: name }));
    case 'closed':
      return of(say('signInClosed'));
    case 'wrong_state':
      return of(say('signInForeign'));
    case 'expired':
      return of(say('codeExpired'));
    case 'used_code':
      return of(say('codeUsed'));
    case 'wrong_app':
      return of(say('wrongApp', { vendor: name }));
    case 'redirect_not_allowed':
      return of(say('redirectNotAllowed', { vendor: name }));
    case 'unreachable':
      return of(say('vendorUnreachable', { vendor: name }));
    case 'no_such_account':
      return of(say('noGorgiasAccount', { name: account }), 'correct_account');
    default:
      return of(say('signInDidNotWork', { vendor: name }));
  }
}

/** The words of the button. */
export function nextWords(next: Next): string {
  switch (next) {
    case 'enter_again':
      return say('enterAgain');
    case 'correct_account':
      return say('correctSubdomain');
    case 'try_again':
      return say('tryAgain');
    case 'start_again':
      return say('startAgain');
  }
}

/** The path that a proxy has to let through. */
const WEBHOOK_PATH = '/webhooks/aircall';

/** Why the test event did not arrive. */
export function lostTest({ code }: EventsTested): string {
  switch (code) {
    case 'not_https':
      return say('testNotHttps');
    case 'no_such_host':
      return say('testNoHost');
    case 'refused':
      return say('testRefusedConnection');
    case 'timeout':
      return say('testTimeout');
    case 'certificate':
      return say('testCertificate');
    case 'not_sidetone':
      return say('testNotSidetone');
    case 'other_token':
      return say('testOtherToken');
    default:
      return code?.startsWith('http_')
        ? say('testHttp', { code: code.slice('http_'.length), path: WEBHOOK_PATH })
        : say('testLost');
  }
}

/** Why a request of the set-up failed, where the step has no better sentence. */
export function askFailedWords(error: HostError): string {
  return problemWords(error) ?? (error.failure === 'unreachable' ? say('didNotAnswer') : say('notTaken'));
}

/** What the server says of it in English: only where the pages have no words of their own, or the cause is no more than that. */
export function askFailedDetail(error: HostError): string | null {
  const tells = error.code === 'no_engine' || (error.failure === 'refused' && problemWords(error) === null);
  return tells ? error.detail : null;
}
