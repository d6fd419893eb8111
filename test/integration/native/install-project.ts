import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findProgram, requireNative, temporaryFolder, type ProjectFiles, type TestProject } from '../../helpers/index.ts';
import { stage } from './native-project.ts';

/** Says in `out.txt` which backend it has. */
export const STAGE: ProjectFiles = {
  '.mlo/config.yaml': '',
  'stages/train.ts': stage(`writeFileSync(outs.out, [tf.getBackend(), tf.scalar(1).add(2).dataSync()[0]].join(' '));`),
  'pipeline.yaml': 'stages:\n  train: {run: stages/train.ts, outs: {out: out.txt}}\n',
};

/** A PATH that has nothing but these programs. */
export async function pathWith(...programs: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['node', 'sh', 'env', ...programs]) {
    const program = name === 'node' ? process.execPath : findProgram(name);
    if (program !== undefined) await symlink(program, join(folder, name));
  }
  return folder;
}

/** The build of this machine in the cache of the project's user: a copy of the addon, links to the libraries. */
export async function lendBuild(project: TestProject): Promise<string> {
  const from = dirname(requireNative().addon);
  const builds = join(project.home, '.cache', 'mlo', 'native', basename(dirname(from)));
  const folder = join(builds, 'lent');
  await mkdir(folder, { recursive: true });
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) await symlink(join(from, name), join(folder, name));
  for (const name of ['tfjs_binding.node', 'stamp.json']) await copyFile(join(from, name), join(folder, name));
  await writeFile(join(builds, 'current.json'), JSON.stringify({ folder: 'lent' }));
  return folder;
}
