/** Calls at the sandbox's Aircall. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Sandbox } from './programs';

export const SUPPORT_FR = 881_001;
const SUPPORT_DE = 881_002;
const SALES_US = 881_003;
/** A menu in front of other lines. */
const RECEPTION = 881_004;
const CAMILLE = 771_001;
/** Nobody has her e-mail in a helpdesk. */
const INES = 771_005;

export const MARTA = '+34666444555';
const LUCAS = '+33199001144';
/** Two customers share it. */
const WHITLOCK = '+12025550161';
const STRANGER = '+33199003146';

interface Wish {
  readonly line?: number;
  readonly from?: string;
  /** Nobody: it is missed. */
  readonly agent?: number | null;
}

export async function ring(sandbox: Sandbox, { line = SUPPORT_FR, from = MARTA }: Wish = {}): Promise<number> {
  const { call } = await sandbox.order<{ call: number }>('aircall', 'ring', { line, from, agents: [], teams: null, ivr: [] });
  return call;
}

/** One that is over. */
export async function oneCall(sandbox: Sandbox, wish: Wish = {}): Promise<number> {
  const call = await ring(sandbox, wish);
  const agent = wish.agent === undefined ? CAMILLE : wish.agent;
  await sleep(20);
  if (agent !== null) await sandbox.order('aircall', 'answer', { call, agent });
  await sleep(20);
  await sandbox.order('aircall', 'hangup', { call, voicemail: agent === null });
  return call;
}

/** A day in short: known and unknown callers, a shared number, somebody without an author, a menu in front of a line. */
export async function aDay(sandbox: Sandbox): Promise<number> {
  const day: readonly Wish[] = [
    {},
    { from: LUCAS, agent: null },
    { from: WHITLOCK, line: SALES_US, agent: 771_003 },
    { from: STRANGER },
    { from: MARTA, line: SALES_US, agent: INES },
    { from: LUCAS, line: SUPPORT_DE, agent: 771_002 },
    { from: STRANGER, line: RECEPTION, agent: null },
    { from: STRANGER },
  ];
  for (const wish of day) await oneCall(sandbox, wish);
  // Its calls are on lines that are chosen but for the menu's.
  return day.filter(({ line }) => line !== RECEPTION).length;
}

/** The subjects of Gorgias' tickets that are calls of ours. */
export async function inGorgias(sandbox: Sandbox): Promise<readonly string[]> {
  const { tickets } = await sandbox.look<{ tickets: readonly { subject: string; external_id: string | null }[] }>('gorgias', 'tickets');
  return tickets.filter(({ external_id }) => external_id?.startsWith('aircall:call:')).map(({ subject }) => subject);
}

/** How many calls Front has accepted. The hub itself makes sure of each only some time later. */
export async function inFront(sandbox: Sandbox): Promise<number> {
  const { journal } = await sandbox.look<{ journal: readonly { status: number; body: { body?: string } | null }[] }>('front', 'journal');
  return journal.filter(({ status, body }) => status === 202 && body?.body?.startsWith('Inbound call')).length;
}
