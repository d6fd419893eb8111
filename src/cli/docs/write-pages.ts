import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from './pages.ts';

/** Makes the folder hold exactly these pages; returns the names of those that were written or removed. */
export function writePages(folder: string, pages: readonly Page[]): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const present = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const written = pages.filter(({ file, text }) => !present.includes(file) || readFileSync(join(folder, file), 'utf8') !== text);
  const stale = present.filter((name) => !pages.some(({ file }) => file === name));
  for (const { file, text } of written) writeFileSync(join(folder, file), text);
  for (const name of stale) rmSync(join(folder, name));
  return [...written.map(({ file }) => file), ...stale];
}
