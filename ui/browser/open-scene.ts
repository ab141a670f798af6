/** Opens a scene in a page of its own, at a fixed moment. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';

import { serve, type Running } from './serve';

const FOLDER = fileURLToPath(new URL('../test-results/scenes', import.meta.url));

/** What a scene's page may be asked to do differently. */
export interface Options {
  readonly width?: number;
  readonly hash?: string;
}

/** Serves the build with scenes. */
export async function serveScenes(): Promise<Running> {
  if (!existsSync(FOLDER)) throw new Error('There is no build with scenes: run `npm run build:scenes` first.');
  return serve(FOLDER);
}

/** A Thursday afternoon in Paris, with today, yesterday and days before. */
export async function openScene(
  browser: Browser,
  server: Running,
  scene: string,
  language: string,
  options: Options = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 380, height: 720 },
    locale: 'en-GB',
    timezoneId: 'Europe/Paris',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  await page.clock.install({ time: new Date('2026-11-19T14:31:07+01:00') });
  await page.goto(`${server.address}/pages/?scene=${scene}&lang=${language}${options.hash ?? ''}`);
  await page.locator('main').waitFor();
  await page.clock.runFor(500);
  return page;
}
