import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findNative } from '../../src/runtime/tensorflow/native/find-native.ts';
import type { LeNetTimes } from './le-net.ts';

/** Where the rows of a peer are made from, and why they are empty where it is missing. */
export interface Peers {
  /** A python that has Keras 3 and TensorFlow. */
  readonly keras: string | undefined;
  /** A python that has Pillow and NumPy. */
  readonly pillow: string | undefined;
  /** Native TensorFlow as `mlo backend install` makes it. */
  readonly native: boolean;
  /** A line each. */
  readonly notes: readonly string[];
}

/** `MLO_BENCH_KERAS=/path/to/python`, or what `python3` is. */
export function findPeers(env: NodeJS.ProcessEnv): Peers {
  const python = env['MLO_BENCH_KERAS'] ?? 'python3';
  const has = (modules: string): boolean => spawnSync(python, ['-c', `import ${modules}`], { stdio: 'ignore' }).status === 0;
  const keras = has('keras, tensorflow') ? python : undefined;
  const pillow = has('numpy, PIL') ? python : undefined;
  const found = findNative(env);
  const native = found.state === 'ready';
  return {
    keras,
    pillow,
    native,
    notes: [
      `Keras: ${keras === undefined ? 'not found (MLO_BENCH_KERAS=/path/to/python with keras and tensorflow-cpu), rows without it' : kerasVersion(keras)}`,
      `Pillow: ${pillow === undefined ? 'not found (the same python, with pillow and numpy), rows without it' : versionOf(pillow, 'import PIL; print(PIL.__version__)')}`,
      `native: ${native ? `TensorFlow ${found.build.tensorflow}` : `${found.why} (mlo backend install), no rows of it`}`,
    ],
  };
}

/** Keras's `fit` as a graph, in a process of its own, without oneDNN and with one intra-op thread, as the native backend. */
export async function runKeras(python: string, work: { data: string; images: number; epochs: number }): Promise<LeNetTimes['epochs']> {
  const script = join(import.meta.dirname, 'le_net.py');
  const argv = [script, work.data, String(work.images), String(work.epochs)];
  const { stdout } = await promisify(execFile)(python, argv, { maxBuffer: 2 ** 24 });
  return (JSON.parse(stdout.trim().split('\n').at(-1) as string) as Pick<LeNetTimes, 'epochs'>).epochs;
}

function kerasVersion(python: string): string {
  return versionOf(
    python,
    'import os; os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"\nimport keras, tensorflow; print(f"{keras.__version__}, TensorFlow {tensorflow.__version__}")',
  );
}

function versionOf(python: string, program: string): string {
  return spawnSync(python, ['-c', program], { encoding: 'utf8' }).stdout.trim().split('\n').at(-1) ?? '';
}
