import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withTables } from '../../tools/readme-tables.mjs';
import { REPOSITORY } from '../helpers/index.ts';

it('has the tables of errors and exit codes that the catalogue makes (else: node tools/readme-tables.mjs)', () => {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
  expect(withTables(readme)).toBe(readme);
});
