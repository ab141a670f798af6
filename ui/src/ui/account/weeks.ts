/** The week before and after one. Where the clocks change in between, a week is an hour shorter or longer: its days are counted. */

export interface Time {
  readonly from: number;
  readonly to: number;
}

/** The week that ends where this one begins. */
export function weekBefore({ from }: Time): Time {
  return { from: moved(from, -7), to: from };
}

/** The week that begins where this one ends. */
export function weekAfter({ to }: Time): Time {
  return { from: to, to: moved(to, 7) };
}

/** So many days on, at the same time of the reader's day. */
function moved(at: number, days: number): number {
  const date = new Date(at * 1000);
  date.setDate(date.getDate() + days);
  return Math.floor(date.getTime() / 1000);
}
