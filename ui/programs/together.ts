/**
 * A browser, a sandbox, a hub and an admin in front of it, for a file whose tests go on from where the one before ended.
 * What is exported is there once the tests begin.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';

import { startChromium } from '../browser/chromium';
import { Admin } from './admin';
import { startBoth, type Hub, type Sandbox } from './programs';

export let browser: Browser;
export let sandbox: Sandbox;
export let hub: Hub;
export let admin: Admin;
let broken = false;

/** To be called once in a file; `prepare` is done before the first test. */
export function together(name: string, prepare?: () => Promise<void>): void {
  beforeAll(async () => {
    [browser, { sandbox, hub }] = await Promise.all([startChromium(), startBoth(name)]);
    admin = await Admin.with(browser);
    // Aircall leads on to a page of its own, which is not on this machine.
    await admin.context.route('https://*.aircall.io/**', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Aircall</h1>' }));
    await prepare?.();
  });

  afterAll(async () => {
    await admin?.leave();
    await browser?.close();
    await hub?.end();
    await sandbox?.end();
  });

  beforeEach(({ skip, onTestFailed }) => {
    skip(broken);
    onTestFailed(async () => {
      broken = true;
      await admin.keep('failed');
      console.error(hub.said().slice(-4_000));
    });
  });
}
