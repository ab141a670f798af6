/**
 * Signing in to Aircall with all that goes wrong on the way, and Front with a token, until a call is logged; later Aircall's and
 * Front's access are withdrawn, told, and given again.
 */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { say } from './admin';
import { inFront, oneCall } from './calls';
import { admin, hub, sandbox, together } from './together';

together('aircall', async () => {
  await oneCall(sandbox);
});

const authorize = (page: Page) => page.getByRole('button', { name: 'Authorize' }).click();
/** For the page of the set-up it is so many minutes later than it is. */
const beLater = (minutes: number) =>
  admin.page.evaluate((ms) => {
    Date.now = () => performance.timeOrigin + performance.now() + ms;
  }, minutes * 60_000);
const aircall = async () => (await hub.ask<{ aircall: { by: string } | null }>('/api/setup')).aircall;

describe('signed in to Aircall, and Front with a token', () => {
  it('an answer that nobody asked for, a closed tab and a code that is too old are each told', async () => {
    await admin.comeTo(hub.address);
    const closed = await admin.consent(() => admin.press('signIn'));
    await closed.close();
    const foreign = await admin.context.newPage();
    await foreign.goto(`${hub.address}/oauth/aircall/callback?code=abc&state=nobodys`);
    await foreign.getByRole('heading', { name: say('browserWrongState'), exact: true }).waitFor();
    await foreign.close();
    await admin.reads(say('waitingForBrowser'));
    await beLater(11);
    await admin.isTold('signInClosed');
    await admin.look('aircall-closed');
    await beLater(0);

    await sandbox.order('aircall', 'app', { code_s: -1 });
    const late = await admin.consent(() => admin.press('startAgain'));
    await authorize(late);
    await admin.page.getByRole('alert').getByText(new RegExp(`^(${say('codeUsed')}|${say('codeExpired')})$`)).waitFor();
    await admin.look('aircall-code-expired');
    await late.close();
    await sandbox.order('aircall', 'app', { code_s: 600 });
    expect(await aircall()).toBeNull();
  });

  it('after it Aircall is signed in to', async () => {
    const page = await admin.consent(() => admin.press('startAgain'));
    await authorize(page);
    await admin.reads(say('signedInLines', { n: 4 }));
    await page.close();
    expect(await aircall()).toMatchObject({ by: 'sign_in' });
    await admin.press('goOn');
  });

  it('a wrong token of Front is refused, the right one leads on to live', async () => {
    await admin.isAt('connectHelpdesk');
    await admin.pick('Front');
    await admin.pick(say('withKey'));
    await admin.fill('apiToken', 'wrong-token-of-ada');
    await admin.press('connect');
    await admin.isTold('frontTokenRefused');
    await admin.look('front-token-refused');
    await admin.press('enterAgain');
    await admin.page.keyboard.type('sandbox-front-token');
    await admin.press('connect');
    await admin.settled('Front, Northbrook Kettles');
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
    await hub.until('the call is in Front', async () => (await inFront(sandbox)) === 1);
    await admin.press('openSidetone');
  });

  it('Front’s token is withdrawn: it is told, and what waits is written with the next one', async () => {
    await sandbox.order('front', 'switches', { revoked: true });
    await oneCall(sandbox);
    await admin.page.goto(`${hub.address}/#health`);
    await admin.reads(say('alertAccess', { vendor: 'Front' }));
    await admin.page.goto(`${hub.address}/#setup?step=helpdesk`);
    await admin.isAt('connectHelpdesk');
    await admin.look('front-token-withdrawn');
    await sandbox.order('front', 'switches', { revoked: false });
    await admin.press('replaceKey');
    await admin.pick(say('withKey'));
    await admin.fill('apiToken', 'sandbox-front-token');
    await admin.press('connect');
    // A question that was refused meanwhile is asked again within a minute.
    await hub.until('what waited is written', async () => (await inFront(sandbox)) === 2, 75_000);
  }, 100_000);

  it('Aircall’s access is withdrawn: it is told, and calls are written again after the next sign-in', async () => {
    await sandbox.order('aircall', 'uninstall');
    await hub.until('it is noticed', async () => {
      const { alerts } = await hub.ask<{ alerts: readonly { code: string }[] }>('/api/health');
      return alerts.some(({ code }) => code === 'aircall_refused');
    });
    await admin.page.goto(`${hub.address}/#health`);
    await admin.reads(say('alertKey'));
    await admin.look('aircall-withdrawn');
    await admin.page.goto(`${hub.address}/#setup?step=aircall`);
    await admin.isAt('connectAircall');
    await admin.look('aircall-withdrawn-step');
    await admin.press('connectAgain');
    const page = await admin.consent(() => admin.press('signIn'));
    await authorize(page);
    await admin.button(say('connectAgain')).waitFor();
    await page.close();
    // The webhook went with the access; it is made anew.
    await hub.until('the webhook is made', async () => (await sandbox.look<{ webhooks: unknown[] }>('aircall', 'state')).webhooks.length > 0);
    await oneCall(sandbox);
    await hub.until('the next call is written', async () => (await inFront(sandbox)) === 3);
  });
});
