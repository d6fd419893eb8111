/** The most that a timer of Node waits, milliseconds; one that is given more fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `action` once `delayMs` have passed, however many; returns what calls it off. */
export function startTimer(delayMs: number, action: () => void): () => void {
  let timer: NodeJS.Timeout;
  function wait(leftMs: number): void {
    if (leftMs <= LONGEST_TIMER_MS) timer = setTimeout(action, leftMs);
    else timer = setTimeout(() => wait(leftMs - LONGEST_TIMER_MS), LONGEST_TIMER_MS);
  }
  wait(delayMs);
  return () => clearTimeout(timer);
}
