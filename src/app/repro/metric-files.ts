import { readFileSync, statSync } from 'node:fs';
import { MloError } from '../../core/errors/mlo-error.ts';
import { flattenValues } from '../../core/params/keys.ts';
import type { Emit } from '../../core/events.ts';
import type { OutSpec, Stage } from '../../core/stage.ts';
import { absolutePath } from '../paths.ts';

/** Numbers of the declared metrics files of a stage, nested keys with dots. A file that cannot be read is a warning: its bytes are kept all the same. */
export async function readMetrics(root: string, stage: Stage, emit: Emit): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const out of stage.outs) {
    if (out.kind !== 'metric' || !/\.(json|ya?ml)$/.test(out.path)) continue;
    for (const [key, value] of await numbersOf(root, stage, out, emit)) found.set(key, value);
  }
  return found;
}

async function numbersOf(root: string, stage: Stage, out: OutSpec, emit: Emit): Promise<readonly (readonly [string, number])[]> {
  const path = absolutePath(root, out.path);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [];
  const { parseMetricsText } = await import('../../core/metrics/parse.ts');
  try {
    const values = parseMetricsText(out.path, readFileSync(path, 'utf8'));
    if (typeof values === 'number') return [[out.path, values]];
    return [...flattenValues(values)].flatMap(([key, value]) => (typeof value === 'number' ? [[key, value] as const] : []));
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    emit({ type: 'warning', message: `Metrics of stage '${stage.address}' are not logged: ${error.message}` });
    return [];
  }
}
