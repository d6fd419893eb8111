const IDLE_MS = 200;
const IDLE_TICK_MS = 25;
const LIMIT_MS = 5000;

/**
 * Waits for the end of what a process that is over has written, but not for another one (a daemon) that keeps it open: gives up
 * once nothing has arrived for 200 ms, or after 5 s whatever arrives. `arrived` counts the pieces so far. True: it came to its end.
 */
export async function drained(ended: Promise<unknown>, arrived: () => number): Promise<boolean> {
  const limit = performance.now() + LIMIT_MS;
  let idleTicks = 0;
  let seen = arrived();
  let open = true;
  void ended.then(() => (open = false));
  // Ticks, not one timer: after a long block of the event loop a timer fires before the reads do.
  while (open && idleTicks * IDLE_TICK_MS < IDLE_MS && performance.now() < limit) {
    await Promise.race([ended, tick()]);
    idleTicks = arrived() === seen ? idleTicks + 1 : 0;
    seen = arrived();
  }
  return !open;
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, IDLE_TICK_MS));
}
