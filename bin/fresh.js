// Only in a checkout: builds `dist/` where it is missing or older than the sources.
// Every start of mlo comes by here, so nothing is imported: `node:crypto` alone would take 8 ms, `node:fs` as a module 3 ms.
const { closeSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, writeSync } =
  process.getBuiltinModule('fs');
const { fileURLToPath } = process.getBuiltinModule('url');

/** What the bundle is made of, besides the folder `src`. The lock file stands for the bundled packages. */
const OTHER_SOURCES = ['bin/build.js', 'bin/fresh.js', 'bin/merge-chunks.js', 'package.json', 'package-lock.json', 'tsconfig.json'];
const LOCK_WAIT_MS = 20;
const LOCK_LIMIT_MS = 60_000;

/**
 * Two checks, the cheap one first: the stamp (path, size, times of every source), and only where that differs
 * the digest of the contents, so that a fresh `git checkout` of the same bytes does not build again.
 */
export async function ensureFresh(root) {
  const base = fileURLToPath(root);
  const files = listSources(base);
  const stamp = stampOf(base, files);
  if (readRecord(root)?.stamp === stamp) return;
  await underBuildLock(root, async () => {
    const record = readRecord(root);
    if (record?.stamp === stamp) return;
    const digest = digestOf(base, files);
    if (record?.digest === digest) return writeRecord(root, { ...record, stamp });
    const { build } = await import('./build.js');
    const built = await build(root, { filesBefore: record?.files ?? [] });
    writeRecord(root, { stamp, digest, files: built });
  });
}

/** Paths relative to the root, in an order that depends on nothing but the names. */
function listSources(base) {
  const files = [];
  const folders = ['src'];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(base + folder, { withFileTypes: true })) {
      if (entry.isDirectory()) folders.push(`${folder}/${entry.name}`);
      else if (entry.isFile()) files.push(`${folder}/${entry.name}`);
    }
  }
  return [...files.sort(), ...OTHER_SOURCES];
}

function stampOf(base, files) {
  let stamp = '';
  for (const file of files) {
    const stat = statSync(base + file, { throwIfNoEntry: false });
    stamp += stat === undefined ? `${file} missing\n` : `${file} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}\n`;
  }
  return stamp;
}

function digestOf(base, files) {
  const hash = process.getBuiltinModule('crypto').createHash('sha256');
  for (const file of files) {
    const exists = statSync(base + file, { throwIfNoEntry: false }) !== undefined;
    const bytes = exists ? readFileSync(base + file) : Buffer.alloc(0);
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
