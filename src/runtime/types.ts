import type { MloError } from '../core/errors/mlo-error.ts';
import type { CodeDigest } from '../core/lock/types.ts';
import type { RunId, RunRecord } from '../core/run.ts';
import type { BackendName, StageAddress } from '../core/stage.ts';
import type { Undeclared } from '../core/undeclared.ts';
import type { ValueMap } from '../core/value.ts';
import type { TensorLeaks } from './tensorflow/count-leaks.ts';
import type { NativeBuild } from './tensorflow/native/types.ts';

/** What every stage is told, whatever it is made of. Paths are absolute. */
export interface StageContext {
  readonly root: string;
  readonly address: StageAddress;
  readonly wdir: string;
  readonly runId: RunId;
  readonly parentRunId?: RunId;
  readonly env: { readonly [name: string]: string };
  /** Full stdout and stderr are appended here, in order of arrival. */
  readonly logPath: string;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  /** Aborted where there is no more patience: SIGKILL at once. */
  readonly forced?: AbortSignal;
  readonly onOutput: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly onRecords: (records: readonly RunRecord[]) => void;
}

export interface ShellSpec extends StageContext {
  readonly commands: readonly string[];
  /** Called for each command with what tells its process number, once it has one. */
  readonly onCommand?: (pid: () => number | undefined) => void;
  /** Absolute path of the shell and the arguments before the command. */
  readonly shell: { readonly path: string; readonly args: readonly string[] };
}

export interface ModuleSpec extends StageContext {
  /** Absolute path of the entry module. */
  readonly module: string;
  /** Declared values as one nested object; reading any other key is MLO_PARAM_UNDECLARED. */
  readonly params: ValueMap;
  /** Dotted keys that are declared, as they would be written in pipeline.yaml. */
  readonly declaredParams: readonly string[];
  /** Absolute paths of the params files; the stage may read them. */
  readonly paramFiles?: readonly string[];
  /** How long a stage may go on after `signal` or its timeout before it is ended; default 5,000. */
  readonly graceMs?: number;
  /** By declared name, or by the path as written where there is none. */
  readonly deps: { readonly [name: string]: string };
  readonly outs: { readonly [name: string]: string };
  /** `deps` has names in the pipeline file. */
  readonly namedDeps?: boolean;
  readonly seed: number;
  /** The one that the stage pins. */
  readonly backend?: BackendName;
  /** What the configuration wants of stages that pin none; absent = the best that is there. */
  readonly preferredBackend?: BackendName;
  /** The native build of this machine, and why there is none. */
  readonly native?: NativeBuild;
  readonly nativeMissing?: string;
  /** Of native TensorFlow; its bytes depend on it. Default 1. */
  readonly intraOpThreads?: number;
  readonly isolate: 'worker' | 'process';
  readonly strict: boolean;
}

/** What a run took, as far as it is known. */
export interface ResourceUse {
  /** Seconds of processor time, of all its threads and processes that are known. */
  readonly cpuSeconds?: number;
  /** Most memory that was in use at once, bytes. */
  readonly peakBytes?: number;
}

export interface ShellResult {
  readonly error?: MloError;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly use?: ResourceUse;
}

export interface ModuleResult {
  readonly error?: MloError;
  /** Project paths of own files loaded (or tried and missing) while resolving and running, and of symlinks on the way. */
  readonly code: { readonly [path: string]: CodeDigest };
  readonly packages: { readonly [importerToPackage: string]: string };
  /** Project paths read by `fs`, neither declared nor code; also nested workers and child processes. */
  readonly undeclared: readonly Undeclared[];
  readonly use?: ResourceUse;
  /** Set when the stage touched `tf`: backend and versions (TensorFlow.js, the C++ library), for the run's tags. */
  readonly backend?: {
    readonly name: BackendName;
    readonly version: string;
    readonly tensorflow?: string;
    readonly intraOpThreads?: number;
  };
  /** Tensors that it has not disposed. */
  readonly leaks?: TensorLeaks;
}

/** Fingerprinted version of what `defineStage` promises: raised when equal inputs may give other bytes. */
export const STAGE_API = 1;
