import * as esbuild from 'esbuild';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../bin/build.js';

const ROOT = new URL('../../', import.meta.url);
const DIST = new URL('dist/', ROOT);
const FOLDER = new URL('.line/', DIST);

/** The command line as modules that tests load into their own process (`line-here.ts`): from `src` each file of tests would transform and load 300. */
export const LINE_BUNDLE = fileURLToPath(new URL('line-modules.js', FOLDER));

/** Another run in this checkout may still load what it has begun with. */
const KEEP_MS = 60 * 60 * 1000;

export async function buildLine(): Promise<void> {
  const entry = fileURLToPath(new URL('test/helpers/line-modules.ts', ROOT));
  const { metafile } = await bundle(esbuild, ROOT, { 'line-modules': entry }, FOLDER, '[name]-[hash]', [besideTheBundle]);
  const built = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const name of readdirSync(FOLDER)) {
    const file = new URL(name, FOLDER);
    const replacedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (!built.has(name) && replacedMs < Date.now() - KEEP_MS) rmSync(file, { recursive: true, force: true });
  }
}

/** The threads and helpers that it starts are those of the bundle that `bin/mlo.js` starts. */
const besideTheBundle: esbuild.Plugin = {
  name: 'beside-the-bundle',
  setup({ onLoad }) {
    const place = JSON.stringify(new URL('main.js', DIST).href);
    onLoad({ filter: /\/src\/fs\/entry-point\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', place),
      loader: 'ts',
    }));
  },
};
