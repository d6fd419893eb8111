import { describe, expect, it } from 'vitest';
import { formatLock, parseLock } from '../../../src/core/lock/format.ts';
import { mergeLocks } from '../../../src/core/lock/merge.ts';
import type { Lock, LockEntry } from '../../../src/core/lock/types.ts';

const entry = (cmd: string): LockEntry => ({ cmd });
const lock = (stages: Lock['stages']): Lock => ({ hash: 'blake3-256', schema: 1, stages });
const LABELS = { ours: 'ours', theirs: 'theirs' };

function merged(base: Lock['stages'] | undefined, ours: Lock['stages'], theirs: Lock['stages']): ReturnType<typeof mergeLocks> {
  return mergeLocks({ base: base === undefined ? undefined : lock(base), ours: lock(ours), theirs: lock(theirs) }, LABELS);
}

describe('merging locks by stage', () => {
  it('takes each stage from the side that changed it, as canonical text', () => {
    const base = { a: entry('1'), b: entry('1'), c: entry('1') };
    const { text, conflicts } = merged(base, { ...base, a: entry('2') }, { ...base, c: entry('3'), d: entry('new') });
    expect(conflicts).toEqual([]);
    expect(text).toBe(formatLock(lock({ a: entry('2'), b: entry('1'), c: entry('3'), d: entry('new') })));
  });

  it('has nothing to decide where both made the same', () => {
    expect(merged({}, { a: entry('x') }, { a: entry('x') })).toEqual({ text: formatLock(lock({ a: entry('x') })), conflicts: [] });
  });

  it('drops what one side dropped, unless the other side ran it', () => {
    const base = { a: entry('1'), b: entry('1') };
    expect(merged(base, { a: entry('1') }, base).text).toBe(formatLock(lock({ a: entry('1') })));
    expect(merged(base, { a: entry('1') }, { a: entry('1'), b: entry('2') }).text).toBe(formatLock(lock({ a: entry('1'), b: entry('2') })));
    expect(merged(base, base, { a: entry('1') }).text).toBe(formatLock(lock({ a: entry('1') })));
    expect(merged(base, { a: entry('1'), b: entry('2') }, { a: entry('1') }).text).toBe(formatLock(lock({ a: entry('1'), b: entry('2') })));
    expect(merged(base, {}, {}).text).toBe(formatLock(lock({})));
  });

  it.each(['a', 'b', 'c'])('puts markers around stage %s alone; keeping either side gives a lock', (name) => {
    const base = { a: entry('1'), b: entry('1'), c: entry('1') };
    const { text, conflicts } = merged(base, { ...base, [name]: entry('ours') }, { ...base, [name]: entry('theirs') });
    expect(conflicts).toEqual([name]);
    expect(text.split('\n').filter((line) => /^[<=>]{7}/.test(line))).toEqual(['<<<<<<< ours', '=======', '>>>>>>> theirs']);
    const kept = {
      ours: text.replace(/^<<<<<<< ours\n/m, '').replace(/^=======\n[^]*?>>>>>>> theirs\n/m, ''),
      theirs: text.replace(/^<<<<<<< ours\n[^]*?=======\n/m, '').replace(/^>>>>>>> theirs\n/m, ''),
    };
    for (const side of ['ours', 'theirs'] as const) {
      expect(parseLock('pipeline.lock', kept[side]).stages[name]).toEqual(entry(side));
      expect(kept[side]).toBe(formatLock(lock({ ...base, [name]: entry(side) })));
    }
  });

  it('without an ancestor, what differs is a conflict', () => {
    expect(merged(undefined, { a: entry('1'), b: entry('1') }, { a: entry('2'), c: entry('1') }).conflicts).toEqual(['a']);
  });

  it('reads names of stages as nothing but names', () => {
    const odd = JSON.parse('{"__proto__": {"cmd": "1"}, "$&": {"cmd": "2"}}') as Lock['stages'];
    expect(merged(odd, odd, odd).text).toBe(formatLock(lock(odd)));
    const inherited = { toString: entry('1'), constructor: entry('2') } as unknown as Lock['stages'];
    expect(merged(undefined, inherited, {})).toEqual({ text: formatLock(lock(inherited)), conflicts: [] });
  });
});
