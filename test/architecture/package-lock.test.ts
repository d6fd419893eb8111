import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mendLock } from '../../tools/mend-lock.mjs';
import { REPOSITORY } from '../helpers/index.ts';

const lock = JSON.parse(readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8')) as {
  packages: { [path: string]: { resolved?: string; hasInstallScript?: boolean } };
};

it('has the native packages of every platform, for whichever Node installs them (else: node tools/mend-lock.mjs)', () => {
  expect(JSON.stringify(mendLock(lock))).toBe(JSON.stringify(lock));
});

it('names no registry, so that each machine asks its own', () => {
  const resolved = Object.values(lock.packages).map((entry) => entry.resolved);
  expect(resolved.filter((url) => url?.includes('://'))).toEqual([]);
});

it('needs no install script that package.json has not decided about', () => {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { allowScripts: { [name: string]: boolean } };
  const scripted = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript === true);
  const undecided = scripted
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    .filter((name) => !(name in manifest.allowScripts));
  expect(undecided.filter((name) => name !== 'fsevents')).toEqual([]);
});
