import { MloError } from '../../core/errors/mlo-error.ts';
import type { StageContext } from '../api/stage-context.ts';
import { countLeaks, type TensorLeaks } from '../tensorflow/count-leaks.ts';
import { prepareTensorFlow, type PreparedTensorFlow } from '../tensorflow/load-tensorflow.ts';
import { loadNative, type LoadedNative } from '../tensorflow/native/load-native.ts';
import { silenceTensorFlow } from '../tensorflow/silence.ts';
import { stopTrainingOn } from '../tensorflow/stop-training.ts';
import type { ModuleResult } from '../types.ts';
import { loadBehind } from './loading-gate.ts';
import type { Job } from './protocol.ts';

export interface LazyTensorFlow {
  /** The stage imports it itself. */
  onImport(): void;
  /** The stage imports tfjs-node itself. False: it cannot have it, and gets TensorFlow.js on another backend instead. */
  onNativeImport(): boolean;
  /** Text of a file that the stage loads. */
  onSource(text: string): void;
  /** Makes it ready where the stage may need it; returns remarks for the user. */
  prepare(signal: AbortSignal): Promise<readonly string[]>;
  get(): StageContext['tf'];
  /** Undefined when it was not loaded. */
  backend(): ModuleResult['backend'];
  /** What the stage has not disposed; undefined where that is nothing. */
  leaks(): TensorLeaks | undefined;
}

/**
 * Backends start asynchronously, so whether one is wanted must be known before the stage's function is
 * called: when the stage says `backend:`, imports TensorFlow.js, or holds the word `tf` in a file loaded until then.
 */
export function createLazyTensorFlow(job: Job, root: string): LazyTensorFlow {
  const { native, backend: pinned, preferredBackend: preferred, nativeMissing } = job;
  let wanted = pinned !== undefined;
  let prepared: PreparedTensorFlow | undefined;
  let lacksNative = false;
  const takesNative = native !== undefined && (pinned ?? preferred ?? 'native') === 'native';

  function load(): LoadedNative {
    if (native === undefined) throw new Error('there is no native build');
    checkThreads(job);
    silenceTensorFlow();
    return loadBehind(job.gate, () => loadNative(native));
  }

  /** Why it does not is told when a backend is chosen. */
  function tryToLoad(): boolean {
    try {
      load();
      return true;
    } catch (error) {
      if (error instanceof MloError || (error as Error).name === 'AbortError') throw error;
      return false;
    }
  }

  return {
    onImport() {
      wanted = true;
      silenceTensorFlow();
    },
    onNativeImport() {
      wanted = true;
      if (!takesNative && pinned === 'native') throw missing(job);
      lacksNative = !takesNative || !tryToLoad();
      return !lacksNative;
    },
    onSource(text) {
      wanted ||= /\btf\b/.test(text);
    },
    async prepare(signal) {
      if (!wanted) return [];
      prepared = await prepareTensorFlow(pinned, root, { preferred, nativeMissing, loadNative: native === undefined ? undefined : load });
      stopTrainingOn(prepared.tf, signal);
      const notes = prepared.note === undefined ? [] : [prepared.note];
      return lacksNative ? [...notes, `@tensorflow/tfjs-node is @tensorflow/tfjs on ${prepared.name} here`] : notes;
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
    backend() {
      if (prepared === undefined) return undefined;
      const { name, version, tensorflow } = prepared;
      return { name, version, ...(tensorflow === undefined ? {} : { tensorflow, intraOpThreads: job.intraOpThreads ?? 1 }) };
    },
    leaks() {
      const leaks = prepared === undefined ? undefined : countLeaks(prepared.tf);
      return leaks === undefined || leaks.tensors === 0 ? undefined : leaks;
    },
  };
}

function missing({ address, nativeMissing = 'it has not been installed' }: Job): MloError {
  return new MloError('MLO_BACKEND', `Stage '${address}' pins the backend native, which cannot be used here: ${nativeMissing}`, {
    hint: 'mlo backend install',
    details: { stage: address },
  });
}

/** Threads of one process share TensorFlow's pool, which keeps the size that the first of them asked for. */
function checkThreads({ address, intraOpThreads = 1, threadsOfProcess = intraOpThreads }: Job): void {
  if (intraOpThreads === threadsOfProcess) return;
  throw new MloError(
    'MLO_BACKEND',
    `Stage '${address}' asks for ${intraOpThreads} cpus, but native TensorFlow runs with ${threadsOfProcess} intra-op threads in this process already, ` +
      'and other threads would be other bytes',
    { hint: 'isolate: process', details: { stage: address } },
  );
}
