// Makes the tarball that is published: the bundle, its types and the files that `mlo init --template iris` copies.
// It is packed from a folder of its own, so that nothing of the checkout (old chunks, workspaces, scripts) gets in.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from '../bin/build.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const staging = mkdtempSync(join(tmpdir(), 'mlo-release-'));
try {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  copyFiles(manifest);
  await build(pathToFileURL(root), { to: pathToFileURL(join(staging, 'dist/')) });
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tools/tsconfig.types.json'), '--outDir', join(staging, 'dist/types')],
    { stdio: 'inherit' },
  );
  writeFileSync(join(staging, 'package.json'), `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`);
  const target = process.argv[2] ?? root;
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', staging], { cwd: staging, encoding: 'utf8' }),
  );
  mkdirSync(target, { recursive: true });
  move(join(staging, packed.filename), join(target, packed.filename));
  console.log(
    `${join(target, packed.filename)} (${packed.entryCount} files, ${(packed.size / 1e6).toFixed(1)} MB, unpacked ${(packed.unpackedSize / 1e6).toFixed(1)} MB)`,
  );
} finally {
  rmSync(staging, { recursive: true, force: true });
}

/** Everything of the manifest's `files` but the bundle; of `bin` the launcher and what stages find on their PATH, neither needs the builder. */
function copyFiles(manifest) {
  for (const path of manifest.files) {
    if (path === 'bin') for (const part of ['bin/mlo.js', 'bin/path/mlo']) cpSync(join(root, part), join(staging, part));
    else if (path !== 'dist') cpSync(join(root, path), join(staging, path), { recursive: true });
  }
}

/** Without what only a checkout needs; it alone is private, so that nobody publishes one. */
function publishedManifest(manifest) {
  const { private: _p, workspaces: _w, scripts: _s, devDependencies: _d, allowScripts: _a, ...published } = manifest;
  const exports = Object.entries(manifest.exports).map(([path, target]) => [path, withoutSource(target)]);
  return { ...published, exports: Object.fromEntries(exports) };
}

function withoutSource(target) {
  if (typeof target === 'string') return target;
  const { 'mlo-source': _source, ...conditions } = target;
  return conditions;
}

/** Also from one file system to another. */
function move(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== 'EXDEV') throw error;
    cpSync(from, to);
  }
}
