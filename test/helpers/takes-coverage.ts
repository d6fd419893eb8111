import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { Session, type Debugger, type InspectorNotification } from 'node:inspector';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeCoverage } from 'node:v8';
import { afterAll } from 'vitest';
import { REPOSITORY } from './paths.ts';

interface Evaluated {
  readonly file: string;
  readonly meta?: { readonly sourceMap?: string };
}

/** What vitest keeps for the stacks of errors; not in its types. */
declare const __vitest_worker__: { readonly evaluatedModules: { readonly idToModuleMap: ReadonlyMap<string, Evaluated> } };

const SCRIPTS = join(REPOSITORY, 'coverage', 'scripts');

/** Vitest ends its processes before Node writes what they ran, and the code that they ran is in no file: both are written here, for `tools/coverage.mjs`. */
afterAll(() => {
  mkdirSync(SCRIPTS, { recursive: true });
  const maps = new Map([...__vitest_worker__.evaluatedModules.idToModuleMap.values()].map(({ file, meta }) => [file, meta?.sourceMap]));
  const session = new Session();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }: InspectorNotification<Debugger.ScriptParsedEventDataType>) => {
    const path = params.url.startsWith('file:') ? fileURLToPath(params.url) : '';
    const name = relative(REPOSITORY, path);
    const map = maps.get(path);
    const file = join(SCRIPTS, encodeURIComponent(name));
    if (!name.startsWith('src/') || map === undefined || existsSync(file)) return;
    writeFileSync(`${file}.map`, map);
    session.post('Debugger.getScriptSource', { scriptId: params.scriptId }, (_, source) => writeFileSync(file, source.scriptSource));
  });
  session.post('Debugger.enable');
  session.disconnect();
  takeCoverage();
});
