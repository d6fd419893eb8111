import type { Value } from '../../core/value.ts';

/** Where to look. */
export interface Where {
  /** A folder of a project on this machine, or below one; default: the current folder. Paths are relative to it. */
  readonly repo?: string;
  /**
   * A Git revision or tag. Default: what the pointers and locks of the workspace name; files that Git keeps are then those of
   * the workspace.
   */
  readonly rev?: string;
}

export interface ListOptions extends Where {
  /** Everything below; folders are left out unless they are empty. */
  readonly recursive?: boolean;
}

/** Something in a folder of the project, or in a tracked one. */
export interface Entry {
  /** Relative to the folder that was listed, '/' between names. */
  readonly path: string;
  readonly type: 'file' | 'exec' | 'symlink' | 'folder';
  /** Bytes; absent for folders that mlo does not keep as a whole. */
  readonly size?: number;
  /** Number of files in a folder that mlo keeps. */
  readonly files?: number;
  /** BLAKE3-256, 64 hexadecimal characters; of what mlo keeps. */
  readonly digest?: string;
  /** `data` was added, `out` is that of `stage`; absent where Git keeps it, or nobody. */
  readonly kept?: 'data' | 'out';
  readonly stage?: string;
}

export interface ParamsOptions extends Where {
  /** Only what these stages declare. */
  readonly stages?: string | readonly string[];
}

/** As in the files, but digits beyond 2^53 are a bigint. */
export type ParamValue = Value;

/** By name, as in the file. A name that several files have is `file:name` for all but the first file. */
export interface Values {
  readonly [name: string]: ParamValue;
}
