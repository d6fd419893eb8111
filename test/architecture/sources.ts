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

export interface Import {
  /** As it is written there. */
  readonly name: string;
  /** `import type`, `export type`: nothing is loaded for it when the file runs. */
  readonly typeOnly: boolean;
}

/** What a file imports, dynamic imports included. */
export function importsOf({ text }: SourceFile): readonly Import[] {
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm);
  const calls = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g);
  return [
    ...[...statements].map(([, type, name = '']) => ({ name, typeOnly: type !== undefined })),
    ...[...calls].map(([, name = '']) => ({ name, typeOnly: false })),
  ];
}

/** Without types and comments. */
export function codeOf({ path, text }: SourceFile): string {
  const loader = path.endsWith('x') ? 'tsx' : path.endsWith('.ts') ? 'ts' : 'js';
  return transformSync(text, { loader, legalComments: 'none', minifyWhitespace: false, target: 'esnext' }).code;
}
