import { existsSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { withProject, withWriter } from '../../../src/app/project.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { newRun } from '../../contract/tracking/records.ts';
import { appContext, createProject, LAUNCHER } from '../../helpers/index.ts';
import { skipTest } from '../../helpers/skip.ts';

describe('a place that cannot be written', () => {
  it.each([
    ['config set', ['config', 'set', 'core.jobs', '2', '--user']],
    ['remote add', ['remote', 'add', 'origin', '/mnt/share', '--user']],
  ])('is told by %s with its path and what to do', async (_what, args) => {
    const project = await createProject({ '.mlo/config.yaml': '', 'pipeline.yaml': 'stages: {}\n', home: 'a file' });
    const { code, stderr } = await project.mlo(args, { env: { XDG_CONFIG_HOME: project.path('home') } });
    expect(code).toBe(12);
    expect(stderr).toContain(`error[MLO_CACHE_IO]: Cannot write ${project.path('home/mlo/config.yaml')}: `);
    expect(stderr).toMatch(/^hint: .*move it away/m);
  });

  it('is told once, although what waits for it cannot be written at the end either', async () => {
    const project = await createProject({ '.mlo/config.yaml': '', 'pipeline.yaml': 'stages: {}\n' });
    const context = appContext(project.root);
    const work = withProject(context, async ({ tracking, trackingPath }) => {
      const opened = await tracking();
      opened.startRun(newRun('aa01'));
      const other = new Database(trackingPath);
      other.exec('DROP TABLE runs');
      other.close();
      opened.flush();
    });
    await expect(work).rejects.toMatchObject({ code: 'MLO_TRACKING' });
    expect(context.events).toEqual([]);
  });

  it('is a warning where something else went wrong before, and the lock is released', async () => {
    const project = await createProject({ '.mlo/config.yaml': '' });
    const context = appContext(project.root);
    const work = withWriter(context, async ({ tracking, trackingPath }) => {
      (await tracking()).startRun(newRun('aa01'));
      const other = new Database(trackingPath);
      other.exec('DROP TABLE runs');
      other.close();
      throw new MloError('MLO_TARGET', 'what went wrong first');
    });
    await expect(work).rejects.toMatchObject({ code: 'MLO_TARGET', message: 'what went wrong first' });
    expect(context.events).toEqual([{ type: 'warning', message: expect.stringContaining('no such table') as string }]);
    expect(project.exists('.mlo/lock')).toBe(false);
  });

  it('in the cache keeps no run from being recorded', async () => {
    const project = await createProject({ '.mlo/config.yaml': '' });
    const work = withWriter(appContext(project.root), async ({ cache, tracking }) => {
      (await cache()).putBytes(Buffer.from('an object'));
      (await tracking()).startRun(newRun('aa01'));
      rmSync(project.path('.mlo/cache/journal'), { recursive: true });
    });
    await expect(work).rejects.toMatchObject({ code: 'MLO_CACHE_IO' });
    const database = new Database(project.path('.mlo/tracking.db'), { readonly: true });
    expect(database.prepare('SELECT count(*) AS runs FROM runs').get()).toEqual({ runs: 1 });
    database.close();
  });

  it('is told where it is the output itself, and is no fault of mlo', async () => {
    if (!existsSync('/dev/full')) skipTest('this system has no /dev/full');
    const project = await createProject({ '.mlo/config.yaml': '', 'pipeline.yaml': 'stages: {}\n' });
    for (const more of ['', ' --json']) {
      const { code, stderr } = await project.run('sh', ['-c', `"$0" "$1" config list${more} > /dev/full`, process.execPath, LAUNCHER]);
      expect(code).toBe(12);
      expect(stderr).toMatch(/^error\[MLO_CACHE_IO\]: Cannot write the output: ENOSPC/);
      expect(stderr).toContain('hint: Free some space where the output goes');
      expect(stderr).not.toContain('fault of mlo');
    }
  });
});
