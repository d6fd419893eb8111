#!/usr/bin/env node
// The guard. It must parse on Node 14 (no static imports, no newer syntax), because an old Node has to be
// told so in a sentence: native packages crash it without one. Nothing of mlo is loaded before the check.

const MINIMUM = [22, 18];
const EXIT_UNSUPPORTED = 78;
const EXIT_INTERNAL = 70;
/** What tells the child that this process was sent a signal to stop. */
const PASSED_ON = 'SIGUSR2';

if (process.platform === 'win32') {
  refuse('mlo does not run on Windows itself.', 'use the Windows Subsystem for Linux: wsl --install, then run mlo in there');
} else if (isSupported(process.versions.node)) {
  await runHere();
} else {
  await runOnPinnedNode();
}

function isSupported(version) {
  const parts = version.split('.').map(Number);
  return parts[0] > MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] >= MINIMUM[1]);
}

async function runHere() {
  // The mark is for this process only: a stage that calls mlo with the machine's own Node must re-execute again.
  if (process.env.MLO_NO_REEXEC === String(process.ppid)) delete process.env.MLO_NO_REEXEC;

  const fs = process.getBuiltinModule('fs');
  const root = new URL('../', import.meta.url);
  if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
    fs.writeSync(1, JSON.parse(fs.readFileSync(new URL('package.json', root), 'utf8')).version + '\n');
    return;
  }

  const checkout = fs.existsSync(new URL('src/cli/main.ts', root));
  // The bundle as it is, where there is one: for the tests, which build it before they start mlo by the thousands.
  const isTaken = process.env.MLO_NO_BUILD && fs.existsSync(new URL('dist/main.js', root));
  if (checkout && !isTaken) {
    try {
      const fresh = await import('./fresh.js');
      await fresh.ensureFresh(root);
    } catch (error) {
      process.stderr.write('mlo could not be built from its sources:\n' + (error.message || String(error)) + '\n');
      process.exitCode = EXIT_INTERNAL;
      return;
    }
  }
  enableCompileCache(root, checkout);
  await import('../dist/main.js');
}

/** Beside the bundle in a checkout (a new build starts a new cache), else in the user's own cache folder: never in a shared temp folder. */
function enableCompileCache(root, checkout) {
  const env = process.env;
  if (env.NODE_DISABLE_COMPILE_CACHE) return;
  const path = process.getBuiltinModule('path');
  const userCache = env.XDG_CACHE_HOME || (env.HOME ? path.join(env.HOME, '.cache') : '');
  const bundled = checkout ? process.getBuiltinModule('url').fileURLToPath(new URL('dist/.compile-cache', root)) : '';
  const folder = env.NODE_COMPILE_CACHE || bundled || (userCache ? path.join(userCache, 'mlo', 'compile-cache') : '');
  if (folder) process.getBuiltinModule('module').enableCompileCache(folder);
}

async function runOnPinnedNode() {
  const pinned = process.env.MLO_NO_REEXEC ? undefined : await findPinnedNode();
  if (pinned === undefined) {
    refuse('mlo needs Node.js ' + MINIMUM.join('.') + ' or newer (found ' + process.version + ').', 'nvm install 24' + (await howToPin()));
    return;
  }
  const url = await import('url');
  const { spawn } = await import('child_process');
  const { constants } = await import('os');
  const env = Object.assign({}, process.env, { MLO_NO_REEXEC: String(process.pid) });
  const args = process.execArgv.concat(url.fileURLToPath(import.meta.url), process.argv.slice(2));
  const child = spawn(pinned, args, { stdio: 'inherit', env });

  // Nobody can tell whether a signal came to this process alone (kill) or to the whole process group (a terminal), so that
  // the child has it already. It is told of each by a signal of its own, and counts (src/cli/signals.ts).
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(PASSED_ON));
  for (const signal of ['SIGQUIT', PASSED_ON]) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    refuse(
      'mlo needs Node.js ' +
        MINIMUM.join('.') +
        ' or newer (found ' +
        process.version +
        '), and ' +
        pinned +
        ' does not start: ' +
        error.message,
      'nvm install 24',
    );
  });
  child.on('exit', (code, signal) => {
    // Too early for it to know better than to end.
    const cause = signal === PASSED_ON ? 'SIGINT' : signal;
    process.exitCode = cause ? 128 + constants.signals[cause] : code;
  });
}

/** The Node that npm installed beside mlo: in this package, or in a project (or workspace root) above it. */
async function findPinnedNode() {
  const fs = await import('fs');
  const url = await import('url');
  let folder = new URL('../', import.meta.url);
  for (;;) {
    for (const place of ['node_modules/node-' + process.platform + '-' + process.arch + '/bin/node', 'node_modules/.bin/node']) {
      const candidate = new URL(place, folder);
      if (fs.existsSync(candidate)) return url.fileURLToPath(candidate);
    }
    const above = new URL('../', folder);
    if (above.href === folder.href) return undefined;
    folder = above;
  }
}

/** A checkout has a Node among its packages; a project that has mlo as a dependency may get one (packages of that name are for Linux). */
async function howToPin() {
  const fs = await import('fs');
  if (fs.existsSync(new URL('../src/cli/main.ts', import.meta.url))) return ', or run npm ci in the folder that has mlo';
  return process.platform === 'linux' ? ', or in your project: npm install node-linux-' + process.arch + '@24' : '';
}

function refuse(message, hint) {
  if (process.argv.indexOf('--json') !== -1) {
    const error = { code: 'MLO_RUNTIME', message: message, hint: hint, details: {} };
    process.stdout.write(JSON.stringify({ schemaVersion: 1, ok: false, error: error }) + '\n');
  }
  process.stderr.write('error[MLO_RUNTIME]: ' + message + '\nhint: ' + hint + '\n');
  process.exitCode = EXIT_UNSUPPORTED;
}
