import type { ErrorCode } from '../core/errors/catalogue.ts';
import type { StageReport, Emit } from '../core/events.ts';
import type { Reason, StageState } from '../core/plan/types.ts';
import type { RunId } from '../core/run.ts';
import type { ProjectPath, StageAddress } from '../core/stage.ts';
import type { ChangeCounts, Changes, UnreadTree } from '../core/tree-diff/types.ts';
import type { Value } from '../core/value.ts';

/** What the command line hands to every use case; nothing below `cli` reads process or console itself. */
export interface AppContext {
  /** Absolute path where the user stands. */
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly emit: Emit;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Aborted by the second Ctrl-C: children are killed at once. */
  readonly forced?: AbortSignal;
  /** The command as typed (without secrets), for the lock file and the run. */
  readonly command: string;
  /** Asks on a terminal; absent where there is none or with --no-input. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Nothing is written, not even disposable state. */
  readonly readOnly?: boolean;
  /** Of a project that is soon gone: its cache is the one in its folder, whatever is configured. */
  readonly ownCache?: boolean;
  /** How long a writer waits for another one, milliseconds; absent = not at all. */
  readonly waitMs?: number;
}

export interface ReproOptions {
  /** Stage names, `file:stage`, out paths; with `glob` patterns of names. Empty: all stages of the pipeline file here. */
  readonly targets: readonly string[];
  readonly file?: string;
  readonly glob: boolean;
  readonly force: boolean;
  readonly singleItem: boolean;
  readonly downstream: boolean;
  readonly forceDownstream: boolean;
  readonly allowMissing: boolean;
  readonly ignoreErrors: boolean;
  readonly keepGoing: boolean;
  readonly dry: boolean;
  readonly jobs: number;
  readonly commit: boolean;
  readonly runCache: boolean;
  readonly strict: boolean;
  /** What is missing comes from this remote, or the default one. */
  readonly pull?: { readonly remote?: string };
  /** `key=value` or `file:key=value`, written to the params file first. */
  readonly set: readonly string[];
  /** For every stage; its own `timeout` counts where it is shorter. */
  readonly timeoutMs?: number;
  /** Name of the one that the run belongs to; default: `tracking.experiment`. */
  readonly experiment?: string;
}

export interface ReproData {
  readonly ok: boolean;
  readonly stages: readonly StageReport[];
  readonly durationMs: number;
  readonly runId?: RunId;
  /** With dry: the plan instead of outcomes. */
  readonly plan?: readonly StageStatus[];
  readonly interrupted?: boolean;
  /** Why the record of the runs is not whole (a full disk, a damaged database); what stages made is stored all the same. */
  readonly unrecorded?: { readonly code: ErrorCode; readonly message: string; readonly hint?: string };
}

export interface StageStatus {
  readonly name: StageAddress;
  readonly state: StageState;
  readonly reasons: readonly Reason[];
  readonly frozen?: boolean;
  /** What the last run of it took, where known. */
  readonly lastMs?: number;
}

export interface StatusOptions {
  /** Stages, outs, and paths that `mlo add` tracks. */
  readonly targets: readonly string[];
  /** Every file that differs is named, not only counted. */
  readonly granular?: boolean;
  readonly file?: string;
}

export interface StatusData {
  readonly upToDate: boolean;
  readonly stages: readonly StageStatus[];
  /** Tracked by `mlo add`. */
  readonly data: readonly DataStatus[];
  /** Outs in the cache whose bytes are not those of the lock. */
  readonly outs: readonly (DataStatus & { readonly stage: StageAddress })[];
  /** Where no stage was chosen since none is in the file here: pipeline files that have some, relative to where the user stands. */
  readonly elsewhere?: readonly string[];
  /** A writer that is at work now. */
  readonly busy?: { readonly pid: number; readonly host: string; readonly command: string; readonly sinceMs: number };
}

