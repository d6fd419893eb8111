import { formatMs, type Row } from '../data/rows.ts';
import { median } from '../data/timings.ts';
import { range } from '../tracking/figures.ts';
import { runLeNet, type TensorFlowWorld } from './world.ts';

const IMAGES = 720;
/** Two batches: an epoch takes the pure JavaScript backend most of a minute. */
const IMAGES_ON_CPU = 64;
/** Seven times what Keras needs as a graph, on the machine of the reference table: 348 ms. */
const LIMIT_MS = 2_400;
const TIMES_FASTER = 15;

/** Processor time, because wall times of one thread say more about its neighbours; the two backends in turn, round by round. */
export async function epochRows(world: TensorFlowWorld): Promise<readonly Row[]> {
  const wasm: number[] = [];
  const wall: number[] = [];
  const cpu: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < world.rounds; round += 1) {
    const { epochs } = await runLeNet(world, { backend: 'wasm', epochs: Math.max(2, Math.round(6 * world.scale)) });
    // The first epoch is when V8 compiles.
    const own = median(epochs.slice(1).map(({ cpuMs }) => cpuMs));
    const pure = (await runLeNet(world, { backend: 'cpu', images: IMAGES_ON_CPU, epochs: 2 })).epochs[1]?.cpuMs as number;
    const whole = (pure * IMAGES) / IMAGES_ON_CPU;
    wasm.push(own);
    wall.push(median(epochs.slice(1).map(({ wallMs }) => wallMs)));
    cpu.push(whole);
    ratios.push(whole / own);
  }
  return [
    {
      work: `LeNet-5 on wasm, an epoch of ${IMAGES} images, batch 32, Adam: processor time`,
      measured: `${range(wasm)}; on the clock ${range(wall)}`,
      compared: [`cpu backend, from ${IMAGES_ON_CPU} images, ${formatMs(median(cpu))}: ${median(ratios).toFixed(0)}x faster`],
      targets: [
        { text: `≤ ${formatMs(LIMIT_MS)}`, reached: median(wasm) <= LIMIT_MS },
        { text: `≥ ${TIMES_FASTER}x faster than cpu`, reached: median(ratios) >= TIMES_FASTER },
      ],
    },
  ];
}
