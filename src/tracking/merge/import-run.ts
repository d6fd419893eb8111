import { prepared } from '../prepared.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { RunId } from '../../core/run.ts';
import { createHasher } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import type { Access } from '../access.ts';
import { internNames, type Interned } from '../interned.ts';
import { metricsWriter, type MetricsWriter } from '../write-metrics.ts';
import { LineFault } from './fields.ts';
import { headMerger, type MergedHead } from './merge-head.ts';
import { entryMerger, type EntryMerger } from './merge-entries.ts';
import { readLine, wrongLine } from './read-line.ts';
import type { RecordLine, RunLine } from './record-format.ts';
import type { ImportedRun, SourceLine } from './types.ts';

interface ImportOptions {
  readonly only?: RunId;
  readonly revive?: boolean;
  readonly signal?: AbortSignal;
}

/** What imports through one handle share: names that are known, statements that are prepared. */
export interface ImportParts {
  readonly names: Interned;
  readonly metrics: MetricsWriter;
  readonly entries: EntryMerger;
  readonly mergeHead: (line: RunLine) => MergedHead;
}

export function importParts({ db, now }: Access): ImportParts {
  const names = internNames(db);
  return { names, metrics: metricsWriter(db, names), entries: entryMerger(db, names), mergeHead: headMerger(db, now) };
}

/** Reads one run, from its `run` line to its `end`, in one transaction. */
export async function importRun(
  access: Access,
  parts: ImportParts,
  lines: AsyncIterator<SourceLine>,
  options: ImportOptions,
): Promise<ImportedRun | undefined> {
  const first = await lines.next();
  if (first.done === true) return undefined;
  const head = readLine(first.value.text, first.value.number);
  if (head.type !== 'run') throw wrongLine(first.value.number, `a run begins with a line of the type "run", found "${head.type}"`);
  if (options.only !== undefined && head.id !== options.only) throw wrongLine(first.value.number, 'the record is of another run');
  try {
    return await access.writeSlowly(async () => await mergeRun(access, parts, head, first.value, lines, options));
  } catch (error) {
    // What was written is undone.
    parts.names.forget();
    parts.metrics.forget();
    throw error;
  }
}

async function mergeRun(
  { db }: Access,
  parts: ImportParts,
  head: RunLine,
  first: SourceLine,
  lines: AsyncIterator<SourceLine>,
  { revive = false, signal }: ImportOptions,
): Promise<ImportedRun> {
  const isPurged = prepared(db, 'SELECT 1 FROM purged_runs WHERE id = ?').get(head.id) !== undefined;
  if (isPurged && revive) prepared(db, 'DELETE FROM purged_runs WHERE id = ?').run(head.id);
  const changes = prepared(db, 'SELECT total_changes()').pluck();
  const before = changes.get() as number;
  const merge = isPurged && !revive ? undefined : merger(parts, head, first.number);
  const hasher = createHasher();
  hasher.update(Buffer.from(`${first.text}\n`));
  const artifacts: ImportedRun['artifacts'][number][] = [];
  for (let count = 1; ; count += 1) {
    throwIfInterrupted(signal);
    const next = await lines.next();
    if (next.done === true) throw wrongLine(first.number + count, 'the run has no end: the file was cut off');
    const line = readLine(next.value.text, next.value.number);
    if (line.type === 'end') {
      checkEnd(line, count, hasher.digest(), next.value.number);
      break;
    }
    hasher.update(Buffer.from(`${next.value.text}\n`));
    if (line.type === 'artifacts') for (const { path, changedMs: _, ...content } of line.artifacts) artifacts.push({ path, content });
    merge?.take(line, next.value.number);
  }
  const { id, name } = head;
  if (merge === undefined) return { id, name, outcome: 'purged', conflicts: [], artifacts: [] };
  const outcome = merge.isNew ? 'added' : (changes.get() as number) === before ? 'unchanged' : 'changed';
  return {
    id,
    name,
    outcome,
    conflicts: merge.conflicts,
    artifacts,
    ...(merge.waitsFor === undefined ? {} : { waitsFor: merge.waitsFor }),
  };
}

function merger({ metrics, entries, mergeHead }: ImportParts, head: RunLine, number: number) {
  const conflicts: ImportedRun['conflicts'][number][] = [];
  const { seq, isNew, waitsFor } = withLine(number, () => mergeHead(head));

  function conflicting(found: ImportedRun['conflicts']): void {
    for (const each of found) conflicts.push(each);
  }

  function take(line: RecordLine): void {
    switch (line.type) {
      case 'params':
        return conflicting(entries.params(seq, line.params));
      case 'tags':
        return entries.tags(seq, line.tags);
      case 'metric':
        metrics.add(seq, [line]);
        for (const refused of metrics.finish()) throw new LineFault(refused.message);
        return;
      case 'inputs':
        return entries.inputs(seq, line.inputs);
      case 'artifacts':
        return entries.artifacts(seq, line.artifacts);
      case 'links':
        return entries.links(seq, line.links);
      case 'models':
        return conflicting(entries.models(seq, line.models));
      default:
        throw new LineFault(`a line of the type "${line.type}" does not belong here: the run before it has no end`);
    }
  }

  return { isNew, waitsFor, conflicts, take: (line: RecordLine, at: number) => withLine(at, () => take(line)) };
}

function withLine<T>(number: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LineFault) throw wrongLine(number, error.message, error);
    throw error;
  }
}

function checkEnd(end: RecordLine & { readonly type: 'end' }, lines: number, digest: string, number: number): void {
  if (end.lines !== lines) throw wrongLine(number, `the run has ${lines} lines before its end, not ${end.lines}`);
  if (end.digest === digest) return;
  throw new MloError('MLO_FORMAT', 'the lines of the run are not those that were written (the BLAKE3 at the end is of others)', {
    details: { line: number },
    hint: 'Export the run again',
  });
}
