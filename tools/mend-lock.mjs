// Makes package-lock.json good for every machine: node tools/mend-lock.mjs, after each npm install that changes it.
//
// 1. npm leaves out native packages of other platforms where the registry in use does not have them. Without their
//    entries npm 11 refuses `npm ci` ("Missing … from lock file"), and other platforms would install no native part.
//    Their versions stand in the package that wants them; their digests are unknown, so npm does not check these.
// 2. npm drops an optional package without a word where its `engines` exclude the Node that npm runs on. Here that is not
//    the Node that uses it: an older one installs, the pinned one runs. So optional packages carry no `engines`.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const LOCK = new URL('../package-lock.json', import.meta.url);
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const LIBRARIES = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

export function mendLock(lock) {
  const { '': root, ...packages } = { ...lock.packages, ...missingEntries(lock) };
  const entries = Object.entries(packages).map(([path, entry]) => [path, entry.optional === true ? withoutEngines(entry) : entry]);
  entries.sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries([['', root], ...entries]) };
}

/** Lock-file path → entry, for every optional dependency that has none. */
function missingEntries(lock) {
  const missing = {};
  for (const [path, wanted] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(wanted.optionalDependencies ?? {})) {
      if (lock.packages[`${path}/node_modules/${name}`] !== undefined || lock.packages[`node_modules/${name}`] !== undefined) continue;
      missing[`node_modules/${name}`] = { version, ...platformOf(name), ...(wanted.dev === true ? { dev: true } : {}), optional: true };
    }
  }
  return missing;
}

/** From the name, as napi-rs, esbuild and Oxc form it: …-linux-arm64-gnu, …/darwin-x64. */
function platformOf(name) {
  const parts = name.split(/[-/]/);
  const system = parts.findIndex((part) => SYSTEMS.includes(part));
  const cpu = parts[system + 1];
  if (system < 0 || cpu === undefined) throw new Error(`package-lock.json misses ${name}, whose platform its name does not tell`);
  const libc = LIBRARIES[parts[system + 2]];
  return { cpu: [cpu], ...(libc === undefined || parts[system] !== 'linux' ? {} : { libc: [libc] }), os: [parts[system]] };
}

function withoutEngines({ engines: _engines, ...entry }) {
  return entry;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(LOCK, `${JSON.stringify(mendLock(JSON.parse(readFileSync(LOCK, 'utf8'))), undefined, 2)}\n`);
}
