import type { Content } from '../../core/content.ts';
import type { Emit } from '../../core/events.ts';
import type { ProjectPath } from '../../core/stage.ts';

const EVERY_MS = 100;

/** One progress for all paths of a command, ten events a second at the most: bytes, or files where the pointers are written. */
export class AddProgress {
  readonly #emit: Emit;
  readonly #label: string;
  #finished = 0;
  #nextMs = performance.now() + EVERY_MS;

  constructor(emit: Emit, paths: readonly ProjectPath[]) {
    this.#emit = emit;
    this.#label = paths.length === 1 ? (paths[0] ?? '') : `${paths.length} paths`;
  }

  /** Bytes of the path that is at work. */
  readonly onProgress = (bytes: number): void => this.#tell(this.#finished + bytes, 0, 'bytes');

  finished(content: Content): void {
    this.#finished += content.size;
    this.onProgress(0);
  }

  pointers(done: number, total: number): void {
    this.#tell(done, total, 'files');
  }

  #tell(done: number, total: number, unit: 'bytes' | 'files'): void {
    const now = performance.now();
    if (now < this.#nextMs) return;
    this.#nextMs = now + EVERY_MS;
    this.#emit({ type: 'progress', task: 'commit', label: unit === 'files' ? 'pointers' : this.#label, done, total, unit });
  }
}
