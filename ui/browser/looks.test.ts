/** That the tests of the looks see what they are for, and what holds whatever the scene. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { violationsInBothThemes } from './accessible';
import { cutTexts } from './cut-texts';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

it('sees a text that is cut off, sticks out, or is shortened where it must not be', async () => {
  const page = await stage.show('calls');
  const after = async (selector: string, property: string, value: string) => {
    await page.locator(selector).first().evaluate((at: HTMLElement, [name, to]) => at.style.setProperty(name ?? '', to ?? ''), [property, value]);
    const found = await page.evaluate(cutTexts);
    await page.locator(selector).first().evaluate((at: HTMLElement) => at.removeAttribute('style'));
    return found.join();
  };
  await page.locator('.day').first().evaluate((at: HTMLElement) => at.style.setProperty('overflow', 'hidden'));
  expect(await after('.day', 'width', '20px')).toContain('Today');
  expect(await after('.strip', 'width', '700px')).toContain('cut off by div.app');
  expect(await after('.row .side .num', 'transform', 'translateX(90px)')).toContain('14:25');
  expect(await page.evaluate(cutTexts)).toEqual([]);
});

it('sees what is too faint in one theme only, and a name that is missing', async () => {
  const page = await stage.show('calls');
  const faint = async (value: string) => {
    await page.evaluate((colour) => document.documentElement.style.setProperty('--text-3', colour), value);
    return (await violationsInBothThemes(page)).map((one) => one.slice(0, one.indexOf(' ', one.indexOf(' ') + 1)));
  };
  expect(new Set(await faint('light-dark(#606b6e, #3a4042)'))).toEqual(new Set(['dark: color-contrast:']));
  expect(new Set(await faint('light-dark(#d0d6d8, #8f9a9d)'))).toEqual(new Set(['light: color-contrast:']));
  await page.evaluate(() => document.documentElement.style.removeProperty('--text-3'));
  await page.getByRole('button', { name: 'Menu' }).evaluate((at) => ['aria-label', 'title'].forEach((name) => at.removeAttribute(name)));
  expect((await violationsInBothThemes(page)).join()).toContain('light: button-name');
});

it('keeps what the keys and colours say when the system takes the colours away', async () => {
  const page = await stage.show('calls');
  await page.emulateMedia({ forcedColors: 'active' });
  await page.locator('[data-call]').first().focus();
  const [chip, chosen] = await page.evaluate(() => {
    const style = (selector: string) => getComputedStyle(document.querySelector(selector) ?? document.body);
    return [style('.chip').borderTopStyle, style('.row.chosen').outlineStyle];
  });
  expect([chip, chosen]).toEqual(['solid', 'solid']);
});

/** Where each kind of component stands; the themes of ordinary contrast are looked at with every scene. */
const EVERY_KIND = ['kit', 'idle-waiting', 'ringing', 'several', 'in-call', 'calls', 'detail', 'missed', 'search', 'health-bad', 'setup-numbers', 'doctor'];

it.each(EVERY_KIND)('can be read by whoever asks for more contrast: %s', async (scene) => {
  const page = await stage.show(scene);
  await page.emulateMedia({ contrast: 'more' });
  expect(await violationsInBothThemes(page)).toEqual([]);
});

it('gives every component an edge where the system takes the colours away', async () => {
  const page = await stage.show('kit', { width: 1280 });
  await page.emulateMedia({ forcedColors: 'active' });
  const without = await page.evaluate(() =>
    [...document.querySelectorAll('.btn, .icon-btn, .chip:not(.none), .notice, .note, .input, .check, .band, kbd, .box, .candidate.best')]
      .filter((at) => {
        const style = getComputedStyle(at);
        return style.borderTopStyle === 'none' && style.outlineStyle === 'none';
      })
      .map((at) => at.className),
  );
  expect(without).toEqual([]);
});

it('moves nothing for those who asked for less motion', async () => {
  const page = await stage.show('ringing');
  const moving = await page.evaluate(() => document.getAnimations().filter((one) => one.playState === 'running').length);
  expect(moving).toBe(0);
});
