// Adds to package-lock.json the native packages of other platforms that npm left out because the registry in use
// did not have them: node tools/complete-lock.mjs, after npm install. Without these entries npm 11 refuses `npm ci`
// ("Missing … from lock file"), and another platform would install without its native part.
// Their versions stand in the package that wants them; their digests are unknown, so npm does not check these.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const LOCK = new URL('../package-lock.json', import.meta.url);
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const LIBRARIES = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** Lock-file path → entry, for every optional dependency that has none. */
export function missingEntries(lock) {
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

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
  const { '': root, ...packages } = lock.packages;
  const sorted = Object.entries({ ...packages, ...missingEntries(lock) }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(LOCK, `${JSON.stringify({ ...lock, packages: Object.fromEntries([['', root], ...sorted]) }, undefined, 2)}\n`);
}
