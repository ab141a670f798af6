/** Serves a built folder on this computer with the content security policy that both faces send. */
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** What the desktop's configuration and the hub send along with every page. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ipc: http://ipc.localhost; font-src 'self'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A server that runs. */
export interface Running {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves `folder` below `/pages/`, so that relative paths are proved; other paths go to `api`, or are not found. */
export async function serve(folder: string, api?: RequestListener): Promise<Running> {
  const server = createServer((request, answer) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (!path.startsWith('/pages/')) {
      if (api) api(request, answer);
      else answer.writeHead(404).end();
      return;
    }
    const file = join(folder, normalize(path.slice('/pages'.length)).replace(/\/$/, '/index.html'));
    readFile(file).then(
      (content) => {
        const type = TYPES[extname(file)] ?? 'application/octet-stream';
        answer.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(content);
      },
      () => answer.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
