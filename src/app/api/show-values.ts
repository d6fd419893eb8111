import type { Value } from '../../core/value.ts';
import { isMap } from '../../core/value.ts';
import { metricsShow as metricsOfFiles } from '../metrics-show.ts';
import { paramsShow as paramsOfFiles } from '../params-show.ts';
import type { ValuesData } from '../types.ts';
import { refuseUnread } from '../values/compare.ts';
import { revOf, silentContext } from './context.ts';
import type { ParamsOptions, Values, Where } from './types.ts';

export async function paramsAt(options: ParamsOptions): Promise<Values> {
  const stages = typeof options.stages === 'string' ? [options.stages] : options.stages;
  const found = await paramsOfFiles(silentContext(options), {
    targets: [],
    ...revOf(options),
    ...(stages === undefined ? {} : { stages }),
  });
  return merged(found);
}

export async function metricsAt(options: Where): Promise<Values> {
  return merged(await metricsOfFiles(silentContext(options), { targets: [], ...revOf(options) }));
}

/** One object of all files, which has no room for what could not be read. A file that is no map counts under its path. */
function merged({ files, unread }: ValuesData): Values {
  refuseUnread(unread);
  const all = new Map<string, Value>();
  for (const [file, value] of Object.entries(files)) {
    if (!isMap(value)) all.set(file, value);
    else for (const [name, each] of Object.entries(value)) all.set(all.has(name) ? `${file}:${name}` : name, each);
  }
  return Object.fromEntries(all);
}
