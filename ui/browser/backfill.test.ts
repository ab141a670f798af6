/** Old calls under somebody's hands: the days, what it takes, pausing, and the question before anything is written. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { violations } from './accessible';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const asked = async (page: Page): Promise<string[]> => {
  await page.clock.runFor(300);
  const all = await page.evaluate(() => window.sidetone?.asked ?? []);
  return all.filter((one) => one.includes('/api/backfills'));
};
const press = async (page: Page, name: string | RegExp) => {
  await page.getByRole('button', { name, exact: typeof name === 'string' }).first().click();
  await page.clock.runFor(300);
};

describe('reading', () => {
  it('wants a first day, tells what it takes, and begins', async () => {
    const page = await stage.show('backfill');
    await press(page, 'Read the calls');
    expect(await page.getByRole('textbox', { name: 'From' }).getAttribute('aria-invalid')).toBe('true');
    expect(await asked(page)).toEqual(['GET /api/backfills']);
    await page.getByRole('textbox', { name: 'From' }).fill('1/6/2026');
    await press(page, 'See what it takes');
    expect(await page.getByRole('status').filter({ hasText: 'Aircall has' }).textContent()).toContain('240 requests');
    expect(await violations(page)).toEqual([]);
    await press(page, 'Read the calls');
    expect((await asked(page)).at(-1)).toBe('POST /api/backfills');
    expect(await page.locator('.all .reading').count()).toBe(1);
  });

  it('is paused, resumed and stopped, with the keyboard as well', async () => {
    const page = await stage.show('backfill-reading');
    expect(await page.locator('.all .reading').textContent()).toContain('Reading: 5,120 of 12,000');
    await page.getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Enter');
    await page.clock.runFor(300);
    await press(page, 'Resume');
    await press(page, 'Stop');
    const deeds = (await asked(page)).filter((one) => one.startsWith('POST'));
    expect(deeds.map((one) => one.split('/').at(-1))).toEqual(['pause', 'resume', 'stop']);
    expect(await page.locator('.all .reading').textContent()).toContain('Stopped.');
  });

  it('shows what is pushed', async () => {
    const page = await stage.show('backfill-reading');
    const row = page.locator('.all .reading');
    expect(await row.locator('rect').getAttribute('width')).toMatch(/^42\.6/);
    await page.evaluate(() => {
      const told = window.sidetone?.health();
      const [one] = told?.backfills ?? [];
      if (told && one) window.sidetone?.push({ event: 'health', data: { ...told, backfills: [{ ...one, read: 9_000 }] } });
    });
    await page.clock.runFor(300);
    expect(await row.locator('rect').getAttribute('width')).toBe('75%');
  });

  it('is told where it cannot be shown', async () => {
    const page = await stage.show('backfill-failed');
    expect(await page.locator('main').textContent()).toContain('The old calls cannot be shown');
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
  });
});

describe('writing', () => {
  it('shows what would come of it, asks, and does nothing where that is declined', async () => {
    const page = await stage.show('backfill-dry-run', { width: 960 });
    const main = page.locator('main');
    for (const text of ['11,402', 'new tickets', '2,318', 'new customers', '148', 'held for a person']) {
      expect(await main.textContent()).toContain(text);
    }
    expect(await violations(page)).toEqual([]);
    await press(page, /^Write 11,550 calls$/);
    const dialog = page.getByRole('dialog');
    expect(await dialog.textContent()).toContain('cannot be undone in one step');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await asked(page)).filter((one) => one === 'POST /api/backfills')).toEqual([]);
  });

  it('begins after the question, and shows how far it is', async () => {
    const page = await stage.show('backfill-dry-run');
    await page.getByLabel('Open', { exact: true }).check();
    await press(page, /^Write 11,550 calls$/);
    await page.getByRole('dialog').getByRole('button', { name: 'Write them' }).click();
    expect((await asked(page)).at(-1)).toBe('POST /api/backfills');
    expect(await page.locator('.all .reading').textContent()).toContain('Writing');
  });

  it('is found from the page of health, and Escape leads back there', async () => {
    const page = await stage.show('backfill-writing', { hash: '#health' });
    expect(await page.locator('main').textContent()).toContain('Writing: 3,402 of 11,650');
    await page.locator('a[href="#backfill"]').click();
    await page.locator('h1', { hasText: 'Old calls' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => location.hash)).toBe('#health');
  });
});
