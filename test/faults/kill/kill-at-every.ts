import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import { faults } from '../lib/index.ts';
import type { Call } from '../lib/inject.ts';
import { mloInjected, writePoints } from '../lib/points.ts';
import type { TwoVersions } from './states.ts';
import { prepared, type Verb } from './verbs.ts';

/** The command is killed at one point after the other; after each all must hold that the verb asks for. */
export async function killAtEvery(name: string, verb: Verb, of: TwoVersions, calls?: readonly Call[]): Promise<void> {
  const points = writePoints(prepared(verb, of), verb.args, calls);
  let killed = 0;
  for (let point = await points.next(); point.done !== true;) {
    const root = prepared(verb, of);
    const { signal } = await mloInjected(root, verb.args, point.value, 'kill');
    await verb.check(root, of, `${name} killed at ${point.value.call} ${point.value.nth}`);
    rmSync(root, { recursive: true });
    killed += signal === 'SIGKILL' ? 1 : 0;
    point = await points.next(signal === 'SIGKILL');
  }
  expect(killed).toBeGreaterThan(5);
  faults(`kill -9: ${name}`, killed);
}
