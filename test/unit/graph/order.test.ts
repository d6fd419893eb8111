import { describe, expect, test } from 'vitest';
import { findCycles, topologicalOrder } from '../../../src/core/graph/order.ts';
import type { Stage, StageAddress } from '../../../src/core/stage.ts';
import { fc } from '../../helpers/properties.ts';
import { stage } from '../../helpers/stages.ts';

/** What each stage reads from others, in the order of definition. */
type Upstream = ReadonlyMap<StageAddress, readonly StageAddress[]>;

const INDEXES = [0, 1, 2, 3, 4, 5, 6];
const RUNS = { numRuns: 500 };

const name = (index: number): StageAddress => `s${index}`;
const stagesOf = (upstream: Upstream): readonly Stage[] => [...upstream.keys()].map((address) => stage(address));

/** Up to seven stages that read from others, in any order; with `ranks` only from those of a lower rank. */
const upstreams = (ranks?: readonly number[]): fc.Arbitrary<Upstream> =>
  fc.array(fc.shuffledSubarray(INDEXES, { maxLength: 3 }), { minLength: 1, maxLength: INDEXES.length }).map((all) => {
    const mayRead = (to: number, from: number): boolean =>
      from < all.length && from !== to && (ranks === undefined || (ranks[from] as number) < (ranks[to] as number));
    return new Map(all.map((reads, to) => [name(to), reads.filter((from) => mayRead(to, from)).map(name)]));
  });

const withoutCycles = fc.shuffledSubarray(INDEXES, { minLength: INDEXES.length }).chain(upstreams);

/** Each stage with all that it needs by one edge or more. */
function needsOf(upstream: Upstream): ReadonlyMap<StageAddress, ReadonlySet<StageAddress>> {
  const needs = new Map([...upstream].map(([address, reads]) => [address, new Set(reads)]));
  for (const [through, further] of needs)
    for (const known of needs.values()) if (known.has(through)) for (const address of further) known.add(address);
  return needs;
}

describe('the order of stages', () => {
  test('has each stage once, after all that it needs, and no sooner than the first stage defined that needs it', () => {
    fc.assert(
      fc.property(withoutCycles, (upstream) => {
        const order = topologicalOrder(stagesOf(upstream), upstream).map(({ address }) => address);
        expect(order.toSorted()).toEqual([...upstream.keys()].toSorted());
        const needs = needsOf(upstream);
        const tooSoon = order.filter((address, at) => order.slice(at).some((later) => needs.get(address)?.has(later)));
        expect(tooSoon).toEqual([]);
        const firstUse = order.map((address) => [...needs].findIndex(([user, used]) => user === address || used.has(address)));
        expect(firstUse).toEqual(firstUse.toSorted((a, b) => a - b));
      }),
      RUNS,
    );
  });

  test('is that of definition where each stage is defined after all that it needs', () => {
    fc.assert(
      fc.property(upstreams(INDEXES), (upstream) => {
        expect(topologicalOrder(stagesOf(upstream), upstream).map(({ address }) => address)).toEqual([...upstream.keys()]);
      }),
      RUNS,
    );
  });
});

describe('cycles', () => {
  test('are found exactly where a stage needs itself; each is one, and no stage is in two', () => {
    fc.assert(
      fc.property(upstreams(), (upstream) => {
        const cycles = findCycles(stagesOf(upstream), upstream);
        expect(cycles.length > 0).toBe([...needsOf(upstream)].some(([address, needs]) => needs.has(address)));
        for (const cycle of cycles) for (const [at, address] of cycle.entries()) expect(upstream.get(address)).toContain(cycle.at(at - 1));
        const told = cycles.flat();
        expect(told).toHaveLength(new Set(told).size);
      }),
      RUNS,
    );
  });

  test('are found also behind a stage that reads one which reads another', () => {
    const upstream = new Map([
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', []],
      ['d', ['a']],
    ]);
    expect(findCycles(stagesOf(upstream), upstream)).toEqual([['d', 'a']]);
  });
});
