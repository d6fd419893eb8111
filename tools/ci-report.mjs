// What vitest's JSON reports say, for `.ci/run`.
import { existsSync, readFileSync } from 'node:fs';

const OVER = new Set(['passed', 'failed', 'skipped', 'todo', 'disabled']);

/** Results by test file; of a file that ran again the later report counts. */
export function resultsOf(reports) {
  const results = new Map();
  for (const report of reports.filter((path) => existsSync(path)))
    for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) results.set(file.name, file);
  return [...results.values()];
}

/** Whether the process of the file ended before its tests did: V8 aborts now and then where threads end by the thousands. */
export function isCutShort(file) {
  return file.assertionResults.some(({ status }) => !OVER.has(status));
}
