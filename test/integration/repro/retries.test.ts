import { describe, expect, it } from 'vitest';
import { createProjectHere, type CommandResult, type TestProject } from '../../helpers/index.ts';

/** Fails until it was tried `times` times; counts in a file outside the outs. */
const flaky = (times: number): string =>
  `echo x >> tries; n=$(wc -l < tries); echo "attempt $n"; echo "$n" > out.txt; test $n -ge ${times}`;

async function pipeline(stage: string): Promise<TestProject> {
  return await createProjectHere({ '.mlo/config.yaml': '', 'pipeline.yaml': `stages:\n  train:\n${stage}` });
}

function stageOf(command: string, more: string): string {
  return `    cmd: ${JSON.stringify(command)}\n${more}`;
}

describe('retries', () => {
  it('run a stage again until it ends well, each attempt a run with a log of its own', async () => {
    const project = await pipeline(stageOf(flaky(3), '    outs: [out.txt]\n    retries: 4\n'));
    const { code, stdout, stderr } = await project.mlo(['repro']);
    expect(code).toBe(0);
    expect(stdout + stderr).toContain('attempt 3; ');
    expect(stderr).toMatch(/attempt 1 of 5, trying again; its output: mlo logs train --run [0-9a-f]{8}/);
    expect(await project.read('out.txt')).toBe('3\n');

    const { data } = (await project.mlo(['runs', 'list', '--stage', 'train', '--json'])).json();
    expect(data.runs.map((run: { status: string }) => run.status)).toEqual(['FINISHED', 'FAILED', 'FAILED']);
    for (const [index, run] of data.runs.entries())
      expect((await project.mlo(['logs', 'train', '--run', run.id])).stdout).toBe(`attempt ${3 - index}\n`);
    const last = (await project.mlo(['runs', 'show', data.runs[0].id, '--json'])).json();
    expect(last.data.tags['mlo.attempt']).toBe('3');
    expect((await project.mlo(['status'])).stdout).toContain('1 unchanged');
  });

  it('end with the last failure, and say how often it was tried', async () => {
    const project = await pipeline(stageOf(flaky(9), '    outs: [out.txt]\n    retries: 2\n'));
    const { code, data } = await jsonOf(project.mlo(['repro', '--json']));
    expect(code).toBe(1);
    expect(data.stages[0]).toMatchObject({ name: 'train', outcome: 'failed', attempts: 3, error: { code: 'MLO_STAGE_FAILED' } });
    expect((await project.read('tries')).split('\n')).toHaveLength(4);
  });

  it('follow a timeout', async () => {
    const command = 'echo x >> tries; test $(wc -l < tries) -ge 2 || sleep 60; echo done > out.txt';
    const project = await pipeline(stageOf(command, '    outs: [out.txt]\n    timeout: 1s\n    retries: 1\n'));
    const { code, data } = await jsonOf(project.mlo(['repro', '--json']));
    expect(code).toBe(0);
    expect(data.stages[0]).toMatchObject({ outcome: 'ran', attempts: 2 });
  });

  it('do not follow Ctrl-C', async () => {
    const project = await pipeline(stageOf('echo x >> tries; echo begun; sleep 60', '    always_changed: true\n    retries: 5\n'));
    const running = project.start(['repro']);
    await running.waitFor('begun');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(await project.read('tries')).toBe('x\n');
  });

  it('do not follow what no attempt mends: an out that is not written, a module that is not there', async () => {
    const project = await pipeline(stageOf('echo x >> tries', '    outs: [out.txt]\n    retries: 3\n'));
    const { data } = await jsonOf(project.mlo(['repro', '--json']));
    expect(data.stages[0].error.code).toBe('MLO_OUT_NOT_WRITTEN');
    expect(await project.read('tries')).toBe('x\n');
  });

  it('are tries of modules, too', async () => {
    const project = await createProjectHere({
      '.mlo/config.yaml': '',
      'pipeline.yaml': 'stages:\n  train:\n    run: train.ts\n    outs: {out: out.txt}\n    retries: 2\n',
      'train.ts': `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'mlo-cli';
export default defineStage(({ outs }) => {
  appendFileSync('.tries', 'x');
  if (readFileSync('.tries', 'utf8').length < 2) throw new Error('not yet');
  writeFileSync(outs.out, 'well');
});
`,
    });
    const { code, data } = await jsonOf(project.mlo(['repro', '--json']));
    expect({ code, attempts: data.stages[0].attempts }).toEqual({ code: 0, attempts: 2 });
  });

  it('are no part of the fingerprint', async () => {
    const project = await pipeline(stageOf('echo 1 > out.txt', '    outs: [out.txt]\n'));
    expect((await project.mlo(['repro'])).code).toBe(0);
    await project.write({ 'pipeline.yaml': `${await project.read('pipeline.yaml')}    retries: 7\n` });
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
    expect(await project.read('pipeline.lock')).not.toContain('retries');
    expect((await project.mlo(['stage', 'show', 'train', '--json'])).json().data.stages[0].definition.retries).toBe(7);
  });

  it.each(['-1', '1.5', '101', 'often', '[1]'])('refuse %s', async (value) => {
    const project = await pipeline(stageOf('true', `    retries: ${value}\n`));
    const { code, stderr } = await project.mlo(['status']);
    expect(code).toBe(2);
    expect(stderr).toContain('expected a whole number from 0 to 100');
    expect(stderr).toContain('pipeline.yaml:4:');
  });
});

interface ReproStages {
  readonly stages: readonly [{ readonly attempts?: number; readonly error: { readonly code: string } }];
}

async function jsonOf(result: Promise<CommandResult>): Promise<{ readonly code: number; readonly data: ReproStages }> {
  const done = await result;
  return { code: done.code, data: done.json().data as ReproStages };
}
