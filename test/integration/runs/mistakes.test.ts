import { beforeAll, describe, expect, it } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const PIPELINE = 'stages:\n  make: {cmd: "echo 1 > o", outs: [o]}\n';

describe('a mistake in a command about runs is said', () => {
  let project: TestProject;
  let id: string;

  beforeAll(async () => {
    project = await createProjectHere({ 'pipeline.yaml': PIPELINE, file: 'x\n', 'folder/.keep': '' });
    expect((await project.mlo(['repro'])).code).toBe(0);
    id = JSON.parse((await project.mlo(['runs', 'list', '--stage', 'make', '--json'])).stdout).data.runs[0].id;
  });

  async function said(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await project.mlo(args);
    return { code, stdout, stderr };
  }

  it('a stage that has no runs is named', async () => {
    expect((await said('runs', 'list', '--stage', 'nope')).stderr).toContain("no runs of stage 'nope'");
    expect((await said('runs', 'list', '--stage', 'nope', '--deleted')).stderr).toContain("no runs of stage 'nope' are deleted");
  });

  it('one run cannot be compared, and the hint has two', async () => {
    const { code, stderr } = await said('runs', 'compare', id);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`hint: mlo runs compare [0-9a-f]{8} ${id.slice(0, 8)}`));
  });

  it('an import of nothing but bad files has no line of success', async () => {
    expect(await said('runs', 'import', 'file')).toMatchObject({ code: 12, stdout: '' });
  });

  it('a metric that no run has is no empty table', async () => {
    const { code, stdout, stderr } = await said('runs', 'export', '--all', '--csv', '--metric', 'nope');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('None of these runs has a metric "nope"');
  });

  it('what is logged to a run that has ended is added, and it is told', async () => {
    const { code, stderr } = await said('log', 'param', 'late', '1', '--run', id);
    expect(code).toBe(0);
    expect(stderr).toBe(`The run ${id.slice(0, 8)} (make) is FINISHED already: this is added to it\n`);
    expect((await said('runs', 'show', id, '--json')).stdout).toContain('"late": 1');
  });

  it.each([
    ['runs export --all -o file/x.jsonl', 'something else lies there, or on the way there (EEXIST)', 'Move it away'],
    ['runs export --all --csv -o folder', 'a folder lies where a file is expected (EISDIR)', 'move it away'],
    ['artifacts get RUN file -o file/y', 'Cannot write', 'move it away'],
    ['artifacts get RUN -o file', 'Cannot write', 'move it away'],
  ])('%s: words instead of the system call', async (line, words, hint) => {
    await said('log', 'artifact', 'file', '--run', id);
    const { code, stderr } = await said(...line.split(' ').map((word) => (word === 'RUN' ? id : word)));
    expect(code).not.toBe(0);
    expect(stderr).toContain(words);
    expect(stderr).toMatch(new RegExp(`hint: .*${hint}`));
    expect(stderr.split('\n')[0]).not.toMatch(/Cannot work in|mlo-tmp|lstat|mkdir/);
  });

  it('an empty path to write to is refused', async () => {
    expect((await said('runs', 'export', '--all', '-o', '')).code).toBe(2);
    expect((await said('artifacts', 'get', id, '-o', '')).code).toBe(2);
  });
});
