import { readdirSync } from 'node:fs';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProject, NATIVE_CACHE, REPOSITORY, requireNative, type TestProject } from '../../helpers/index.ts';
import { pathWith, STAGE } from './install-project.ts';

describe('npm ci after mlo backend install', () => {
  it('makes node_modules anew, and the addon comes from the cache: nothing is built, and the same stage trains natively', async () => {
    requireNative();
    const project = await createProject(STAGE);
    const checkout = await createProject();
    for (const name of ['bin', 'src', 'schema', 'package.json']) await cp(join(REPOSITORY, name), checkout.path(name), { recursive: true });
    const repro = async (): Promise<string> => {
      const options = { env: { ...NATIVE_CACHE, PATH: await pathWith(), NODE_OPTIONS: '' } };
      const { code, stderr } = await project.run(
        process.execPath,
        [checkout.path('bin/mlo.js'), 'repro', '--force', '--no-run-cache'],
        options,
      );
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      return await project.read('out.txt');
    };
    await freshModules(checkout);
    expect(await repro()).toBe('tensorflow 3');
    // What npm ci does first.
    await rm(checkout.path('node_modules'), { recursive: true });
    const tfjsNode = await freshModules(checkout);
    expect(await repro()).toBe('tensorflow 3');
    expect(readdirSync(tfjsNode)).not.toEqual(expect.arrayContaining(['lib', 'build', 'deps']));
  }, 120_000);
});

/** As `npm ci` lays it out, by links for what is the same on every machine: tfjs-node as its tarball has it, without an addon or libraries. Returns its folder. */
async function freshModules(checkout: TestProject): Promise<string> {
  const from = join(REPOSITORY, 'node_modules');
  await mkdir(checkout.path('node_modules/@tensorflow'), { recursive: true });
  for (const name of readdirSync(from))
    if (name !== '@tensorflow' && name !== 'mlo-cli') await symlink(join(from, name), checkout.path('node_modules', name));
  for (const name of readdirSync(join(from, '@tensorflow')))
    if (name !== 'tfjs-node') await symlink(join(from, '@tensorflow', name), checkout.path('node_modules/@tensorflow', name));
  const made = ['lib', 'build', 'deps', 'node_modules'].map((name) => join(from, '@tensorflow/tfjs-node', name));
  const tfjsNode = checkout.path('node_modules/@tensorflow/tfjs-node');
  await cp(join(from, '@tensorflow/tfjs-node'), tfjsNode, { recursive: true, filter: (path) => !made.includes(path) });
  return tfjsNode;
}
