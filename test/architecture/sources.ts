import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { REPOSITORY } from '../helpers/index.ts';

export interface SourceFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

/** Sorted by path. */
export function sourceFiles(...patterns: readonly string[]): readonly SourceFile[] {
  const paths = globSync([...patterns], { cwd: REPOSITORY, exclude: (path) => path === 'node_modules' || path === 'dist' });
  return paths.toSorted().map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), 'utf8') }));
}

/** What a file imports, types and dynamic imports included, as it is written there. */
export function importsOf({ text }: SourceFile): readonly string[] {
  const statements = text.matchAll(/^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm);
  const calls = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g);
  return [...statements, ...calls].map((match) => match[1] ?? '');
}

/** Without types and comments. */
export function codeOf({ path, text }: SourceFile): string {
  const loader = path.endsWith('x') ? 'tsx' : path.endsWith('.ts') ? 'ts' : 'js';
  return transformSync(text, { loader, legalComments: 'none', minifyWhitespace: false, target: 'esnext' }).code;
}
