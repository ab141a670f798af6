/** A step's name and drawing, and in a few words what was settled in it. */
import { vendorName } from '../../format/reader.svelte';
import type { SetUp } from '../../setup.svelte';
import type { Connected, Setup, SetupStep, Tested } from '../../wire';
import { say } from '../../words/say.svelte';
import type { IconName } from '../kit/icons';

export const STEP_ICON: Readonly<Record<SetupStep, IconName>> = {
  aircall: 'in',
  helpdesk: 'mail',
  numbers: 'hash',
  events: 'plug',
  callers: 'user-plus',
  dry_run: 'eye',
  go_live: 'flag',
};

/** The name in the list of steps. */
export function stepName(step: SetupStep): string {
  switch (step) {
    case 'aircall':
      return vendorName('aircall');
    case 'helpdesk':
      return say('helpdesk');
    case 'numbers':
      return say('numbers');
    case 'events':
      return say('events');
    case 'callers':
      return say('unknownCallers');
    case 'dry_run':
      return say('dryRun');
    case 'go_live':
      return say('goLive');
  }
}

/** What stands below the name; null where nothing is settled. */
export function stepSettled(step: SetupStep, { view, aircall, lines, chosen, eventsTested, dryRun }: SetUp): string | null {
  if (!view) return null;
  const isDone = view.steps.some((one) => one.step === step && one.state === 'done');
  switch (step) {
    case 'aircall':
      return view.aircall && connectedWords(view.aircall, aircall, lines?.lines.length ?? null);
    case 'helpdesk':
      return view.helpdesk && `${vendorName(view.helpdesk.vendor)}, ${view.helpdesk.account}`;
    case 'numbers':
      if (lines) return say('chosenOf', { n: chosen.size, m: lines.lines.length });
      return view.lines.length > 0 ? say('linesCount', { n: view.lines.length }) : null;
    case 'events':
      if (!isDone) return null;
      if (view.events === 'none') return say('polling');
      return eventsTested?.arrived ? say('webhookTested') : say('webhook');
    case 'callers':
      return isDone ? unknownWords(view) : null;
    case 'dry_run':
      return dryRun?.state === 'done' ? say('dryRunStep', { n: dryRun.calls.length }) : null;
    case 'go_live':
      if (view.mode === 'off') return null;
      return view.mode === 'live' ? say('modeLive') : say('shadowMode');
  }
}

/** `Key accepted, 6 lines`; without a count the account. */
export function connectedWords(connected: Connected, tested: Tested | null, known: number | null): string {
  const n = known ?? tested?.lines ?? null;
  if (n === null) return connected.account;
  return connected.by === 'key' ? say('keyAcceptedLines', { n }) : say('signedInLines', { n });
}

function unknownWords({ rules, helpdesk }: Setup): string {
  if (rules.unknown_callers === 'hold') return say('holdUntilNamed');
  return rules.unknown_callers === 'phone_only' || helpdesk?.vendor === 'front' ? say('createNumberOnly') : say('createPlaceholder');
}
