/** The build that is shipped, against a hub's answers over real HTTP, under the content security policy. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { aCall, aCard, aNow, RINGING } from '../test/samples';
import { startChromium } from './chromium';
import { serve, type Running } from './serve';

const FOLDER = fileURLToPath(new URL('../dist', import.meta.url));

/** What the hub says. */
function answerTo(url: string): unknown {
  if (url.startsWith('/api/now')) return aNow();
  if (url === '/api/customers/1/open') return { customer_id: '1', records: [], total: 0, more: false, latest_url: null };
  return { calls: [], next: null };
}

let browser: Browser;
let server: Running;
const streams: ServerResponse[] = [];

beforeAll(async () => {
  if (!existsSync(FOLDER)) throw new Error('There is no build: run `npm run build` first.');
  server = await serve(FOLDER, (request, answer) => {
    if (request.headers.authorization !== 'Bearer open sesame') {
      answer.writeHead(401, { 'content-type': 'application/problem+json' }).end('{"title":"no"}');
    } else if (request.url === '/api/events') {
      answer.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
      streams.push(answer);
    } else {
      answer.writeHead(200, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(answerTo(request.url ?? '')));
    }
  });
  browser = await startChromium();
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

it('signs in and shows a call as it rings', async () => {
  const page = await browser.newPage({ viewport: { width: 380, height: 720 }, locale: 'en-GB' });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${server.address}/pages/`);
  await page.getByLabel('Admin token').fill('open sesame');
  await page.keyboard.press('Enter');
  await page.getByText('No calls yet today').waitFor();
  await expect.poll(() => streams.length).toBe(1);

  const customer = { id: '1', name: 'Odo Lambert', email: null, note: null, url: null };
  const send = (id: number, name: string, data: unknown) => streams[0]?.write(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  send(11, 'call', aCall('90', { ...RINGING, started_at: Math.floor(Date.now() / 1000) }));
  send(12, 'card', aCard('90', { customer }));
  await page.locator('.band h1', { hasText: 'Odo Lambert' }).waitFor();

  expect(await page.evaluate(() => [sessionStorage.getItem('token'), localStorage.length])).toEqual(['open sesame', 0]);
  expect(complaints).toEqual([]);
  await page.close();
});

it('contains no scene, and nothing that a strict policy refuses', () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(js|css|html)$/.test(file));
  const all = files.map((file) => readFileSync(join(FOLDER, file), 'utf8')).join('\n');
  expect(all).not.toMatch(/Elena Prats|someCalls/);
  expect(readFileSync(join(FOLDER, 'index.html'), 'utf8')).not.toMatch(/<style|style=|<script(?![^>]*src=)|(src|href)="\//);
});
