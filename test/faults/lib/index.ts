export { faults } from './tally.ts';
export { scratchFolder } from './scratch-folder.ts';
