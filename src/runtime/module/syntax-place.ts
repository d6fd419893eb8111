import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { quietly } from './quiet.ts';
import type { Frame } from './stage-failure.ts';

const MODULE = /\.m?[jt]s$/;
/** Each costs the start of a Node; the file that cannot be parsed is among the last that were loaded. */
const MOST_FILES = 20;

/**
 * V8 does not say where an ESM file cannot be parsed, unless Node prints it as the end of a program: each of `files`
 * (from the project root, in the order they were loaded) is given to `node --check` until one fails in the same words.
 */
export function findSyntaxError(error: unknown, root: string, files: readonly string[]): Frame | undefined {
  if (!(error instanceof SyntaxError)) return undefined;
  const modules = files.filter((path) => MODULE.test(path)).slice(-MOST_FILES);
  for (const file of modules.toReversed()) {
    const place = quietly(() => checkSyntax(join(root, file), error.message));
    if (place !== undefined) return { file, ...place };
  }
  return undefined;
}

function checkSyntax(path: string, message: string): Pick<Frame, 'line' | 'column'> | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const input = path.endsWith('ts') ? withoutTypes(text) : text;
  const args = ['--check', '--input-type=module', '-'];
  const { stderr } = spawnSync(process.execPath, args, { input, encoding: 'utf8', env: {}, timeout: 5_000 });
  if (!stderr.split('\n').includes(`SyntaxError: ${message}`)) return undefined;
  const line = /^\[stdin\]:(\d+)$/m.exec(stderr)?.[1];
  const caret = /^[^\S\n]*\^+$/m.exec(stderr)?.[0];
  return line === undefined || caret === undefined ? undefined : { line: Number(line), column: caret.indexOf('^') + 1 };
}

/** A file that is gone by now has no place to show. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Types become blanks, so that places stay; what cannot be stripped has told its place when it was loaded. */
function withoutTypes(text: string): string {
  try {
    return stripTypeScriptTypes(text);
  } catch {
    return '';
  }
}
