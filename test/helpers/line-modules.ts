// What `line-bundle.ts` makes modules of.
export { runLine } from '../../src/cli/run-line.ts';
export { Session } from '../../src/cli/session.ts';
