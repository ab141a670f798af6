/** The missed-call desk under somebody's hands: keys, claims, clearing, calling back, and what is said when it fails. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { violations } from './accessible';
import { cutTexts } from './cut-texts';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

/** A scene whose desk has been read. */
async function show(scene: string, options = {}): Promise<Page> {
  const page = await stage.show(scene, options);
  await page.clock.runFor(300);
  return page;
}

/** What was asked of the hub since the desk was read, without reading it again. */
async function deeds(page: Page): Promise<string[]> {
  await page.clock.runFor(300);
  const asked = await page.evaluate(() => window.sidetone?.asked ?? []);
  return asked.filter((one) => /^(POST|DELETE) /.test(one));
}

const names = (page: Page, section: string) => page.locator(`${section} [data-name]`).allTextContents();
const waiting = (page: Page) => names(page, '.waiting');
const chosen = (page: Page) => page.locator('.row.chosen [data-name]').allTextContents();
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
  await page.clock.runFor(300);
};

describe('the list', () => {
  it('is reached by Ctrl 3, tells how many wait, and is one stop for Tab a row', async () => {
    const page = await show('idle-waiting');
    expect(await page.locator('.tabs a[href="#missed"]').textContent()).toMatch(/Missed\s*5/);
    await press(page, 'Control+3');
    await page.locator('.waiting').waitFor();
    expect(await page.evaluate(() => location.hash)).toBe('#missed');
    expect(await waiting(page)).toEqual(['Odile Garnier', 'Lucas Moreau', 'Priya Nair', '+33 1 99 00 72 90', 'Number withheld'].map((name) => name.replaceAll(/(?<=\d) (?=\d)/g, '\u00a0')));
    expect(await page.locator('.desk [data-name][tabindex="0"]').count()).toBe(1);
  });

  it('is gone to from Now, too', async () => {
    const page = await show('idle-waiting');
    expect(await page.locator('[aria-labelledby="waiting-callers"] .first > :first-child').allInnerTexts()).toEqual(['Odile Garnier', 'Lucas Moreau', 'Priya Nair']);
    await page.getByRole('link', { name: 'All 5' }).click();
    await page.locator('.waiting').waitFor();
    expect(await waiting(page)).toHaveLength(5);
  });

  it('is walked with arrows and letters, and nothing is done to nobody', async () => {
    const page = await show('missed');
    await press(page, 'x', 'c', 'b');
    expect(await deeds(page)).toEqual([]);
    const seen: string[] = [];
    for (const key of ['j', 'ArrowDown', 'k', 'End', 'Home']) {
      await press(page, key);
      seen.push(await focused(page));
    }
    expect(seen).toEqual(['Odile Garnier', 'Lucas Moreau', 'Odile Garnier', 'Hannah Vogt', 'Odile Garnier']);
    expect(await chosen(page)).toEqual(['Odile Garnier']);
    await page.keyboard.press('Enter');
    await page.locator('.detail').waitFor();
    expect(await page.evaluate(() => location.hash)).toMatch(/^#calls\?filter=missed&call=/);
  });

  it('shows a hundred of them, and all at a word', async () => {
    const page = await show('missed-long');
    expect(await waiting(page)).toHaveLength(100);
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await waiting(page)).toHaveLength(120);
  });

  it('leaves letters alone while somebody types', async () => {
    const page = await show('missed');
    await press(page, 'j', '/', 'x', 'b', 'c');
    expect((await deeds(page)).filter((one) => one.includes('missed'))).toEqual([]);
  });
});

