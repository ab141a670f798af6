/** What axe finds on a page as it stands. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ALL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Every place is a `#…`, so axe takes a filter that is scrolled out of sight for a link that skips to a part of the page. There is none. */
const MISTAKEN = { 'skip-link': { enabled: false } };
/** Nothing else differs between the themes. */
const ON_COLOURS = ['color-contrast', 'link-in-text-block'];

/** Every violation with the element and what is wrong with it. */
export async function violations(page: Page): Promise<string[]> {
  return found(page, ALL);
}

/** The same in both themes: all rules in the light one, and in the dark one those that look at colours. */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  const light = await inTheme(page, 'light', ALL);
  const dark = await inTheme(page, 'dark', ON_COLOURS);
  return [...light, ...dark];
}

async function inTheme(page: Page, theme: string, rules: readonly string[]): Promise<string[]> {
  await page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme);
  return (await found(page, rules)).map((one) => `${theme}: ${one}`);
}

async function found(page: Page, rules: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  // A last line that stays in sight lies over whatever is being scrolled behind it; at the end there is nothing.
  await page.evaluate(() => document.querySelectorAll('.page:has(> .foot)').forEach((at) => at.scrollTo({ top: at.scrollHeight })));
  const { violations: all } = await page.evaluate<AxeResults, readonly [readonly string[], object]>(
    ([runOnly, rules]) => (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({ runOnly, rules, resultTypes: ['violations'] }),
    [rules, MISTAKEN],
  );
  return all.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}
