import { readFileSync, statSync } from 'node:fs';
import { MloError } from '../../core/errors/mlo-error.ts';
import { nameFault } from '../../core/run-limits.ts';
import { flattenValues } from '../../core/params/keys.ts';
import type { Emit } from '../../core/events.ts';
import type { OutSpec, Stage } from '../../core/stage.ts';
import { isMap, type Value } from '../../core/value.ts';
import { absolutePath } from '../paths.ts';

/** Numbers of the declared metrics files of a stage, nested keys with dots. A file that cannot be read, and a name that no metric can have, is a warning: the bytes are kept all the same. */
export async function readMetrics(root: string, stage: Stage, emit: Emit): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const out of stage.outs) {
    if (out.kind !== 'metric' || !/\.(json|ya?ml)$/.test(out.path)) continue;
    for (const [key, value] of await numbersOf(root, stage, out, emit)) {
      const fault = nameFault(key);
      if (fault === undefined) found.set(key, value);
      else emit({ type: 'warning', message: `A metric of ${out.path} is not logged: its name ${fault}` });
    }
  }
  return found;
}

async function numbersOf(root: string, stage: Stage, out: OutSpec, emit: Emit): Promise<readonly (readonly [string, number])[]> {
  const path = absolutePath(root, out.path);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [];
  const { parseMetricsText } = await import('../../core/metrics/parse.ts');
  try {
    const values = parseMetricsText(out.path, readFileSync(path, 'utf8'));
    return numbersIn(values, out.path);
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    emit({ type: 'warning', message: `Metrics of stage '${stage.address}' are not logged: ${error.message}` });
    return [];
  }
}

/** Numbers of what a metrics file says, as doubles, nested keys with dots; a file that is one number has its path as a key. */
export function numbersIn(values: Value, path: string): readonly (readonly [string, number])[] {
  const found: Iterable<readonly [string, Value]> = isMap(values) ? flattenValues(values) : [[path, values]];
  return [...found].flatMap(([key, value]) =>
    typeof value === 'number' || typeof value === 'bigint' ? [[key, Number(value)] as const] : [],
  );
}
