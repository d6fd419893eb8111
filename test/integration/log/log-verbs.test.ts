import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { LAUNCHER } from '../../helpers/index.ts';
import { createScriptProject, script, type ScriptProject } from './script-project.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** A project with a run that is at work; `end` lets it end. */
async function runAtWork(): Promise<{ there: ScriptProject; id: string; end: () => Promise<void> }> {
  const there = await createScriptProject({
    '.mlo/config.yaml': 'tracking.system_metrics: off\n',
    'wait.mjs': script(`const run = await startRun({ name: 'at work' }); console.log('id ' + run.id + ';');
      await new Promise((resolve) => { const timer = setInterval(() => { if (existsSync('go')) { clearInterval(timer); resolve(); } }, 10); });`),
  });
  const command = there.node(['wait.mjs']);
  const text = await command.waitFor(/id \w{32};/);
  const end = async (): Promise<void> => {
    await there.write({ go: '' });
    await command.ended;
  };
  return { there, id: /id (\w+);/.exec(text)?.[1] ?? '', end };
}

describe('mlo log', () => {
  it('records params, metrics, tags, files and images of a run that another process has started', async () => {
    const { there, id, end } = await runAtWork();
    await there.write({
      'metrics.json': '{"test": {"acc": 0.9, "loss": [1]}, "note": "x", "count": 3}',
      'metrics.yaml': 'deep: {er: 1.5}\n',
      'plot.bin': PNG,
      'out/a.txt': 'a',
    });
    const short = id.slice(0, 8);
    const lines = [
      ['param', 'lr', '0.1'],
      ['params', 'opt=adam', 'layers=[8,4]', 'big=12345678901234567890', 'empty='],
      ['metric', 'loss', '0.5'],
      ['metric', 'loss', '0.25'],
      ['metric', 'acc', 'nan', '--step', '-3'],
      ['metrics-file', 'metrics.json', '--step', '7'],
      ['metrics-file', 'metrics.yaml'],
      ['tag', 'owner', 'anna'],
      ['tag', 'owner', 'eva'],
      ['artifact', 'out'],
      ['artifact', 'out/a.txt', '--name', 'notes/b.txt'],
      ['image', 'plot.bin', '--name', 'plots/loss'],
    ];
    for (const line of lines) {
      const { code, stdout, stderr } = await there.mlo(['log', ...line, '--run', short]);
      expect({ line, code, stdout, stderr }).toEqual({ line, code: 0, stdout: '', stderr: '' });
    }
    await end();
    expect(there.runs()).toMatchObject([
      {
        status: 'FINISHED',
        params: { lr: 0.1, opt: 'adam', layers: [8, 4], big: 12345678901234567890n, empty: '' },
        metrics: {
          loss: { value: 0.25, step: 1, points: 2 },
          acc: { value: NaN, step: -3 },
          'test.acc': { value: 0.9, step: 7 },
          count: { value: 3, step: 7 },
          'deep.er': { value: 1.5, step: 0 },
        },
        tags: { owner: 'eva' },
        artifacts: [{ path: 'notes/b.txt' }, { path: 'out', content: { kind: 'tree' } }, { path: 'plots/loss.png' }],
      },
    ]);
    expect(Object.keys(there.runs()[0]?.metrics ?? {})).toHaveLength(5);
    expect((await there.mlo(['verify'])).code).toBe(0);
  });

  it('says what is wrong, and with whom', async () => {
    const { there, id, end } = await runAtWork();
    await there.write({ 'text.png': 'no image', 'broken.json': '{' });
    await there.mlo(['log', 'param', 'lr', '1', '--run', id]);
    const cases: [args: string[], code: string, text: string][] = [
      [['param', 'lr', '1'], 'MLO_USAGE', 'MLO_RUN_ID is not set'],
      [['param', 'lr', '1', '--run', 'ffffffff'], 'MLO_RUN_UNKNOWN', 'ffffffff'],
      [['param', 'lr', '2', '--run', id], 'MLO_RUN_VALUE', 'written once'],
      [['metric', 'loss', 'low', '--run', id], 'MLO_USAGE', `'low' is no number`],
      [['metric', 'loss', '--run', id], 'MLO_USAGE', 'a name and a value'],
      [['metric', 'loss', '1', '--step', '1.5', '--run', id], 'MLO_USAGE', 'must be a whole number'],
      [['image', 'text.png', '--run', id], 'MLO_USAGE', 'neither a PNG nor a JPEG'],
      [['artifact', 'nothing', '--run', id], 'MLO_USAGE', `no file or folder 'nothing'`],
      [['artifact', 'text.png', '--name', '../x', '--run', id], 'MLO_PATH_UNSAFE', `'..'`],
      [['metrics-file', 'broken.json', '--run', id], 'MLO_PARAMS', 'broken.json'],
      [['metrics-file', 'none.json', '--run', id], 'MLO_PARAMS', 'none.json'],
    ];
    for (const [args, code, text] of cases) {
      const { error } = (await there.mlo(['log', ...args, '--json'])).json();
      expect({ args, code: error.code, message: error.message }).toEqual({ args, code, message: expect.stringContaining(text) });
    }
    await end();
    expect(there.runs()).toMatchObject([{ params: { lr: 1 }, metrics: {}, artifacts: [] }]);
  });
});

