/** Stands for mlo in the tests: starts the shell command of its first argument, and never closes its spawner. */
import { openSpawner } from '../../../src/runtime/shell/spawner.ts';

const spawner = openSpawner();
const command = await spawner.start({
  file: '/bin/sh',
  args: ['-c', `echo started; ${process.argv[2]}`],
  cwd: process.cwd(),
  env: Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  onOutput: (bytes) => process.stdout.write(bytes),
});
await command.ended;
