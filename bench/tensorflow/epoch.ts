import { formatMs, type Row } from '../data/rows.ts';
import { median } from '../data/timings.ts';
import { range } from '../tracking/figures.ts';
import type { LeNetTimes } from './le-net.ts';
import { runKeras } from './peers.ts';
import { runLeNet, type TensorFlowWorld } from './world.ts';

const IMAGES = 720;
/** Two batches: an epoch takes the pure JavaScript backend most of a minute. */
const IMAGES_ON_CPU = 64;
const NATIVE_LIMIT = 1.5;
const WASM_LIMIT = 7;
const TIMES_FASTER = 15;

/** Medians of a round. */
interface Epoch {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Each with one thread of computation and without oneDNN, in processes of their own, in turn, round by round. */
export async function epochRows(world: TensorFlowWorld): Promise<readonly Row[]> {
  const count = Math.max(2, Math.round(8 * world.scale));
  const wasm: Epoch[] = [];
  const native: Epoch[] = [];
  const keras: Epoch[] = [];
  const pure: Epoch[] = [];
  for (let round = 0; round < world.rounds; round += 1) {
    if (world.peers.keras !== undefined)
      keras.push(middleOf(await runKeras(world.peers.keras, { data: world.data, images: IMAGES, epochs: count })));
    if (world.peers.native) native.push(middleOf((await runLeNet(world, { backend: 'native', epochs: count })).epochs));
    wasm.push(middleOf((await runLeNet(world, { backend: 'wasm', epochs: count })).epochs));
    const few = middleOf((await runLeNet(world, { backend: 'cpu', images: IMAGES_ON_CPU, epochs: 2 })).epochs);
    const whole = IMAGES / IMAGES_ON_CPU;
    pure.push({ wallMs: few.wallMs * whole, cpuMs: few.cpuMs * whole });
  }
  const faster = 1 / ratio(wasm, pure, 'cpuMs');
  const work = `an epoch of ${IMAGES} images, batch 32, Adam`;
  return [
    ...(native.length === 0 ? [] : [kerasRow(`LeNet-5 on native, ${work}`, native, keras, NATIVE_LIMIT)]),
    kerasRow(`LeNet-5 on wasm, ${work}`, wasm, keras, WASM_LIMIT),
    {
      work: 'the same: processor time',
      measured: range(wasm.map(({ cpuMs }) => cpuMs)),
      compared: [
        `cpu backend, from ${IMAGES_ON_CPU} images, ${formatMs(median(pure.map(({ cpuMs }) => cpuMs)))}: ${faster.toFixed(0)}x faster`,
      ],
      targets: [{ text: `≥ ${TIMES_FASTER}x faster than cpu`, reached: faster >= TIMES_FASTER }],
    },
  ];
}

function kerasRow(work: string, own: readonly Epoch[], keras: readonly Epoch[], limit: number): Row {
  const times = ratio(own, keras, 'wallMs');
  const compared =
    keras.length === 0
      ? []
      : [
          `Keras \`fit\` as a graph ${range(keras.map(({ wallMs }) => wallMs))}: ${times.toFixed(2)}x, ${ratio(own, keras, 'cpuMs').toFixed(2)}x by processor time`,
        ];
  const reached = keras.length === 0 ? undefined : times <= limit;
  return { work, measured: range(own.map(({ wallMs }) => wallMs)), compared, targets: [{ text: `≤ ${limit}x Keras`, reached }] };
}

/** The first epoch is when V8 compiles, and Keras traces its graph. */
function middleOf(epochs: LeNetTimes['epochs']): Epoch {
  const rest = epochs.slice(1);
  return { wallMs: median(rest.map(({ wallMs }) => wallMs)), cpuMs: median(rest.map(({ cpuMs }) => cpuMs)) };
}

function ratio(a: readonly Epoch[], b: readonly Epoch[], of: keyof Epoch): number {
  return median(a.flatMap((epoch, round) => (b[round] === undefined ? [] : [epoch[of] / b[round][of]])));
}
