// The last line of `.ci/run`: "N passed, N failed", from vitest's JSON reports. A test file that could not be
// loaded or was cut short, a step before the tests that failed, and a report that is missing each count as one failure.
import { isCutShort, resultsOf } from './ci-report.mjs';

const [failedSteps, testsEnded, ...reports] = process.argv.slice(2);
const count = { passed: 0, failed: Number(failedSteps), skipped: 0 };

for (const file of resultsOf(reports)) {
  const tests = file.assertionResults;
  const failedHere = tests.filter((test) => test.status === 'failed').length;
  count.passed += tests.filter((test) => test.status === 'passed').length;
  count.skipped += tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').length;
  count.failed += failedHere === 0 && (file.status === 'failed' || isCutShort(file)) ? 1 : failedHere;
}
// Errors outside any test (an unhandled rejection) end vitest with a failure although every test passed.
if (testsEnded !== '0' && count.failed === Number(failedSteps)) count.failed += 1;
if (count.skipped > 0) console.log(`${count.skipped} skipped`);
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
