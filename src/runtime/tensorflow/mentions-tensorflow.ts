import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { typescriptCandidates } from '../module/resolution-candidates.ts';

const WORD = /\btf\b|@tensorflow\//;
/** What an import of a file beside this one looks like, static, dynamic or by `require`. */
const IMPORT = /(?:from|import|require)\s*\(?\s*['"](\.{1,2}\/[^'"\n]+)['"]/g;
/** Stages have a handful. */
const MOST_FILES = 200;

/**
 * Whether the files of a stage look as if it used TensorFlow.js. Only a guess, by their text, and only for questions to
 * which both answers are safe: what a stage really loads is found when it runs.
 */
export function mentionsTensorFlow(module: string): boolean {
  const seen = new Set([module]);
  for (const file of seen) {
    const text = readText(file);
    if (WORD.test(text)) return true;
    for (const [, specifier] of text.matchAll(IMPORT)) {
      const found = resolveFile(resolve(dirname(file), specifier as string));
      if (found !== undefined && seen.size < MOST_FILES) seen.add(found);
    }
  }
  return false;
}

function resolveFile(path: string): string | undefined {
  const candidates = [path, `${path}.js`, ...typescriptCandidates(path)];
  return candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
