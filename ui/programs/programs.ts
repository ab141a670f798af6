/** The real programs: a sandbox, and a hub that knows nothing but what an operator gives it. Each test has its own two. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const ADMIN = 'admin-token-of-an-operator';

const START_MS = 20_000;
const END_MS = 8_000;
/** How many times faster than at Aircall things are over: `call.ended` comes after half a second. */
const SCALE = 60;

/** `tests/setup/run` says where the programs are, and where what they leave may lie. */
function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start tests/setup/run.`);
  return value;
}

/** A program that was started. */
class Program {
  readonly #name: string;
  readonly #log: string;
  #child: ChildProcess | null = null;
  #ended: Promise<number | null> = Promise.resolve(null);

  constructor(name: string, folder: string) {
    this.#name = name;
    this.#log = join(folder, `${name}.log`);
  }

  start(...options: readonly string[]): void {
    const log = openSync(this.#log, 'a');
    // Somebody's real configuration must not get into a test.
    const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('SIDETONE_')));
    const child = spawn(join(given('SIDETONE_PROGRAMS'), this.#name), options, { env, stdio: ['ignore', log, log] });
    closeSync(log);
    // Whoever started the tests ends what they could not end themselves.
    appendFileSync(join(given('SIDETONE_FOLDER'), 'started'), `${child.pid} ${this.#name}\n`);
    this.#ended = new Promise((ended) => {
      child.on('exit', ended);
      child.on('error', () => ended(null));
    });
    this.#child = child;
  }

  /** What it said. */
  said(): string {
    return readFileSync(this.#log, 'utf8');
  }

  /** Waits until it is as wanted; fails with what it said. */
  async until(what: string, isSo: () => boolean | Promise<boolean>, ms = START_MS): Promise<void> {
    const end = Date.now() + ms;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`never came about: ${what}\n${this.said().slice(-4_000)}`);
      await sleep(50);
    }
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const late = sleep(END_MS).then(() => child.kill('SIGKILL'));
    await Promise.race([this.#ended, late]);
    await this.#ended;
  }
}

/** The stand-ins for all vendors. */
export class Sandbox {
  readonly #program: Program;
  aircall = '';
  gorgias = '';
  front = '';

  constructor(folder: string) {
    this.#program = new Program('sidetone-sandbox', folder);
  }

  async start(): Promise<void> {
    this.#program.start('serve', '--scale', String(SCALE));
    const address = (name: string) => new RegExp(`^${name} +(http://[^ ]+)`, 'm').exec(this.#program.said())?.[1] ?? '';
    await this.#program.until('the sandbox says where it is', () => address('Control') !== '');
    [this.aircall, this.gorgias, this.front] = [address('Aircall'), address('Gorgias'), address('Front')];
    // A person takes minutes for what a test does in seconds: the limits of a minute would be in its way.
    await this.order('aircall', 'limits', { per_minute: 6_000 });
    await this.order('gorgias', 'limits', { rate: '8000/40s' });
    await this.order('front', 'limits', { per_minute: 6_000 });
  }

  async order<T>(vendor: 'aircall' | 'gorgias' | 'front', operation: string, body: object = {}): Promise<T> {
    return answered(await fetch(`${this[vendor]}/_sandbox/${operation}`, { method: 'POST', body: JSON.stringify(body) }));
  }

  async look<T>(vendor: 'aircall' | 'gorgias' | 'front', what: string): Promise<T> {
    return answered(await fetch(`${this[vendor]}/_sandbox/${what}`));
  }

  end(): Promise<void> {
    return this.#program.end('SIGTERM');
  }
}

async function answered<T>(answer: Response): Promise<T> {
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${JSON.stringify(body)}`);
  return body as T;
}

/** A hub on an address of its own. */
export class Hub {
  readonly #program: Program;
  readonly #config: string;
  readonly address: string;

  private constructor(folder: string, address: string, sandbox: Sandbox) {
    this.address = address;
    this.#program = new Program('sidetone-hub', folder);
    this.#config = join(folder, 'hub.toml');
    writeFileSync(this.#config, configuration(join(folder, 'data'), address, sandbox), { mode: 0o600 });
  }

  static async of(folder: string, sandbox: Sandbox): Promise<Hub> {
    return new Hub(folder, `http://127.0.0.1:${await freePort()}`, sandbox);
  }

  async start(): Promise<void> {
    this.#program.start('--config', this.#config, 'serve');
    await this.#program.until('the hub is ready', () =>
      fetch(`${this.address}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      ),
    );
  }

  /** As an admin's own program would ask. */
  async ask<T>(path: string): Promise<T> {
    return answered(await fetch(`${this.address}${path}`, { headers: { authorization: `Bearer ${ADMIN}` } }));
  }

  async until(what: string, isSo: () => Promise<boolean>, ms?: number): Promise<void> {
    await this.#program.until(what, isSo, ms);
  }

  said(): string {
    return this.#program.said();
  }

  /** As when the machine loses its power. */
  kill(): Promise<void> {
    return this.#program.end('SIGKILL');
  }

  end(): Promise<void> {
    return this.#program.end('SIGTERM');
  }
}

/** A sandbox and a hub that run, in a folder of their own. */
export async function startBoth(name: string): Promise<{ sandbox: Sandbox; hub: Hub }> {
  const folder = mkdtempSync(join(given('SIDETONE_FOLDER'), `${name}-`));
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  const sandbox = new Sandbox(folder);
  await sandbox.start();
  const hub = await Hub.of(folder, sandbox);
  await hub.start();
  return { sandbox, hub };
}

/**
 * What an operator writes: where this hub is, its key, the apps for signing in; and, only here, where the vendors are, and that
 * the webhook is looked at often: whoever takes Sidetone out of Aircall tells nobody else.
 */
function configuration(data: string, address: string, { aircall, gorgias, front }: Sandbox): string {
  const app = (vendor: string) => `[${vendor}.oauth]\nclient_id = "sidetone"\nclient_secret = "invented-secret"\n`;
  return `[hub]
listen = "${address.replace('http://', '')}"
public_url = "${address}"
data_dir = ${JSON.stringify(data)}
admin_token = "${ADMIN}"
secret_key = "${randomBytes(32).toString('base64')}"
[aircall]
api_url = "${aircall}"
rate_per_minute = 6000
[gorgias]
api_url = "${gorgias}"
rate = "8000/40s"
[health]
check_seconds = 5
[front]
api_url = "${front}"
oauth_url = "${front}"
rate = "6000/60s"
${app('aircall')}authorize_url = "${aircall}/oauth/authorize"
${app('gorgias')}${app('front')}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
