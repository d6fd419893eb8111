/**
 * Writes packs, to be killed or refused at any system call. Arguments: cache folder, name of this writer. Prints what is safe from
 * kill -9 once it is: `packed`, `merged`, `rewritten`, `done`.
 */
import { writePacks } from './write-packs.ts';

const [cacheDir = '', name = ''] = process.argv.slice(2);

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await writePacks(cacheDir, name, tell);
} catch (error) {
  const { code, message, hint } = error as { code?: string; message: string; hint?: string };
  tell(JSON.stringify({ code, message, hint }));
  process.exitCode = 1;
}
