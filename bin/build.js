// Bundles src/ into dist/: flat split ESM, one file for each entry point and one for each shared or lazily loaded part.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mergeChunks } from './merge-chunks.js';

/** Native, or large and loaded only where needed: these stay packages of their own. */
const EXTERNAL = ['@aws-sdk/client-s3', 'better-sqlite3', '@napi-rs/*', 'sharp', 'ink', 'react', '@tensorflow/*', 'mlo-cli'];

/** Modules of Node that take milliseconds to load and that few commands call. */
const DEFERRED = ['node:child_process', 'node:crypto', 'node:fs/promises', 'node:zlib'];

/** What `status`, `add`, `checkout` and a `repro` that runs nothing load, besides what `main` imports by itself. */
const LOADED_BY_MOST = [
  'src/app/status.ts',
  'src/app/repro.ts',
  'src/app/add.ts',
  'src/app/checkout.ts',
  'src/app/config.ts',
  'src/cache/open.ts',
  'src/cache/sharing/access.ts',
  'src/cache/sharing/projects.ts',
  'src/ui/report/plain-reporter.ts',
  'src/ui/render/status.ts',
  'src/ui/render/repro-table.ts',
  'src/ui/render/add.ts',
  'src/ui/render/checkout.ts',
];

/** Chunks of so many builds before this one stay, and so long, so that a process that is still running can load the rest of itself. */
const KEEP_OLD_BUILDS = 8;
const KEEP_OLD_CHUNKS_MS = 24 * 60 * 60 * 1000;
/** Node never deletes what it has compiled of chunks that are gone. Bytes; that of one bundle is 3 MB. */
const MOST_COMPILED = 32 * 1024 * 1024;

/** Returns the names of the files in `dist/`; takes those of the build before, whose chunks start to age now. */
export async function build(root, { to = new URL('dist/', root), filesBefore = [] } = {}) {
  const esbuild = await loadEsbuild();
  const temporary = new URL(`.tmp-${process.pid}/`, to);
  try {
    const { main, 'cache-worker': cacheWorker, ...others } = await entryPoints(esbuild, root);
    // The command line and its worker share no chunk with others, so that their own can be merged; equal chunks must not get equal names.
    const { metafile } = await bundle(esbuild, root, { main }, temporary, '[name]-[hash]');
    const loadedByMost = LOADED_BY_MOST.filter((source) => existsSync(new URL(source, root)));
    await mergeChunks(esbuild, temporary, metafile.outputs, 'main.js', loadedByMost);
    if (cacheWorker !== undefined) {
      const { metafile } = await bundle(esbuild, root, { 'cache-worker': cacheWorker }, temporary, 'cache-[name]-[hash]');
      await mergeChunks(esbuild, temporary, metafile.outputs, 'cache-worker.js', []);
    }
    await bundle(esbuild, root, others, temporary, 'side-[name]-[hash]');
    refuseBundledRequire(temporary);
    skipBuiltinFacades(temporary);
    return install(temporary, to, filesBefore);
  } catch (error) {
    throw error.errors === undefined ? error : new Error(await describe(esbuild, error), { cause: error });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    await esbuild.stop();
  }
}

/** Tests bundle with it what they load into their own processes. */
export function bundle(esbuild, root, entryPoints, to, chunkNames, plugins = []) {
  return esbuild.build({
    absWorkingDir: fileURLToPath(root),
    entryPoints,
    outdir: fileURLToPath(to),
    bundle: true,
    splitting: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    jsx: 'automatic',
    chunkNames,
    external: EXTERNAL,
    plugins: [withoutExecutableCommands, ...plugins],
    // The package's CommonJS build would give `import('yaml')` a default export only.
    alias: { yaml: fileURLToPath(new URL('node_modules/yaml/browser/index.js', root)) },
    // Linked maps cost nothing unless Node is asked to read them (`node --enable-source-maps`).
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
  });
}

/** commander loads child_process for subcommands that are programs of their own; mlo has none. */
const withoutExecutableCommands = {
  name: 'without-executable-commands',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'child_process', namespace: 'unused' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'export default {};' }));
  },
};

async function loadEsbuild() {
  try {
    return await import('esbuild');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('esbuild is not installed; run: npm ci', { cause: error });
  }
}

/** The table of `src/fs/entry-point.ts`, read through esbuild because older Nodes warn when they load TypeScript. */
async function entryPoints(esbuild, root) {
  const table = await esbuild.transform(readFileSync(new URL('src/fs/entry-point.ts', root), 'utf8'), { loader: 'ts' });
  const { ENTRY_POINTS } = await import(`data:text/javascript,${encodeURIComponent(table.code)}`);
  const entries = {};
  for (const [name, source] of Object.entries(ENTRY_POINTS)) {
    const path = fileURLToPath(new URL(`src/${source}`, root));
    if (existsSync(path)) entries[name] = path;
  }
  return entries;
}

