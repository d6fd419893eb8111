import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LONG_TESTS } from '../helpers/long-tests.ts';
import { REPOSITORY } from '../helpers/index.ts';

it('the tests that are begun first are there', () => {
  expect(LONG_TESTS.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
});
