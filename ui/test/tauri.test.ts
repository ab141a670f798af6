import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Pushed } from '../src/wire';
import { aCall, aNow, pushed } from './samples';

// The desktop's own commands, answered as its Rust side does.
type Answer = (command: string, values: Record<string, unknown>) => unknown;

let asked: [string, Record<string, unknown>][];
let answers: Answer;

beforeEach(() => {
  vi.stubGlobal('window', globalThis);
  asked = [];
  answers = () => null;
  mockIPC(
    (command, values) => {
      asked.push([command, (values ?? {}) as Record<string, unknown>]);
      return answers(command, (values ?? {}) as Record<string, unknown>);
    },
    { shouldMockEvents: true },
  );
});

afterEach(() => {
  clearMocks();
  vi.unstubAllGlobals();
});

async function aHost() {
  const { TauriHost } = await import('../src/host/tauri');
  return new TauriHost();
}

it('asks the desktop by its commands', async () => {
  answers = (command) => (command === 'calls' ? { calls: [], next: null, total: null, notes: [] } : null);
  const host = await aHost();
  await host.calls({ filter: 'missed', text: '', before: '9' });
  host.open('https://acme.example.com/');
  expect(asked).toEqual([
    ['calls', { query: { filter: 'missed', text: null, from: null, until: null, agent: null, before: '9' } }],
    ['open_url', { url: 'https://acme.example.com/' }],
  ]);
});

it('asks the set-up through one command, which answers with status and body', async () => {
  answers = () => ({ status: 200, body: { accepted: true } });
  const host = await aHost();
  expect(await host.api('POST', '/api/setup/aircall', { api_id: 'a' })).toEqual({ accepted: true });
  expect(asked).toEqual([['api', { method: 'POST', path: '/api/setup/aircall', body: { api_id: 'a' } }]]);
  answers = () => ({ status: 409, body: { code: 'not_set_up' } });
  await expect(host.api('GET', '/api/setup/lines')).rejects.toMatchObject({ failure: 'refused', code: 'not_set_up' });
});

it('takes "no such call" for gone', async () => {
  await expect((await aHost()).call('1')).rejects.toMatchObject({ failure: 'gone' });
});

it('takes a failed command for unreachable', async () => {
  answers = () => {
    throw new Error('the backend is shut');
  };
  await expect((await aHost()).now()).rejects.toMatchObject({ failure: 'unreachable' });
});

it('loses no event between the first answer and the subscription', async () => {
  const { emit } = await import('@tauri-apps/api/event');
  answers = (command) => (command === 'now' ? aNow() : null);
  const host = await aHost();
  await host.now();
  await emit('pushed', pushed(11, { event: 'call', data: aCall('a') }));
  const seen: Pushed[] = [];
  const stop = host.subscribe('10', { pushed: (one) => seen.push(one), link: () => {}, resync: () => {} });
  await emit('pushed', pushed(12, { event: 'call', data: aCall('b') }));
  stop();
  await emit('pushed', pushed(13, { event: 'call', data: aCall('c') }));
  expect(seen.map((one) => one.id)).toEqual(['11', '12']);
});

it('reports the painted card after two frames', async () => {
  const frames: (() => void)[] = [];
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame));
  (await aHost()).painted('90');
  frames.shift()?.();
  expect(asked).toEqual([]);
  frames.shift()?.();
  expect(asked).toEqual([['painted', { callId: '90' }]]);
});

it('is the only file that knows the desktop', async () => {
  const { readdirSync, readFileSync } = await import('node:fs');
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|svelte)$/.test(file));
  const knowing = files.filter((file) => readFileSync(`src/${file}`, 'utf8').includes("from '@tauri-apps"));
  expect(knowing).toEqual(['host/tauri.ts']);
});
