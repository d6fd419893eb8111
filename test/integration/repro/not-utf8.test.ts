import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

const PIPELINE = 'stages:\n  a: {cmd: cat params.yaml > out, params: [name], outs: [out]}\n';

/** Latin-1, as an old editor saves it. */
function save(project: TestProject, path: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  writeFileSync(project.path(path), bytes);
  return bytes;
}

describe('a file that is not UTF-8 is refused with its line, and no byte of it changes', () => {
  test('params, whose values would be taken for one another', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': PIPELINE, 'params.yaml': '' });
    const bytes = save(project, 'params.yaml', 'lr: 1\nname: caf\xe9\n');
    const { json, result } = await repro(project);
    expect(result.code).toBe(2);
    expect(json.error).toMatchObject({
      code: 'MLO_PARAMS',
      message: "'params.yaml' is not UTF-8",
      hint: 'Save it as UTF-8; from Latin-1, for example: iconv -f LATIN1 -t UTF-8 params.yaml',
      details: { problems: [{ file: 'params.yaml', line: 2, column: 10 }] },
    });
    expect((await repro(project, ['-S', 'lr=2'])).json.error?.code).toBe('MLO_PARAMS');
    expect((await project.mlo(['status'])).stderr).toContain('error[MLO_PARAMS]');
    expect(readFileSync(project.path('params.yaml'))).toEqual(bytes);
    await project.write({ 'params.yaml': 'lr: 1\nname: caf\u00e9\n' });
    expect((await repro(project)).outcomes).toEqual({ a: 'ran' });
  });

  test.each([['pipeline.yaml'], ['train.yaml']])('the pipeline in %s', async (file) => {
    const project = await createProjectHere({ '.mlo/config.yaml': '', 'params.yaml': 'name: x\n' });
    const bytes = save(project, file, `# caf\xe9\n${PIPELINE}`);
    const chosen = file === 'pipeline.yaml' ? [] : ['--file', file];
    for (const command of [['repro'], ['freeze', 'a'], ['stage', 'add', '-n', 'b', 'true'], ['stage', 'remove', 'a'], ['dag']]) {
      const { code, stderr } = await project.mlo([...command.slice(0, 2), ...chosen, ...command.slice(2)]);
      expect(stderr).toContain(`error[MLO_PIPELINE_SYNTAX]: '${file}' is not UTF-8`);
      expect(code).toBe(2);
    }
    expect(readFileSync(project.path(file))).toEqual(bytes);
  });

  test('a lock', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': PIPELINE, 'params.yaml': 'name: x\n' });
    await repro(project);
    const bytes = save(project, 'pipeline.lock', (await project.read('pipeline.lock')).replace('cat', '\xe9'));
    expect((await repro(project)).json.error?.code).toBe('MLO_FORMAT');
    expect(readFileSync(project.path('pipeline.lock'))).toEqual(bytes);
  });
});
