import { expect, it } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

it('params in TOML are dependencies, templates and values to show, compare and set', async () => {
  const project = await createProjectHere(
    {
      '.mlo/config.yaml': '',
      'conf.toml': 'word = "hello" # kept\n[train]\nlr = 0.1\nunused = 1\n',
      'pipeline.yaml':
        'vars: [conf.toml]\nstages:\n  train:\n    cmd: echo ${word} > out.txt\n    params: [{conf.toml: [train.lr]}]\n    outs: [out.txt]\n',
    },
    { git: true },
  );
  expect((await project.mlo(['repro'])).code).toBe(0);
  expect(await project.read('out.txt')).toBe('hello\n');
  expect(await project.read('pipeline.lock')).toContain('"train.lr": 0.1');

  await project.write({ 'conf.toml': 'word = "hello" # kept\n[train]\nlr = 0.1\nunused = 2\n' });
  expect((await project.mlo(['status', '--check'])).code).toBe(0);

  const set = await project.mlo(['repro', '-S', 'conf.toml:train.lr=0.5']);
  expect(set.code).toBe(0);
  expect(await project.read('conf.toml')).toBe('word = "hello" # kept\n[train]\nlr = 0.5\nunused = 2\n');
  expect((await project.mlo(['params', 'show'])).stdout).toMatch(/train\.lr +0\.5/);
  expect((await project.mlo(['params', 'diff'])).stdout).toMatch(/train\.lr +0\.1 +0\.5/);

  const refused = await project.mlo(['repro', '-S', 'conf.toml:+train.more=1']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('hint: Add it to conf.toml by hand');
});
