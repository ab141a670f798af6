/** The weekly account: figures, reasons, and the way to each call. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const asked = () => stage.page.evaluate(() => window.sidetone?.asked ?? []);

it('is reached from the page Alerts and health, and leads to each call', async () => {
  const page = await stage.show('health', { hash: '#health' });
  await page.getByRole('link', { name: 'Weekly account' }).click();
  await page.getByText('Mon 9 Nov – Sun 15 Nov').waitFor();
  const figures = await page.locator('.tiles li').allInnerTexts();
  expect(figures.map((one) => one.replace(/\s+/g, ' '))).toEqual(['412 at Aircall', '401 in Gorgias', '11 differ']);
  const [first] = await page.locator('.group h3').allInnerTexts();
  expect(first).toContain('no active user with the agent’s Aircall e-mail');
  await page.getByRole('link', { name: 'Elena Prats' }).first().click();
  expect(page.url()).toMatch(/#calls\?call=\d+$/);
});

it('shows other weeks, each by the reader’s days', async () => {
  const page = await stage.show('account');
  await page.getByText('Mon 9 Nov – Sun 15 Nov').waitFor();
  await page.getByRole('button', { name: 'Week before' }).click();
  await page.getByText('Mon 2 Nov – Sun 8 Nov').waitFor();
  // The clocks went back on the 25th of October.
  await page.getByRole('button', { name: 'Week before' }).click();
  await page.getByText('Mon 26 Oct – Sun 1 Nov').waitFor();
  await page.getByRole('button', { name: 'Week before' }).click();
  await page.getByText('Mon 19 Oct – Sun 25 Oct').waitFor();
  await page.getByRole('button', { name: 'Week after' }).click();
  await page.getByText('Mon 26 Oct – Sun 1 Nov').waitFor();
});

it('has Aircall’s list read, and goes on looking until it is', async () => {
  const page = await stage.show('account');
  await page.getByRole('button', { name: 'Read Aircall’s list' }).click();
  await page.getByText('Reading Aircall’s list …').waitFor();
  await page.clock.runFor(5_000);
  await page.getByText('Aircall’s list was read Mon 16 Nov, 14:31').waitFor();
  expect(await asked()).toContain('POST /api/account');
});

it('says that nothing is missing, and what is not known yet', async () => {
  let page = await stage.show('account-same');
  await page.getByText('Nothing is missing.').waitFor();
  await page.getByText('only what is known here is counted').waitFor();
  page = await stage.show('account-unknown');
  await page.getByText('Aircall lists 3 calls that are not known here yet.').waitFor();
  page = await stage.show('account-failed');
  await page.getByRole('button', { name: 'Try again' }).waitFor();
});
