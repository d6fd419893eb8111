import { beforeEach, describe, expect, it } from 'vitest';
import type { ChromeTrace, TraceEvent } from '../../../src/fs/chrome-trace.ts';
import { createProject, type TestProject } from '../../helpers/index.ts';

type Complete = Extract<TraceEvent, { ph: 'X' }>;

const PIPELINE = `
stages:
  left:
    cmd: cp data/a left.txt
    deps: [data]
    outs: [left.txt]
  right:
    cmd: cp data/a right.txt
    deps: [data]
    outs: [right.txt]
`;

let project: TestProject;

beforeEach(async () => {
  project = await createProject({ 'pipeline.yaml': PIPELINE, 'data/a': 'a\n', 'other/b': 'b\n' });
});

async function readTrace(path = 'mlo-profile.json'): Promise<readonly Complete[]> {
  const { traceEvents } = JSON.parse(await project.read(path)) as ChromeTrace;
  return traceEvents.filter((event) => event.ph === 'X');
}

function namesOf(events: readonly Complete[]): readonly string[] {
  return events.map((event) => event.name);
}

describe('--profile', () => {
  it('writes the phases of the command, and every phase lies within those around it', async () => {
    const { code, stdout } = await project.mlo(['repro', '-j', '2', '--profile']);
    expect(code).toBe(0);
    expect(stdout).toContain('2 stages: 2 ran');
    const events = await readTrace();
    expect(namesOf(events)).toEqual(
      expect.arrayContaining([
        'start node',
        'load mlo',
        'mlo repro',
        'config',
        'load',
        'observe',
        'observe data',
        'plan',
        'stage left',
        'stage right',
        'store left.txt',
        'flush',
        'locks',
        'close cache',
      ]),
    );
    expect(overlaps(events)).toEqual([]);
    const whole = events.find((event) => event.name === 'mlo repro');
    const stages = events.filter((event) => event.name.startsWith('stage '));
    expect(stages.every((stage) => stage.dur > 0 && stage.dur <= (whole?.dur ?? 0))).toBe(true);
  });

  it('takes the name of a file, relative to -C, and no next word for it', async () => {
    await project.mlo(['-C', 'other', '--profile=where.json', 'add', 'b']);
    expect(namesOf(await readTrace('other/where.json'))).toEqual(expect.arrayContaining(['mlo add', 'store other/b', 'flush']));
    const { code } = await project.mlo(['--profile', 'status']);
    expect(code).toBe(0);
    expect(namesOf(await readTrace())).toContain('mlo status');
  });

  it('writes over an earlier profile, also for a command that fails', async () => {
    await project.mlo(['status', '--profile']);
    const { code } = await project.mlo(['add', 'nowhere', '--profile']);
    expect(code).not.toBe(0);
    expect(namesOf(await readTrace())).toContain('mlo add');
  });

  it('never writes over a file that is not a profile', async () => {
    const { code, stderr } = await project.mlo(['status', '--profile=data/a']);
    expect(code).toBe(2);
    expect(stderr).toContain('--profile=data/a: this file is there already, and it is not a profile');
    expect(await project.read('data/a')).toBe('a\n');
  });

  it('refuses a file that cannot be written before the work, in the one document', async () => {
    for (const path of ['nowhere/profile.json', 'data']) {
      const result = await project.mlo(['add', 'other', '--json', `--profile=${path}`]);
      expect(result.code).toBe(12);
      expect(result.json()).toMatchObject({
        ok: false,
        error: { code: 'MLO_CACHE_IO', message: expect.stringContaining('write the profile') },
      });
    }
    expect(project.exists('other.mlo')).toBe(false);
  });

  it('says on stderr where the file could not be written after the work, whose document and exit code stand', async () => {
    // The stage takes the folder of the profile away.
    await project.write({ 'pipeline.yaml': 'stages: {s: {cmd: rm -r gone}}\n', 'gone/x': '' });
    const done = await project.mlo(['repro', '--json', '--profile=gone/profile.json']);
    expect(done.code).toBe(0);
    expect(done.json()).toMatchObject({ ok: true });
    expect(done.stderr).toContain('warning: Cannot write the profile gone/profile.json');
  });

  it('writes nothing without being asked', async () => {
    await project.mlo(['status']);
    expect(project.exists('mlo-profile.json')).toBe(false);
  });
});

/** Pairs of one row that overlap without one lying within the other. */
function overlaps(events: readonly Complete[]): readonly string[] {
  const end = (event: Complete): number => event.ts + event.dur;
  return events.flatMap((a) =>
    events.filter((b) => a.tid === b.tid && a.ts < b.ts && b.ts < end(a) && end(a) < end(b)).map((b) => `${a.name} and ${b.name}`),
  );
}
