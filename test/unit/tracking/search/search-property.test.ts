import { describe, expect, it } from 'vitest';
import type { Filter, OrderTerm } from '../../../../src/core/search/filter.ts';
import { parseFilter } from '../../../../src/core/search/parse-filter.ts';
import { parseOrder } from '../../../../src/core/search/parse-order.ts';
import { printFilter, printOrder } from '../../../../src/core/search/print.ts';
import type { Connection } from '../../../../src/tracking/connection.ts';
import { searchRuns } from '../../../../src/tracking/search/search-runs.ts';
import { filters, orders } from './filters.ts';
import { naiveMatches, naiveOrder } from './naive.ts';
import { NOW_MS, sampleRuns, type SampleRun } from './sample-runs.ts';
import { withSamples } from './write-samples.ts';
import { fc } from '../../../helpers/properties.ts';

/** How many index findings count as few: decides which way a page is found. */
const WAYS = [0, 1, 4, 2_000];
const VIEWS = ['active', 'deleted', 'all'] as const;

interface Question {
  readonly filter: Filter | undefined;
  readonly orderBy: readonly OrderTerm[];
  readonly limit: number;
  readonly few: number;
  readonly view: (typeof VIEWS)[number];
  readonly topLevel: boolean;
}

const questions: fc.Arbitrary<Question> = fc.record({
  filter: fc.option(filters, { nil: undefined }),
  orderBy: orders,
  limit: fc.constantFrom(1, 2, 7, 100),
  few: fc.constantFrom(...WAYS),
  view: fc.constantFrom(...VIEWS),
  topLevel: fc.boolean(),
});

describe('the search of runs', () => {
  it('finds, orders and pages as a filter and a sort over the same rows do, whichever way it takes', () => {
    fc.assert(
      fc.property(sampleRuns, fc.array(questions, { minLength: 20, maxLength: 20 }), (runs, asked) => {
        withSamples(runs, (db) => {
          for (const question of asked) expect(pagesOf(db, question)).toEqual(naiveIds(runs, question));
        });
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('parses what it prints of a filter and an order to the same', () => {
    fc.assert(
      fc.property(filters, orders, (filter, order) => {
        expect(parseFilter(printFilter(filter))).toEqual(filter);
        expect(parseOrder(printOrder(order))).toEqual(order);
      }),
      { numRuns: 500 },
    );
  });
});

function pagesOf(db: Connection, { filter, orderBy, limit, few, view, topLevel }: Question): readonly string[] {
  const found: string[] = [];
  let pageToken: string | undefined;
  do {
    const search = { ...(filter === undefined ? {} : { filter }), orderBy, limit, view, topLevel, nowMs: NOW_MS };
    const page = searchRuns(db, { ...search, ...(pageToken === undefined ? {} : { pageToken }) }, few);
    expect(page.runs.length).toBeLessThanOrEqual(limit);
    found.push(...page.runs.map((run) => run.id));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && found.length < 1_000);
  return found;
}

function naiveIds(runs: readonly SampleRun[], { filter, orderBy, view, topLevel }: Question): readonly string[] {
  const found = runs.filter(
    (run) =>
      (view === 'all' || run.isDeleted === (view === 'deleted')) &&
      (!topLevel || run.parent === undefined) &&
      (filter === undefined || naiveMatches(filter, run, runs)),
  );
  return naiveOrder(orderBy, found, runs).map((run) => run.id);
}
