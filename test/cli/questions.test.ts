import { describe, expect, it } from 'vitest';
import { createProject, type TestProject } from '../helpers/index.ts';
import { CTRL_C, mloInTerminal } from './pseudo-terminal.ts';

/** A stage whose input has changed since it ran: `mlo commit` wants to be sure. */
async function changedProject(): Promise<TestProject> {
  const project = await createProject({
    'pipeline.yaml': 'stages:\n  copy:\n    cmd: cp in.txt out.txt\n    deps: [in.txt]\n    outs: [out.txt]\n',
    'in.txt': '1\n',
  });
  await project.mlo(['repro']);
  await project.write({ 'in.txt': '2\n', 'out.txt': '2\n' });
  return project;
}

const QUESTION = '[y/N]';

describe('a question', () => {
  it('is asked on a terminal, and y goes on', async () => {
    const project = await changedProject();
    const terminal = mloInTerminal(project, ['commit']);
    await terminal.waitFor(QUESTION);
    terminal.type('y\r');
    expect((await terminal.ended).code).toBe(0);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
  });

  it.each([
    ['n', 'n\r'],
    ['an empty line', '\r'],
    ['the end of input', '\u0004'],
  ])('is answered with no by %s', async (_what, keys) => {
    const project = await changedProject();
    const terminal = mloInTerminal(project, ['commit']);
    await terminal.waitFor(QUESTION);
    terminal.type(keys);
    expect((await terminal.ended).code).toBe(2);
    expect((await project.mlo(['status', '--check'])).code).toBe(4);
  });

  it('can be left with Ctrl-C', async () => {
    const terminal = mloInTerminal(await changedProject(), ['commit']);
    await terminal.waitFor(QUESTION);
    terminal.type(CTRL_C);
    expect((await terminal.ended).code).toBe(130);
  });

  it('is not asked with --no-input, nor without a terminal', async () => {
    const project = await changedProject();
    const terminal = mloInTerminal(project, ['commit', '--no-input']);
    expect((await terminal.ended).code).toBe(2);
    expect(terminal.raw()).not.toContain(QUESTION);
    const { code, stderr } = await project.mlo(['commit'], { input: 'y\n' });
    expect([code, stderr.includes(QUESTION)]).toEqual([2, false]);
  });
});

describe('a project that another mlo is writing in', () => {
  it('is locked with exit code 11, and --wait waits for it', async () => {
    const project = await createProject({
      'pipeline.yaml':
        'stages:\n  wait:\n    cmd: echo waiting; while [ ! -e go ]; do sleep 0.05; done; echo w > w.txt\n    outs: [w.txt]\n',
    });
    const first = project.start(['repro']);
    await first.waitFor('wait | waiting');
    const refused = await project.mlo(['repro']);
    expect(refused.code).toBe(11);
    expect(refused.stderr).toMatch(/error\[MLO_LOCKED\].*\n/);
    expect((await project.mlo(['repro', '--wait=100ms'])).code).toBe(11);
    const status = (await project.mlo(['status', '--json'])).json();
    expect(status.data.busy).toMatchObject({ pid: expect.any(Number), command: 'mlo repro' });
    const patient = project.start(['repro', '--wait', 'wait']);
    await project.write({ go: '' });
    expect((await first.ended).code).toBe(0);
    const second = await patient.ended;
    expect(second.code).toBe(0);
    expect(second.stdout).toContain('1 unchanged');
  });
});
