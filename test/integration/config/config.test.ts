import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configGet, configList, configSet, configUnset } from '../../../src/app/config.ts';
import { loadConfig } from '../../../src/app/load-config.ts';
import type { AppContext } from '../../../src/app/types.ts';
import { ownIdentity } from '../../../src/fs/process-identity.ts';
import { appContext, temporaryFolder } from '../../helpers/index.ts';

let root: string;
let home: string;
let context: AppContext;

beforeEach(async () => {
  root = await temporaryFolder();
  home = await temporaryFolder();
  await mkdir(join(root, '.mlo'));
  context = appContext(root, { HOME: home });
});

describe('config', () => {
  it('shows defaults where nothing is set', async () => {
    const { entries } = await configList(context);
    expect(entries.map(({ key, origin }) => `${key} ${origin}`)).toEqual([
      'cache.dir default',
      'cache.link default',
      'runtime.isolate default',
      'runtime.backend default',
      'core.jobs default',
      'gc.grace default',
      'gc.run_cache default',
      'gc.logs default',
      'metrics.higher default',
      'metrics.lower default',
      'tracking.experiment default',
      'tracking.path default',
      'tracking.space default',
      'tracking.system_metrics default',
    ]);
    expect(await loadConfig(root, context.env)).toMatchObject({
      cacheDir: join(root, '.mlo/cache'),
      link: ['reflink', 'copy'],
      isolate: 'auto',
      jobs: 1,
    });
  });

  it('sets a key per scope, the nearer scope winning', async () => {
    await configSet(context, 'core.jobs', '2', 'user');
    expect(await configGet(context, 'core.jobs')).toMatchObject({ value: 2, origin: 'user', where: join(home, '.config/mlo/config.yaml') });
    await configSet(context, 'core.jobs', '3');
    expect(await configGet(context, 'core.jobs')).toMatchObject({ value: 3, origin: 'project' });
    const local = await configSet(context, 'core.jobs', '4', 'local');
    expect(local).toMatchObject({ changed: true, file: join(root, '.mlo/config.local.yaml'), effective: { value: 4, origin: 'local' } });
    const hidden = appContext(root, { HOME: home, MLO_CORE_JOBS: '5' });
    expect(await configGet(hidden, 'core.jobs')).toMatchObject({ value: 5, origin: 'env', where: 'MLO_CORE_JOBS' });
  });

  it('unsets a key, and says when there was nothing to unset', async () => {
    await configSet(context, 'cache.link', 'hardlink,copy');
    expect(await configUnset(context, 'cache.link')).toMatchObject({ changed: true, effective: { origin: 'default' } });
    expect(await configUnset(context, 'cache.link')).toMatchObject({ changed: false });
  });

  it.each(['project', 'local', 'user'] as const)('keeps what commands set at the same time in the %s file', async (scope) => {
    const values = { 'core.jobs': '2', 'gc.grace': '2h', 'gc.logs': '3d', 'tracking.space': 'team' };
    const done = await Promise.all(Object.entries(values).map(async ([key, value]) => await configSet(context, key, value, scope)));
    expect(done.map(({ changed }) => changed)).toEqual([true, true, true, true]);
    const { entries } = await configList(context);
    expect(Object.fromEntries(entries.filter(({ origin }) => origin === scope).map(({ key, value }) => [key, String(value)]))).toEqual(
      values,
    );
    expect(readdirSync(dirname(done[0]?.file ?? '')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it.each(['project', 'user'] as const)(
    'writes where a symlink in place of the %s file leads, and refuses one that leads nowhere',
    async (scope) => {
      const dotfiles = await temporaryFolder();
      const file = scope === 'user' ? join(home, '.config/mlo/config.yaml') : join(root, '.mlo/config.yaml');
      const target = join(dotfiles, 'mlo.yaml');
      await mkdir(dirname(file), { recursive: true });
      await symlink(target, file);
      await expect(configSet(context, 'core.jobs', '2', scope)).rejects.toMatchObject({
        code: 'MLO_CONFIG',
        message: `${file} is a symlink that leads to nothing: ${target}`,
      });
      expect(readdirSync(dotfiles)).toEqual([]);
      await writeFile(target, '# mine\n');
      expect(await configSet(context, 'core.jobs', '2', scope)).toMatchObject({ file, changed: true });
      expect(readlinkSync(file)).toBe(target);
      expect(readFileSync(target, 'utf8')).toBe('# mine\n\ncore:\n  jobs: 2\n');
      expect(readdirSync(dotfiles)).toEqual(['mlo.yaml']);
    },
  );

  it('is not held up by a command that was killed while it wrote', async () => {
    const dead = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
    const holder = { ...ownIdentity(), pid: dead, command: 'mlo config set', since: new Date().toISOString() };
    await writeFile(join(root, '.mlo/config.yaml.lock'), JSON.stringify(holder));
    expect(await configSet(context, 'core.jobs', '2')).toMatchObject({ changed: true });
  });

  it('finds the user file below XDG_CONFIG_HOME', async () => {
    const xdg = await temporaryFolder();
    const { file } = await configSet(appContext(root, { HOME: home, XDG_CONFIG_HOME: xdg }), 'core.jobs', '2', 'user');
    expect(file).toBe(join(xdg, 'mlo/config.yaml'));
  });

  it('works for the user outside any project', async () => {
    const elsewhere = appContext(home, { HOME: home });
    await configSet(elsewhere, 'core.jobs', '2', 'user');
    expect((await configList(elsewhere)).entries.find(({ key }) => key === 'core.jobs')).toMatchObject({ value: 2, origin: 'user' });
    await expect(configSet(elsewhere, 'core.jobs', '2', 'project')).rejects.toMatchObject({ code: 'MLO_NOT_A_PROJECT' });
  });

  it('resolves cache.dir against the project, and ~ against the home', async () => {
    await configSet(context, 'cache.dir', '../elsewhere');
    expect((await loadConfig(root, context.env)).cacheDir).toBe(join(dirname(root), 'elsewhere'));
    await configSet(context, 'cache.dir', '~/cache');
    expect((await loadConfig(root, context.env)).cacheDir).toBe(join(home, 'cache'));
  });

  it('keeps the local file private and out of Git', async () => {
    const { file } = await configSet(context, 'core.jobs', '2', 'local');
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readFileSync(join(root, '.mlo/.gitignore'), 'utf8')).toContain('/*');
  });

  it('refuses an unknown key, and a value that the key does not allow', async () => {
    await expect(configSet(context, 'core.job', '2')).rejects.toMatchObject({ code: 'MLO_CONFIG', hint: 'Did you mean core.jobs?' });
    await expect(configSet(context, 'core.jobs', 'many')).rejects.toMatchObject({
      code: 'MLO_CONFIG',
      hint: 'For example: mlo config set core.jobs 1',
    });
    await expect(configSet(context, 'metrics.higher', 'a,,b')).rejects.toMatchObject({
      hint: 'For example: mlo config set metrics.higher gain,recall',
    });
    await expect(configGet(context, 'core')).rejects.toMatchObject({ code: 'MLO_CONFIG' });
  });

  it('does not touch a file that it does not understand', async () => {
    const file = join(root, '.mlo/config.yaml');
    await writeFile(file, 'core: {jobs: 2\n');
    await expect(configSet(context, 'core.jobs', '3')).rejects.toMatchObject({ code: 'MLO_CONFIG' });
    expect(readFileSync(file, 'utf8')).toBe('core: {jobs: 2\n');
  });

  it('reports what is wrong in all files and variables at once', async () => {
    await writeFile(join(root, '.mlo/config.yaml'), 'core:\n  jobs: many\n');
    await writeFile(join(root, '.mlo/config.local.yaml'), 'cache:\n  lnk: copy\n');
    const attempt = loadConfig(root, { HOME: home, MLO_CORE_JOBS: '0' });
    await expect(attempt).rejects.toMatchObject({ code: 'MLO_CONFIG', message: 'The configuration has 3 problems' });
    const { problems } = (await attempt.catch((error: unknown) => error)) as { problems: readonly { file?: string; line?: number }[] };
    expect(problems.map(({ file, line }) => `${file ?? 'env'}:${line ?? ''}`)).toEqual([
      'env:',
      `${join(root, '.mlo/config.local.yaml')}:2`,
      `${join(root, '.mlo/config.yaml')}:2`,
    ]);
  });

  it('reads an edited file again although the parsed one is kept', async () => {
    await mkdir(join(root, '.mlo/state'));
    await configSet(context, 'core.jobs', '2');
    expect((await loadConfig(root, context.env)).jobs).toBe(2);
    expect(statSync(join(root, '.mlo/state/config.json')).isFile()).toBe(true);
    await writeFile(join(root, '.mlo/config.yaml'), 'core: {jobs: 7}\n');
    expect((await loadConfig(root, context.env)).jobs).toBe(7);
    await writeFile(join(root, '.mlo/state/config.json'), 'damaged');
    expect((await loadConfig(root, context.env)).jobs).toBe(7);
  });
});
