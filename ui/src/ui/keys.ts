/** Keys of the window, and where the focus is. Single letters work only outside fields. */

/** What a key asks for. */
export type Command = 'search' | 'now' | 'calls' | 'missed' | 'area' | 'back' | 'keys' | 'done';

/** The areas that F6 goes through, top to bottom. */
const AREAS = ['.bar', '.tabs', '.steps', '.stage', '.strip'];

const FOCUSABLE = 'a[href], button:not([disabled]), input, select, textarea, summary, [tabindex="0"]';

/** True on macOS, where the modifier is ⌘. */
export const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** The command of a key press, if it has one. */
export function command(event: KeyboardEvent): Command | null {
  if (event.defaultPrevented || event.isComposing) return null;
  const modifier = IS_MAC ? event.metaKey : event.ctrlKey;
  if (modifier && !event.shiftKey && !event.altKey) {
    if (event.key === 'k') return 'search';
    if (event.key === '1') return 'now';
    if (event.key === '2') return 'calls';
    if (event.key === '3') return 'missed';
    return null;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === 'F6') return 'area';
  if (event.key === 'Escape') return 'back';
  if (inField(event.target)) return null;
  if (event.key === '/') return 'search';
  if (event.key === '?') return 'keys';
  return event.key.toLowerCase() === 'd' ? 'done' : null;
}

/** A letter or figure alone, pressed once, with no question in front of the page. */
export function isPlain(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.repeat) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return document.querySelector('dialog[open]') === null;
}

/** Whether keys go into a field there. */
export function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/** Whether somebody is in the middle of something that a ring must not take away. */
export function isTyping(): boolean {
  const at = document.activeElement;
  const hasText = (at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement) && at.value !== '';
  return hasText || document.querySelector('dialog[open], [data-layer]') !== null;
}

/** Puts the focus into the next area that has something to focus. */
export function nextArea(): void {
  const areas = AREAS.map((one) => document.querySelector<HTMLElement>(one)).filter((one) => one !== null);
  const here = areas.findIndex((one) => one.contains(document.activeElement));
  for (let step = 1; step <= areas.length; step += 1) {
    const area = areas[(here + step) % areas.length];
    const target = [...(area?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].find((one) => one.checkVisibility() && one.tabIndex >= 0);
    if (target ?? area) {
      (target ?? area)?.focus();
      return;
    }
  }
}
