import { describe, expect, it } from 'vitest';
import { createScriptProject, script } from './script-project.ts';

const project = { '.mlo/config.yaml': '' };

/** `refused(work)` prints the code of the error that the call throws. */
const REFUSED = `const refused = async (work) => { try { await work(); console.log('taken'); } catch (error) { console.log(error.code, error.message); } };\n`;

describe('what no run can have', () => {
  it('is refused at the start of a run, and the other runs of the process lose nothing', async () => {
    const there = await createScriptProject({
      ...project,
      'a.mjs': script(`${REFUSED}
        const long = await startRun({ name: 'long' });
        long.logMetric('loss', 0.5);
        for (const odd of [undefined, () => 1, new Date(0), new Map([['a', 1]]), Float32Array.of(1), Symbol('s'), [1, , 3], { deep: undefined }])
          await refused(() => startRun({ name: 'odd', params: { lr: 0.1, odd } }));
        for (const options of [{ name: {} }, { experiment: 5 }, { params: [1] }, { params: 'lr' }, { params: { '': 1 } }, { tags: ['a'] }, { tags: { 'a/': 'b' } }])
          await refused(() => startRun(options));
        await refused(() => withRun({ nested: true, name: 'odd', params: { seed: undefined } }, () => {}));
        for (let step = 0; step < 5; step += 1) long.logMetric('loss', step);
        await withRun({ name: 'whole', params: { seed: 3, when: null }, tags: { best: true } }, () => {});
        await long.end();
      `),
    });
    const { code, stdout, stderr } = await there.node(['a.mjs']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const said = stdout.trim().split('\n');
    expect(said.map((line) => line.split(' ')[0])).toEqual(Array(16).fill('MLO_RUN_VALUE'));
    expect(said.slice(0, 8).join('\n')).toMatch(/^(MLO_RUN_VALUE param 'odd' must be plain data, not a value of type \w+\n?){8}$/);
    expect(said[2]).toContain('Date');
    expect(there.runs()).toMatchObject([
      { name: 'whole', status: 'FINISHED', params: { seed: 3, when: null }, tags: { best: 'true' } },
      { name: 'long', status: 'FINISHED', metrics: { loss: { points: 6 } }, children: [] },
    ]);
  });

  it('is refused in what is said of data and models, and an error may be the reason of an end', async () => {
    const there = await createScriptProject({
      ...project,
      'a.mjs': script(`${REFUSED}
        writeFileSync('x.txt', 'x');
        const run = await startRun({ name: 'run' });
        await refused(() => run.logInput('x.txt', { context: null }));
        await refused(() => run.logInput('x.txt', { context: {} }));
        await refused(() => run.logModel('x.txt', { modelType: null }));
        await refused(() => run.logParams(null));
        await refused(() => run.setTags(undefined));
        await refused(() => run.logParam('when', new Date(0)));
        run.logMetric('loss', 1);
        await run.child('inner').end('FAILED', { why: 'unknown' });
        await run.end('FAILED', new Error('diverged'));
      `),
    });
    const { code, stdout, stderr } = await there.node(['a.mjs']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(Array(6).fill('MLO_RUN_VALUE'));
    expect(there.runs()).toMatchObject([
      {
        status: 'FAILED',
        reason: 'diverged',
        metrics: { loss: { points: 1 } },
        inputs: [],
        models: [],
        children: [{ status: 'FAILED', reason: '[object Object]' }],
      },
    ]);
  });
});
