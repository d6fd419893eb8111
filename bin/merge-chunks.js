// Puts the chunks that every start loads into the entry file: Node takes about half a millisecond to resolve, read and link each of them.
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As esbuild writes an import from another chunk: names in braces, or nothing. */
const CHUNK_IMPORT = /^import (?:\{([^}]*)\} from )?"\.\/([\w.-]+\.js)";$/gm;
const DYNAMIC_IMPORT = /\bimport\("\.\/([\w.-]+\.js)"\)/g;

/**
 * `outputs`: what esbuild's metafile says of the files in `folder`. `main`: the entry file. `entries`: sources, relative to the root, that
 * `main` imports dynamically and that it shall have in itself, with all that they import.
 */
export async function mergeChunks(esbuild, folder, outputs, main, entries) {
  const chunks = byName(outputs);
  const merged = closure(chunks, [main, ...entries.map((source) => chunkOf(chunks, source))]);
  const source = [...merged].map((name) => reExport(name, chunks.get(name).exports)).join('\n');
  await esbuild.build({
    stdin: { contents: source, resolveDir: fileURLToPath(folder), sourcefile: 'merged.js' },
    outfile: fileURLToPath(new URL(`merged/${main}`, folder)),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    external: ['node:*', ...[...chunks.keys()].filter((name) => !merged.has(name)).map((name) => `./${name}`)],
    packages: 'external',
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
  });
  for (const name of merged) for (const file of [name, `${name}.map`]) rmSync(new URL(file, folder), { force: true });
  for (const name of readdirSync(folder)) if (name.endsWith('.js')) redirect(new URL(name, folder), chunks, merged, main);
  for (const file of [main, `${main}.map`]) renameSync(new URL(`merged/${file}`, folder), new URL(file, folder));
  rmSync(new URL('merged', folder), { recursive: true });
}

function byName(outputs) {
  const files = Object.entries(outputs).filter(([path]) => path.endsWith('.js'));
  return new Map(files.map(([path, output]) => [basename(path), output]));
}

function chunkOf(chunks, source) {
  const found = [...chunks].find(([, output]) => output.entryPoint?.endsWith(source));
  if (found === undefined) throw new Error(`bin/build.js: nothing imports ${source} dynamically`);
  return found[0];
}

/** With all that they import statically. */
function closure(chunks, names) {
  const seen = new Set(names);
  for (const name of seen) {
    for (const { path, kind } of chunks.get(name).imports) {
      if (kind === 'import-statement' && chunks.has(basename(path))) seen.add(basename(path));
    }
  }
  return seen;
}

/** Two chunks may export the same name. */
function exportedAs(chunk, name) {
  return `${chunk.replace(/\W/g, '_')}__${name}`;
}

function reExport(chunk, names) {
  const list = names.map((name) => `${name} as ${exportedAs(chunk, name)}`);
  return list.length === 0 ? `import './${chunk}';` : `export { ${list.join(', ')} } from './${chunk}';`;
}

/** Lines are kept, for the source maps. */
function redirect(file, chunks, merged, main) {
  const text = readFileSync(file, 'utf8')
    .replace(CHUNK_IMPORT, (statement, names, chunk) => {
      if (!merged.has(chunk)) return statement;
      return `import ${names === undefined ? '' : `{${names.replace(ONE_NAME, (one) => renamed(one, chunk))}} from `}"./${main}";`;
    })
    .replace(DYNAMIC_IMPORT, (expression, chunk) => {
      if (!merged.has(chunk)) return expression;
      const members = chunks.get(chunk).exports.map((name) => `${name}: all.${exportedAs(chunk, name)}`);
      return `import("./${main}").then((all) => ({ ${members.join(', ')} }))`;
    });
  writeFileSync(file, text);
}

const ONE_NAME = /[\w$]+(?: as [\w$]+)?/g;

function renamed(clause, chunk) {
  const [name, local = name] = clause.split(' as ');
  return `${exportedAs(chunk, name)} as ${local}`;
}
