import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readdirSync, readFileSync, watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isAlive, useStageRig } from '../../integration/shell/stage-rig.ts';

const rig = useStageRig();
const MLO = fileURLToPath(new URL('./run-one-command.ts', import.meta.url));

function pidIn(name: string): number {
  return Number(readFileSync(rig.path(name), 'utf8'));
}

/** The helper removes its folder after it has killed the stages, so the end of those says nothing of it. */
async function untilGone(folder: string, name: RegExp): Promise<void> {
  const watcher = watch(folder);
  while (readdirSync(folder).some((entry) => name.test(entry))) await once(watcher, 'change');
  watcher.close();
}

describe('when the spawn helper is killed', () => {
  it('the running stages fail with a clear error and their processes are ended', async () => {
    const stages = ['a', 'b'].map((name) => rig.run([`echo $$ > ${name}; echo $PPID > helper; echo ready ${name}; sleep 300; true`]));
    await Promise.all([rig.said('ready a'), rig.said('ready b')]);
    process.kill(pidIn('helper'), 'SIGKILL');
    for (const { error } of await Promise.all(stages)) {
      expect(error?.code).toBe('MLO_STAGE_FAILED');
      expect(error?.message).toContain(`The helper process that starts commands (pid ${pidIn('helper')}) ended: killed by SIGKILL`);
    }
    expect(['a', 'b'].map((name) => isAlive(pidIn(name)))).toEqual([false, false]);
  });

  it('the next stage gets another one', async () => {
    await rig.run(['echo $PPID > helper; kill -KILL $PPID; sleep 300']);
    const result = await rig.run(['echo $PPID > second']);
    expect(result).toMatchObject({ exitCode: 0, signal: null });
    expect(pidIn('second')).not.toBe(pidIn('helper'));
  });
});

describe('when mlo is killed', () => {
  it('its stages are killed with their children, and its temporary files removed', async () => {
    execFileSync('mkfifo', [rig.path('alive')]);
    const script = 'sh -c "sleep 300; true" > alive & sh -c "sleep 300; true" > alive; true';
    const mlo = spawn(process.execPath, [MLO, script], {
      cwd: rig.folder,
      env: { ...process.env, TMPDIR: rig.folder },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(mlo.stdout, 'data');
    const alive = createReadStream(rig.path('alive'));
    alive.resume();
    await once(alive, 'open');
    mlo.kill('SIGKILL');
    await once(alive, 'end');
    await untilGone(rig.folder, /^mlo-/);
    expect(readdirSync(rig.folder)).toEqual(['alive']);
  });

  it('or ends by itself while nothing runs, the helper does not keep it', async () => {
    const mlo = spawn(process.execPath, [MLO, 'echo $PPID > helper'], { cwd: rig.folder, env: process.env, stdio: 'ignore' });
    expect(await once(mlo, 'exit')).toEqual([0, null]);
  });
});
