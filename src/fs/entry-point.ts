/**
 * Where the files lie that are started on their own (workers, helper processes) rather than imported:
 * beside the bundle in `dist/`, or as TypeScript under `src/` when mlo itself runs from source.
 * `bin/build.js` bundles one file for each name of this table.
 */
export const ENTRY_POINTS = {
  main: 'cli/main.ts',
  index: 'index.ts',
  data: 'data.ts',
  train: 'train.ts',
  'spawn-helper': 'runtime/shell/spawn-helper.ts',
  'stage-worker': 'runtime/module/worker-main.ts',
  'stage-process': 'runtime/module/process-main.ts',
  'native-check': 'runtime/tensorflow/native/check-main.ts',
  'cache-worker': 'cache/workers/worker-main.ts',
} as const;

/** What a stage may import of mlo, and the entry point that it gets. `package.json` exports the same to scripts. */
export const PUBLIC_MODULES: { readonly [specifier: string]: EntryPointName } = {
  'mlo-cli': 'index',
  'mlo-cli/data': 'data',
  'mlo-cli/train': 'train',
};

export type EntryPointName = keyof typeof ENTRY_POINTS;

const SOURCE_SUFFIX = '/src/fs/entry-point.ts';

export function entryPoint(name: EntryPointName): URL {
  const here = import.meta.url;
  return isSource(here) ? new URL(`../${ENTRY_POINTS[name]}`, here) : new URL(`./${name}.js`, here);
}

/** The folder of mlo's own package.json, with a final slash. */
export function packageRoot(): URL {
  const here = import.meta.url;
  return new URL(isSource(here) ? '../../' : '../', here);
}

function isSource(url: string): boolean {
  return url.endsWith(SOURCE_SUFFIX);
}
