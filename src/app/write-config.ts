import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withIoErrors } from '../fs/errno.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import type { ConfigScope } from './load-config.ts';
import { MLO_GITIGNORE } from './project.ts';

/** A configuration file anew; only the committed one may be read by others. Throws MLO_CACHE_IO. */
export function writeConfigText(scope: ConfigScope, file: string, text: string): void {
  withIoErrors('write', file, () => {
    if (scope !== 'user') keepOutOfGit(dirname(file));
    writeFileAtomic(file, text, { durable: true, ...(scope === 'project' ? {} : { mode: 0o600 }) });
  });
}

/** The local file may hold secrets, so the folder's .gitignore comes before it. */
function keepOutOfGit(mloFolder: string): void {
  const ignore = join(mloFolder, '.gitignore');
  if (!existsSync(ignore)) writeFileAtomic(ignore, MLO_GITIGNORE);
}
