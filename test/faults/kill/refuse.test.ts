import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faults } from '../lib/index.ts';
import { mloInjected, writePoints } from '../lib/points.ts';
import { twoVersions } from './states.ts';
import { ADD, CHECKOUT, GC, prepared } from './verbs.ts';

const HOURS_MS = 4 * 3_600_000;

describe('a system that refuses: an error with a code, and everything is as if it had been killed', () => {
  // Not `write`: Node itself wakes its threads with it. Full disks are real ones, in ../sources.
  it.each([
    ['add', 'ENOSPC', ADD, ['pwrite64', 'mkdir', 'fdatasync'], true],
    ['add', 'EIO', ADD, ['pwrite64', 'fsync', 'fdatasync'], false],
    ['add', 'EACCES', ADD, ['rename', 'mkdir', 'unlink'], false],
    ['checkout', 'ENOSPC', CHECKOUT, ['pwrite64', 'mkdir'], true],
    ['checkout', 'EACCES', CHECKOUT, ['rename', 'unlink', 'rmdir'], false],
    ['gc', 'EIO', GC, ['rename', 'unlink', 'fsync', 'pwrite64'], false],
  ] as const)(
    '%s, %s',
    async (name, errno, verb, calls, onwards) => {
      const of = await twoVersions();
      const points = writePoints(prepared(verb, of), verb.args, calls);
      let tried = 0;
      for (let point = await points.next(); point.done !== true; point = await points.next(true)) {
        const root = prepared(verb, of);
        const where = `${name}, ${errno} at ${point.value.call} ${point.value.nth}`;
        const { code, stdout, stderr, signal } = await mloInjected(root, [...verb.args, '--json'], { ...point.value, onwards }, errno);
        expect(signal, `${where}: ${stderr}`).toBeNull();
        // What is disposable may stay unwritten.
        if (code !== 0) expect(JSON.parse(stdout).error?.code ?? 'in a target', where).not.toBe('MLO_INTERNAL');
        await verb.check(root, of, where);
        rmSync(root, { recursive: true });
        tried += 1;
      }
      expect(tried).toBeGreaterThan(0);
      faults(`${errno}: ${name}`, tried);
    },
    HOURS_MS,
  );
});
