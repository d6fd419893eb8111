import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { add } from '../../../src/app/add.ts';
import { checkout } from '../../../src/app/checkout.ts';
import { gc } from '../../../src/app/gc.ts';
import { appContext } from '../../helpers/index.ts';
import { copyOf, expectComesBack, expectVerified, filesOf, leftovers, type Files, type TwoVersions } from './states.ts';

/** A command to be disturbed. */
export interface Verb {
  readonly args: readonly string[];
  /** Makes ready what the command will do. */
  prepare(root: string, of: TwoVersions): void;
  /** What must hold after the kill, and that the same command succeeds afterwards. */
  check(root: string, of: TwoVersions, where: string): Promise<void>;
}

/** The workspace has the second version, the cache and the pointer know the first only. */
export const ADD: Verb = {
  args: ['add', 'data'],
  prepare(root, { first }) {
    writeFileSync(join(root, 'data.mlo'), first.pointer);
    for (const folder of ['cache', 'state']) rmSync(join(root, '.mlo', folder), { recursive: true });
  },
  async check(root, { second }, where) {
    expect(filesOf(join(root, 'data')), where).toEqual(second.files);
    await expectSoundOrFirst(root, second.pointer, where);
    const { added } = await add(appContext(root), { paths: ['data'], commit: true });
    expect(added.length, where).toBe(1);
    expect(readFileSync(join(root, 'data.mlo'), 'utf8'), where).toBe(second.pointer);
    await expectVerified(root, where);
    await expectComesBack(root, second, where);
  },
};

export const CHECKOUT: Verb = {
  args: ['checkout'],
  prepare: (root, { first }) => writeFileSync(join(root, 'data.mlo'), first.pointer),
  async check(root, { first, second }, where) {
    expectOldOrNew(filesOf(join(root, 'data')), [first.files, second.files], where);
    await expectVerified(root, where);
    const { targets } = await checkout(appContext(root), { targets: [], force: false });
    expect(targets[0]?.error, where).toBeUndefined();
    expect(filesOf(join(root, 'data')), where).toEqual(first.files);
    expect(leftovers(join(root, 'data')), where).toEqual([]);
    await expectComesBack(root, second, where);
  },
};

export const COMMIT: Verb = { ...ADD, args: ['commit'] };

const SCOPES = { branches: false, tags: false, commits: 0, allCommits: false, runs: true, ignoreProjects: [] } as const;

/** Only the second version is to stay. */
export const GC: Verb = {
  args: ['gc', '--force'],
  prepare: () => undefined,
  async check(root, { second }, where) {
    expect(filesOf(join(root, 'data')), where).toEqual(second.files);
    await expectVerified(root, where);
    await gc(appContext(root), { ...SCOPES, force: true });
    await expectVerified(root, where);
    await expectComesBack(root, second, where);
  },
};

export function prepared(verb: Verb, of: TwoVersions): string {
  const root = copyOf(of);
  verb.prepare(root, of);
  return root;
}

async function expectSoundOrFirst(root: string, second: string, where: string): Promise<void> {
  // Before the new pointer is written it names the first version, of which this cache has nothing.
  if (readFileSync(join(root, 'data.mlo'), 'utf8') === second) await expectVerified(root, where);
}

/** Each file is one of the two versions of it. */
function expectOldOrNew(found: Files, versions: readonly Files[], where: string): void {
  for (const [path, digest] of found)
    expect(
      versions.map((files) => files.get(path)),
      `${where}: ${path}`,
    ).toContain(digest);
}
