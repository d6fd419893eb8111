import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startTimer } from '../../../src/fs/long-timer.ts';

const DAY_MS = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a timer of 30 days, for which Node has no room, ends after 30 days, and once', () => {
  const action = vi.fn();
  startTimer(30 * DAY_MS, action);
  vi.advanceTimersByTime(30 * DAY_MS - 1);
  expect(action).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(action).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

it('a timer that is called off never ends, in whatever piece of its time it is', () => {
  for (const passedMs of [0, DAY_MS, 26 * DAY_MS]) {
    const action = vi.fn();
    const stop = startTimer(30 * DAY_MS, action);
    vi.advanceTimersByTime(passedMs);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(action).not.toHaveBeenCalled();
  }
});