describe('mlo log metric --stream', () => {
  it('logs a line for a point, goes on from the last step, and warns of what it does not understand', async () => {
    const { there, id, end } = await runAtWork();
    const points = Array.from({ length: 200_000 }, (_, step) => `loss ${step / 2} ${step}`).join('\n');
    const input = `# a comment\n\nacc 0.5\nacc\t0.75\r\nbad\nx 1 1.5\nx one\n{"loss": -1, "grad": "inf", "step": 200000}\n{"a": []}\n{\n${points}\nlast 1e-3`;
    const { code, stdout, stderr } = await there.mlo(['log', 'metric', '--stream', '--run', id], { input });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '200,005 points logged\n' });
    expect(stderr.match(/Line \d+/g)).toEqual(['Line 5', 'Line 6', 'Line 7', 'Line 9', 'Line 10']);
    expect((await there.mlo(['log', 'metric', '--stream', '--run', id], { input: 'acc 1\n' })).code).toBe(0);
    await end();
    expect(there.runs()).toMatchObject([
      {
        metrics: {
          acc: { value: 1, step: 2, points: 3 },
          grad: { value: Infinity, step: 200_000 },
          last: { value: 0.001, step: 0 },
          loss: { value: -1, step: 200_000, points: 200_001, max: { value: 99_999.5, step: 199_999 } },
        },
      },
    ]);
  });

  it('warns of lines that only look like a point, as programs print them, and logs what comes before and after', async () => {
    const { there, id, end } = await runAtWork();
    const last = Number.MAX_SAFE_INTEGER;
    const input = `loss 1\n\u001b[1mEpoch\u001b[0m 4\n... 12\n{"loss": 7, "a//b": 1}\nloss 2\nfar 1 ${last}\nfar 2\nloss 3\n`;
    const { code, stdout, stderr } = await there.mlo(['log', 'metric', '--stream', '--run', id], { input });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '4 points logged\n' });
    expect(stderr.match(/Line \d+/g)).toEqual(['Line 2', 'Line 3', 'Line 4', 'Line 7']);
    for (const why of ['control character', 'leads elsewhere', 'is too large']) expect(stderr).toContain(why);
    const strict = await there.mlo(['log', 'metric', '--stream', '--strict', '--run', id], { input: 'loss 4\n... 12\nloss 5\n' });
    expect(strict).toMatchObject({ code: 2, stderr: expect.stringContaining('Line 2') });
    await end();
    expect(there.runs()).toMatchObject([{ metrics: { loss: { value: 4, step: 3, points: 4 }, far: { step: last, points: 1 } } }]);
  });

  it('with --strict ends at a bad line, after what came before it', async () => {
    const { there, id, end } = await runAtWork();
    const { code, stderr } = await there.mlo(['log', 'metric', '--stream', '--strict', '--run', id], { input: 'a 1\na 2\nwhat\na 3\n' });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('Line 3') });
    await end();
    expect(there.runs()).toMatchObject([{ metrics: { a: { value: 2, points: 2 } } }]);
  });

  it('tells one bad line of any length without keeping it in memory, and only the first bad lines', async () => {
    const { there, id, end } = await runAtWork();
    const input = `a 1\n${'x'.repeat(5_000_000)}\na 2\n${'bad\n'.repeat(50)}`;
    const { code, stdout, stderr } = await there.mlo(['log', 'metric', '--stream', '--run', id], { input });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2 points logged\n' });
    expect(stderr.match(/Line \d+/g)).toHaveLength(5);
    expect(stderr).toContain('51 lines');
    await end();
  });

  it('shows points while the pipe is open, and after Ctrl-C has lost none that it has read', async () => {
    const { there, id, end } = await runAtWork();
    const child = spawn(process.execPath, [LAUNCHER, 'log', 'metric', '--stream', '--run', id], { cwd: there.root, env: there.env });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    child.stdin.write('loss 0.5 1\nloss 0.25 2\nloss 0.12');
    const seen = await there.soon(() => there.runs().find((run) => run.metrics['loss'] !== undefined));
    expect(seen).toMatchObject({ status: 'RUNNING', metrics: { loss: { value: 0.25, step: 2, points: 2 } } });
    child.kill('SIGINT');
    child.stdin.write('5 3\nloss 0.1');
    expect(await ended).toBe(130);
    await end();
    const [run] = there.runs();
    // Half a line is no point; the last whole one may have been read or not.
    expect([2, 3]).toContain(run?.metrics['loss']?.step);
  });
});