/** A CommonJS package that calls `require('fs')` bundles without complaint and fails when it runs. */
function refuseBundledRequire(folder) {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.js')) continue;
    if (readFileSync(new URL(name, folder), 'utf8').includes('Dynamic require of "')) {
      throw new Error(`${name} holds a CommonJS package that requires Node's modules; list the package as external in bin/build.js`);
    }
  }
}

/**
 * For each of its modules that an ES module imports, Node makes a facade, and reads every property for it: `node:process`
 * opens stdin so, `node:fs` loads `fs/promises`, `node:crypto` all of WebCrypto. Together that is 15 ms of every start.
 */
function skipBuiltinFacades(folder) {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.js')) continue;
    const file = new URL(name, folder);
    writeFileSync(file, readFileSync(file, 'utf8').replace(BUILTIN_IMPORT, withoutFacade));
  }
}

/** As esbuild writes them: one clause, which is names in braces, a namespace or a default. */
const BUILTIN_IMPORT = /^import (\{[^}]*\}|\* as [\w$]+|[\w$]+) from "(node:[\w/]+)";$/gm;

/** Lines are kept, for the source maps. */
function withoutFacade(statement, clause, module) {
  const loaded = `globalThis.process.getBuiltinModule("${module}")`;
  const names = [...clause.matchAll(/([\w$]+)(?: as ([\w$]+))?(?=\s*[,}])/g)].map(([, name, local = name]) => ({ name, local }));
  if (!clause.startsWith('{') || !names.every(({ name }) => canBeDeferred(module, name))) {
    return `const ${clause.replace('* as ', '').replaceAll(' as ', ': ')} = ${loaded};`;
  }
  const functions = names.map(({ name, local }) => `const ${local} = (...all) => ${loaded}.${name}(...all);`);
  return functions.join(' ') + '\n'.repeat(statement.split('\n').length - 1);
}

/** A plain function: no class, and nothing hangs on it (as promisify's variant does on `execFile`). */
function canBeDeferred(module, name) {
  const value = process.getBuiltinModule(module)[name];
  return (
    DEFERRED.includes(module) && typeof value === 'function' && /^[a-z]/.test(name) && Object.getOwnPropertySymbols(value).length === 0
  );
}

/** Chunks are named by their content, so they may come first; the entry files, each replaced in one step, switch to them. */
function install(from, to, filesBefore) {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from);
  for (const name of names.filter(isChunk)) renameSync(new URL(name, from), new URL(name, to));
  for (const name of names.filter((name) => !isChunk(name))) renameSync(new URL(name, from), new URL(name, to));

  const now = new Date();
  const old = readdirSync(to).filter((name) => isChunk(name) && !names.includes(name));
  for (const name of old) if (filesBefore.includes(name)) utimesSync(new URL(name, to), now, now);
  removeOldChunks(to, old, now.getTime());
  keepFromNpm(to, names);
  removeLargeCompileCache(new URL('.compile-cache/', to));
  return names;
}

/** What one build has replaced has one time: that of the build. */
function removeOldChunks(to, old, nowMs) {
  const chunks = old.map((name) => ({ file: new URL(name, to), replacedMs: statSync(new URL(name, to)).mtimeMs }));
  const builds = [...new Set(chunks.map(({ replacedMs }) => replacedMs))].sort((a, b) => b - a);
  const keptSinceMs = Math.max(nowMs - KEEP_OLD_CHUNKS_MS, builds[KEEP_OLD_BUILDS - 1] ?? 0);
  for (const { file, replacedMs } of chunks) if (replacedMs < keptSinceMs) rmSync(file, { force: true });
}

/** For `npm pack` in a checkout, which takes the whole folder: without the chunks of builds before, and what has no name for others. */
function keepFromNpm(to, names) {
  const old = readdirSync(to).filter((name) => isChunk(name) && !names.includes(name));
  const temporary = new URL(`.npmignore.${process.pid}`, to);
  writeFileSync(temporary, ['.*', ...old.map((name) => `/${name}`), ''].join('\n'));
  renameSync(temporary, new URL('.npmignore', to));
}

function isChunk(name) {
  return /-[A-Z0-9]{8}\.js(\.map)?$/.test(name);
}

function removeLargeCompileCache(folder) {
  if (!existsSync(folder)) return;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = files.map(({ parentPath, name }) => statSync(`${parentPath}/${name}`, { throwIfNoEntry: false })?.size ?? 0);
  if (sizes.reduce((sum, size) => sum + size, 0) > MOST_COMPILED) rmSync(folder, { recursive: true, force: true });
}

async function describe(esbuild, failure) {
  const lines = await esbuild.formatMessages(failure.errors, { kind: 'error', color: false });
  return lines.join('').trimEnd();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // Not awaited: fresh.js imports this module, which would wait for itself.
  import('./fresh.js')
    .then(({ ensureFresh }) => ensureFresh(new URL('../', import.meta.url)))
    .catch((error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    });
}
