/** Lengths of time in the digits of a clock. Units with words are in `reader.svelte.ts`. */

/** `0:34`, `4:12`, `1:02:45`. */
export function clockLength(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The coarsest unit that says something, with its count: 45 s, 2 min, 3 h, 4 d. */
export function coarse(seconds: number): { unit: 'seconds' | 'minutes' | 'hours' | 'days'; n: number } {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return { unit: 'seconds', n: whole };
  if (whole < 3600) return { unit: 'minutes', n: Math.floor(whole / 60) };
  if (whole < 86_400) return { unit: 'hours', n: Math.floor(whole / 3600) };
  return { unit: 'days', n: Math.floor(whole / 86_400) };
}
