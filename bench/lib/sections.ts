import type { Row } from '../data/rows.ts';

/** Parts of a table, each measured by itself, in the order of docs/performance.md. */
export type Sections<World> = { readonly [name: string]: (world: World) => Promise<readonly Row[]> | readonly Row[] };

/** `only`: names with commas between; nothing = all. A section that fails is told on stderr and leaves its rows out. */
export async function runSections<World>(
  sections: Sections<World>,
  only: string,
  world: World,
): Promise<{ readonly rows: readonly Row[]; readonly failed: number }> {
  const rows: Row[] = [];
  let failed = 0;
  for (const [name, section] of chosen(sections, only)) {
    process.stderr.write(`${name}\n`);
    try {
      rows.push(...(await section(world)));
    } catch (error) {
      failed += 1;
      process.stderr.write(`section ${name} failed: ${(error as Error).message}\n`);
    }
  }
  return { rows, failed };
}

function chosen<World>(sections: Sections<World>, only: string): readonly (readonly [string, Sections<World>[string]])[] {
  const names = only.split(',').filter((name) => name !== '');
  return (names.length > 0 ? names : Object.keys(sections)).map((name) => {
    const section = sections[name];
    if (section === undefined) throw new Error(`There is no section '${name}'; there are ${Object.keys(sections).join(', ')}`);
    return [name, section] as const;
  });
}
