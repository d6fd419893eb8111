import { basename, extname, relative } from 'node:path/posix';
import { MloError } from './errors/mlo-error.ts';
import type { ProjectPath, StageAddress } from './stage.ts';

/** Something that the outs of an in-process stage may depend on and its fingerprint does not hold. */
export interface Undeclared {
  readonly what: 'read' | 'import' | 'worker' | 'child-process';
  /** Project path that was read or imported; for the others what was started, as far as it is known. */
  readonly path: string;
}

/** Where the deps of a stage are declared, and how. */
export interface DepsForm {
  /** The pipeline file as a person names it. */
  readonly file: string;
  /** What paths are relative to; '.' for the root. */
  readonly wdir: ProjectPath;
  /** The names that are taken where `deps` is a map; absent where it is a list. */
  readonly names?: readonly string[];
}

const WORDS = {
  read: 'reads',
  import: 'imports what another stage writes',
  worker: 'starts a worker thread',
  'child-process': 'starts a process',
} as const;

/** All of it at once, with the lines to add. `module` as a person names it. */
export function undeclaredError(
  { address, module, deps }: { readonly address: StageAddress; readonly module: string; readonly deps: DepsForm },
  undeclared: readonly Undeclared[],
): MloError {
  const problems = undeclared.map(({ what, path }) => ({ message: `${module} ${WORDS[what]}: ${path}` }));
  const hint =
    declareHint(undeclared, deps) ?? 'mlo cannot see what threads and processes read: use a stage with cmd:, or run without --strict';
  const list = problems.map(({ message }) => `\n  ${message}`).join('');
  return new MloError('MLO_UNDECLARED_READ', `Stage '${address}' depends on what it does not declare:${list}`, {
    hint,
    problems,
    details: { stage: address, undeclared },
  });
}

/** The lines to add for what was read or imported; undefined where nothing was. */
export function declareHint(undeclared: readonly Undeclared[], { file, wdir, names }: DepsForm): string | undefined {
  const paths = undeclared.filter(({ what }) => what === 'read' || what === 'import').map(({ path }) => relative(wdir, path) || '.');
  if (paths.length === 0) return undefined;
  const taken = new Set(names);
  const lines = paths.map((path) => (names === undefined ? `      - ${path}` : `      ${freeName(path, taken)}: ${path}`));
  return `add to ${file}:\n    deps:\n${lines.join('\n')}`;
}

/** `data/b.csv` is called b, or b2 where there is a b. */
function freeName(path: string, taken: Set<string>): string {
  const base = basename(path, extname(path)).replaceAll(/\W+/g, '_') || 'dep';
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}${number}`;
  taken.add(name);
  return name;
}
