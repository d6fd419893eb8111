import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { formatFlowers, parseFlowers, type FlowerTable } from './flowers.ts';

/** @throws Error that names the file as a path from the project's root, and the line. */
export async function readFlowers(file: string): Promise<FlowerTable> {
  return parseFlowers(await readFile(file, 'utf8'), projectPath(file));
}

export async function writeFlowers(file: string, table: FlowerTable): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, formatFlowers(table));
}

/** As people write it: mlo runs every stage in the root of the project. */
export function projectPath(file: string): string {
  return path.relative(process.cwd(), file);
}
