import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ENV, useStageRig } from './stage-rig.ts';

const rig = useStageRig();

describe('the commands of a stage', () => {
  it('run one after the other in the wdir', async () => {
    mkdirSync(rig.path('sub'));
    const result = await rig.run(['echo one > a', 'cat a; echo two; pwd'], { wdir: rig.path('sub') });
    expect(result).toMatchObject({ exitCode: 0, signal: null });
    expect(rig.text).toBe(`one\ntwo\n${rig.path('sub')}\n`);
  });

  it('stop at the first that fails', async () => {
    const result = await rig.run(['echo first', 'exit 3', 'touch never']);
    expect(result).toMatchObject({ exitCode: 3, signal: null, error: { code: 'MLO_STAGE_FAILED' } });
    expect(existsSync(rig.path('never'))).toBe(false);
  });

  it('find the end of their input at once', async () => {
    expect(await rig.run(['cat'])).toMatchObject({ exitCode: 0 });
  });

  it('lead a process group and a session of their own', async () => {
    await rig.run(['ps -o pid=,pgid=,sess= -p $$']);
    const [pid, group, session] = rig.text.trim().split(/\s+/);
    expect([group, session]).toEqual([pid, pid]);
  });

  it('get exactly the environment that they are given, newlines and all', async () => {
    const env = { PATH: ENV.PATH, TWO_LINES: 'a\nb=c\n', EMPTY: '', UNICODE: 'größe €' };
    await rig.run(['node -p "JSON.stringify([process.env.TWO_LINES, process.env.EMPTY, process.env.UNICODE, process.env.HOME ?? null])"'], {
      env,
    });
    expect(JSON.parse(rig.text)).toEqual(['a\nb=c\n', '', 'größe €', null]);
  });

  it('run side by side in any number', async () => {
    const runs = Array.from({ length: 40 }, async (_, index) => {
      const result = await rig.run([`echo ${index} > out${index}; echo said ${index}`], { logPath: rig.path(`logs/${index}.log`) });
      return [result.exitCode, readFileSync(rig.path(`logs/${index}.log`), 'utf8')];
    });
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 40 }, (_, index) => [0, `said ${index}\n`]));
  });

  it('leave nothing in the temporary folder once the spawner is closed', async () => {
    await rig.run(['true']);
    expect(readdirSync(rig.folder)).not.toEqual([]);
    await rig.spawner.close();
    expect(readdirSync(rig.folder)).toEqual([]);
  });

  it('still start after a cleaner has emptied the temporary folder', async () => {
    await rig.run(['true']);
    await rig.run([`rm -r ${rig.folder}/mlo-*`]);
    expect(await rig.run(['echo still here'])).toMatchObject({ exitCode: 0 });
    expect(rig.text).toBe('still here\n');
  });
});

describe('the error of a failed command', () => {
  it('names stage, exit code, command and the last ten lines', async () => {
    const { error } = await rig.run(['i=1; while [ $i -le 30 ]; do echo line $i; i=$((i+1)); done; exit 7']);
    expect(error?.message).toMatch(/^Stage 'train' failed with exit code 7: i=1; while/);
    expect(error?.details).toMatchObject({ stage: 'train', exitCode: 7, signal: null, log: rig.path('logs/stage.log') });
    expect(error?.details.output).toEqual(Array.from({ length: 10 }, (_, index) => `line ${index + 21}`));
    expect(error?.message).toContain('  line 30');
    expect(error?.message).not.toContain('line 20');
    expect(error?.hint).toBe('mlo logs train');
  });

  it('names the signal that ended it', async () => {
    const result = await rig.run(['kill -SEGV $$']);
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
    expect(result.error?.message).toContain('failed with signal SIGSEGV');
  });

  it('says that the wdir is missing, not the shell', async () => {
    const { error } = await rig.run(['true'], { wdir: rig.path('absent') });
    expect(error?.message).toBe(`Stage 'train' cannot start: its wdir '${rig.path('absent')}' is not a folder`);
    expect(error?.code).toBe('MLO_STAGE_FAILED');
  });

  it('says that the shell is missing', async () => {
    const { error } = await rig.run(['true'], { shell: { path: rig.path('nosh'), args: ['-c'] } });
    expect(error?.message).toBe(`Stage 'train' cannot start: its shell '${rig.path('nosh')}' does not exist`);
  });

  it('says that the shell cannot be executed', async () => {
    writeFileSync(rig.path('nosh'), 'not a program');
    chmodSync(rig.path('nosh'), 0o644);
    const { error } = await rig.run(['true'], { shell: { path: rig.path('nosh'), args: ['-c'] } });
    expect(error?.message).toContain(`its shell '${rig.path('nosh')}' cannot be executed`);
  });

  it('says that the environment is too large', async () => {
    const { error } = await rig.run(['true'], { env: { ...ENV, HUGE: 'x'.repeat(8 * 1024 * 1024) } });
    expect(error?.message).toContain('larger than the system allows');
  });

  it('says that the log cannot be written, and ends the command', async () => {
    writeFileSync(rig.path('file'), '');
    const { error } = await rig.run(['echo x; sleep 300'], { logPath: rig.path('file/stage.log') });
    expect(error?.message).toContain('its log cannot be written: ENOTDIR');
  });
});
