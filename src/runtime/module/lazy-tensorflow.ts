import { MloError } from '../../core/errors/mlo-error.ts';
import type { StageContext } from '../api/stage-context.ts';
import { prepareTensorFlow, silenceTensorFlow, type PreparedTensorFlow } from '../tensorflow/load-tensorflow.ts';
import type { ModuleResult } from '../types.ts';
import type { Job } from './protocol.ts';

export interface LazyTensorFlow {
  /** The stage imports it itself. */
  onImport(): void;
  /** Text of a file that the stage loads. */
  onSource(text: string): void;
  /** Makes it ready where the stage may need it; returns a remark for the user. */
  prepare(): Promise<string | undefined>;
  get(): StageContext['tf'];
  /** Undefined when it was not loaded. */
  backend(): ModuleResult['backend'];
  /** What the stage has not disposed, in words; undefined where that is nothing. */
  leaks(): string | undefined;
}

/**
 * Backends start asynchronously, so whether one is wanted must be known before the stage's function is
 * called: when the stage says `backend:`, imports TensorFlow.js, or holds the word `tf` in a file loaded until then.
 */
export function createLazyTensorFlow(job: Pick<Job, 'address' | 'backend'>, root: string): LazyTensorFlow {
  let wanted = job.backend !== undefined;
  let prepared: PreparedTensorFlow | undefined;
  return {
    onImport() {
      wanted = true;
      silenceTensorFlow();
    },
    onSource(text) {
      wanted ||= /\btf\b/.test(text);
    },
    async prepare() {
      if (!wanted) return undefined;
      prepared = await prepareTensorFlow(job.backend, root);
      return prepared.note;
    },
    get() {
      if (prepared !== undefined) return prepared.tf;
      throw new MloError(
        'MLO_BACKEND',
        `Stage '${job.address}' uses tf, but no file that it loads at its start holds the word tf, so TensorFlow.js was not prepared.`,
        {
          hint: 'backend: wasm',
          details: { stage: job.address },
        },
      );
    },
    backend: () => (prepared === undefined ? undefined : { name: prepared.name, version: prepared.version }),
    leaks() {
      const { numTensors = 0, numBytes = 0 } = prepared?.tf.memory() ?? {};
      if (numTensors === 0) return undefined;
      return `${numTensors === 1 ? '1 tensor was' : `${numTensors} tensors were`} not disposed at the end (${numBytes} bytes)`;
    },
  };
}
