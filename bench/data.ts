import { readOptions, USAGE, type Options } from './data/options.ts';
import { findPeers } from './data/peers.ts';
import { formatRows } from './data/rows.ts';
import { addSection } from './data/sections/add.ts';
import { bigSection } from './data/sections/big.ts';
import { checkoutSection } from './data/sections/checkout.ts';
import { diskSection } from './data/sections/disk.ts';
import { gcSection } from './data/sections/gc.ts';
import { hugeFileSection, millionSection } from './data/sections/huge.ts';
import { memorySection } from './data/sections/memory.ts';
import { stagesSection } from './data/sections/stages.ts';
import { statusSection } from './data/sections/status.ts';
import { machineLine, makeWorkplace } from './data/workplace.ts';
import { World, type Section } from './data/world.ts';
import { launcher } from './lib/launcher.ts';

/** In this order: the first ones leave the folder as the next ones need it. */
const SECTIONS: { readonly [name: string]: Section } = {
  add: addSection,
  status: statusSection,
  checkout: checkoutSection,
  disk: diskSection,
  stages: stagesSection,
  gc: gcSection,
  big: bigSection,
  'huge-file': hugeFileSection,
  million: millionSection,
  memory: memorySection,
};

/** Speeds of data, next to the peers: rows in the order of docs/performance.md. */
export async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const names = chosenSections(options);
  const mlo = launcher(options.mlo);
  const base = makeWorkplace(options.dir);
  const peers = findPeers(process.env);
  const world = new World(options, base, peers, mlo);
  let failed = 0;
  for (const name of names) {
    process.stderr.write(`${name}\n`);
    const section = SECTIONS[name];
    try {
      await section?.measure(world);
    } catch (error) {
      failed += 1;
      world.fails(`section ${name}`, error);
      await world.discard();
    }
    for (const row of section?.rows?.(world) ?? []) world.add(row);
  }
  const notes = [...peers.lines, ...world.notes].map((line) => `- ${line}`).join('\n');
  process.stdout.write(`${machineLine(base)}; ${rounds(options)}\n\n${formatRows(world.rows, !options.quick)}\n\n${notes}\n`);
  return failed === 0 ? 0 : 1;
}

function chosenSections({ only, huge }: Options): readonly string[] {
  const unknown = only.find((name) => SECTIONS[name] === undefined);
  if (unknown !== undefined) throw new Error(`There is no section '${unknown}'; there are ${Object.keys(SECTIONS).join(', ')}`);
  return Object.keys(SECTIONS).filter((name) => (only.length > 0 ? only.includes(name) : huge || SECTIONS[name]?.huge !== true));
}

function rounds({ rounds: count, peerRounds, quick }: Options): string {
  const peers = peerRounds === count ? '' : ` (DVC: ${peerRounds})`;
  return `${count} rounds${peers}${quick ? '; --quick: targets are not judged' : ''}`;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