describe('a caller', () => {
  it('is claimed and released by C', async () => {
    const page = await show('missed');
    await press(page, 'j', 'j', 'c');
    expect(await deeds(page)).toEqual(['POST /api/missed/%2B33199005523/claim']);
    expect(await waiting(page)).not.toContain('Lucas Moreau');
    expect(await names(page, '[aria-labelledby="desk-claimed"]')).toEqual(['Hannah Vogt', 'Lucas Moreau']);
    expect(await page.locator('[data-key="+33199005523"] .second').textContent()).toMatch(/You/);
    expect([await chosen(page), await focused(page)]).toEqual([['Lucas Moreau'], 'Lucas Moreau']);
    await press(page, 'c');
    expect((await deeds(page)).at(-1)).toBe('DELETE /api/missed/%2B33199005523/claim');
    expect([await waiting(page), await focused(page)]).toEqual([expect.arrayContaining(['Lucas Moreau']), 'Lucas Moreau']);
  });

  it('who is another one’s cannot be touched', async () => {
    const page = await show('missed');
    await press(page, 'End', 'b', 'c', 'x');
    expect(await chosen(page)).toEqual(['Hannah Vogt']);
    expect(await deeds(page)).toEqual([]);
    expect(await page.locator('[data-key="+33199004410"]').getByRole('button').count()).toBe(0);
  });

  it('is cleared by X, the next one is in hand, and comes back with Undo', async () => {
    const page = await show('missed');
    await press(page, 'j', 'x');
    expect(await deeds(page)).toEqual(['POST /api/missed/%2B33199001807/clear']);
    expect([await waiting(page), await focused(page)]).toEqual([expect.not.arrayContaining(['Odile Garnier']), 'Lucas Moreau']);
    expect(await page.locator('.undo').textContent()).toMatch(/Odile Garnier: cleared/);
    expect(await page.locator('.done').textContent()).toMatch(/10/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.clock.runFor(300);
    expect((await waiting(page))[0]).toBe('Odile Garnier');
    expect(await focused(page)).toBe('Odile Garnier');
    await press(page, 'x');
    await page.clock.runFor(10_000);
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  });

  it('without a number can only be cleared', async () => {
    const page = await show('missed');
    const row = page.locator('.waiting .row').last();
    expect(await row.getByRole('button').allTextContents()).toEqual(['Clear']);
    await press(page, 'j', 'j', 'j', 'j', 'j', 'b', 'c');
    expect(await deeds(page)).toEqual([]);
    await row.getByRole('button').click();
    expect((await deeds(page))[0]).toMatch(/^POST \/api\/missed\/call%3A\d+\/clear$/);
  });

  it('is called back by B: claimed first, then the number is in the keypad', async () => {
    const page = await show('missed');
    await press(page, 'j', 'b');
    expect(await deeds(page)).toEqual(['POST /api/missed/%2B33199001807/claim', 'POST /api/dial']);
    expect(await page.locator('[data-key="+33199001807"] [role="status"]').textContent()).toMatch(/choose a line/);
  });

  it('is dialled another way where Aircall is closed', async () => {
    const page = await show('missed-closed');
    await press(page, 'j', 'b');
    const row = page.locator('[data-key="+33199001807"]');
    await row.getByRole('link', { name: 'Dial with tel:' }).click();
    expect((await page.evaluate(() => window.sidetone?.asked ?? [])).at(-1)).toBe('open tel:+33199001807');
    expect(await names(page, '[aria-labelledby="desk-claimed"]')).toContain('Odile Garnier');
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(cutTexts)).toEqual([]);
  });

  it('is everybody’s again where the call was not started', async () => {
    const page = await show('missed-busy');
    await press(page, 'j', 'b');
    expect((await deeds(page)).at(-1)).toBe('DELETE /api/missed/%2B33199001807/claim');
    expect(await waiting(page)).toContain('Odile Garnier');
    expect(await page.locator('[data-key="+33199001807"] [role="status"]').textContent()).toMatch(/was not started/);
  });
});

describe('who it is', () => {
  it('is asked once, before something is done in that name, and can be changed', async () => {
    const page = await show('missed-who', { language: 'de' });
    await press(page, 'j', 'c');
    await page.getByRole('dialog').waitFor();
    expect(await deeds(page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(cutTexts)).toEqual([]);
    await press(page, 'x');
    expect(await deeds(page), 'not beneath a dialog').toEqual([]);
    await page.getByRole('button', { name: 'Noor Haddad' }).click();
    await page.clock.runFor(300);
    expect(await deeds(page)).toEqual(['POST /api/missed/%2B33199001807/claim']);
    expect(await page.locator('.desk .foot').textContent()).toMatch(/Noor Haddad/);
    await page.locator('.waiting .btn', { hasText: 'Übernehmen' }).first().click();
    expect(await deeds(page)).toHaveLength(2);
    await page.locator('.desk .foot button').click();
    await page.getByRole('button', { name: 'Ruth Calder' }).click();
    await page.clock.runFor(300);
    expect(await page.locator('.desk .foot').textContent()).toMatch(/Ruth Calder/);
  });

  it('is not asked where there is one', async () => {
    const page = await show('missed-alone');
    await press(page, 'j', 'c');
    expect(await deeds(page)).toEqual(['POST /api/missed/%2B33199001807/claim']);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('decides which lines are mine', async () => {
    const page = await show('missed');
    await page.getByRole('button', { name: 'My lines' }).click();
    await page.clock.runFor(300);
    expect((await page.evaluate(() => window.sidetone?.asked ?? [])).at(-1)).toMatch(/^GET \/api\/missed\?day_start=\d+&agent=31$/);
    const other = await show('missed-elsewhere');
    expect(await other.locator('.empty').textContent()).toMatch(/5 callers are waiting on other lines/);
    await other.locator('.empty button').click();
    await other.clock.runFor(300);
    expect(await waiting(other)).toHaveLength(5);
  });
});

describe('the desk', () => {
  it('gives the hand the next row when somebody else was faster', async () => {
    const page = await show('missed');
    await press(page, 'j', 'j');
    // Done by a colleague: the scene's hub hears of it as of anybody's.
    await page.evaluate(() => window.sidetone?.elsewhere('POST', '/api/missed/%2B33199005523/clear'));
    await page.clock.runFor(300);
    expect(await waiting(page)).not.toContain('Lucas Moreau');
    expect([await focused(page), await chosen(page)]).toEqual(['Priya Nair', ['Priya Nair']]);
  });

  it('follows what others do', async () => {
    const page = await show('missed');
    await page.evaluate(() => window.sidetone?.push({ event: 'desk', data: { waiting: 7, claimed: 0 } }));
    await page.clock.runFor(300);
    expect(await page.locator('.tabs a[href="#missed"]').textContent()).toMatch(/7/);
    const asked = await page.evaluate(() => window.sidetone?.asked ?? []);
    expect(asked.filter((one) => one.startsWith('GET /api/missed'))).toHaveLength(2);
  });

  it('says when it cannot be read, and reads again', async () => {
    const page = await show('missed-failed');
    expect(await page.locator('.empty').textContent()).toMatch(/cannot be read/);
    await page.getByRole('button', { name: 'Try again' }).click();
    const asked = await page.evaluate(() => window.sidetone?.asked ?? []);
    expect(asked.filter((one) => one.startsWith('GET /api/missed'))).toHaveLength(2);
  });
});
