import { expect } from 'vitest';
import { createProject, type TestProject } from '../../helpers/index.ts';

export const BINARY = Buffer.from([0, 255, 10, 13, 27, 128, 0]);

/** Tag v1 with data, an out, params, metrics and a script of Git's; in v2 all of them are different. */
export async function versions(): Promise<TestProject> {
  const project = await createProject({
    'pipeline.yaml': `stages:
  make: {cmd: mkdir -p o && cp in o/copy && echo same > o/same, deps: [in], params: [lr], outs: [o]}
  measure: {cmd: 'echo "{\\"acc\\": 0.$(cat in)}" > m.json', deps: [in], params: [depth], metrics: [{m.json: {cache: false}}]}
`,
    'params.yaml': 'lr: 1\ndepth: 3\nunused: x\n',
    in: '1',
    'data/a.txt': 'first',
    'data/twin.txt': 'first',
    'data/bytes.bin': BINARY,
    'data/sub/run.sh': '#!/bin/sh\n',
    'src/code.py': 'print(1)\n',
  });
  await project.git('init', '--quiet', '--initial-branch=main');
  await project.run('sh', ['-c', 'ln -s a.txt data/link && mkdir data/empty']);
  await save(project, 'v1');
  await project.write({ 'data/a.txt': 'second', in: '22', 'params.yaml': 'lr: 2\ndepth: 3\n', 'src/code.py': 'print(2)\n' });
  await save(project, 'v2');
  return project;
}

async function save(project: TestProject, tag: string): Promise<void> {
  for (const args of [['add', 'data'], ['repro']]) expect(await project.mlo(args)).toMatchObject({ code: 0 });
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message', tag);
  await project.git('tag', tag);
}
