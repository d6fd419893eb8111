import type { Content } from '../core/content.ts';
import type { MetricBatch, RunId } from '../core/run.ts';
import type { InputsWrite } from './inputs/inputs.ts';
import type { ModelWrite } from './models/models.ts';
import type { RunProcess } from './run-process.ts';
import type { FinishRun, NewRun, StageLink } from './types.ts';

/** One queued change of the store, already checked; plain data that is applied later. */
export type Write =
  | { readonly kind: 'start'; readonly run: NewRun; readonly process: RunProcess }
  | { readonly kind: 'finish'; readonly run: RunId; readonly finish: FinishRun; readonly atMs: number }
  | { readonly kind: 'params'; readonly run: RunId; readonly params: readonly (readonly [key: string, json: string])[] }
  | { readonly kind: 'metrics'; readonly run: RunId; readonly batches: readonly MetricBatch[] }
  | { readonly kind: 'tags'; readonly run: RunId; readonly tags: { readonly [key: string]: string }; readonly atMs: number }
  | { readonly kind: 'artifact'; readonly run: RunId; readonly path: string; readonly content: Content }
  | { readonly kind: 'links'; readonly run: RunId; readonly links: readonly StageLink[] }
  | InputsWrite
  | ModelWrite
  | { readonly kind: 'heartbeat'; readonly runs: readonly RunId[]; readonly atMs: number };
