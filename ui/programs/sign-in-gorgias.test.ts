/**
 * Signing in to Gorgias, from the set-up and from its app store, with all that goes wrong on the way, until a call is logged;
 * then Front with a token, and a call is logged there.
 */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { say } from './admin';
import { inFront, inGorgias, oneCall } from './calls';
import { admin, browser, hub, sandbox, together } from './together';

together('store', async () => {
  // Without a call of yesterday there would be nothing to show.
  await oneCall(sandbox);
});

const authorize = (page: Page) => page.getByRole('button', { name: 'Authorize' }).click();
/** What Sidetone tells the person in the browser at the end. */
const tells = (page: Page, text: string) => page.getByRole('heading', { name: text, exact: true }).waitFor();
/** For the page of the set-up it is so many minutes later than it is. */
const beLater = (minutes: number) =>
  admin.page.evaluate((ms) => {
    Date.now = () => performance.timeOrigin + performance.now() + ms;
  }, minutes * 60_000);
const helpdesk = async () => (await hub.ask<{ helpdesk: { vendor: string; by: string } | null }>('/api/setup')).helpdesk;

describe('signed in to Gorgias', () => {
  it('a subdomain that does not exist is told before anybody is sent there', async () => {
    await admin.comeTo(hub.address);
    await admin.page.goto(`${hub.address}/#setup?step=helpdesk`);
    await admin.isAt('connectHelpdesk');
    await admin.fill('subdomain', 'north brook');
    await admin.press('signIn');
    await admin.isTold('noGorgiasAccount', { name: 'north brook' });
    await admin.press('correctSubdomain');
    await admin.page.keyboard.type('northbrook');
  });

  it('who refuses on the consent page is told so in Sidetone', async () => {
    const refused = await admin.consent(() => admin.press('signIn'));
    await refused.getByRole('button', { name: 'Cancel' }).click();
    await admin.isTold('signInRefused', { vendor: 'Gorgias' });
    await admin.look('gorgias-refused');
    await refused.close();
    expect(await helpdesk()).toBeNull();
  });

  it('a code that is too old, an answer that nobody asked for, and a closed tab are each told', async () => {
    await sandbox.order('gorgias', 'app', { code_s: -1 });
    const late = await admin.consent(() => admin.press('startAgain'));
    await authorize(late);
    await late.locator('h1').waitFor();
    await admin.isTold('codeUsed');
    await admin.look('gorgias-code-expired');
    await late.close();
    await sandbox.order('gorgias', 'app', { code_s: 600 });

    const closed = await admin.consent(() => admin.press('startAgain'));
    await closed.close();
    const foreign = await admin.context.newPage();
    await foreign.goto(`${hub.address}/oauth/gorgias/callback?code=abc&state=nobodys`);
    await tells(foreign, say('browserWrongState'));
    await foreign.close();
    // What waits is not touched by it, and opens once more.
    await admin.reads(say('waitingForBrowser'));
    const opened = await admin.consent(() => admin.press('openAgain'));
    await opened.close();
    // Nobody comes back in time.
    await beLater(11);
    await admin.isTold('signInClosed');
    await admin.look('gorgias-closed');
    await beLater(0);
    const again = await admin.consent(() => admin.press('startAgain'));
    await again.close();
    await admin.press('cancel');
    await admin.button(say('signIn')).waitFor();
    expect(await helpdesk()).toBeNull();
  });

  it('what the browser could not bring back is pasted', async () => {
    const page = await admin.consent(() => admin.press('signIn'));
    await page.waitForURL(/authorize/);
    // It is authorized where the browser does not reach the hub.
    const { location } = await sandbox.order<{ location: string }>('gorgias', 'consent', { url: page.url() });
    await admin.press('pasteAddress');
    await admin.fill('address', location);
    await admin.look('paste-address');
    await admin.press('finish');
    await admin.settled('Gorgias, northbrook');
    await page.close();
    expect(await helpdesk()).toMatchObject({ vendor: 'gorgias', by: 'sign_in' });
    await admin.press('disconnect');
    await admin.page.getByRole('dialog').getByRole('button', { name: say('disconnect') }).click();
    await admin.page.getByLabel(say('subdomain')).waitFor();
  });

  it('who comes from the app store is connected by the admin’s word, and only if it can be read', async () => {
    const person = await browser.newContext({ locale: 'en-GB' });
    const store = await person.newPage();
    await store.goto(`${hub.address}/install/gorgias?account=northbrook`);
    await authorize(store);
    await store.locator('h1', { hasText: 'northbrook' }).waitFor();
    await person.close();
    await admin.page.reload();
    await admin.reads(say('asksToConnect', { vendor: 'Gorgias', name: 'northbrook' }));
    await admin.look('asks-to-connect');
    await sandbox.order('gorgias', 'switches', { forbidden_path: '/api/customers' });
    await admin.press('accept');
    await admin.isTold('accessForbidden', { vendor: 'Gorgias' });
    await admin.look('asks-and-is-forbidden');
    expect(await helpdesk()).toBeNull();
    await sandbox.order('gorgias', 'switches', { forbidden_path: '' });
    await admin.press('tryAgain');
    await admin.settled('Gorgias, northbrook');
    expect(await helpdesk()).toMatchObject({ vendor: 'gorgias', by: 'sign_in' });
  });

  it('Aircall is signed in to as well, and a call is logged in Gorgias', async () => {
    await admin.page.goto(`${hub.address}/#setup?step=aircall`);
    await admin.isAt('connectAircall');
    const page = await admin.consent(() => admin.press('signIn'));
    await authorize(page);
    await admin.reads(say('signedInLines', { n: 4 }));
    await page.close();
    await admin.press('goOn');
    await admin.isAt('connectHelpdesk');
    await admin.press('goOn');
    await admin.page.getByRole('checkbox', { name: 'Support FR' }).check();
    await admin.press('goOnWithLines', { n: 1 });
    await admin.isAt('howEvents');
    await admin.press('saveAndTest');
    await admin.reads(new RegExp(say('testArrived', { time: '.*' })));
    await admin.press('goOn');
    await admin.isAt('callersTitle');
    await admin.press('goOn');
    await admin.isAt('wouldTitle');
    await admin.page.locator('[data-planned]').first().waitFor();
    await admin.press('goLive');
    await admin.isAt('goTitle');
    await admin.press('goLive');
    await admin.reads(say('isLive'));
    await hub.until('the webhook is made', async () => (await sandbox.look<{ webhooks: unknown[] }>('aircall', 'state')).webhooks.length > 0);
    await oneCall(sandbox);
    await hub.until('the call is in Gorgias', async () => (await inGorgias(sandbox)).length === 1);
    await admin.press('openSidetone');
    await admin.page.goto(`${hub.address}/#setup?step=helpdesk`);
    await admin.isAt('connectHelpdesk');
  });

  it('the app is uninstalled at Gorgias: it is told, and what waits is written after the next sign-in', async () => {
    await sandbox.order('gorgias', 'uninstall');
    await sandbox.order('gorgias', 'expire-tokens');
    await oneCall(sandbox);
    await admin.page.goto(`${hub.address}/#health`);
    await admin.reads(say('alertAccess', { vendor: 'Gorgias' }));
    await admin.look('gorgias-withdrawn');
    expect(await inGorgias(sandbox)).toHaveLength(1);
    await admin.page.goto(`${hub.address}/#setup?step=helpdesk`);
    await admin.isAt('connectHelpdesk');
    await admin.press('connectAgain');
    await admin.fill('subdomain', 'northbrook');
    const page = await admin.consent(() => admin.press('signIn'));
    await authorize(page);
    await admin.button(say('connectAgain')).waitFor();
    await page.close();
    await hub.until('what waited is written', async () => (await inGorgias(sandbox)).length === 2);
  });

  it('Front takes its place with a token, and a call is logged there', async () => {
    await admin.press('disconnect');
    await admin.page.getByRole('dialog').getByRole('button', { name: say('disconnect') }).click();
    await admin.pick('Front');
    await admin.pick(say('withKey'));
    await admin.fill('apiToken', 'wrong-token-of-ada');
    await admin.press('connect');
    await admin.isTold('frontTokenRefused');
    await admin.press('enterAgain');
    await admin.page.keyboard.type('sandbox-front-token');
    await admin.press('connect');
    await admin.settled('Front, Northbrook Kettles');
    await admin.look('front-token-accepted');
    expect(await helpdesk()).toMatchObject({ vendor: 'front', by: 'key' });
    // Into another helpdesk nothing is written before somebody goes live.
    await admin.page.goto(`${hub.address}/#setup?step=go_live`);
    await admin.isAt('goTitle');
    await admin.press('goLive');
    await admin.reads(say('isLive'));
    await oneCall(sandbox);
    await hub.until('the call is in Front', async () => (await inFront(sandbox)) === 1);
    expect(await inGorgias(sandbox)).toHaveLength(2);
  });
});
