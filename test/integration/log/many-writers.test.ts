import { describe, expect, it } from 'vitest';
import { LAUNCHER, startCommand } from '../../helpers/index.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { createScriptProject, script } from './script-project.ts';

const WAIT = `await new Promise((resolve) => { const timer = setInterval(() => { if (existsSync('go')) { clearInterval(timer); resolve(); } }, 10); });`;
const POINTS = 10_000;

describe('a run that many write to', () => {
  it('has every point of eight streams and of the script that started it, none twice', async () => {
    const there = await createScriptProject({
      '.mlo/config.yaml': '',
      'a.mjs': script(`const run = await startRun(); console.log('id ' + run.id + ';');
        for (let i = 0; i < ${POINTS}; i++) run.logMetric('all', i, { step: 8 * ${POINTS} + i }); ${WAIT}`),
    });
    const command = there.node(['a.mjs']);
    const id = /id (\w+);/.exec(await command.waitFor(/id \w{32};/))?.[1] ?? '';
    const streams = Array.from({ length: 8 }, (_, writer) => {
      const lines = Array.from({ length: POINTS }, (__, at) => `all ${at} ${writer * POINTS + at}\nown-${writer} ${at}\n`);
      return startCommand(process.execPath, [LAUNCHER, 'log', 'metric', '--stream', '--run', id], {
        cwd: there.root,
        env: there.env,
        input: lines.join(''),
      }).ended;
    });
    for (const { code, stderr } of await Promise.all(streams)) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await there.write({ go: '' });
    expect((await command.ended).code).toBe(0);
    const tracking = openTracking({ path: there.path('.mlo/tracking.db'), readOnly: true });
    const all = tracking.metricSeries(id, 'all');
    expect(Array.from(all.steps)).toEqual(Array.from({ length: 9 * POINTS }, (_, step) => step));
    for (let writer = 0; writer < 8; writer += 1)
      expect(tracking.get(id).metrics[`own-${writer}`]).toMatchObject({ points: POINTS, step: POINTS - 1 });
    tracking.close();
  }, 120_000);
});

describe('a script that is killed while it logs', () => {
  it('has all that it logged, up to its last moment', async () => {
    const there = await createScriptProject({
      '.mlo/config.yaml': '',
      'a.mjs': script(`const run = await startRun({ params: { a: 1 } }); run.logText('x', 'first.txt'); console.log('id ' + run.id + ';');
        for (let i = 0; ; i++) { run.logMetric('m', i, { step: i }); if (i % 1000 === 999) await new Promise(setImmediate); }`),
    });
    const command = there.node(['a.mjs']);
    const id = /id (\w+);/.exec(await command.waitFor(/id \w{32};/))?.[1] ?? '';
    await there.soon(() => there.runs().find((run) => (run.metrics['m']?.points ?? 0) > 20_000));
    command.child.kill('SIGKILL');
    await command.ended;
    const { data } = (await there.mlo(['runs', 'show', id, '--json'])).json();
    expect(data).toMatchObject({ status: 'FAILED', params: { a: 1 }, artifacts: [{ path: 'first.txt' }] });
    const tracking = openTracking({ path: there.path('.mlo/tracking.db'), readOnly: true });
    const { steps } = tracking.metricSeries(id, 'm');
    tracking.close();
    expect(Array.from(steps)).toEqual(Array.from({ length: steps.length }, (_, step) => step));
    expect((await there.mlo(['verify'])).code).toBe(0);
  });
});

describe('mlo gc beside a script that logs', () => {
  it('deletes nothing, and names the script', async () => {
    const there = await createScriptProject({
      '.mlo/config.yaml': '',
      'a.mjs': script(`const run = await startRun(); console.log('ready'); ${WAIT} run.logText('kept', 'late.txt');`),
    });
    const command = there.node(['a.mjs']);
    await command.waitFor('ready');
    const { code, stderr } = await there.mlo(['gc', '--force']);
    expect({ code, stderr }).toEqual({ code: 11, stderr: expect.stringContaining('node a.mjs') });
    await there.write({ go: '' });
    expect((await command.ended).code).toBe(0);
    expect((await there.mlo(['gc', '--force'])).code).toBe(0);
    expect(there.runs()).toMatchObject([{ artifacts: [{ path: 'late.txt' }] }]);
    expect((await there.mlo(['verify'])).code).toBe(0);
  });
});
