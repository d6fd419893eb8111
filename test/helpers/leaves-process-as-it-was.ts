import { afterAll, beforeAll, expect } from 'vitest';

/** What packages set once they are loaded: sharp. */
const SET_BY_PACKAGES = ['VIPSHOME'];

let before: ReturnType<typeof processState>;

beforeAll(() => {
  before = processState();
});

/** For files that share a process: what one leaves behind, the next would find. One that must is a file of a folder that `vitest.config.ts` does not name. */
afterAll(() => expect(processState()).toEqual(before));

function processState() {
  const env = { ...process.env };
  for (const name of SET_BY_PACKAGES) delete env[name];
  return { env, exitCode: process.exitCode, folder: process.cwd(), umask: process.umask() };
}
