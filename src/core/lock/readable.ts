import type { Content } from '../content.ts';
import { canonicalJson, compareText } from '../encoding/canonical-json.ts';
import type { Value } from '../value.ts';
import type { Lock, LockedContent, LockEntry } from './types.ts';

/** Enough of a digest to tell two of them apart by eye. */
const SHOWN = 12;

/** A lock as lines that say what they are about, for `git diff`: a line a fact, each with the name of its stage. */
export function readableLock(lock: Lock): string {
  const lines = Object.keys(lock.stages)
    .sort(compareText)
    .flatMap((name) => stageLines(lock.stages[name] as LockEntry).map((line) => `${name}: ${line}`));
  return lines.map((line) => `${line}\n`).join('');
}

/** A pointer as one line. */
export function readableContent(content: Content): string {
  return `data ${contentText(content)}\n`;
}

function stageLines(entry: LockEntry): readonly string[] {
  const { params = {}, deps = {}, outs = {}, names = {}, code = {}, packages = {}, env = {}, ...scalars } = entry;
  return [
    ...sorted(scalars).map(([key, value]) => `${key} ${typeof value === 'string' ? value.replaceAll('\n', '\\n') : text(value as Value)}`),
    ...sorted(params).flatMap(([file, values]) => sorted(values).map(([key, value]) => `param ${file}:${key} = ${text(value)}`)),
    ...(['deps', 'outs'] as const).flatMap((section) =>
      sorted(names[section] ?? {}).map(([name, path]) => `name ${section}.${name} = ${path}`),
    ),
    ...sorted(deps).map(([path, content]) => `dep ${path} ${contentText(content)}`),
    ...sorted(code).map(([path, digest]) => `code ${path} ${digest === 'missing' ? digest : short(digest)}`),
    ...sorted(packages).map(([key]) => `package ${key}`),
    ...sorted(env).map(([name, digest]) => `env ${name} ${short(digest)}`),
    ...sorted(outs).map(([path, content]) => `out ${path} ${contentText(content)}`),
  ];
}

function sorted<T>(map: { readonly [key: string]: T }): readonly (readonly [string, T])[] {
  return Object.entries(map).sort(([a], [b]) => compareText(a, b));
}

function contentText({ digest, size, kind, files, mode }: LockedContent | Content): string {
  const what = kind === undefined || kind === 'file' ? [] : [kind];
  const amount = files === undefined ? [] : [`${files} files`];
  return [short(digest), ...what, ...amount, `${size} bytes`, ...(mode === undefined ? [] : [mode])].join(', ');
}

function short(digest: string): string {
  return digest.slice(0, SHOWN);
}

function text(value: Value): string {
  return canonicalJson(value);
}
