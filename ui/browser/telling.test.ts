/** Who is told of alerts by e-mail and web hook, on the page Alerts and health. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { violationsInBothThemes } from './accessible';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const asked = () => stage.page.evaluate(() => window.sidetone?.asked ?? []);

it('says who is told, and sends a test whose answer it repeats', async () => {
  const page = await stage.show('health', { hash: '#health' });
  await page.getByText('ops@example.com, Ada <ada@example.com>').waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('E-mail was taken: 250 2.0.0 queued as 4711').waitFor();
  expect(await asked()).toContain('POST /api/alerts/test');
  expect(await violationsInBothThemes(page)).toEqual([]);
});

it('shows what the mail server refuses, in its own words', async () => {
  const page = await stage.show('health-bad', { hash: '#health' });
  await page.getByText('mail.example.com refused: 535 5.7.8 wrong password').waitFor();
  await page.getByText('fails since 12:31').waitFor();
});

it('takes an address of a web hook, which never comes back, and tells what the other side said', async () => {
  const page = await stage.show('health', { hash: '#health' });
  await page.getByRole('button', { name: 'Web hook: Set up' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('Address').fill('https://hooks.example.com/services/secret');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('hooks.example.com').waitFor();
  expect(await page.content()).not.toContain('services/secret');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('Web hook was not taken: hooks.example.com refused: 404 no such room').waitFor();
});

it('keeps the mail server where only the addresses change, and says what is wrong with one', async () => {
  const page = await stage.show('health-mail', { hash: '#health' });
  const to = page.getByLabel('Goes to');
  await to.fill('nobody');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Goes to').nth(1).waitFor();
  await to.fill('team@example.com');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('team@example.com').waitFor();
  await page.getByRole('button', { name: 'E-mail: Change' }).click();
  await page.getByRole('button', { name: 'Tell nobody' }).click();
  await page.getByRole('button', { name: 'Send a test' }).waitFor({ state: 'detached' });
});
