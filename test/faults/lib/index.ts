export { faults } from './tally.ts';
export { scratchCopy, scratchFolder } from './scratch-folder.ts';
