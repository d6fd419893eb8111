import type { Event } from '../../core/events.ts';

/** `timestampMs`: Unix milliseconds at which the event was emitted. */
export type TimedEvent = Event & { readonly timestampMs: number };

/** Shows events while a command works. */
export interface Reporter {
  readonly report: (event: TimedEvent) => void;
  /** Gives the terminal to `work` (a question) and takes it back afterwards. */
  readonly pause: <T>(work: () => Promise<T>) => Promise<T>;
  /** Everything is shown and the terminal is as it was. Called once, also after failures. */
  readonly close: () => Promise<void>;
  /** The same at once, without waiting: the process is about to end. */
  readonly abandon: () => void;
}

export type Write = (text: string) => void;
