import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY, runCommand, startCommand, temporaryFolder, type CommandResult, type RunningCommand } from '../../helpers/index.ts';

/** A package of mlo somewhere on the disk, with its launcher and a command line that a test wrote. */
export interface FakePackage {
  readonly root: string;
  write(files: { readonly [path: string]: string }): Promise<void>;
  run(args: readonly string[], env?: { readonly [name: string]: string }): Promise<CommandResult>;
  start(args: readonly string[], env?: { readonly [name: string]: string }): RunningCommand;
}

const PRELOAD = fileURLToPath(new URL('pretend.cjs', import.meta.url));

/** As npm installs it: launcher, package.json, bundle; no sources. */
export async function installedPackage(main: string, inside = ''): Promise<FakePackage> {
  const fake = packageAt(join(await temporaryFolder(), inside));
  await fake.write({ 'package.json': '{"name":"mlo-cli","version":"9.8.7","type":"module"}', 'dist/main.js': main });
  await copyFromRepository(fake.root, ['bin/mlo.js']);
  return fake;
}

/** As Git clones it, with a main of the test and the packages of this repository. */
export async function checkout(main: string): Promise<FakePackage> {
  const fake = packageAt(await temporaryFolder());
  await copyFromRepository(fake.root, ['bin', 'package.json', 'package-lock.json', 'tsconfig.json', 'src/fs/entry-point.ts']);
  await fake.write({ 'src/cli/main.ts': main });
  await symlink(join(REPOSITORY, 'node_modules'), join(fake.root, 'node_modules'));
  return fake;
}

/** Makes the launcher believe in another Node version or platform (until it re-executes). */
export function pretend(what: { readonly node?: string; readonly platform?: string }): { readonly [name: string]: string } {
  return { NODE_OPTIONS: `--require=${PRELOAD}`, PRETEND_NODE: what.node ?? '', PRETEND_PLATFORM: what.platform ?? '' };
}

/** The Node that npm would have installed. */
export async function addPinnedNode(folder: string, place = 'node_modules/.bin/node'): Promise<void> {
  await mkdir(dirname(join(folder, place)), { recursive: true });
  await symlink(process.execPath, join(folder, place));
}

function packageAt(root: string): FakePackage {
  const launcher = join(root, 'bin', 'mlo.js');
  const settings = (env = {}) => ({ cwd: root, env: { PATH: process.env['PATH'], HOME: join(root, 'home'), ...env } });
  return {
    root,
    run: (args, env) => runCommand(process.execPath, [launcher, ...args], settings(env)),
    start: (args, env) => startCommand(process.execPath, [launcher, ...args], settings(env)),
    async write(files) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), text);
      }
    },
  };
}

async function copyFromRepository(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) await cp(join(REPOSITORY, path), join(root, path), { recursive: true });
}
