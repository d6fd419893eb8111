import { readFileSync } from 'node:fs';
import { hashBytes } from '../../fs/hash.ts';
import { RECORD } from '../journal/record-format.ts';
import { parseEntry } from '../run-cache.ts';
import type { CheckResult, Damage } from './damage.ts';
import { scanSegment } from './scan-segment.ts';

/** Reads a whole segment of the journal: every record, object and run-cache entry. Throws what node:fs throws. */
export function checkSegment(path: string): CheckResult {
  const bytes = readFileSync(path);
  const damages: Damage[] = [];
  let objects = 0;
  let runs = 0;
  scanSegment(
    bytes,
    ({ type, digest, payload, isIntact }) => {
      if (type === RECORD.object) {
        objects += 1;
        if (hashBytes(payload) !== digest)
          damages.push({ kind: 'object', file: path, digest, why: 'its record does not have that digest' });
      } else if (type === RECORD.run) {
        runs += 1;
        if (!isIntact || parseEntry(payload.toString('utf8')) === undefined)
          damages.push({ kind: 'run-cache', file: path, why: 'a run-cache entry in it is not what was written' });
      } else if (!isIntact) damages.push({ kind: 'journal', file: path, why: 'a record in it is not what was written' });
    },
    (why) => damages.push({ kind: 'journal', file: path, why }),
  );
  return { bytes: bytes.length, objects, runs, damages };
}
