/**
 * Signing in to Aircall and Front on their consent pages, left in the middle while the hub is killed, and taken up again;
 * later the access is withdrawn, given again, and given up.
 */
import { describe, expect, it } from 'vitest';

import { Admin, say } from './admin';
import { aDay, inFront, oneCall } from './calls';
import { ADMIN } from './programs';
import { admin, browser, hub, sandbox, together } from './together';

together('sign-in', async () => {
  await aDay(sandbox);
});

/** Presses a button of the consent page, which is found by what the vendor wrote on it. */
async function answer(page: Awaited<ReturnType<Admin['consent']>>, button: 'Authorize' | 'Cancel'): Promise<void> {
  await page.getByRole('button', { name: button }).click();
}

describe('signed in to Aircall and Front', () => {
  it('Aircall’s consent page is refused, then authorized', async () => {
    await admin.comeTo(hub.address);
    const refused = await admin.consent(() => admin.press('signIn'));
    await admin.reads(say('waitingForBrowser'));
    await admin.look('waiting-for-aircall');
    await answer(refused, 'Cancel');
    await admin.isTold('signInRefused', { vendor: 'Aircall' });
    await admin.look('aircall-refused');
    await refused.close();
    const authorized = await admin.consent(() => admin.press('startAgain'));
    await answer(authorized, 'Authorize');
    await admin.reads(say('signedInLines', { n: 4 }));
    await authorized.close();
    await admin.look('aircall-signed-in');
    await admin.press('goOn');
  });

  it('Front’s consent page is refused, then authorized', async () => {
    await admin.isAt('connectHelpdesk');
    await admin.pick('Front');
    await admin.look('front');
    const refused = await admin.consent(() => admin.press('signIn'));
    await answer(refused, 'Cancel');
    await admin.isTold('signInRefused', { vendor: 'Front' });
    await refused.close();

    // Nobody comes back in time; an answer that nobody asked for does not count as one; a code may be too old.
    const closed = await admin.consent(() => admin.press('startAgain'));
    await closed.close();
    const foreign = await admin.context.newPage();
    await foreign.goto(`${hub.address}/oauth/front/callback?code=abc&state=nobodys`);
    await foreign.getByRole('heading', { name: say('browserWrongState'), exact: true }).waitFor();
    await foreign.close();
    await admin.reads(say('waitingForBrowser'));
    await admin.page.evaluate(() => {
      Date.now = () => performance.timeOrigin + performance.now() + 11 * 60_000;
    });
    await admin.isTold('signInClosed');
    await admin.page.evaluate(() => {
      Date.now = () => performance.timeOrigin + performance.now();
    });
    await sandbox.order('front', 'app', { code_s: -1 });
    const late = await admin.consent(() => admin.press('startAgain'));
    await answer(late, 'Authorize');
    await admin.page.getByRole('alert').getByText(new RegExp(`^(${say('codeUsed')}|${say('codeExpired')})$`)).waitFor();
    await admin.look('front-code-expired');
    await late.close();
    await sandbox.order('front', 'app', { code_s: 600 });

    const authorized = await admin.consent(() => admin.press('startAgain'));
    await answer(authorized, 'Authorize');
    await authorized.locator('h1').waitFor();
    await admin.settled('Front, Northbrook Kettles');
    await authorized.close();
    await admin.look('front-signed-in');
  });

  it('the hub is killed in the middle, and what was settled is there again', async () => {
    await hub.kill();
    await admin.press('goOn');
    await admin.isAt('whichNumbers');
    await admin.reads(say('linesUnread'));
    await admin.look('hub-away');
    await hub.start();
    await admin.press('tryAgain');
    await admin.page.getByRole('checkbox', { name: 'Support FR' }).check();
    await admin.look('numbers-again');
    await admin.page.getByRole('checkbox', { name: 'Sales US' }).check();
    await admin.press('goOnWithLines', { n: 2 });
    await admin.isAt('howEvents');
    await hub.kill();
    await hub.start();
    // A new tab goes on at the first step that is open.
    const later = await Admin.with(browser);
    await later.page.goto(`${hub.address}/`);
    await later.fill('adminToken', ADMIN);
    await later.press('signIn');
    await later.isAt('callersTitle');
    await later.settled('Front, Northbrook Kettles');
    await later.settled(say('linesCount', { n: 2 }));
    await later.look('resumed');
    // Whoever closes it finds the way back.
    await later.press('closeSetUp');
    await later.page.getByRole('link', { name: say('finishSetUp') }).click();
    await later.isAt('callersTitle');
    await later.leave();
    await admin.press('saveAndTest');
    await admin.reads(new RegExp(say('testArrived', { time: '.*' })));
    await admin.press('goOn');
  });

  it('the dry run shows what Front would get, and it goes live', async () => {
    await admin.isAt('callersTitle');
    // Front takes no files.
    expect(await admin.page.getByLabel(say('recordings')).inputValue()).toBe('link');
    await admin.look('callers-front');
    await admin.press('goOn');
    await admin.isAt('wouldTitle');
    await admin.page.locator('[data-planned]').first().waitFor();
    await admin.button(say('saveCsv')).waitFor();
    await admin.look('dry-run-front');
    await admin.press('goLive');
    await admin.isAt('goTitle');
    await admin.look('go-front');
    await admin.press('goLive');
    await admin.reads(say('isLive'));
    await hub.until('the webhook is made', async () => (await sandbox.look<{ webhooks: unknown[] }>('aircall', 'state')).webhooks.length > 0);
    await oneCall(sandbox);
    await hub.until('the call is written', async () => (await inFront(sandbox)) === 1);
  });

  it('a withdrawn access is told, and mended by signing in again', async () => {
    await sandbox.order('front', 'uninstall');
    await oneCall(sandbox);
    // Also for whoever went live and did not press "Open Sidetone".
    await admin.page.goto(`${hub.address}/#health`);
    await admin.isAt('alertsAndHealth');
    await admin.reads(say('alertAccess', { vendor: 'Front' }));
    await admin.look('withdrawn');
    await admin.page.getByRole('link', { name: say('connect') }).first().click();
    await admin.isAt('connectHelpdesk');
    await admin.look('withdrawn-step');
    await admin.press('connectAgain');
    const page = await admin.consent(() => admin.press('signIn'));
    await answer(page, 'Authorize');
    await page.locator('h1').waitFor();
    await admin.button(say('connectAgain')).waitFor();
    await page.close();
    await hub.until('what waited is written', async () => (await inFront(sandbox)) === 2);
  });

  it('disconnected, the set-up is open again', async () => {
    await admin.press('disconnect');
    await admin.look('disconnect-ask');
    await admin.page.getByRole('dialog').getByRole('button', { name: say('disconnect') }).click();
    await admin.page.getByRole('radio', { name: 'Front' }).waitFor();
    await admin.look('disconnected');
    expect((await hub.ask<{ helpdesk: unknown }>('/api/setup')).helpdesk).toBeNull();
  });
});
