import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/core/errors/catalogue.ts';
import { createProject, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';
import { injected } from '../lib/inject.ts';

const LARGE = {
  'pipeline.yaml': "stages:\n  a: {cmd: 'yes abcdefghijklmno | head -c 300000 > out; echo a >> ran', deps: [in], outs: [out]}\n",
  in: 'x',
};

function largeObject(project: TestProject): string {
  const folder = project.path('.mlo/cache/objects');
  const [prefix = ''] = readdirSync(folder).filter((name) => name.length === 2);
  return join(folder, prefix, readdirSync(join(folder, prefix))[0] ?? '');
}

describe('faults of the cache under a repro', () => {
  test('an object with a flipped bit is never placed: the stage runs again and the cache is good afterwards', async () => {
    const project = await createProject(LARGE);
    await repro(project);
    const good = await project.read('out');
    const object = largeObject(project);
    const bytes = readFileSync(object);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    await chmod(object, 0o644);
    writeFileSync(object, bytes);
    await project.remove('out');
    const { outcomes, result } = await repro(project);
    expect(outcomes).toEqual({ a: 'ran' });
    expect(result.code).toBe(0);
    expect(await project.read('out')).toBe(good);
    await project.remove('out');
    expect((await repro(project)).outcomes).toEqual({ a: 'restored' });
    expect(await project.read('out')).toBe(good);
  });

  test('checkout refuses a corrupt object and leaves the workspace as it was', async () => {
    const project = await createProject(LARGE);
    await repro(project);
    const object = largeObject(project);
    await chmod(object, 0o644);
    writeFileSync(object, 'short');
    await project.remove('out');
    const { code, stdout, stderr } = await project.mlo(['checkout']);
    expect(code).toBe(3);
    expect(stdout + stderr).toMatch(/is not in the cache|does not have/);
    expect(project.exists('out')).toBe(false);
  });

  test('a full disk in the cache is a clear error that loses nothing', async () => {
    const project = await createProject(LARGE);
    const env = injected({ call: 'fsync', nth: 1, onwards: true }, 'ENOSPC');
    const { code, stdout } = await project.mlo(['repro', '--json'], { env });
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/ENOSPC|no space|disk I\/O error/i);
    expect(stdout).not.toContain('MLO_INTERNAL');
    const { outcomes } = await repro(project);
    expect(['unchanged', 'restored', 'ran']).toContain(outcomes['a']);
    expect(await project.read('out')).toHaveLength(300_000);
  });

  test('a cache that may not be written is a clear error', async () => {
    const project = await createProject(LARGE);
    const result = await project.mlo(['repro', '--json'], { env: injected({ call: 'mkdir', nth: 1, onwards: true }, 'EACCES') });
    const { ok, error } = result.json();
    expect([result.code, ok, error.code]).toEqual([CATALOGUE.MLO_CACHE_IO.exit, false, 'MLO_CACHE_IO']);
    expect(error.message).toContain(project.path('.mlo'));
    expect(error.message).toMatch(/permission denied|EACCES/);
    expect((await repro(project)).result.code).toBe(0);
  });

  test('unknown bytes in an out are kept in the cache and named before a stage replaces them', async () => {
    const project = await createProject({
      'pipeline.yaml': "stages:\n  a: {cmd: 'mkdir out; cp in out/made', deps: [in], outs: [out]}\n",
      in: 'x',
      'out/precious': 'mine',
    });
    const first = await project.mlo(['repro']);
    expect(first.code).toBe(0);
    expect(first.stdout + first.stderr).toMatch(/Out 'out'.*kept in the cache/s);
    expect(project.exists('out/precious')).toBe(false);
  });
});
