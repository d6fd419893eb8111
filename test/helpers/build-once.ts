import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Builds the bundle before the first test, so that the tests that start the real binary do not all wait for it.
 * Sources that do not build are their finding: the launcher says what is wrong, and unit tests run all the same.
 */
export function setup(): void {
  spawnSync(process.execPath, [fileURLToPath(new URL('../../bin/build.js', import.meta.url))], { stdio: 'ignore' });
}
