// What the tests run of src, by layer: node tools/coverage.mjs [test folders …], then --lines src/cache/gc for the places that nothing ran.
// V8 counts in every process (NODE_V8_COVERAGE: vitest's own, each mlo, its workers and stages); what several runs find is added up in coverage/, until that folder is removed.
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FOLDER = join(ROOT, 'coverage');
const RAW = join(FOLDER, 'raw');
/** The code as V8 had it, by test/helpers/takes-coverage.ts; that of the bundle is in dist. */
const SCRIPTS = join(FOLDER, 'scripts');
/** One byte for each byte of a script: whether it ran. */
const RAN = join(FOLDER, 'ran');
const LAYERS = ['core', 'fs', 'cache', 'remote', 'runtime', 'tracking', 'executors', 'app', 'ui', 'cli'];

const words = process.argv.slice(2);
if (words[0] === '--lines') printPlaces(words[1] ?? 'src');
else {
  await runTests(words);
  printTable();
}

async function runTests(filters) {
  for (const folder of [RAW, SCRIPTS, RAN]) mkdirSync(folder, { recursive: true });
  // Code that V8 takes from a cache has no counts inside functions.
  const env = { ...process.env, NODE_V8_COVERAGE: RAW, NODE_DISABLE_COMPILE_CACHE: '1' };
  const args = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...filters];
  const vitest = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
  const ran = new Map();
  // Thousands of processes write a megabyte each.
  const folding = setInterval(() => foldAll(ran, 5_000), 1_000);
  process.exitCode = await new Promise((resolve) => vitest.on('close', resolve));
  clearInterval(folding);
  foldAll(ran, 0);
  for (const [name, bytes] of ran) writeFileSync(join(RAN, encodeURIComponent(name)), bytes);
}

/** Takes the files that have not been written to for so many milliseconds. */
function foldAll(ran, age) {
  for (const name of readdirSync(RAW)) {
    const file = join(RAW, name);
    if (Date.now() - statSync(file).mtimeMs < age) continue;
    fold(file, ran);
    rmSync(file);
  }
}

function fold(file, ran) {
  const text = readFileSync(file, 'utf8');
  // The process of one that has no end was killed while it wrote.
  for (const { url, functions } of text.trimEnd().endsWith('}') ? JSON.parse(text).result : []) {
    const name = url.startsWith('file:') ? relative(ROOT, fileURLToPath(url)) : '';
    if (!/^(src|dist)\/.*\.(ts|tsx|js)$/.test(name) || !existsSync(codeOf(name))) continue;
    const before = join(RAN, encodeURIComponent(name));
    if (!ran.has(name))
      ran.set(name, existsSync(before) ? readFileSync(before) : new Uint8Array(readFileSync(codeOf(name), 'utf8').length));
    const all = ran.get(name);
    const here = new Uint8Array(all.length);
    for (const { ranges } of functions) for (const range of ranges) here.fill(range.count > 0 ? 1 : 0, range.startOffset, range.endOffset);
    for (let at = 0; at < all.length; at++) all[at] |= here[at];
  }
}

function codeOf(name) {
  return name.startsWith('dist/') ? join(ROOT, name) : join(SCRIPTS, encodeURIComponent(name));
}

/** Source file → line → column → whether any of the scripts that hold this place ran it. */
function readPlaces() {
  const files = new Map();
  for (const encoded of readdirSync(RAN)) {
    const name = decodeURIComponent(encoded);
    const ran = readFileSync(join(RAN, encoded));
    for (const { source, line, column, at } of mappings(name)) {
      if (!files.has(source)) files.set(source, new Map());
      const lines = files.get(source);
      if (!lines.has(line)) lines.set(line, new Map());
      const scripts = lines.get(line);
      if (!scripts.has(name)) scripts.set(name, []);
      scripts.get(name).push({ column, ran: ran[at] === 1 });
    }
  }
  return files;
}

/** The columns of a line that no script ran: compilers put their marks at different columns, so that each place has the last mark before it. */
function missedColumns(scripts) {
  const marks = [...scripts.values()].map((list) => list.toSorted((a, b) => a.column - b.column || Number(b.ran) - Number(a.ran)));
  const columns = [...new Set(marks.flat().map((mark) => mark.column))].toSorted((a, b) => a - b);
  return {
    columns,
    missed: columns.filter((column) => !marks.some((list) => (list.findLast((mark) => mark.column <= column) ?? list[0]).ran)),
  };
}

/** Where the code of a script comes from: the marks of its source map, all of which are at the begin of a word. */
function* mappings(name) {
  const map = new SourceMap(JSON.parse(readFileSync(`${codeOf(name)}.map`, 'utf8')));
  let at = 0;
  for (const [row, text] of readFileSync(codeOf(name), 'utf8').split('\n').entries()) {
    for (const { index } of text.matchAll(/[\w$]+|\S/g)) {
      const mark = map.findEntry(row, index);
      if (mark.generatedLine !== row || mark.generatedColumn !== index) continue;
      // The bundle is made in a folder inside of dist, and moved.
      const source = name.startsWith('dist/') ? mark.originalSource.replace(/^(\.\.\/)+/, '') : name;
      if (source.startsWith('src/')) yield { source, line: mark.originalLine, column: mark.originalColumn, at: at + index };
    }
    at += text.length + 1;
  }
}

/** Of each source file the lines that hold code, and of those the ones of which nothing or only a part ran. */
function readFiles() {
  const places = readPlaces();
  return globSync('src/**/*.{ts,tsx}', { cwd: ROOT })
    .toSorted()
    .map((source) => {
      const text = readFileSync(join(ROOT, source), 'utf8').split('\n');
      const lines = [];
      for (const [line, scripts] of places.get(source) ?? []) {
        if (/^\s*(import\b|export \{|[\])};,]*$|\/?\*|\/\/)/.test(text[line])) continue;
        const { columns, missed } = missedColumns(scripts);
        lines.push({ line, text: text[line], missed, ran: missed.length < columns.length, whole: missed.length === 0 });
      }
      return { source, lines: lines.toSorted((a, b) => a.line - b.line) };
    });
}

function printTable() {
  const files = readFiles();
  const percent = (part, all) => (all === 0 ? '-' : ((100 * part) / all).toFixed(1)).padStart(6);
  console.log('layer       lines    ran  whole');
  for (const layer of [...LAYERS, '']) {
    const lines = files.filter(({ source }) => source.startsWith(`src/${layer}`)).flatMap((file) => file.lines);
    const [ran, whole] = [lines.filter((line) => line.ran).length, lines.filter((line) => line.whole).length];
    console.log(
      `${(layer || 'all').padEnd(10)} ${String(lines.length).padStart(6)} ${percent(ran, lines.length)} ${percent(whole, lines.length)}`,
    );
  }
}

function printPlaces(prefix) {
  for (const { source, lines } of readFiles()) {
    if (!source.startsWith(prefix)) continue;
    for (const { line, text, missed, ran } of lines.filter(({ whole }) => !whole)) {
      console.log(`${source}:${line + 1}${ran ? `:${missed[0] + 1}` : ''}  ${text.trim()}`);
    }
  }
}
