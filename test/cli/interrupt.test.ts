import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createProject } from '../helpers/index.ts';
import { CTRL_C, mloInTerminal } from './pseudo-terminal.ts';

const SLOW = `
stages:
  quick:
    cmd: echo in a moment; echo q > quick.txt
    outs: [quick.txt]
  slow:
    cmd: echo $$ > pid.txt; echo at work; sleep 600; echo s > slow.txt
    deps: [quick.txt]
    outs: [slow.txt]
`;

describe('Ctrl-C in a terminal', () => {
  it('once stops cleanly: children end, finished stages are kept, the run is KILLED, exit 130', async () => {
    const project = await createProject({ 'pipeline.yaml': SLOW });
    const terminal = mloInTerminal(project, ['repro']);
    await terminal.waitFor('at work');
    terminal.type(CTRL_C);
    expect((await terminal.ended).code).toBe(130);
    const screen = (await terminal.screen()).join('\n');
    expect(screen).toMatch(/quick +✓ ran/);
    expect(screen).toMatch(/slow +■ cancelled/);
    expect(terminal.cursorHidden()).toBe(false);
    expect(isAlive(Number(await project.read('pid.txt')))).toBe(false);

    const status = (await project.mlo(['status', '--json'])).json();
    expect(status.data.busy).toBeUndefined();
    expect(status.data.stages.map((stage: { state: string }) => stage.state)).toEqual(['unchanged', 'run']);
    const runs = (await project.mlo(['runs', 'list', '--all', '--json'])).json().data.runs;
    expect(runs.map((run: { name: string; status: string }) => `${run.name} ${run.status}`).toSorted()).toEqual([
      'quick FINISHED',
      'repro KILLED',
      'slow KILLED',
    ]);
  });

  it('twice ends at once, although a stage does not listen: no lock is left, the runs are KILLED, exit 130', async () => {
    const deaf = SLOW.replace('echo at work; sleep 600', `trap "" TERM INT; echo at work; while true; do sleep 0.1; done`);
    const project = await createProject({ 'pipeline.yaml': deaf });
    const terminal = mloInTerminal(project, ['repro']);
    await terminal.waitFor('at work');
    terminal.type(CTRL_C);
    await terminal.waitFor('Stopping');
    const asked = performance.now();
    terminal.type(CTRL_C);
    expect((await terminal.ended).code).toBe(130);
    expect(performance.now() - asked).toBeLessThan(30_000);
    expect(terminal.cursorHidden()).toBe(false);
    await expect.poll(async () => isAlive(Number(await project.read('pid.txt')))).toBe(false);
    expect(project.exists('.mlo/lock')).toBe(false);
    expect(readdirSync(project.path('.mlo/cache/leases'))).toEqual([]);
    const runs = (await project.mlo(['runs', 'list', '--all', '--json'])).json().data.runs;
    expect(runs.map((run: { name: string; status: string }) => `${run.name} ${run.status}`).toSorted()).toEqual([
      'quick FINISHED',
      'repro KILLED',
      'slow KILLED',
    ]);
    expect((await project.mlo(['status'])).code).toBe(0);
  });

  it('ends a command that only reads at once', async () => {
    const project = await createProject({ 'pipeline.yaml': SLOW });
    const repro = project.start(['repro']);
    await repro.waitFor('slow | at work');
    // Runs are written in groups: other commands see this one a moment later.
    await expect.poll(async () => (await project.mlo(['logs', 'slow'])).code, { timeout: 10_000 }).toBe(0);
    const terminal = mloInTerminal(project, ['logs', 'slow', '--follow']);
    await terminal.waitFor('at work');
    terminal.type(CTRL_C);
    expect((await terminal.ended).code).toBe(130);
    repro.child.kill('SIGTERM');
    await repro.ended;
  });

  it('is not needed to end logs --follow of a run that has ended', async () => {
    const project = await createProject({ 'pipeline.yaml': SLOW });
    await project.mlo(['repro', 'quick']);
    const { code, stdout } = await project.mlo(['logs', 'quick', '--follow']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('in a moment')]);
  });
});

describe('without a terminal', () => {
  it('SIGTERM stops as Ctrl-C does, and says so in JSON', async () => {
    const project = await createProject({ 'pipeline.yaml': SLOW });
    const command = project.start(['repro', '--json']);
    await command.waitFor('slow | at work');
    command.child.kill('SIGTERM');
    const result = await command.ended;
    expect(result.code).toBe(130);
    const { ok, error, data } = result.json();
    expect([ok, error.code, data.interrupted]).toEqual([false, 'MLO_INTERRUPTED', true]);
    expect(data.stages.map((stage: { outcome: string }) => stage.outcome)).toEqual(['ran', 'cancelled']);
  });
});

describe('the live view', () => {
  it('shows running stages with their last line, then finished ones as lines, and leaves the table', async () => {
    const project = await createProject({
      'pipeline.yaml':
        'stages:\n  wait:\n    cmd: echo waiting for you; while [ ! -e go ]; do sleep 0.05; done; echo w > w.txt\n    outs: [w.txt]\n',
    });
    const terminal = mloInTerminal(project, ['repro'], { columns: 60 });
    const during = await terminal.waitFor('waiting for you');
    expect(during.join('\n')).toMatch(/▶ wait +[\d.]+ m?s +waiting for you\n0 of 1 stages done/);
    expect(terminal.cursorHidden()).toBe(true);
    await project.write({ go: '' });
    expect((await terminal.ended).code).toBe(0);
    const after = await terminal.screen();
    expect(after[0]).toMatch(/^✓ wait ran in .*: never run$/);
    expect(after[1]).toMatch(/^Stage +Outcome +Why +Time$/);
    expect(after.join('\n')).not.toContain('stages done');
    for (const line of after) expect(line.length).toBeLessThanOrEqual(60);
    expect(terminal.cursorHidden()).toBe(false);
  });

  it('is not used in CI and on dumb terminals', async () => {
    const project = await createProject({ 'pipeline.yaml': 'stages:\n  a:\n    cmd: echo hello; echo a > a.txt\n    outs: [a.txt]\n' });
    for (const env of [{ CI: 'true' }, { TERM: 'dumb' }]) {
      const terminal = mloInTerminal(project, ['repro', '--force'], { env });
      expect((await terminal.ended).code).toBe(0);
      expect((await terminal.screen()).join('\n')).toContain('a | hello');
      expect(terminal.raw()).not.toContain('\u001b[?25l');
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
