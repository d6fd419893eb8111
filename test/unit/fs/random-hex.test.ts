import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { randomHex } from '../../../src/fs/random-hex.ts';

const MODULE = new URL('../../../src/fs/random-hex.ts', import.meta.url).href;

it('has the length that was asked for, in hexadecimal', () => {
  for (const length of [0, 1, 8, 16, 32, 33]) expect(randomHex(length)).toMatch(new RegExp(`^[0-9a-f]{${length}}$`));
});

it('does not come from the generator that a stage with a seed puts in the place of Math.random', () => {
  const { random } = Math;
  try {
    const drawn = [1, 2].map(() => {
      Math.random = () => 0.5;
      return randomHex(16);
    });
    expect(drawn[0]).not.toBe(drawn[1]);
  } finally {
    Math.random = random;
  }
});

it('does not come twice, in one process or in two', () => {
  const own = Array.from({ length: 10_000 }, () => randomHex(16));
  const script = `import { randomHex } from ${JSON.stringify(MODULE)}; console.log(Array.from({ length: 10000 }, () => randomHex(16)).join(' '))`;
  const others = [1, 2].flatMap(() =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim().split(' '),
  );
  expect(new Set([...own, ...others]).size).toBe(30_000);
});
