import { expect, it } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

const STAGE = 'stages:\n  make: { cmd: echo 1 > out.txt, outs: [out.txt] }\n';

it('names the pipeline file that has stages where none has at the root', async () => {
  const project = await createProjectHere({ '.mlo/config.yaml': '', 'train/pipeline.yaml': STAGE, 'serve/pipeline.yaml': STAGE });
  const { code, stdout, stderr } = await project.mlo(['status']);
  expect([code, stdout]).toEqual([0, 'There are no stages here; others are in serve/pipeline.yaml and 1 more file.\n']);
  expect(stderr).toBe('hint: mlo status --file serve/pipeline.yaml\n');
  expect((await project.mlo(['status', '--json'])).json().data.elsewhere).toEqual(['serve/pipeline.yaml', 'train/pipeline.yaml']);
  await project.write({ 'data.csv': '1\n' });
  await project.mlo(['add', 'data.csv']);
  expect((await project.mlo(['status'])).stdout).toContain('others are in serve/pipeline.yaml');
  expect((await project.mlo(['status', '--file', 'train/pipeline.yaml'])).stdout).toMatch(/make +. run +never run\n/);
  expect((await project.mlo(['status', 'data.csv'])).stdout).not.toContain('stages');
});