/** A tracked path, compared with what its pointer or lock says. `missing`: nothing lies there; `broken-pointer`: nothing can be compared; `unreadable`: what lies there cannot be looked at as a whole. */
export interface DataStatus {
  readonly path: string;
  readonly state: 'unchanged' | 'modified' | 'missing' | 'not-cached' | 'broken-pointer' | 'unreadable';
  /** Of a broken pointer, and of what cannot be read: what is wrong with it, and the way out. */
  readonly message?: string;
  readonly hint?: string;
  /** The files of what pointer or lock name that the cache does not have; absent where it has all. */
  readonly notCached?: { readonly files: number; readonly paths?: readonly string[] };
  /** Modified ones: files by what happened to them. */
  readonly counts?: ChangeCounts;
  /** With `granular`. */
  readonly changes?: Changes;
  /** Trees that the cache does not have: what changed in them is not known. */
  readonly unread?: readonly UnreadTree[];
}

export interface DagOptions {
  readonly targets: readonly string[];
  readonly file?: string;
}

export interface DagData {
  readonly nodes: readonly { readonly name: StageAddress; readonly outs: readonly string[] }[];
  /** From the stage that writes to the stage that reads. */
  readonly edges: readonly { readonly from: StageAddress; readonly to: StageAddress }[];
}

export interface StageListData {
  readonly stages: readonly {
    readonly name: StageAddress;
    readonly desc?: string;
    readonly outs: readonly string[];
    readonly frozen: boolean;
  }[];
}

/** `stage show`: the resolved stages of a target as plain data. */
export interface StageShowData {
  readonly stages: readonly {
    readonly name: StageAddress;
    readonly definition: Value;
    readonly file: string;
    readonly line: number;
  }[];
}

export interface AddData {
  readonly added: readonly {
    readonly path: string;
    readonly pointer: string;
    readonly digest: string;
    readonly size: number;
    readonly files?: number;
    readonly changed: boolean;
    /** The pointer was right already, and the cache has got the bytes only now. */
    readonly stored?: true;
    /** Where not the whole folder was added but paths in it: these, relative to the project. */
    readonly parts?: readonly { readonly path: string; readonly change: 'added' | 'modified' | 'removed' | 'unchanged' }[];
  }[];
}

export interface CheckoutData {
  /** Files. */
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
  readonly targets: readonly {
    readonly path: string;
    readonly change: 'added' | 'modified' | 'unchanged' | 'relinked' | 'failed';
    readonly error?: string;
    /** Of the error. */
    readonly code?: string;
    /** Paths (1000 at most) whose bytes would have been lost. */
    readonly unsaved?: readonly string[];
    /** How many these are, beyond the thousand too. */
    readonly unsavedCount?: number;
  }[];
  /** The revision asked for, as typed. */
  readonly rev?: string;
}

export interface CommitData {
  readonly committed: readonly {
    readonly name: string;
    /** Lock or pointer say something else now. */
    readonly changed: boolean;
    /** They said the same before, and the cache has got the bytes only now. */
    readonly stored?: true;
  }[];
}

interface ValueDiff {
  readonly file: string;
  readonly key: string;
  readonly old?: Value;
  readonly new?: Value;
  /** Metrics only, where both are numbers. */
  readonly change?: number;
}

export interface ValuesData {
  /** By file, nested as in the file (params) or flattened with dots (metrics). */
  readonly files: { readonly [file: string]: Value };
  /** Absent where all could be read. */
  readonly unread?: readonly UnreadValues[];
}

/** A file of values, or a folder of them, that a revision has and this cache has not. */
export interface UnreadValues {
  readonly path: ProjectPath;
  /** As typed. */
  readonly revision: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

export interface LogsData {
  readonly stage: StageAddress;
  readonly runId?: RunId;
  readonly path: string;
}

/** `params diff`, `metrics diff`; `old` and `new` are revisions as typed, or `workspace`. */
export interface ValuesDiffData {
  readonly old: string;
  readonly new: string;
  /** Without files that one side could not read. */
  readonly diffs: readonly ValueDiff[];
  /** Of both sides; absent where all could be read. */
  readonly unread?: readonly UnreadValues[];
}
