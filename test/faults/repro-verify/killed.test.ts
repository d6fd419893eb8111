import { expect, it } from 'vitest';
import { createProject } from '../../helpers/index.ts';
import { mloInjected } from '../lib/points.ts';

/** A stage that says when it is at work and then waits for ever, unless it is the first time. */
const PIPELINE = `stages:
  make:
    cmd: mkdir -p out && echo fresh > out/new && if [ -e wait ]; then echo at work; sleep 1000; fi; rm out/new; echo kept > out/file
    outs: [out]
  note:
    cmd: echo note > note.txt
    outs: [{note.txt: {cache: false}}]
`;

it('nothing is lost when it is killed while a stage runs again: the next command brings the outs back and keeps what the stage had written', async () => {
  const project = await createProject({ '.mlo/config.yaml': '', 'pipeline.yaml': PIPELINE });
  expect(await project.mlo(['repro'])).toMatchObject({ code: 0 });
  const lock = await project.read('pipeline.lock');
  await project.write({ wait: '' });
  const running = project.start(['repro', '--verify']);
  await running.waitFor('at work');
  expect(project.exists('out/file')).toBe(false);
  running.signalGroup('SIGKILL');
  await running.ended;

  await project.remove('wait');
  const { code, stderr } = await project.mlo(['repro']);
  expect(code).toBe(0);
  expect(stderr).toContain("A verification was cut off: 'out' is back; what it had written there is in .mlo/verify/left-0");
  expect(await project.read('out/file')).toBe('kept\n');
  expect(await project.read('.mlo/verify/left-0/new')).toBe('fresh\n');
  expect(await project.read('pipeline.lock')).toBe(lock);
  expect(await project.mlo(['repro', '--verify'])).toMatchObject({ code: 0 });
  expect(project.exists('.mlo/verify')).toBe(false);
});

it('killed at any of its renames, the outs are all there after the next command', async () => {
  const project = await createProject({ '.mlo/config.yaml': '', 'pipeline.yaml': PIPELINE });
  expect(await project.mlo(['repro'])).toMatchObject({ code: 0 });
  let killed = 0;
  for (let when = 1; when <= 12; when += 1) {
    const { code } = await mloInjected(project.root, ['repro', '--verify'], { call: 'rename', nth: when }, 'kill');
    if (code !== 0) killed += 1;
    expect(await project.mlo(['repro'])).toMatchObject({ code: 0 });
    expect({ when, file: await project.read('out/file'), note: await project.read('note.txt') }).toEqual({
      when,
      file: 'kept\n',
      note: 'note\n',
    });
  }
  expect(killed).toBeGreaterThan(3);
});
