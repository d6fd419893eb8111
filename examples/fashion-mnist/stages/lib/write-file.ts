import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

type Cell = string | number | undefined;

export async function writeJson(file: string, value: unknown): Promise<void> {
  await write(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** The names of the columns first. */
export async function writeCsv(file: string, rows: readonly (readonly Cell[])[]): Promise<void> {
  await write(file, rows.map((row) => `${row.join(',')}\n`).join(''));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}
