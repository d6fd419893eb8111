import type { Value } from '../../core/value.ts';
import type { Filter, OrderTerm } from '../../core/search/filter.ts';
import type { MetricSummary, RunSummary } from '../types.ts';

export interface RunSearch {
  /** Absent: every run. */
  readonly filter?: Filter;
  /** Missing values and NaN come last, then the newest run first, then by id. */
  readonly orderBy?: readonly OrderTerm[];
  /** At least 1. */
  readonly limit: number;
  /** Of the page before, with the same filter, order and view. */
  readonly pageToken?: string;
  /** Default: active, those that are not deleted. */
  readonly view?: 'active' | 'deleted' | 'all';
  /** Only runs without a parent. */
  readonly topLevel?: boolean;
  /** Unix milliseconds; times such as `7d ago` count from it, and running runs have lasted until it. */
  readonly nowMs: number;
}

export interface FoundRun extends RunSummary {
  readonly params: { readonly [key: string]: Value };
  readonly metrics: { readonly [name: string]: MetricSummary };
  readonly tags: { readonly [key: string]: string };
  /** Digests of the data it was given, by name; of several under one name the first. */
  readonly data: { readonly [name: string]: string };
}

export interface RunPage {
  readonly runs: readonly FoundRun[];
  /** Absent on the last page. Runs that start meanwhile move nothing from one page to another. */
  readonly nextPageToken?: string;
  /** Where nothing was found. */
  readonly unknown?: readonly UnknownName[];
}

/** A metric or param that a filter or order names and no run ever had. */
export interface UnknownName {
  /** As it was written: `metrics.ac`. */
  readonly field: string;
  /** What it most likely was to be. */
  readonly near?: string;
}
