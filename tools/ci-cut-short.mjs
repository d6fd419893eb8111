// Prints the test files whose process ended before their tests did, one a line.
import { isCutShort, resultsOf } from './ci-report.mjs';

for (const file of resultsOf(process.argv.slice(2))) if (isCutShort(file)) console.log(file.name);
