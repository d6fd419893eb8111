import { join } from 'node:path';

const TYPESCRIPT_FOR = new Map([
  ['.js', '.ts'],
  ['.mjs', '.mts'],
  ['.cjs', '.cts'],
]);

/** TypeScript files that a path without its extension, or with that of its compiled form, may mean; the likeliest first. */
export function typescriptCandidates(path: string): readonly string[] {
  const extension = /\.[cm]?js$/.exec(path)?.[0];
  if (extension !== undefined) return [path.slice(0, -extension.length) + (TYPESCRIPT_FOR.get(extension) as string)];
  return [`${path}.ts`, `${path}.mts`, `${path}.cts`, join(path, 'index.ts')];
}

/** Everything that Node and then mlo look for, in that order. `commonJs`: the path was given to `require`. */
export function resolutionCandidates(path: string, commonJs: boolean): readonly string[] {
  const byNode = commonJs
    ? [
        path,
        `${path}.js`,
        `${path}.json`,
        `${path}.node`,
        ...['package.json', 'index.js', 'index.json', 'index.node'].map((name) => join(path, name)),
      ]
    : [path];
  return [...byNode, ...typescriptCandidates(path)];
}
