import { MloError } from '../../core/errors/mlo-error.ts';

/** As `bin/mlo.js` and package.json have it. */
const MINIMUM = [22, 18] as const;

/** Throws MLO_RUNTIME on a Node.js that is too old: native packages would crash it without a word. */
export function checkNode(version = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  throw new MloError('MLO_RUNTIME', `mlo-cli needs Node.js ${MINIMUM.join('.')} or newer to record runs (found v${version})`, {
    hint: 'nvm install 24; where npm has installed Node.js into the project (package node), npx node <script>',
    details: { found: version },
  });
}
