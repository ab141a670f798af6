/** Numbers and notes that the reader hides (B12). */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

/** What can be seen or is said, of all that is a telephone number. */
const numbers = () =>
  stage.page.evaluate(() => {
    const said = [...document.querySelectorAll('[title], [aria-label]')].flatMap((at) => [at.getAttribute('title'), at.getAttribute('aria-label')]);
    return [document.body.innerText, ...said].join('\n').match(/\+?\d(?:[ \u00a0().-]*\d){8,14}/g) ?? [];
  });

it.each(['hidden-ringing', 'hidden-unknown', 'hidden-calls', 'hidden-detail', 'hidden-missed', 'hidden-search'])('shows no whole number: %s', async (scene) => {
  const page = await stage.show(scene);
  await page.getByText('•').filter({ visible: true }).first().waitFor();
  expect(await numbers()).toEqual([]);
});

it('is chosen in the menu, at once and for all pages', async () => {
  const page = await stage.show('calls');
  expect(await numbers()).not.toEqual([]);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByLabel('Hide numbers').check();
  expect(await numbers()).toEqual([]);
  await page.getByLabel('Hide numbers').uncheck();
  expect(await numbers()).not.toEqual([]);
});

it('shows one number for ten seconds, and copies it whole', async () => {
  const page = await stage.show('hidden-unknown');
  const eye = page.getByRole('button', { name: 'Show number' });
  await eye.click();
  await page.getByRole('heading', { name: '+1 202-555-0178' }).waitFor();
  expect(await eye.getAttribute('aria-pressed')).toBe('true');
  await page.clock.runFor(10_000);
  await page.getByRole('heading', { name: '+1 •••-•••-0178' }).waitFor();
  await page.getByRole('button', { name: 'Copy number' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('+12025550178');
});

it('covers note and messages while it rings, until they are asked for or the call is answered', async () => {
  let page = await stage.show('hidden-ringing');
  const [note, message] = ['Orders twice a month', 'They arrived, but'];
  expect(await page.locator('main').innerText()).not.toMatch(new RegExp(`${note}|${message}`));
  await page.getByRole('button', { name: 'Show note' }).click();
  await page.getByText(note).waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(note);
  page = await stage.show('hidden-ringing');
  await page.evaluate(() => {
    const call = { ...JSON.parse(JSON.stringify(window.sidetone?.live()[0]?.call)), phase: 'in_call', answered_at: Math.floor(Date.now() / 1000) };
    window.sidetone?.push({ event: 'call', data: call });
  });
  await page.getByText(note).waitFor();
  await page.getByText(message).waitFor();
});
