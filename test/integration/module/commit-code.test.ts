import { describe, expect, it } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const STAGE = `import { defineStage } from 'mlo-cli';
import { writeFileSync } from 'node:fs';
export default defineStage({ outs: ['out'], run: ({ outs }) => writeFileSync(outs.out, 'text') });
`;

async function finished(): Promise<TestProject> {
  const project = await createProjectHere({
    'pipeline.yaml': 'stages:\n  t:\n    run: stages/t.ts\n    outs: {out: out.txt}\n',
    'stages/t.ts': STAGE,
  });
  expect((await project.mlo(['repro'])).code).toBe(0);
  return project;
}

describe('mlo commit after an edit of the code of a stage', () => {
  it.each(['commit', 'commit --force'])('is refused, as only a run finds which modules it loads now: %s', async (command) => {
    const project = await finished();
    const before = await project.read('pipeline.lock');
    await project.write({ 'stages/h.ts': 'export const h = 1;', 'stages/t.ts': `import './h.ts';\n${STAGE}` });
    const { code, stderr } = await project.mlo(command.split(' '));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/code of stage 't' has changed since it ran \(stages\/t\.ts\); nothing was committed/);
    expect(stderr).toContain('mlo repro t');
    expect(await project.read('pipeline.lock')).toBe(before);
  });

  it('takes outs that were changed by hand where the code is the same', async () => {
    const project = await finished();
    await project.write({ 'out.txt': 'by hand' });
    expect((await project.mlo(['commit'])).code).toBe(0);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
  });
});
