import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../bench/data/options.ts';
import { formatRows, timedRow } from '../../../bench/data/rows.ts';
import { Timings } from '../../../bench/data/timings.ts';

function timings(times: { readonly [name: string]: readonly number[] }): Timings {
  const made = new Timings('', () => undefined);
  for (const [name, rounds] of Object.entries(times)) for (const [index, ms] of rounds.entries()) made.keep(name, index + 1, ms);
  return made;
}

describe('a row of the table of data', () => {
  it('compares round by round, so that a slow hour hits both', () => {
    const times = timings({ own: [100, 1000, 300], peer: [1000, 10_000, 1000] });
    expect(timedRow(times, { work: 'add', of: 'own', atMostMs: 300, against: [{ with: 'peer', faster: 3 }] })).toEqual({
      work: 'add',
      measured: '300 ms (100 ms–1.00 s)',
      compared: ['peer 1.00 s (1.00 s–10.00 s): 10.0x faster'],
      targets: [
        { text: '≤ 300 ms', reached: true },
        { text: '≥ 3x faster than peer', reached: true },
      ],
    });
  });

  it('says where a target is missed', () => {
    const times = timings({ own: [400], git: [200] });
    const row = timedRow(times, { work: 'status', of: 'own', atMostMs: 300, against: [{ with: 'git', atMost: 1.8 }] });
    expect(formatRows(row === undefined ? [] : [row], true)).toContain(
      '| status | 400 ms | git 200 ms: 2.00x | ≤ 300 ms<br>≤ 1.8x git | **no**<br>**no** |',
    );
  });

  it('judges nothing against a peer that is not there, nor at another size', () => {
    const row = timedRow(timings({ own: [400] }), { work: 'add', of: 'own', atMostMs: 500, against: [{ with: 'DVC', faster: 3 }] });
    const rows = row === undefined ? [] : [row];
    expect(formatRows(rows, true)).toContain('| add | 400 ms |  | ≤ 500 ms<br>≥ 3x faster than DVC | yes<br>– |');
    expect(formatRows(rows, false)).toContain('| –<br>– |');
  });

  it('is left out where mlo was not timed', () => {
    expect(timedRow(timings({ peer: [1] }), { work: 'gc', of: 'own', against: [{ with: 'peer' }] })).toBeUndefined();
  });
});

describe('the options', () => {
  it('take part of the work, fewer rounds of slow peers, and a small size', () => {
    expect(readOptions(['--only', 'add,status', '--rounds', '5', '--peer-rounds=1', '--quick'])).toMatchObject({
      only: ['add', 'status'],
      rounds: 5,
      peerRounds: 1,
      files: 10_000,
      huge: false,
    });
    expect(() => readOptions(['--rounds', 'x'])).toThrow('not a number of rounds');
  });
});
