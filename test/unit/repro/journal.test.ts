import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readJournal, ReproJournal } from '../../../src/app/repro/journal.ts';
import type { Digest } from '../../../src/core/content.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const LOCKS = 'a'.repeat(64) as Digest;
const OTHER = 'b'.repeat(64) as Digest;
const ENTRY = { cmd: 'make', outs: { o: { digest: 'c'.repeat(64) as Digest, size: 1 } } };

let path = '';
beforeEach(async () => {
  path = join(await temporaryFolder(), 'state', 'repro.journal');
});

function written(work: (journal: ReproJournal) => void): void {
  const journal = new ReproJournal(path, readJournal(path, LOCKS));
  work(journal);
  journal.close();
}

describe('the journal of a repro', () => {
  test('gives back what finished since the locks were written', () => {
    written((journal) => {
      journal.rebase(LOCKS);
      journal.start('a');
      journal.done('a', ENTRY);
      journal.start('b');
    });
    const state = readJournal(path, LOCKS);
    expect([...state.finished]).toEqual([['a', ENTRY]]);
    expect([...state.unfinished]).toEqual([['b', undefined]]);
  });

  test('tells an attempt that failed from one that the user stopped, after a new base too', () => {
    written((journal) => {
      for (const stage of ['a', 'b', 'c']) journal.failed(stage, {}, stage !== 'a');
      journal.failed('c', {});
      journal.rebase(LOCKS);
    });
    const { unfinished, interrupted } = readJournal(path, LOCKS);
    expect([...unfinished.keys()]).toEqual(['a', 'b', 'c']);
    expect([...interrupted]).toEqual(['b']);
  });

  test('does not put finished stages on top of other locks, for instance after git checkout', () => {
    written((journal) => {
      journal.rebase(LOCKS);
      journal.done('a', ENTRY);
    });
    expect(readJournal(path, OTHER).finished.size).toBe(0);
  });

  test('a stage that finished and was killed when it ran once more is both, after a new base too', () => {
    written((journal) => {
      journal.rebase(LOCKS);
      journal.done('a', ENTRY);
      journal.start('a');
    });
    written((journal) => journal.rebase(LOCKS, [{ address: 'a', entry: ENTRY }]));
    const state = readJournal(path, LOCKS);
    expect([...state.finished]).toEqual([['a', ENTRY]]);
    expect([...state.unfinished]).toEqual([['a', undefined]]);
  });

  test('remembers what a failed attempt left over, across commands, until the stage succeeds', () => {
    const leftovers = { o: 'd'.repeat(64) as Digest };
    written((journal) => {
      journal.rebase(LOCKS);
      journal.start('a');
      journal.failed('a', leftovers);
    });
    written((journal) => journal.rebase(LOCKS));
    expect(readJournal(path, LOCKS).unfinished.get('a')).toEqual(leftovers);
    written((journal) => journal.done('a', ENTRY));
    expect(readJournal(path, LOCKS).unfinished.has('a')).toBe(false);
  });

  test('ends at a torn or changed line and keeps what stands before', () => {
    written((journal) => {
      journal.rebase(LOCKS);
      journal.done('a', ENTRY);
      journal.done('b', ENTRY);
    });
    const text = readFileSync(path, 'utf8');
    for (let cut = text.indexOf('"b"'); cut < text.length - 1; cut += 7) {
      writeFileSync(path, text.slice(0, cut));
      expect([...readJournal(path, LOCKS).finished.keys()]).toEqual(['a']);
    }
    writeFileSync(path, text.replace('"stage":"b"', '"stage":"x"'));
    expect([...readJournal(path, LOCKS).finished.keys()]).toEqual(['a']);
  });

  test('a missing journal and one of rubbish are empty', () => {
    expect(readJournal(path, LOCKS)).toEqual({ finished: new Map(), unfinished: new Map(), made: new Map(), interrupted: new Set() });
    written((journal) => journal.rebase(LOCKS));
    writeFileSync(path, '\0\0\0rubbish\n');
    appendFileSync(path, 'more');
    expect(readJournal(path, LOCKS).finished.size).toBe(0);
  });
});
