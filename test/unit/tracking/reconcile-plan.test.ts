import { expect, it } from 'vitest';
import { openReadOnly } from '../../../src/tracking/connection.ts';
import { findDead } from '../../../src/tracking/reconcile.ts';

it('every command that reads looks for dead runs among the RUNNING ones alone, not through all by their start', () => {
  const db = openReadOnly('/nonexistent/tracking.db');
  const prepare = db.prepare.bind(db);
  const asked: string[] = [];
  db.prepare = ((text: string) => {
    asked.push(text);
    return prepare(text);
  }) as typeof db.prepare;
  findDead(db, 0);
  const plan = asked.flatMap((text) => prepare(`EXPLAIN QUERY PLAN ${text}`).all() as { detail: string }[]);
  expect(plan.map(({ detail }) => detail).filter((step) => / r\b/.test(step))).toEqual(['SCAN r USING INDEX runs_running']);
  db.close();
});
