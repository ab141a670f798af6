import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HostError } from '../src/host/host';
import { HttpHost } from '../src/host/http';
import { readEvents, type ServerEvent } from '../src/host/sse';
import type { Pushed } from '../src/wire';
import { aCall, aHealth, aNow } from './samples';

type Handler = (request: IncomingMessage, answer: ServerResponse) => void;

let server: Server;
let host: HttpHost;
let handler: Handler;
let store: Map<string, string>;
const asked: IncomingMessage[] = [];

beforeEach(async () => {
  asked.length = 0;
  store = new Map([['token', 'secret']]);
  server = createServer((request, answer) => {
    asked.push(request);
    handler(request, answer);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  host = new HttpHost({
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    storage: {
      getItem: (key) => store.get(key) ?? null,
      setItem: (key, value) => void store.set(key, value),
      removeItem: (key) => void store.delete(key),
    },
    reconnectMs: [5],
    silenceMs: 200,
  });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

function json(answer: ServerResponse, value: unknown, status = 200): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function stream(answer: ServerResponse, ...pieces: string[]): void {
  answer.writeHead(200, { 'content-type': 'text/event-stream' });
  answer.flushHeaders();
  for (const piece of pieces) answer.write(piece);
}

const event = (id: number, name: string, data: unknown) => `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** Follows the events until `enough` says so. */
function follow(from: string, enough: (seen: { pushed: Pushed[]; links: string[]; resyncs: number }) => boolean) {
  const seen = { pushed: [] as Pushed[], links: [] as string[], resyncs: 0 };
  return new Promise<typeof seen>((done) => {
    const check = () => {
      if (!enough(seen)) return;
      stop();
      done(seen);
    };
    const stop = host.subscribe(from, {
      pushed: (one) => {
        seen.pushed.push(one);
        check();
      },
      link: (state) => {
        if (seen.links.at(-1) !== state) seen.links.push(state);
        check();
      },
      resync: () => {
        seen.resyncs += 1;
        check();
      },
    });
  });
}

describe('a request', () => {
  it('carries the token', async () => {
    handler = (_, answer) => json(answer, aNow({ event_id: '7' }));
    expect((await host.now()).event_id).toBe('7');
    expect(asked[0]?.headers.authorization).toBe('Bearer secret');
  });

  it('asks for calls by filter, text and place in the list', async () => {
    handler = (_, answer) => json(answer, { calls: [aCall('1')], next: null, total: null, notes: [] });
    await host.calls({ filter: 'missed', text: 'Roche & co', before: '99' });
    const asks = new URL(asked[0]?.url ?? '', 'http://x').searchParams;
    expect(Object.fromEntries(asks)).toEqual({ filter: 'missed', limit: '50', q: 'Roche & co', cursor: '99' });
    await host.calls({ filter: 'mine', text: '', agent: '33', from: '2026-11-18', until: '2026-11-18' });
    const { from = '', until = '', ...mine } = Object.fromEntries(new URL(asked[1]?.url ?? '', 'http://x').searchParams);
    expect(mine).toEqual({ filter: 'all', limit: '50', agent: '33' });
    expect(Date.parse(until) - Date.parse(from), 'a day is in it to its end').toBe(86_400_000);
  });

  it.each([
    [{ kind: 'retry', call: '4186780053' }, '/api/calls/4186780053/retry', ''],
    [{ kind: 'pause' }, '/api/pause', ''],
    [{ kind: 'mend', alert: 'other_writer' }, '/api/mend', '{"alert":"other_writer"}'],
    [
      { kind: 'choose', call: '7', customer: '70388', remember: true },
      '/api/calls/7/customer',
      '{"customer_id":"70388","remember":true}',
    ],
    [{ kind: 'withdraw', call: '7' }, '/api/calls/7/customer', '', 'DELETE'],
    [{ kind: 'name', call: '7', name: 'Dana', email: null }, '/api/calls/7/name', '{"name":"Dana","email":null}'],
  ] as const)('to act goes out by its verb: %j', async (action, path, body, verb: string = 'POST') => {
    let sent = '';
    handler = (request, answer) => {
      request.on('data', (piece) => (sent += String(piece)));
      request.on('end', () => answer.writeHead(202).end());
    };
    await host.act(action);
    expect([asked[0]?.method, asked[0]?.url, sent, asked[0]?.headers.authorization]).toEqual([verb, path, body, 'Bearer secret']);
  });

  it('that is declined tells the code of what was in the way', async () => {
    handler = (_, answer) => json(answer, { title: 'Conflict', code: 'known_caller' }, 409);
    const named = host.act({ kind: 'name', call: '7', name: 'Dana', email: null });
    await expect(named).rejects.toMatchObject({ failure: 'refused', code: 'known_caller' });
    handler = (_, answer) => answer.writeHead(502).end('<html>');
    await expect(host.call('1')).rejects.toMatchObject({ failure: 'unreachable', code: null });
  });

  it.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'gone'],
    [422, 'refused'],
    [503, 'unreachable'],
  ])('answered with %i fails as %s', async (status, failure) => {
    handler = (_, answer) => json(answer, { title: 'no' }, status);
    await expect(host.call('1')).rejects.toMatchObject({ failure });
  });

  it('without a hub fails as unreachable', async () => {
    const nowhere = new HttpHost({ base: 'http://127.0.0.1:1', storage: { getItem: () => null, setItem: () => {}, removeItem: () => {} } });
    await expect(nowhere.now()).rejects.toBeInstanceOf(HostError);
  });

  it('that is answered by something else fails with a sentence', async () => {
    handler = (_, answer) => answer.end('<html>');
    await expect(host.now()).rejects.toMatchObject({ failure: 'refused' });
  });
});

describe('the set-up is asked', () => {
  it('by verb, path and body, with the token', async () => {
    let sent = '';
    handler = (request, answer) => {
      request.on('data', (piece) => (sent += String(piece)));
      request.on('end', () => json(answer, { accepted: true }));
    };
    expect(await host.api('POST', '/api/setup/aircall', { api_id: 'a', api_token: 'b' })).toEqual({ accepted: true });
    expect([asked[0]?.method, asked[0]?.url, sent, asked[0]?.headers.authorization]).toEqual([
      'POST',
      '/api/setup/aircall',
      '{"api_id":"a","api_token":"b"}',
      'Bearer secret',
    ]);
  });

  it('and may answer with nothing', async () => {
    handler = (_, answer) => answer.writeHead(204).end();
    expect(await host.api('DELETE', '/api/setup/aircall')).toBeNull();
    expect(asked[0]?.headers['content-type']).toBeUndefined();
  });

  it.each([
    [401, {}, { failure: 'unauthorized', code: null }],
    [403, {}, { failure: 'refused', code: 'forbidden' }],
    [404, { code: 'no_such_sign_in' }, { failure: 'gone', code: 'no_such_sign_in' }],
    [422, { code: 'read_only', detail: 'The file says it.' }, { failure: 'refused', code: 'read_only', detail: 'The file says it.' }],
    [503, { code: 'store_unavailable' }, { failure: 'unreachable', code: 'store_unavailable' }],
  ])('answered with %i fails with the problem’s code', async (status, body, wanted) => {
    handler = (_, answer) => json(answer, body, status);
    await expect(host.api('GET', '/api/setup')).rejects.toMatchObject(wanted);
  });
});

describe('signing in', () => {
  it('keeps the token until signing out', async () => {
    handler = (_, answer) => json(answer, aNow());
    host.session.signIn('other');
    await host.now();
    host.session.signOut();
    await host.now();
    expect(asked.map((one) => one.headers.authorization)).toEqual(['Bearer other', undefined]);
  });
});

describe('events', () => {
  it('arrive with id and body', async () => {
    handler = (_, answer) => stream(answer, ': hello\n\n', event(11, 'health', aHealth({ version: '9' })));
    const { pushed, links } = await follow('10', (seen) => seen.pushed.length === 1);
    expect(pushed).toEqual([{ id: '11', body: { event: 'health', data: aHealth({ version: '9' }) } }]);
    expect(links).toEqual(['live']);
    expect(asked[0]?.headers['last-event-id']).toBe('10');
  });

  it('go on where they were cut, without a word about it', async () => {
    handler = (request, answer) => {
      const last = Number(request.headers['last-event-id']);
      stream(answer, event(last + 1, 'call', aCall(String(last + 1))));
      if (last < 12) answer.end();
    };
    const { pushed, links } = await follow('10', (seen) => seen.pushed.length === 3);
    expect(pushed.map((one) => one.id)).toEqual(['11', '12', '13']);
    expect(links).toEqual(['live']);
  });

  it('are away when the hub is, and live when it is back', async () => {
    let attempts = 0;
    handler = (_, answer) => {
      attempts += 1;
      if (attempts < 3) json(answer, {}, 503);
      else stream(answer, event(11, 'call', aCall('1')));
    };
    expect((await follow('10', (seen) => seen.pushed.length === 1)).links).toEqual(['away', 'live']);
  });

  it('that stop without an end are asked for anew', async () => {
    handler = (_, answer) => {
      if (asked.length === 1) stream(answer, ': and then silence\n\n');
      else stream(answer, event(11, 'call', aCall('1')));
    };
    expect((await follow('10', (seen) => seen.pushed.length === 1)).pushed).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it('that are lost for good are said so', async () => {
    handler = (_, answer) => stream(answer, 'id: 40\nevent: resync\ndata: {}\n\n');
    expect((await follow('10', (seen) => seen.resyncs === 1)).pushed).toEqual([]);
  });

  it('of a name or form that these pages do not know are left out', async () => {
    handler = (_, answer) =>
      stream(answer, event(11, 'novelty', {}), 'id: 12\nevent: call\ndata: {broken\n\n', event(13, 'call', aCall('1')));
    expect((await follow('10', (seen) => seen.pushed.length === 1)).pushed.map((one) => one.id)).toEqual(['13']);
  });

  it('end where the token is refused, so that one can sign in', async () => {
    handler = (_, answer) => json(answer, {}, 401);
    await follow('10', (seen) => seen.resyncs === 1);
    await new Promise((pause) => setTimeout(pause, 40));
    expect(asked).toHaveLength(1);
  });
});

describe('the stream', () => {
  async function read(...pieces: string[]): Promise<ServerEvent[]> {
    const events: ServerEvent[] = [];
    const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        bytes.forEach((one) => controller.enqueue(one));
        controller.close();
      },
    });
    await readEvents(body, (one) => events.push(one), () => {});
    return events;
  }

  it('may be cut anywhere', async () => {
    const whole = 'id: 1\nevent: call\ndata: {"a":\ndata: 1}\n\n: comment\n\nid: 2\ndata: x\n\n';
    const wanted = [
      { id: '1', name: 'call', data: '{"a":\n1}' },
      { id: '2', name: 'message', data: 'x' },
    ];
    for (let at = 1; at < whole.length; at += 1) expect(await read(whole.slice(0, at), whole.slice(at))).toEqual(wanted);
  });

  it('may end its lines with any of the three line ends', async () => {
    const wanted = [{ id: '1', name: 'call', data: 'x' }];
    expect(await read('id: 1\r\nevent: call\r\ndata: x\r\n\r\n: \n')).toEqual(wanted);
    expect(await read('id: 1\revent: call\rdata: x\r\r: \n')).toEqual(wanted);
    expect(await read('id: 1\r', '\nevent: call\r\ndata: x\r', '\n\r', '\n: \n')).toEqual(wanted);
  });

  it('does not deliver an event that was cut off', async () => {
    expect(await read('id: 1\ndata: half')).toEqual([]);
  });
});
