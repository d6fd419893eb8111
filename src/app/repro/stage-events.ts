import type { Emit, Event, StageReport } from '../../core/events.ts';
import type { StageAddress } from '../../core/stage.ts';

type StageStart = Extract<Event, { readonly type: 'stage-start' }>;
type StageVoice = Extract<Event, { readonly type: 'stage-output' | 'stage-metric' }>;

/** Recording takes a millisecond; longer than this a start is not kept secret, milliseconds. */
const HOLD_MS = 250;

/**
 * What is told of stages, in the order in which people think of it: where one begins while another is only being recorded, the end of
 * the first is told before the start of the second, unless the second has something to say already.
 */
export class StageEvents {
  readonly #emit: Emit;
  readonly #recorded = new Set<StageAddress>();
  readonly #held = new Map<StageAddress, StageStart>();
  #timer: NodeJS.Timeout | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  start(event: StageStart): void {
    if (this.#recorded.size === 0) return this.#emit(event);
    this.#held.set(event.stage, event);
    this.#timer ??= setTimeout(() => this.tellHeld(), HOLD_MS).unref();
  }

  say(event: StageVoice): void {
    if (this.#held.has(event.stage)) this.tellHeld();
    this.#emit(event);
  }

  /** Nothing is left but to record the stage; `finish` comes then. */
  recording(stage: StageAddress): void {
    this.#recorded.add(stage);
  }

  finish(report: StageReport): void {
    // After a failure nothing starts: what had started before is told before it.
    if (this.#held.has(report.name) || report.outcome === 'failed') this.tellHeld();
    this.#emit({ type: 'stage-finish', report });
    this.#recorded.delete(report.name);
    if (this.#recorded.size === 0) this.tellHeld();
  }

  /** Nothing is kept back any more; to be called when no stage runs. */
  tellHeld(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const event of this.#held.values()) this.#emit(event);
    this.#held.clear();
  }
}
