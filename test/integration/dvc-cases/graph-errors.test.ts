import { describe, expect, test } from 'vitest';
import { createProjectHere, type ProjectFiles } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

async function refusal(
  yaml: string,
  files: ProjectFiles = {},
  options: { git?: boolean } = {},
): Promise<{ code: string | undefined; text: string; exit: number | null; ran: boolean }> {
  const project = await createProjectHere({ 'dvc.yaml': yaml, ...files }, options);
  const human = await project.mlo(['repro']);
  const { json, result } = await repro(project);
  return { code: json.error?.code, text: human.stderr, exit: result.code, ran: project.exists('ran') };
}

const RAN = 'touch ran';

describe('what can be known before anything runs is an error before anything runs', () => {
  test('case 31: test_cyclic_graph_error – a cycle is shown as a path', async () => {
    const { code, text, exit, ran } = await refusal(
      `stages:\n  a: {cmd: ${RAN}, deps: [b], outs: [a]}\n  b: {cmd: ${RAN}, deps: [a], outs: [b]}\n`,
    );
    expect({ code, exit, ran }).toEqual({ code: 'MLO_GRAPH', exit: 2, ran: false });
    expect(text).toMatch(/a → b → a|b → a → b/);
  });

  test('case 32: TestRunCircularDependency, DuplicatedArguments – dep and out of one stage, and a path twice (./x is x)', async () => {
    const { text } = await refusal(`stages:\n  a: {cmd: ${RAN}, deps: [x, y, ./y], outs: [x]}\n`, { x: '', y: '' });
    expect(text).toContain("'x' is specified as an out and as a dep");
    expect(text).toContain("'y' is specified more than once");
  });

  test('case 33: test_stage_add_duplicated_output – one out in two stages', async () => {
    const { text, code } = await refusal(`stages:\n  a: {cmd: ${RAN}, outs: [a.out]}\n  b: {cmd: ${RAN}, outs: [a.out]}\n`);
    expect(code).toBe('MLO_GRAPH');
    expect(text).toMatch(/a\.out.*stage 'a'.*stage 'b'/);
    expect(text).toMatch(/dvc\.yaml:3:\d+/);
  });

  test('case 34: test_should_raise_on_overlapping_output_paths', async () => {
    const { text } = await refusal(`stages:\n  a: {cmd: ${RAN}, outs: [d]}\n  b: {cmd: ${RAN}, outs: [d/x]}\n`);
    expect(text).toMatch(/'d'.*'d\/x'.*overlap/);
  });

  test('case 35: StagePathAsOutputError – a pipeline file within an out', async () => {
    const project = await createProjectHere({ 'sub/dvc.yaml': `stages:\n  a: {cmd: ${RAN}, outs: [.]}\n`, '.mlo/config.yaml': '' });
    const { json } = await repro(project, ['-f', 'sub/dvc.yaml']);
    expect(json.error?.message).toContain("contains its own pipeline file 'sub/dvc.yaml'");
  });

  test('case 36: test_repro_external_outputs – better than DVC: an out outside the project is refused before the command runs', async () => {
    const { text, ran, exit } = await refusal(`stages:\n  a: {cmd: ${RAN}, outs: [../x]}\n  b: {cmd: ${RAN}, outs: [/tmp/mlo-x]}\n`);
    expect({ ran, exit }).toEqual({ ran: false, exit: 2 });
    expect(text).toContain('../x');
    expect(text).toContain('/tmp/mlo-x');
  });

  test('case 37: TestRunBadWdir – better than DVC: a wdir that is missing, outside or a file is told before the start', async () => {
    for (const [wdir, words] of [
      ['nowhere', 'does not exist'],
      ['file', 'not a folder'],
      ['..', 'outside'],
    ] as const) {
      const { text, ran, exit } = await refusal(`stages:\n  a: {cmd: ${RAN}, wdir: ${wdir}}\n`, { file: '' });
      expect({ ran, exit }).toEqual({ ran: false, exit: 2 });
      expect(text).toContain(words);
    }
  });

  test('case 38: a dep named *.dvc is refused', async () => {
    const { text } = await refusal(`stages:\n  a: {cmd: ${RAN}, deps: [foo.dvc]}\n`, { 'foo.dvc': '' });
    expect(text).toContain('foo.dvc');
  });

  test('case 39: test_run_with_invalid_stage_name – better than DVC: hand-written names are checked too', async () => {
    const { text, code } = await refusal(`stages:\n  a.b: {cmd: ${RAN}}\n`);
    expect(code).toBe('MLO_PIPELINE_INVALID');
    expect(text).toContain('a.b');
  });

  test('case 40: test_non_existing_output – better than DVC: a missing dep names stage and path before the command runs', async () => {
    const { text, ran, code } = await refusal(`stages:\n  a: {cmd: ${RAN}, deps: [in.txt]}\n`);
    expect({ ran, code }).toEqual({ ran: false, code: 'MLO_DEP_MISSING' });
    expect(text).toContain("Stage 'a': dep 'in.txt' does not exist");
    expect(text).toContain('No stage produces it');
  });

  test('case 41: test_repro_when_new_outs_added_does_not_exist – an out that was not written is told as just that', async () => {
    const project = await createProjectHere({ 'dvc.yaml': 'stages:\n  a: {cmd: "true", outs: [zz9]}\n' });
    const { json, result } = await repro(project);
    expect(result.code).toBe(1);
    expect(json.data?.stages[0]?.error).toMatchObject({ code: 'MLO_OUT_NOT_WRITTEN' });
    expect(json.data?.stages[0]?.error?.message).toContain("'zz9'");
  });

  test('problems of the workspace come all at once: a missing dep, a missing module, a wdir and a tracked out', async () => {
    const project = await createProjectHere(
      {
        'pipeline.yaml': `stages:
  a: {cmd: ${RAN}, deps: [gone]}
  b: {run: stages/nope.ts}
  c: {cmd: ${RAN}, wdir: nowhere}
  d: {cmd: ${RAN}, outs: [tracked]}
`,
        tracked: 'x',
      },
      { git: true },
    );
    const { stderr } = await project.mlo(['repro']);
    for (const words of [
      "dep 'gone' does not exist",
      "module 'stages/nope.ts' does not exist",
      "wdir 'nowhere'",
      "'tracked' is tracked by Git",
    ])
      expect(stderr).toContain(words);
    expect(stderr).toContain('^');
    expect(project.exists('ran')).toBe(false);
  });

  test('case 42: better than DVC: a missing param file and a missing key are told apart', async () => {
    const { text, code } = await refusal(`stages:\n  a: {cmd: ${RAN}, params: [nope, {gone.yaml: [k]}]}\n`, { 'params.yaml': 'node: 1\n' });
    expect(code).toBe('MLO_PARAMS');
    expect(text).toContain("'params.yaml' has no such key");
    expect(text).toContain("'gone.yaml': there is no such file");
  });

  test('a missing param is pointed at where its key stands, not where the list begins', async () => {
    const { text } = await refusal(`stages:\n  a:\n    cmd: ${RAN}\n    params:\n      - lr\n      - epoch\n`, {
      'params.yaml': 'lr: 1\nepochs: 2\n',
    });
    expect(text).toContain('dvc.yaml:6:9');
  });

  test('a cached out that Git tracks is refused, with the command that mends it', async () => {
    const { text, code, ran } = await refusal(`stages:\n  a: {cmd: ${RAN}, outs: [model]}\n`, { model: 'x' }, { git: true });
    expect({ code, ran }).toEqual({ code: 'MLO_OUT_IN_GIT', ran: false });
    expect(text).toContain("git rm -r --cached 'model'");
  });

  test('an out that leads out of the project through a symlink is refused', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': `stages:\n  a: {cmd: ${RAN}, outs: [link/x]}\n` });
    await project.run('ln', ['-s', project.home, project.path('link')]);
    const { json } = await repro(project);
    expect(json.error?.code).toBe('MLO_PATH_UNSAFE');
    expect(project.exists('ran')).toBe(false);
  });

  test('a stage that deletes or changes its dep is told as just that', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: rm in && echo > out, deps: [in], outs: [out]}\n',
      in: 'x',
    });
    expect((await repro(project)).json.data?.stages[0]?.error).toMatchObject({
      code: 'MLO_DEP_CHANGED',
      message: "Stage 'a' deleted its dep 'in'",
    });
    await project.write({ in: 'x', 'pipeline.yaml': 'stages:\n  a: {cmd: echo more >> in && echo > out, deps: [in], outs: [out]}\n' });
    expect((await repro(project)).json.data?.stages[0]?.error?.message).toBe("Stage 'a' changed its dep 'in' while running");
  });
});
