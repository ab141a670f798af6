/** The time as state: components that read it follow the seconds. */

const clock = $state({ ms: Date.now() });

/** Now, in milliseconds; changes once a second. */
export function nowMs(): number {
  return clock.ms;
}

/** Now, in unix seconds. */
export function nowSeconds(): number {
  return Math.floor(clock.ms / 1000);
}

/** Starts the seconds, on the second; returns how to stop them. */
export function startClock(tick: (ms: number) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const next = () => {
    clock.ms = Date.now();
    tick(clock.ms);
    timer = setTimeout(next, 1000 - (clock.ms % 1000));
  };
  next();
  return () => clearTimeout(timer);
}
