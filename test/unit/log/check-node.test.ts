import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkNode } from '../../../src/app/api/check-node.ts';
import { REPOSITORY } from '../../helpers/index.ts';

it('a Node.js that is too old is refused with a sentence, at the version that package.json names', () => {
  const { engines } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { engines: { node: string } };
  for (const version of ['18.20.0', '20.20.2', '22.17.9', '9.0.0'])
    expect(() => checkNode(version)).toThrow(expect.objectContaining({ code: 'MLO_RUNTIME', message: expect.stringContaining(version) }));
  for (const version of [engines.node.replace('>=', ''), '22.18.1', '24.0.0', '100.1.0']) expect(() => checkNode(version)).not.toThrow();
});
