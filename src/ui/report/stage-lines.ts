import type { StageAddress } from '../../core/stage.ts';
import { LineBuffer } from './line-buffer.ts';

type Stream = 'stdout' | 'stderr';

/** Lines of running stages, put together from chunks; stdout and stderr of a stage do not mix within a line. */
export class StageLines {
  private readonly buffers = new Map<StageAddress, Record<Stream, LineBuffer>>();

  push(stage: StageAddress, stream: Stream, text: string): string[] {
    return this.buffersOf(stage)[stream].push(text);
  }

  /** What the finished stage left without a line end. */
  finish(stage: StageAddress): string[] {
    const buffers = this.buffers.get(stage);
    this.buffers.delete(stage);
    return buffers === undefined ? [] : [...buffers.stdout.flush(), ...buffers.stderr.flush()];
  }

  private buffersOf(stage: StageAddress): Record<Stream, LineBuffer> {
    const known = this.buffers.get(stage);
    if (known !== undefined) return known;
    const created = { stdout: new LineBuffer(), stderr: new LineBuffer() };
    this.buffers.set(stage, created);
    return created;
  }
}
