import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../fs/entry-point.ts';
import type { Template, TemplateFiles } from './template.ts';

const FILES = ['pipeline.yaml', 'params.yaml', 'data/raw/iris.csv'];
const FOLDER = 'stages';

/** The pipeline of mlo's own repository, which travels with the package. */
export const irisTemplate: Template = {
  files: readFromPackage,
  next: ['mlo repro', 'mlo repro --set train.learning_rate=0.05', 'mlo runs show'],
};

async function readFromPackage(): Promise<TemplateFiles> {
  const root = fileURLToPath(packageRoot());
  const found = await readdir(join(root, FOLDER), { recursive: true, withFileTypes: true });
  const modules = found.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const files = new Map<string, Uint8Array>();
  for (const path of [...FILES, ...modules.sort()]) files.set(path, await readFile(join(root, path)));
  return files;
}
