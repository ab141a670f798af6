/** Every scene in both themes, at all widths and in the language that is asked for: accessible, nothing overflowing, nothing cut off. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { SCENES } from '../src/host/fake/scenes';
import { violationsInBothThemes } from './accessible';
import { cutTexts } from './cut-texts';
import { Stage } from './stage';

/** Where layouts change is worth a look where they differ. */
const WIDE = ['idle', 'calls', 'missed', 'detail', 'ringing', 'health-bad', 'account', 'sandbox-call', 'setup-numbers', 'setup-dry-run', 'setup-callers', 'setup-events-hand', 'setup-go-faults', 'doctor'];

const language = inject('language');
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

describe(`in ${language}`, () => {
  it.each(Object.keys(SCENES))('%s', async (scene) => {
    const page = await stage.show(scene, { language });
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
    expect(await violationsInBothThemes(page)).toEqual([]);
    for (const width of WIDE.includes(scene) ? [380, 320, 720, 760, 960, 1280] : [380, 320, 760, 1280]) {
      await page.setViewportSize({ width, height: 720 });
      for (const font of width > 380 ? ["'DejaVu Sans'"] : ['', "'DejaVu Sans'"]) {
        // The widest font that a Linux desktop falls back to
        await page.evaluate((value) => document.documentElement.style.setProperty('--font', value), font);
        expect(await page.evaluate(cutTexts), `${width} px ${font}`).toEqual([]);
      }
    }
    expect(stage.complaints).toEqual([]);
  });
});
