import { loadavg } from 'node:os';
import { formatRows } from './data/rows.ts';
import { machineLine, makeWorkplace } from './data/workplace.ts';
import { readOptions, USAGE } from './remote/options.ts';
import { findPeers } from './remote/peers.ts';
import { bigSection } from './remote/sections/big.ts';
import { latencySection } from './remote/sections/latency.ts';
import { mediumSection } from './remote/sections/medium.ts';
import { runsSection } from './remote/sections/runs.ts';
import { smallSection } from './remote/sections/small.ts';
import { startServer } from './remote/server.ts';
import { World, type Section } from './remote/world.ts';
import { launcher } from './lib/launcher.ts';

const SECTIONS: { readonly [name: string]: Section } = {
  small: smallSection,
  medium: mediumSection,
  big: bigSection,
  latency: latencySection,
  runs: runsSection,
};

/** Speeds of remotes, next to the peers: rows in the order of docs/performance.md. */
export async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = options.only.find((name) => SECTIONS[name] === undefined);
  if (unknown !== undefined) throw new Error(`There is no section '${unknown}'; there are ${Object.keys(SECTIONS).join(', ')}`);
  const mlo = launcher(options.mlo);
  const base = makeWorkplace(options.dir);
  const peers = findPeers(process.env);
  const server = await startServer(base, process.env);
  const world = new World(options, base, server, peers, mlo);
  const loadBefore = loadavg()[0] ?? 0;
  let failed = 0;
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (options.only.length > 0 && !options.only.includes(name)) continue;
    process.stderr.write(`${name}\n`);
    try {
      await section.measure(world);
    } catch (error) {
      failed += 1;
      world.fails(`section ${name}`, error);
    }
    for (const row of section.rows(world)) world.add(row);
  }
  const notes = [...peers.lines, `load before: ${loadBefore.toFixed(1)}`, ...world.notes].map((line) => `- ${line}`).join('\n');
  const rounds = `${options.rounds} rounds (DVC: ${Math.min(options.rounds, options.peerRounds)})${options.quick ? '; --quick: targets are not judged' : ''}`;
  process.stdout.write(`${machineLine(base)}; ${rounds}\n\n${formatRows(world.rows, !options.quick)}\n\n${notes}\n`);
  return failed === 0 ? 0 : 1;
}

// The server is a process of this one: it ends here, not when it likes.
if (import.meta.main) process.exit(await main(process.argv.slice(2)));
