import { basename } from 'node:path';

/** File name of the script that this process runs, for a run without a name. */
export function scriptName(): string {
  const [, script] = process.argv;
  return script === undefined ? 'script' : basename(script);
}
