/** One picture of all pictures: a row for each page, a column for each language and theme. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';

/** A row: what is shown, and where its pictures lie, in the order of the columns. */
export interface Row {
  readonly title: string;
  readonly width: number;
  readonly files: readonly string[];
}

/** Chromium paints no picture that is higher; what is more goes onto another sheet. */
const HIGHEST = 15_000;
const ROW_GAP = 34;
const NARROWEST = 190;
const SCALE = 0.5;

/** Writes `contact-sheet.png`, `contact-sheet-2.png` …; returns their paths. */
export async function writeSheets(browser: Browser, rows: readonly Row[], height: number, columns: readonly string[], folder: string): Promise<string[]> {
  const sheets: Row[][] = [[]];
  let used = 0;
  for (const row of rows) {
    const tall = height * SCALE + ROW_GAP;
    const other = sheets.at(-1)?.at(-1);
    // Rows of another width would leave most of the sheet empty.
    if (used + tall > HIGHEST || (other && other.width !== row.width)) {
      sheets.push([]);
      used = 0;
    }
    sheets.at(-1)?.push(row);
    used += tall;
  }
  const context = await browser.newContext();
  const page = await context.newPage();
  const scratch = mkdtempSync(join(tmpdir(), 'sheet-'));
  const written: string[] = [];
  for (const [nth, sheet] of sheets.entries()) {
    const source = join(scratch, `${nth}.html`);
    writeFileSync(source, html(sheet, columns));
    await page.goto(pathToFileURL(source).href);
    const path = join(folder, nth === 0 ? 'contact-sheet.png' : `contact-sheet-${nth + 1}.png`);
    await page.locator('table').screenshot({ path });
    written.push(path);
  }
  await context.close();
  rmSync(scratch, { recursive: true });
  return written;
}

function html(rows: readonly Row[], columns: readonly string[]): string {
  const head = columns.map((one) => `<th>${one}</th>`).join('');
  const body = rows
    .map(({ title, width, files }) => {
      const shown = Math.max(NARROWEST, width * SCALE);
      const images = files.map((file) => `<td><img src="${pathToFileURL(file).href}" width="${shown}" alt=""></td>`).join('');
      return `<tr><th colspan="${columns.length}" class="title">${title}</th></tr><tr>${images}</tr>`;
    })
    .join('');
  const style =
    'body{margin:0;background:#888}table{border-spacing:8px 4px;background:#888;font:600 12px sans-serif}th{color:#fff;text-align:left}img{display:block}';
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><table><tr>${head}</tr>${body}</table>`;
}
