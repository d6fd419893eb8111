import type { Row } from '../data/rows.ts';
import { median } from '../data/timings.ts';
import { runLeNet, type TensorFlowWorld } from './world.ts';

const LIMITS_MS = { wasm: 0.25, native: 1 } as const;

/** `predict` and `dataSync` of one image, in a process that does nothing else. Enough calls that V8's compiling, about 1,000 calls long, is not what is measured. */
export async function predictionRows(world: TensorFlowWorld): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const backend of world.peers.native ? (['wasm', 'native'] as const) : (['wasm'] as const)) {
    rows.push(await rowOf(world, backend));
  }
  return rows;
}

async function rowOf(world: TensorFlowWorld, backend: keyof typeof LIMITS_MS): Promise<Row> {
  const limit = LIMITS_MS[backend];
  const middles: number[] = [];
  const slow: number[] = [];
  for (let round = 0; round < world.rounds; round += 1) {
    const { predictionsMs } = await runLeNet(world, { backend, images: 1, predictions: Math.round(5000 * world.scale) });
    middles.push(median(predictionsMs));
    slow.push(predictionsMs.toSorted((a, b) => a - b)[Math.floor(predictionsMs.length * 0.95)] as number);
  }
  return {
    work: `one image through LeNet-5 on ${backend}, p50`,
    measured: `${exact(median(middles))} (${exact(Math.min(...middles))}–${exact(Math.max(...middles))}); p95 ${exact(median(slow))}`,
    targets: [{ text: `≤ ${exact(limit)}`, reached: median(middles) <= limit }],
  };
}

function exact(ms: number): string {
  return `${ms.toFixed(2)} ms`;
}
