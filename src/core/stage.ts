import type { Value } from './value.ts';

/** `name` for a stage of the root pipeline file, else `dir/pipeline.yaml:name`. Unique in a project. */
export type StageAddress = string;

/** A place in a text file; `line` and `column` count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** All paths are POSIX, normalised and relative to the project root (`.` is the root itself). */
export type ProjectPath = string;

export interface DepSpec {
  readonly path: ProjectPath;
  /** As written in the file, after templating. */
  readonly declared: string;
  /** Key of the map form `{name: path}`. */
  readonly name?: string;
  readonly at: Position;
}

export type OutKind = 'out' | 'metric' | 'plot';

export interface OutSpec {
  readonly path: ProjectPath;
  readonly declared: string;
  readonly name?: string;
  readonly kind: OutKind;
  /** false: kept in Git or nowhere, never in the cache. */
  readonly cache: boolean;
  /** true: not removed before the stage runs. */
  readonly persist: boolean;
  /** false: no `push` sends it. */
  readonly push: boolean;
  /** Name of the only remote that it goes to. */
  readonly remote?: string;
  readonly desc?: string;
  /** template, x, y, x_label, y_label, title, header of a plot. */
  readonly plot?: { readonly [key: string]: Value };
  readonly at: Position;
}

export interface ParamSpec {
  readonly file: ProjectPath;
  /** Dotted keys, or null for the whole file. */
  readonly keys: readonly string[] | null;
  /** Where each of `keys` is declared, in the same order. */
  readonly keysAt?: readonly Position[];
  readonly at: Position;
}

export type StageAction =
  | {
      readonly kind: 'cmd';
      /** Run one after the other, each by its own shell; stops at the first that fails. */
      readonly commands: readonly string[];
      /** As written (string or list): this is what is fingerprinted. */
      readonly text: string | readonly string[];
      /** Absent: `/bin/sh` for pipeline.yaml, bash where present for dvc.yaml. */
      readonly shell?: string;
    }
  | { readonly kind: 'module'; readonly path: ProjectPath; readonly declared: string };

export type BackendName = 'wasm' | 'cpu' | 'native';
export type Isolation = 'auto' | 'process' | 'worker';

/** One stage after templating and foreach/matrix expansion, validated. */
export interface Stage {
  readonly address: StageAddress;
  readonly name: string;
  /** Pipeline file that defines it. */
  readonly file: ProjectPath;
  /** `foreach`/`matrix` definition it came from (its name before `@`). */
  readonly group?: string;
  readonly wdir: ProjectPath;
  readonly action: StageAction;
  readonly deps: readonly DepSpec[];
  readonly params: readonly ParamSpec[];
  readonly outs: readonly OutSpec[];
  readonly env: { readonly [name: string]: string };
  /** Environment variables passed through, neither recorded nor fingerprinted. */
  readonly passEnv: readonly string[];
  readonly backend?: BackendName;
  readonly seed?: number;
  readonly isolate: Isolation;
  readonly cpus: number;
  /** Milliseconds; absent = no limit. */
  readonly timeoutMs?: number;
  /** How often it is tried again after a failure or a timeout; absent = not at all. */
  readonly retries?: number;
  readonly frozen: boolean;
  readonly alwaysChanged: boolean;
  readonly desc?: string;
  readonly meta?: Value;
  readonly at: Position;
}

/** Files of that name follow DVC's rules where they differ from ours. */
export function isDvcFile(file: ProjectPath): boolean {
  return file.slice(file.lastIndexOf('/') + 1) === 'dvc.yaml';
}

export interface PipelineFile {
  readonly path: ProjectPath;
  /** `''` for the project root. */
  readonly dir: ProjectPath | '';
  readonly kind: 'pipeline' | 'dvc';
  readonly lockPath: ProjectPath;
  /** Top-level `params`, `metrics`, `plots`, `artifacts`, resolved to project paths. */
  readonly params: readonly ProjectPath[];
  readonly metrics: readonly ProjectPath[];
  readonly plots: readonly { readonly id: string; readonly props: { readonly [key: string]: Value } }[];
  readonly artifacts: { readonly [name: string]: Value };
}

export interface Pipeline {
  readonly files: readonly PipelineFile[];
  /** In order of definition, files in the order given. */
  readonly stages: readonly Stage[];
}
