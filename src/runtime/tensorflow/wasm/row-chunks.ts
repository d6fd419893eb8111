import { patchSize, type Conv2DInfo } from './patches.ts';

/** Floats of patches that are in memory at once, unless one output row has more: 4 MiB, which a cache can hold. */
const LIMIT = 2 ** 20;

export interface RowChunk {
  /** Of the output's rows, counted through the whole batch. */
  readonly first: number;
  readonly rows: number;
}

/** All rows of the output in parts, so that memory for patches does not grow with the batch. */
export function* rowChunks(info: Conv2DInfo): Generator<RowChunk> {
  const total = info.batchSize * info.outHeight;
  const most = Math.max(1, Math.floor(LIMIT / (patchSize(info) * info.outWidth)));
  const parts = Math.ceil(total / most);
  const each = Math.ceil(total / parts);
  for (let first = 0; first < total; first += each) yield { first, rows: Math.min(each, total - first) };
}
