import { beforeEach, describe, expect, it } from 'vitest';
import { createProjectHere, LAUNCHER, type TestProject } from '../helpers/index.ts';
import { inTerminal } from './pseudo-terminal.ts';

const PIPELINE = `
stages:
  first:
    cmd: echo made && cp input.txt first.txt
    deps: [input.txt]
    outs: [first.txt]
  second:
    cmd: cp first.txt second.txt
    deps: [first.txt]
    outs: [second.txt]
`;

let project: TestProject;

beforeEach(async () => {
  project = await createProjectHere({ 'pipeline.yaml': PIPELINE, 'input.txt': 'x\n' });
});

describe('repro', () => {
  it('prints the final table on stdout and what happens on stderr', async () => {
    const { code, stdout, stderr } = await project.start(['repro']).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Stage +Outcome +Why +Time\nfirst +✓ ran +never run +.*\nsecond +✓ ran .*\n2 stages: 2 ran in .*\n$/);
    expect(stderr.split('\n').map((line) => line.replace(/ in .* m?s/, ' in T'))).toEqual([
      '▶ first started: never run',
      'first | made',
      '✓ first ran in T: never run',
      '▶ second started: never run',
      '✓ second ran in T: never run',
      '',
    ]);
  });

  it('folds the output of stages in GitHub Actions', async () => {
    const { stdout, stderr } = await project.mlo(['repro'], { env: { GITHUB_ACTIONS: 'true' } });
    expect(stderr).toContain('\n::group::first\nfirst | made\n::endgroup::\n✓ first ran');
    expect(stdout).not.toContain('::');
  });

  it('says nothing about unchanged stages but in the table', async () => {
    await project.mlo(['repro']);
    const { stdout, stderr } = await project.mlo(['repro']);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/first +=/);
    expect(stdout).toMatch(/2 stages: 2 unchanged in .* saved\n$/);
    expect((await project.mlo(['repro', '-v'])).stderr).toMatch(/^= first unchanged/);
  });

  it('is silent with -q', async () => {
    expect(await project.mlo(['repro', '-q'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('is one document with --json, and still tells people on stderr', async () => {
    const result = await project.mlo(['repro', '--json']);
    const { schemaVersion, command, ok, data, warnings } = result.json();
    expect([schemaVersion, command, ok, warnings]).toEqual([1, 'repro', true, []]);
    expect(data.stages.map((stage: { name: string; outcome: string }) => [stage.name, stage.outcome])).toEqual([
      ['first', 'ran'],
      ['second', 'ran'],
    ]);
    for (const stage of data.stages)
      expect(stage).toMatchObject({
        reasons: [{ kind: 'new' }],
        durationMs: expect.any(Number),
        runId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    expect(result.stderr).toContain('✓ second ran');
  });

  it('has times in milliseconds with three decimals, and all digits of what users call so', async () => {
    const timed = await createProjectHere({
      'pipeline.yaml': 'stages: {s: {cmd: "true", params: [latencyMs], metrics: [m.json: {cache: false}]}}',
      'params.yaml': 'latencyMs: 0.00012345\n',
      'm.json': '{"p99Ms": 1.23456789}',
    });
    const shown = async (what: string) => (await timed.mlo([what, 'show', '--json'])).json().data.files;
    expect(await shown('params')).toEqual({ 'params.yaml': { latencyMs: 0.00012345 } });
    expect(await shown('metrics')).toEqual({ 'm.json': { p99Ms: 1.23456789 } });
    const { durationMs, stages } = (await project.mlo(['repro', '--json'])).json().data;
    for (const ms of [durationMs, ...stages.map((stage: { durationMs: number }) => stage.durationMs)])
      expect(ms).toBe(Number(ms.toFixed(3)));
  });

  it('is a stream of events with --json=stream, the document last', async () => {
    const { stdout, stderr } = await project.start(['repro', '--json=stream']).ended;
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(stderr).toBe('');
    expect(lines.every((line) => line.schemaVersion === 1)).toBe(true);
    const types = lines.map((line) => line.type);
    expect(types.filter((type) => type === 'stage-start')).toHaveLength(2);
    expect(types.slice(-2)).toEqual(['repro-finish', 'result']);
    expect(lines.at(-1)).toMatchObject({ command: 'repro', ok: true, data: { ok: true } });
  });

  it('exits with 1 after a failure, says why, and what to type next', async () => {
    await project.write({ 'pipeline.yaml': PIPELINE.replace('cp input.txt first.txt', 'echo "no such thing" >&2 && exit 7') });
    const { code, stdout, stderr } = await project.start(['repro']).ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/first +✗ failed/);
    expect(stderr).toMatch(/error\[MLO_STAGE_FAILED\]: Stage 'first' failed with exit code 7/);
    expect(stderr).toContain('no such thing');
    expect(stderr).toMatch(/hint: mlo logs first\n$/);
    const json = (await project.mlo(['repro', '--json'])).json();
    expect(json).toMatchObject({ ok: false, error: { code: 'MLO_STAGE_FAILED', hint: 'mlo logs first' }, data: { ok: false } });
  });

  it('without stages exits with 0 and a hint', async () => {
    await project.write({ 'pipeline.yaml': '' });
    const { code, stderr } = await project.mlo(['repro']);
    expect(code).toBe(0);
    expect(stderr).toContain('hint: ');
  });

  it.each(['repro', 'status', 'stage list', 'dag'])('without stages %s gives programs the hint as a warning', async (command) => {
    await project.write({ 'pipeline.yaml': '' });
    const { ok, warnings } = (await project.mlo([...command.split(' '), '--json'])).json();
    expect([ok, warnings]).toEqual([true, [{ message: expect.stringMatching(/^There are no stages: .*pipeline\.yaml/) }]]);
  });

  it('tells of several failed stages each with its own hint, and which of them blocks another', async () => {
    await project.write({
      'pipeline.yaml': 'stages:\n  a: {cmd: exit 3, outs: [a]}\n  b: {cmd: "true", outs: [b]}\n  c: {cmd: echo, deps: [a]}\n',
    });
    const { code, stdout, stderr } = await project.mlo(['repro', '-k']);
    expect(code).toBe(1);
    const told = stderr.split('\n').filter((line) => /^(error|hint)/.test(line));
    expect(told).toEqual([
      expect.stringMatching(/^error\[MLO_STAGE_FAILED\]: Stage 'a'/),
      'hint: mlo logs a',
      expect.stringMatching(/^error\[MLO_OUT_NOT_WRITTEN\]: Stage 'b'/),
      expect.stringMatching(/^hint: /),
    ]);
    expect(told[3]).not.toBe(told[1]);
    expect(stdout).toMatch(/^c +⊘ blocked +a failed/m);
    expect((await project.mlo(['repro', '-k', '-q'])).stderr).not.toContain('hint:');
  });

  it('ends with 0 after a failure that is to be ignored, and with 1 where others go on without it', async () => {
    await project.write({ 'pipeline.yaml': 'stages:\n  a: {cmd: exit 3}\n  b: {cmd: echo > b, outs: [b]}\n' });
    expect((await project.mlo(['repro', '--ignore-errors'])).code).toBe(0);
    expect((await project.mlo(['repro', '--keep-going'])).code).toBe(1);
    expect(project.exists('b')).toBe(true);
  });

  it('says of --set with a file that is not there what to make or to leave out', async () => {
    expect((await project.mlo(['repro', '--set', 'other.yaml:a=1'])).stderr).toContain(
      "hint: Make 'other.yaml' first, or leave it out to set the param in params.yaml: --set a=1\n",
    );
    expect((await project.mlo(['repro', '--set', 'a=1'])).stderr).toContain(
      "hint: Make 'params.yaml', or name another file: --set other.yaml:a=1\n",
    );
  });

  it('prints the plan with --dry and changes nothing', async () => {
    const { code, stdout } = await project.mlo(['repro', '--dry']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/▶ run first\n +never run\n▶ run second\n/);
    expect(project.exists('first.txt')).toBe(false);
  });
});

describe('status', () => {
  it('exits with 4 when asked to check and something is out of date', async () => {
    expect((await project.mlo(['status'])).code).toBe(0);
    expect((await project.start(['status', '--check']).ended).code).toBe(4);
    await project.mlo(['repro']);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
  });

  it('says of a stage that failed that it did, where its log is, and forgets it when it has run', async () => {
    await project.write({ 'pipeline.yaml': PIPELINE.replace('cp input.txt', 'cp absent.txt') });
    await project.mlo(['repro']);
    expect((await project.mlo(['status'])).stdout).toMatch(/^first +▶ run +failed last time \(mlo logs first\)$/m);
    await project.write({ 'pipeline.yaml': PIPELINE });
    await project.mlo(['repro']);
    expect((await project.mlo(['status', '--why'])).stdout).not.toContain('failed');
  });

  it('says why, old and new', async () => {
    await project.mlo(['repro']);
    await project.write({ 'input.txt': 'y\n' });
    const { stdout, stderr } = await project.mlo(['status', '--why']);
    expect(stdout).toMatch(/▶ run first\n +dep input\.txt [0-9a-f]{8} → [0-9a-f]{8}\n▶ run second\n +first runs first\n/);
    expect(stderr).toBe('hint: mlo repro\n');
  });
});

describe('errors in a pipeline file', () => {
  it('show the place with a caret and the suggestion', async () => {
    await project.write({ 'pipeline.yaml': PIPELINE.replace('deps: [input.txt]', 'dps: [input.txt]') });
    const { code, stderr } = await project.mlo(['repro']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/error\[MLO_PIPELINE_INVALID\]: .*\n +--> pipeline\.yaml:5:5\n +\|\n 5 \| +dps: \[input\.txt\]\n +\| +\^/);
    expect(stderr).toContain("Did you mean 'deps'?");
  });
});

describe('the other commands', () => {
  it('each print one JSON document, and end well as processes', async () => {
    await project.git('init', '--quiet');
    await project.git('add', 'pipeline.yaml');
    await project.git('commit', '--quiet', '--message=start');
    await project.mlo(['repro']);
    const commands = [
      'status',
      'dag',
      'stage list',
      'stage show first',
      'logs first',
      'add input.txt',
      'checkout',
      'commit',
      'params show',
      'metrics show',
      'runs list',
      'runs show',
      'config list',
      'config get core.jobs',
      'config set core.jobs 2',
      'config unset core.jobs',
      'doctor',
      'freeze first',
      'unfreeze first',
      'help',
      'ls',
      'cat input.txt',
      'du',
      'diff',
      'unprotect input.txt',
      'verify',
      'gc',
      'plots show',
      'params diff',
      'metrics diff',
      'runs search',
      'experiments create other',
      'experiments list',
      'remote list',
      'backend status',
      'explain MLO_USAGE',
      'completion bash',
      'mv input.txt moved.txt',
      'remove moved.txt',
      'stage remove second',
      'init another',
    ];
    for (const command of commands) {
      const result = await project.start([...command.split(' '), '--json']).ended;
      expect(result.code, command).toBe(0);
      const document = result.json();
      expect(document, command).toMatchObject({ schemaVersion: 1, ok: true, warnings: expect.any(Array) });
      expect(command.startsWith(document.command), command).toBe(true);
      expect(result.stderr, command).toBe('');
    }
  }, 120_000);

  it('print for people what they did', async () => {
    await project.mlo(['repro']);
    const print = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await project.mlo(args);
      expect([code, stderr.includes('error')], args.join(' ')).toEqual([0, false]);
      return stdout;
    };
    expect(await print('logs', 'first')).toBe('made\n');
    expect(await print('stage', 'list')).toMatch(/first +writes first\.txt\n/);
    expect((await project.mlo(['stage', 'show', 'second', '--json'])).json().data.stages).toMatchObject([{ name: 'second', line: 7 }]);
    expect(await print('stage', 'show', 'second')).toMatch(/^second: # pipeline\.yaml:\d+\n/);
    expect(await print('freeze', 'first')).toBe('✓ first is frozen\n');
    expect(await print('unfreeze', 'first')).toBe('✓ first is no longer frozen\n');
    await project.remove('second.txt');
    expect(await print('checkout')).toMatch(/✓ second\.txt added\n/);
    await project.write({ 'raw/a.csv': '1\n', 'raw/b.csv': '2\n' });
    expect(await print('add', 'raw')).toBe('✓ raw → raw.mlo (2 files, 4 B)\n');
    expect(await print('add', 'raw')).toBe('= raw unchanged (2 files, 4 B)\n');
    expect(await print('config', 'get', 'core.jobs')).toBe('1\n');
    expect(await print('dag', '--mermaid')).toBe('flowchart TD\n\tnode1["first"]\n\tnode2["second"]\n\tnode1-->node2\n');
  });
});

describe('what a command could not do', () => {
  it('is told in the colours of stderr, not of stdout', async () => {
    const lost = await createProjectHere({ '.mlo/config.yaml': '', 'data.csv': 'a\n' });
    await lost.mlo(['add', 'data.csv']);
    await lost.remove('data.csv', '.mlo/cache');
    const line = 'error[MLO_CHECKOUT]: 1 of 1 targets could not be checked out';
    const inFile = inTerminal(lost, 'sh', ['-c', `"$0" "$1" checkout 2> errors`, process.execPath, LAUNCHER]);
    expect((await inFile.ended).code).toBe(3);
    expect((await lost.read('errors')).split('\n')).toContain(line);
    const onScreen = inTerminal(lost, 'sh', ['-c', `"$0" "$1" checkout > lines`, process.execPath, LAUNCHER]);
    await onScreen.ended;
    expect(await onScreen.screen()).toContain(line);
    expect(onScreen.raw()).toContain('\u001b[31m');
  });
});

describe('a reader that goes away', () => {
  it('ends the output quietly', async () => {
    const stages = Array.from({ length: 3000 }, (_, index) => `  stage${index}: {cmd: "echo ${'x'.repeat(100)}"}`);
    await project.write({ 'pipeline.yaml': `stages:\n${stages.join('\n')}\n` });
    const result = await project.run('/bin/sh', ['-c', `'${process.execPath}' '${LAUNCHER}' stage list | head -n 1`]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout.split('\n')).toHaveLength(2);
  });
});
