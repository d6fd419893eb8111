// Only in a checkout: builds `dist/` where it is missing or older than the sources.
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the bundle is made of, besides the folder `src`. The lock file stands for the bundled packages. */
const OTHER_SOURCES = ['bin/build.js', 'bin/fresh.js', 'package.json', 'package-lock.json', 'tsconfig.json'];
const LOCK_WAIT_MS = 20;
const LOCK_LIMIT_MS = 60_000;

/**
 * Two checks, the cheap one first: the stamp (path, size, times of every source), and only where that differs
 * the digest of the contents, so that a fresh `git checkout` of the same bytes does not build again.
 */
export async function ensureFresh(root) {
  const files = listSources(root);
  const stamp = stampOf(root, files);
  if (readRecord(root)?.stamp === stamp) return;
  await underBuildLock(root, async () => {
    const record = readRecord(root);
    if (record?.stamp === stamp) return;
    const digest = digestOf(root, files);
    if (record?.digest === digest) return writeRecord(root, { ...record, stamp });
    const { build } = await import('./build.js');
    const built = await build(root, { filesBefore: record?.files ?? [] });
    writeRecord(root, { stamp, digest, files: built });
  });
}

/** Paths relative to the root, sorted. */
function listSources(root) {
  const found = readdirSync(new URL('src/', root), { recursive: true, withFileTypes: true });
  const base = fileURLToPath(root);
  const sources = found.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`.slice(base.length));
  return [...sources.sort(), ...OTHER_SOURCES];
}

function stampOf(root, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const stat = statSync(new URL(encodeURI(file), root), { throwIfNoEntry: false });
    hash.update(`${file}\0${stat === undefined ? 'missing' : `${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}`}\n`);
  }
  return hash.digest('hex');
}

function digestOf(root, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const url = new URL(encodeURI(file), root);
    const bytes = statSync(url, { throwIfNoEntry: false }) === undefined ? Buffer.alloc(0) : readFileSync(url);
    hash.update(`${file}\0${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function readRecord(root) {
  try {
    return JSON.parse(readFileSync(new URL('dist/.build.json', root), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function writeRecord(root, record) {
  const temporary = new URL(`dist/.build.json.${process.pid}`, root);
  writeFileSync(temporary, `${JSON.stringify(record)}\n`);
  renameSync(temporary, new URL('dist/.build.json', root));
}

/** One builder at a time; whoever waited finds the work done. The lock of a dead process is taken over. */
async function underBuildLock(root, work) {
  mkdirSync(new URL('dist/', root), { recursive: true });
  const lock = new URL('dist/.build.lock', root);
  const deadline = Date.now() + LOCK_LIMIT_MS;
  while (!tryLock(lock)) {
    if (holderIsGone(lock)) rmSync(lock, { force: true });
    else if (Date.now() > deadline)
      throw new Error(`another build has held ${fileURLToPath(lock)} for a minute; remove that file if none is running`);
    else await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock) {
  try {
    const handle = openSync(lock, 'wx');
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderIsGone(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    if (error.code === 'ENOENT' || error.code === 'EPERM') return false;
    throw error;
  }
}
