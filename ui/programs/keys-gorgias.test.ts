/** From nothing to live with keys, into Gorgias: what goes wrong on the way, the dry run, shadow mode, the first call. */
import { describe, expect, it } from 'vitest';

import { say } from './admin';
import { aDay, inGorgias, MARTA, oneCall, ring } from './calls';
import { admin, hub, sandbox, together } from './together';

let dayOfCalls: number;

together('keys', async () => {
  dayOfCalls = await aDay(sandbox);
});

/** What was asked of Gorgias that changes something there. */
async function writes(): Promise<readonly string[]> {
  const { journal } = await sandbox.look<{ journal: readonly { method: string; path: string }[] }>('gorgias', 'journal');
  return journal.filter(({ method, path }) => method !== 'GET' && path !== '/api/search').map(({ method, path }) => `${method} ${path}`);
}

describe('with keys and Gorgias', () => {
  it('the first start asks for the token, then for Aircall', async () => {
    await admin.page.goto(`${hub.address}/`);
    await admin.fill('adminToken', 'another');
    await admin.press('signIn');
    await admin.isTold('tokenRefused');
    await admin.comeTo(hub.address);
    await admin.look('aircall');
  });

  it('a wrong key of Aircall is refused, the right one tells how many lines there are', async () => {
    await admin.pick(say('withKey'));
    await admin.press('connect');
    await admin.reads(say('fieldMissing'));
    await admin.fill('apiId', 'sandbox-aircall-id');
    await admin.fill('apiToken', 'wrong-token-of-ada');
    await admin.press('connect');
    await admin.isTold('aircallKeyRefused');
    await admin.look('aircall-key-refused');
    await admin.press('enterAgain');
    await admin.fill('apiToken', 'sandbox-aircall-token');
    await admin.press('connect');
    await admin.reads(say('keyAcceptedLines', { n: 4 }));
    await admin.look('aircall-key-accepted');
    await admin.press('goOn');
  });

  it('a mistyped subdomain and a wrong key of Gorgias are told apart', async () => {
    await admin.isAt('connectHelpdesk');
    await admin.look('helpdesk');
    await admin.pick(say('withKey'));
    await admin.fill('subdomain', 'northbrok');
    await admin.fill('emailOfKey', 'ana.keller@example.com');
    await admin.fill('apiKey', 'wrong-key-of-ada');
    // Here the one address stands for all accounts.
    await sandbox.order('gorgias', 'switches', { wrong_account: true });
    await admin.press('connect');
    await admin.isTold('noGorgiasAccount', { name: 'northbrok' });
    await admin.look('gorgias-no-account');
    await sandbox.order('gorgias', 'switches', { wrong_account: false });
    await admin.press('correctSubdomain');
    await admin.page.keyboard.type('https://Northbrook.gorgias.com/app');
    await admin.press('connect');
    await admin.isTold('gorgiasKeyRefused');
    await admin.look('gorgias-key-refused');
    await admin.press('enterAgain');
    await admin.page.keyboard.type('sandbox-gorgias-key');
    await admin.press('connect');
    await admin.settled('Gorgias, northbrook');
    await admin.look('gorgias-key-accepted');
    await admin.press('goOn');
  });

  it('the numbers are chosen, and the menu in front of one of them is left out', async () => {
    await admin.isAt('whichNumbers');
    await admin.page.getByRole('checkbox', { name: say('selectAll') }).check();
    await admin.button(say('goOnWithLines', { n: 4 })).waitFor();
    await admin.look('numbers');
    await admin.press('leaveMenuOut');
    await admin.press('goOnWithLines', { n: 3 });
  });

  it('the address of the hub is tested', async () => {
    await admin.isAt('howEvents');
    await admin.look('events');
    await admin.press('saveAndTest');
    await admin.reads(new RegExp(say('testArrived', { time: '.*' })));
    await admin.look('events-tested');
    await admin.press('goOn');
  });

  it('the rules are changed, and the example with them', async () => {
    await admin.isAt('callersTitle');
    await admin.look('callers');
    await admin.pick(say('holdUntilNamed'));
    await admin.reads(say('exampleHeld'));
    await admin.pick(say('createNumberOnly'));
    await admin.page.getByLabel(say('notesLanguage')).selectOption('fr');
    await admin.reads('Appel décroché');
    await admin.page.getByLabel(say('missedCallsRule')).selectOption('closed');
    await admin.look('callers-number-only');
    await admin.press('goOn');
  });

  it('the dry run shows the day, and writes nothing', async () => {
    await admin.isAt('wouldTitle');
    await admin.settled(say('dryRunStep', { n: dayOfCalls }));
    expect(await admin.page.locator('[data-planned]').count()).toBe(dayOfCalls);
    expect(await admin.page.locator('.row .chip.warn').count()).toBe(1);
    // What nobody answered is looked at a minute later.
    await admin.reads(say('onlyJustOver'));
    await admin.look('dry-run');
    const [file] = await Promise.all([admin.page.waitForEvent('download'), admin.press('saveCsv')]);
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    expect(await writes()).toEqual([]);
    await admin.press('shadowFirst');
  });

  it('shadow mode runs for five days, and still nothing is written', async () => {
    await admin.isAt('goTitle');
    await admin.look('go');
    expect(await admin.page.getByLabel(say('shadowDays')).inputValue()).toBe('5');
    await admin.press('startShadow');
    await admin.reads(say('isShadow'));
    expect(await admin.page.getByRole('radio').count()).toBe(0);
    await admin.look('go-shadow');
    await hub.until('the webhook is made', async () => (await sandbox.look<{ webhooks: unknown[] }>('aircall', 'state')).webhooks.length > 0);
    const call = await oneCall(sandbox);
    await hub.until('the call is compared later', async () => (await hub.ask<{ waiting: number }>('/api/shadow')).waiting > 0);
    await admin.page.getByRole('link', { name: say('shadowReport') }).click();
    await admin.isAt('shadowReport');
    await admin.reads(say('shadowWaiting', { n: 1 }));
    await admin.look('shadow-report');
    await admin.page.goto(`${hub.address}/#calls?call=${call}`);
    await admin.page.locator('.detail h1', { hasText: 'Marta Ibáñez' }).waitFor();
    await admin.look('shadow-call');
    expect(await writes()).toEqual([]);
  });

  it('the doctor finds what is wrong', async () => {
    await admin.page.goto(`${hub.address}/#doctor`);
    await admin.page.locator('main h1', { hasText: /\d/ }).waitFor();
    await admin.look('doctor');
  });

  it('live, the first call comes up and is written', async () => {
    await admin.page.goto(`${hub.address}/#setup?step=go_live`);
    await admin.isAt('goTitle');
    await admin.press('goLive');
    await admin.reads(say('isLive'));
    await admin.look('go-live');
    await admin.press('openSidetone');
    const call = await ring(sandbox, { from: MARTA });
    await admin.page.locator('.band h1', { hasText: 'Marta Ibáñez' }).waitFor();
    await admin.look('first-call');
    await sandbox.order('aircall', 'answer', { call, agent: 771_001 });
    await sandbox.order('aircall', 'hangup', { call });
    await hub.until('the call is written', async () => (await hub.ask<{ state: string }>(`/api/calls/${call}`)).state === 'complete');
    expect(await inGorgias(sandbox)).toEqual([expect.stringMatching(/^Appel entrant\s: Marta Ibáñez$/)]);
    await admin.page.goto(`${hub.address}/#calls?call=${call}`);
    await admin.page.locator('.detail h1', { hasText: 'Marta Ibáñez' }).waitFor();
    await admin.look('first-call-written');
  });

  it('the keys are withdrawn: it is told by whom, and what waits is written with the next ones', async () => {
    await sandbox.order('gorgias', 'switches', { revoked: true });
    await oneCall(sandbox);
    await admin.page.goto(`${hub.address}/#health`);
    await admin.reads(say('alertAccess', { vendor: 'Gorgias' }));
    await admin.page.goto(`${hub.address}/#setup?step=helpdesk`);
    await admin.isAt('connectHelpdesk');
    await admin.look('gorgias-key-withdrawn');
    expect(await inGorgias(sandbox)).toHaveLength(1);
    await sandbox.order('gorgias', 'switches', { revoked: false });
    await admin.press('replaceKey');
    await admin.pick(say('withKey'));
    await admin.fill('apiKey', 'sandbox-gorgias-key');
    await admin.press('connect');
    await hub.until('what waited is written', async () => (await inGorgias(sandbox)).length === 2);

    await sandbox.order('aircall', 'switches', { revoked: true });
    await oneCall(sandbox);
    await admin.page.goto(`${hub.address}/#health`);
    await admin.reads(say('alertKey'));
    await admin.look('aircall-key-withdrawn');
    await sandbox.order('aircall', 'switches', { revoked: false });
    await admin.page.goto(`${hub.address}/#setup?step=aircall`);
    await admin.isAt('connectAircall');
    await admin.press('replaceKey');
    await admin.pick(say('withKey'));
    await admin.fill('apiId', 'sandbox-aircall-id');
    await admin.fill('apiToken', 'sandbox-aircall-token');
    await admin.press('connect');
    await hub.until('what happened meanwhile is written', async () => (await inGorgias(sandbox)).length === 3);
  });
});
