/** The names of the drawings in `Sprite.svelte`. */
export type IconName =
  | 'again'
  | 'back'
  | 'check'
  | 'clock'
  | 'copy'
  | 'dash'
  | 'error'
  | 'external'
  | 'flask'
  | 'half'
  | 'held'
  | 'in'
  | 'link'
  | 'list'
  | 'mail'
  | 'menu'
  | 'missed'
  | 'note'
  | 'offline'
  | 'open'
  | 'out'
  | 'pulse'
  | 'search'
  | 'up'
  | 'user'
  | 'voicemail'
  | 'warn'
  | 'x';

/** What colour repeats; the shape says it first. */
export type Tone = 'quiet' | 'live' | 'warn' | 'bad';
