import { describe, expect, it } from 'vitest';
import { createScriptProject, script } from './script-project.ts';

const project = { '.mlo/config.yaml': '' };

describe('a script that logs', () => {
  it('is dirty where the script itself is not in Git', async () => {
    const there = await createScriptProject({ '.mlo/config.yaml': '' }, { git: true });
    await there.write({ 'new.mjs': script(`const run = await startRun(); await run.end();`), 'notes.txt': 'mine' });
    expect((await there.node(['new.mjs']).ended).code).toBe(0);
    expect(there.runs()[0]).toMatchObject({ git: { dirty: true }, tags: { 'mlo.git.untracked': 'new.mjs' } });
  });

  it('needs no pipeline, logs nested runs with everything, and ends by itself', async () => {
    const files = {
      ...project,
      'data/train.csv': 'a\n1\n',
      'train.mjs': script(`
        const run = await startRun({ name: 'search', experiment: 'iris', params: { depth: { max: 3 } }, tags: { by: 'hand' } });
        for (const lr of [0.1, 0.2]) {
          await withRun({ nested: true, name: 'lr ' + lr, params: { lr } }, (child) => {
            child.logMetric('loss', 1); child.logMetric('loss', lr);
            child.logText('fine', 'notes/result.txt');
          });
        }
        run.logMetrics({ best: 0.1, worst: NaN }, { step: 7 });
        run.logParam('list', [1, 'x']);
        run.setTags({ a: 'b' });
        run.logJson({ x: [1] }, 'summary.json');
        run.logImage(Buffer.from('89504e470d0a1a0a', 'hex'), 'plots/loss');
        run.logInput('data/train.csv', { context: 'train' });
        mkdirSync('model'); writeFileSync('model/weights.bin', 'w');
        run.logModel('model', { name: 'classifier', modelType: 'tfjs-layers' });
        run.logArtifact('data');
      `),
    };
    const there = await createScriptProject(files, { git: true });
    const { code, stderr } = await there.node(['train.mjs', '--epochs', '3']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [run] = there.runs();
    expect(run).toMatchObject({
      name: 'search',
      experiment: 'iris',
      status: 'FINISHED',
      command: 'node train.mjs --epochs 3',
      git: { branch: 'main', dirty: false },
      params: { depth: { max: 3 }, list: [1, 'x'] },
      metrics: { best: { value: 0.1, step: 7 }, worst: { value: NaN } },
      tags: { by: 'hand', a: 'b', 'mlo.node': expect.stringMatching(/^v\d/), 'mlo.cpu_seconds': expect.any(String) },
      inputs: [{ name: 'data/train.csv', context: 'train', kind: 'file', size: 4, sourceType: 'mlo' }],
      models: [
        {
          id: expect.stringMatching(/^m-[0-9a-f]{32}$/),
          name: 'classifier',
          path: 'classifier',
          modelType: 'tfjs-layers',
          status: 'READY',
        },
      ],
    });
    expect(run?.artifacts.map(({ path, content }) => [path, content.kind])).toEqual([
      ['classifier', 'tree'],
      ['data', 'tree'],
      ['plots/loss.png', 'file'],
      ['summary.json', 'file'],
    ]);
    expect(run?.children).toMatchObject([
      {
        name: 'lr 0.1',
        experiment: 'iris',
        status: 'FINISHED',
        params: { lr: 0.1 },
        metrics: { loss: { value: 0.1, step: 1, points: 2 } },
      },
      { name: 'lr 0.2', experiment: 'iris', status: 'FINISHED', params: { lr: 0.2 }, artifacts: [{ path: 'notes/result.txt' }] },
    ]);
    const { code: sound, stdout } = await there.mlo(['verify']);
    expect({ sound, stdout: sound === 0 ? '' : stdout }).toEqual({ sound: 0, stdout: '' });
  });

  it('keeps a small file as it was at the call, and a large one or a folder although it does not wait for them', async () => {
    const there = await createScriptProject({
      ...project,
      'a.mjs': script(`
        const run = await startRun();
        writeFileSync('plot.txt', 'one'); run.logArtifact('plot.txt', 'epoch-1/plot.txt');
        writeFileSync('plot.txt', 'two'); run.logArtifact('plot.txt', 'epoch-2/plot.txt');
        writeFileSync('large.bin', Buffer.alloc(9 * 1024 * 1024, 1)); run.logArtifact('large.bin');
        mkdirSync('folder/below', { recursive: true }); writeFileSync('folder/below/x', 'x'); run.logArtifact('folder', 'kept');
      `),
    });
    expect((await there.node(['a.mjs']).ended).code).toBe(0);
    const [run] = there.runs();
    expect(run?.name).toBe('a.mjs');
    const found = Object.fromEntries((run?.artifacts ?? []).map(({ path, content }) => [path, content]));
    expect(Object.keys(found)).toEqual(['epoch-1/plot.txt', 'epoch-2/plot.txt', 'kept', 'large.bin']);
    expect(found['epoch-1/plot.txt']?.digest).not.toBe(found['epoch-2/plot.txt']?.digest);
    expect(found['large.bin']?.size).toBe(9 * 1024 * 1024);
    expect(found['kept']).toMatchObject({ kind: 'tree', files: 1 });
    expect((await there.mlo(['verify'])).code).toBe(0);
  });

  it('is told at the call what a run cannot be told', async () => {
    const there = await createScriptProject({
      ...project,
      'a.mjs': script(`
        const run = await startRun({ params: { lr: 1 } });
        const say = (work) => { try { work(); } catch (error) { console.log(error.code ?? error.name, error.message); } };
        say(() => run.logParam('lr', 2));
        say(() => run.logParam('lr', 1));
        for (const name of ['../x', '/etc/passwd', 'a//b', '', 'a/../b', 'nul\\0', '.git/config']) say(() => run.logText('x', name));
        say(() => run.logArtifact('nothing'));
        say(() => run.logMetric('m', '1'));
        say(() => run.logImage(Buffer.from('GIF89a'), 'x'));
        say(() => run.logMetric('m', true));
        say(() => run.logMetric('k'.repeat(251), 1));
        say(() => run.logParam('long', 'x'.repeat(6001)));
        say(() => run.setTag('long', 'x'.repeat(8001)));
        const circular = { in: {} };
        circular.in.it = circular;
        say(() => run.logParam('circular', circular));
        say(() => run.logJson(circular, 'circular.json'));
        say(() => run.logText('x', 'é'.repeat(128) + '/y'));
        say(() => run.logParam('deep', JSON.parse('['.repeat(5000) + ']'.repeat(5000))));
        const child = run.child('part');
        await child.end();
        say(() => child.logMetric('m', 1));
        await run.end('FAILED', 'not good enough');
        await run.end();
        say(() => run.setTag('a', 'b'));
      `),
    });
    const { code, stdout, stderr } = await there.node(['a.mjs']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(
      ['MLO_RUN_VALUE', ...Array(3).fill('MLO_PATH_UNSAFE'), 'MLO_RUN_VALUE', ...Array(3).fill('MLO_PATH_UNSAFE')].concat(
        'MLO_TARGET',
        Array(10).fill('MLO_RUN_VALUE'),
        'MLO_RUN_STATE',
        'MLO_RUN_STATE',
        '',
      ),
    );
    expect(stdout).toContain('written once');
    expect(stdout).toContain('contains itself');
    expect(there.runs()).toMatchObject([
      {
        status: 'FAILED',
        reason: 'not good enough',
        params: { lr: 1 },
        artifacts: [],
        metrics: {},
        children: [{ status: 'FINISHED', metrics: {} }],
      },
    ]);
  });

  it('refuses artifacts that could not lie in one folder together, also those of an earlier command', async () => {
    const there = await createScriptProject({
      'plot.txt': 'p',
      'folder/x': 'x',
      'pipeline.yaml': 'stages:\n  train:\n    cmd: mlo log artifact plot.txt --name a/b && node a.mjs\n',
      'a.mjs': script(`
        const run = await startRun();
        const say = (work) => { try { work(); console.log('ok'); } catch (error) { console.log(error.code, error.message); } };
        say(() => run.logText('x', 'a'));
        say(() => run.logText('x', 'a/b/c'));
        say(() => run.logText('x', 'a/b'));
        say(() => run.logArtifact('folder'));
        say(() => run.logText('x', 'folder/y'));
      `),
    });
    expect((await there.mlo(['repro'])).code).toBe(0);
    expect((await there.mlo(['logs', 'train'])).stdout.split('\n').filter((line) => /^(ok|MLO_)/.test(line))).toEqual([
      "MLO_RUN_VALUE the artifact 'a' cannot be a file: other artifacts of this run lie below that name",
      "MLO_RUN_VALUE the artifact 'a/b/c' cannot lie below 'a/b', which is a file of this run",
      'ok',
      'ok',
      'ok',
    ]);
  });

  it('below another run is of the same commit and command', async () => {
    const there = await createScriptProject(
      {
        '.mlo/config.yaml': '',
        'a.mjs': script(`const run = await startRun(); await run.child('part', (part) => part.child('of part').end());`),
      },
      { git: true },
    );
    expect((await there.node(['a.mjs']).ended).code).toBe(0);
    const [run] = there.runs();
    expect(run?.git).toMatchObject({ commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
    const { git, command } = run as NonNullable<typeof run>;
    expect(run).toMatchObject({ children: [{ git, command, children: [{ git, command }] }] });
    const found = await there.mlo(['runs', 'search', `git.commit = '${git?.commit}' AND name = 'of part'`, '--json']);
    expect(found.json().data).toMatchObject({ runs: [{ name: 'of part' }] });
    expect((await there.node(['a.mjs']).ended).code).toBe(0);
    const [top, , third] = [run, ...there.runs()].flatMap((each) => [each?.id, each?.children[0]?.id]);
    const compared = (await there.mlo(['runs', 'compare', top as string, third as string, '--json'])).json().data as {
      rows: { key: string }[];
    };
    expect(compared.rows.map(({ key }) => key).filter((key) => /^mlo\.|command|commit/.test(key))).toEqual([]);
  });

  it('outside of a project is told how to start one', async () => {
    const there = await createScriptProject({ 'a.mjs': script(`await startRun().catch((error) => console.log(error.code, error.hint));`) });
    expect((await there.node(['a.mjs']).ended).stdout).toBe('MLO_NOT_A_PROJECT Start one with: mlo init\n');
  });

  it('in a Git worktree logs into the store that all worktrees share', async () => {
    const there = await createScriptProject(
      { '.mlo/config.yaml': '', 'sub/a.mjs': script(`await withRun({ name: 'here' }, () => {});`) },
      { git: true },
    );
    await there.git('worktree', 'add', '--quiet', '../tree');
    const { code } = await there.run(process.execPath, ['sub/a.mjs'], { cwd: '../tree' });
    expect(code).toBe(1);
    await there.run('ln', ['-s', there.path('node_modules'), '../tree/node_modules']);
    expect((await there.run(process.execPath, ['a.mjs'], { cwd: '../tree/sub' })).code).toBe(0);
    expect(there.runs()).toMatchObject([{ name: 'here', status: 'FINISHED', git: { branch: 'tree' } }]);
  });

  it('may run several runs side by side, and go on after all have ended', async () => {
    const there = await createScriptProject({
      ...project,
      'a.mjs': script(`
        await Promise.all([1, 2, 3].map((n) => withRun({ name: 'r' + n }, (run) => run.logMetric('n', n))));
        await withRun({ name: 'r4' }, (run) => run.logText('again', 'x'));
      `),
    });
    expect((await there.node(['a.mjs']).ended).code).toBe(0);
    expect(
      there
        .runs()
        .map(({ name, status }) => `${name} ${status}`)
        .sort(),
    ).toEqual(['r1 FINISHED', 'r2 FINISHED', 'r3 FINISHED', 'r4 FINISHED']);
  });
});

describe('a run that a script leaves open', () => {
  const leaves = (rest: string) =>
    createScriptProject({
      ...project,
      'a.mjs': script(
        `const run = await startRun({ name: 'open' }); run.child('inner').logMetric('m', 1); run.logMetric('m', 2);\n${rest}`,
      ),
    });

  it.each([
    [`throw new Error('boom')`, 1, { status: 'FAILED', reason: 'boom' }],
    [`await Promise.reject(new Error('rejected'))`, 1, { status: 'FAILED', reason: 'rejected' }],
    [`process.exit(3)`, 3, { status: 'FAILED', reason: 'the process ended with exit code 3' }],
    [`process.exitCode = 2`, 2, { status: 'FAILED', reason: 'the process ended with exit code 2' }],
    [`process.exit()`, 0, { status: 'FINISHED' }],
    [
      `process.on('SIGTERM', () => process.exit(0)); process.kill(process.pid, 'SIGTERM'); await new Promise((r) => setTimeout(r, 60_000))`,
      0,
      { status: 'KILLED', reason: 'SIGTERM' },
    ],
  ])('ends as the process does: %s', async (rest, code, end) => {
    const there = await leaves(rest);
    expect((await there.node(['a.mjs']).ended).code).toBe(code);
    expect(there.runs()).toMatchObject([{ ...end, metrics: { m: { value: 2 } }, children: [{ ...end, metrics: { m: { value: 1 } } }] }]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is KILLED by %s, which ends the process as ever', async (signal) => {
    const there = await leaves(`console.log('ready'); await new Promise((r) => setTimeout(r, 60_000));`);
    const command = there.node(['a.mjs']);
    await command.waitFor('ready');
    command.child.kill(signal);
    expect(await command.ended).toMatchObject({ signal });
    expect(there.runs()).toMatchObject([
      { status: 'KILLED', reason: signal, metrics: { m: { value: 2 } }, children: [{ status: 'KILLED' }] },
    ]);
  });

  it('after kill -9 is found dead by the next command', async () => {
    const there = await leaves(`console.log('ready'); await new Promise((r) => setTimeout(r, 60_000));`);
    const command = there.node(['a.mjs']);
    await command.waitFor('ready');
    command.child.kill('SIGKILL');
    await command.ended;
    expect((await there.mlo(['runs', 'list', '--json'])).json().data.runs).toMatchObject([{ status: 'FAILED', reason: /is gone/ }]);
    expect((await there.mlo(['verify'])).code).toBe(0);
  });
});

describe('what a running script has logged', () => {
  it.each([
    [
      'waits',
      `await new Promise((resolve) => { const timer = setInterval(() => { if (existsSync('go')) { clearInterval(timer); resolve(); } }, 10); });`,
    ],
    ['never yields', `while (!existsSync('go')) run.logMetric('busy', 1);`],
  ])('is seen by others while it %s', async (_, rest) => {
    const there = await createScriptProject({
      ...project,
      'a.mjs': script(`const run = await startRun(); run.logMetric('loss', 0.25, { step: 4 }); run.logText('half', 'state.txt');\n${rest}`),
    });
    const command = there.node(['a.mjs']);
    const seen = await there.soon(() => there.runs().find((run) => run.metrics['loss'] !== undefined));
    expect(seen).toMatchObject({ status: 'RUNNING', metrics: { loss: { value: 0.25, step: 4 } } });
    await there.soon(() => there.runs().find((run) => run.artifacts.length === 1));
    await there.write({ go: '' });
    expect((await command.ended).code).toBe(0);
    expect(there.runs()).toMatchObject([{ status: 'FINISHED' }]);
  });
});
