import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { createProject, requirePeer, skipTest } from '../../helpers/index.ts';
import { faults } from '../lib/index.ts';

/** Fills the disk that has the database alone, and writes its out elsewhere. */
const FILL =
  "node -e \"const fs = require('fs'); const f = fs.openSync('small/ballast', 'w'); let n = 65536; while (n > 0) try { fs.writeSync(f, Buffer.alloc(n)) } catch { n >>= 1 }\"";

it('a disk that is full of somebody else when the books are closed: outs and lock are kept, and what is lost is told', async () => {
  const project = await createProject({
    '.mlo/config.yaml': 'tracking:\n  path: small/tracking.db\n',
    'pipeline.yaml': `stages:\n  fill:\n    cmd: |\n      ${FILL}\n      echo made > o\n    outs: [o]\n`,
  });
  mkdirSync(project.path('small'));
  try {
    execFileSync(requirePeer('mount'), ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', project.path('small')], { stdio: 'pipe' });
  } catch {
    skipTest('this machine does not let us mount');
  }
  onTestFinished(() => void execFileSync('umount', ['-l', project.path('small')]));

  const { code, stdout } = await project.mlo(['repro', '--json']);
  const { ok, data, error } = JSON.parse(stdout);
  expect({ code, ok }).toEqual({ code: 12, ok: false });
  expect(error).toMatchObject({ code: 'MLO_TRACKING', message: expect.stringContaining('What the stages made is stored') });
  expect(data).toMatchObject({
    ok: true,
    stages: [{ name: 'fill', outcome: 'ran' }],
    unrecorded: { code: 'MLO_TRACKING', message: expect.stringContaining('the disk is full') },
  });

  await project.remove('small/ballast', 'o');
  const again = JSON.parse((await project.mlo(['repro', '--json'])).stdout);
  expect(again).toMatchObject({ ok: true, data: { stages: [{ name: 'fill', outcome: 'restored' }] } });
  expect(again.data.unrecorded).toBeUndefined();
  faults('a full disk', 1);
});
