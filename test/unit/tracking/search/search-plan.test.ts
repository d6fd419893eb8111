import { describe, expect, it } from 'vitest';
import type { Filter } from '../../../../src/core/search/filter.ts';
import { parseFilter } from '../../../../src/core/search/parse-filter.ts';
import { openReadOnly } from '../../../../src/tracking/connection.ts';
import { candidates } from '../../../../src/tracking/search/candidates.ts';
import { runFits } from '../../../../src/tracking/search/condition.ts';
import { sql, type Sql } from '../../../../src/tracking/search/sql.ts';

const CONTEXT = { nowMs: 1_000_000_000, nameId: () => 1 };

/** How SQLite goes about it, a step a line. */
function planOf({ text, values }: Sql): readonly string[] {
  const db = openReadOnly('/nonexistent/tracking.db');
  try {
    return (db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values) as { detail: string }[]).map(({ detail }) => detail);
  } finally {
    db.close();
  }
}

describe('what a condition finds comes from an index', () => {
  it.each([
    ['metrics.acc > 0.9', /COVERING INDEX series_by_value \(name=\? AND last_value>\?\)/],
    ['metrics.acc IN (1, 2)', /COVERING INDEX series_by_value \(name=\? AND last_value=\?\)/],
    ['metrics.acc IS NAN', /COVERING INDEX series_by_value \(name=\? AND last_value=\?\)/],
    ['min(metrics.acc) <= 0.9', /COVERING INDEX series_by_min \(name=\? AND min_value<\?\)/],
    ['max(metrics.acc) = 0.9', /COVERING INDEX series_by_max \(name=\? AND max_value=\?\)/],
    ['metrics.acc IS NOT NULL', /COVERING INDEX series_by_\w+ \(name=\?\)/],
    ['params.lr >= 0.1', /INDEX params_by_number \(name=\? AND number>\?\)/],
    ['params.lr IN (0.1, 0.01)', /INDEX params_by_number \(name=\? AND number=\?\)/],
    ["params.model = 'large'", /INDEX params_by_text \(name=\? AND <expr>=\?\)/],
    ["params.model IN ('large', 'small')", /INDEX params_by_text \(name=\? AND <expr>=\?\)/],
    ["params.model LIKE 'lar%'", /INDEX params_by_text \(name=\? AND <expr>>\? AND <expr><\?\)/],
    ["tags.kind = 'a'", /INDEX tags_by_key \(key=\? AND <expr>=\?\)/],
    ["tags.kind LIKE 'a%'", /INDEX tags_by_key \(key=\? AND <expr>>\? AND <expr><\?\)/],
    ["data.raw.csv = 'abcd'", /COVERING INDEX inputs_by_data \(name=\? AND digest>\? AND digest<\?\)/],
    ["run_id = 'abcd'", /INDEX sqlite_autoindex_runs_1 \(id>\? AND id<\?\)/],
    ["stage = 'train'", /INDEX runs_by_stage \(stage=\?\)/],
    ["experiment = 'iris'", /INDEX runs_by_experiment \(experiment=\?\)/],
    ["git.commit = 'abcd'", /INDEX runs_by_commit \(git_commit>\? AND git_commit<\?\)/],
    ["parent = 'abcd'", /INDEX runs_by_parent \(parent=\?\)/],
    ["start_time > '7d ago'", /COVERING INDEX runs_by_start \(started_ms>\?\)/],
  ])('%s', (text, step) => {
    const [query] = candidates(parseFilter(text) as Filter, CONTEXT);
    const plan = planOf(query as Sql);
    expect(plan.filter((line) => step.test(line))).not.toEqual([]);
    expect(plan.filter((line) => /^SCAN [rx]\b/.test(line))).toEqual([]);
  });

  it.each([
    "name = 'a'",
    "params.x != 'a'",
    "NOT params.x = 'a'",
    "params.x = 'a' OR name = 'b'",
    "params.x LIKE '%a'",
    "params.x ILIKE 'a%'",
    'metrics.x != 1',
  ])('nor is it asked where it would not help: %s', (text) => {
    expect(candidates(parseFilter(text) as Filter, CONTEXT)).toEqual([]);
  });
});

it('a run is checked by the rows of that run alone, never by an index on values', () => {
  const filter = parseFilter(
    "metrics.acc > 0.9 AND min(metrics.acc) < 3 AND params.lr > 1 AND params.m = 'a' AND params.m LIKE 'b%' AND tags.k = 'a' AND data.x = 'abcd'",
  ) as Filter;
  const plan = planOf(sql`SELECT r.seq FROM runs r WHERE ${runFits(filter, CONTEXT)}`);
  expect(plan.filter((line) => / x .*_by_/.test(line))).toEqual([]);
  expect(plan.filter((line) => /run=\?/.test(line))).toHaveLength(7);
});
