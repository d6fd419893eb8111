import { readFileSync } from 'node:fs';
import { flattenValues } from '../../core/params/keys.ts';
import type { Stage } from '../../core/stage.ts';
import { absolutePath } from '../paths.ts';

/** Numbers of the declared metrics files of a stage, nested keys with dots; other values are left out. */
export async function readMetrics(root: string, stage: Stage): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const out of stage.outs) {
    if (out.kind !== 'metric' || !/\.(json|ya?ml)$/.test(out.path)) continue;
    const { parseParamsText } = await import('../../core/params/parse.ts');
    const values = parseParamsText(out.path, readFileSync(absolutePath(root, out.path), 'utf8'));
    for (const [key, value] of flattenValues(values)) if (typeof value === 'number') found.set(key, value);
  }
  return found;
}
