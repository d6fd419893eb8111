import type { Problem } from '../core/errors/mlo-error.ts';
import { keySteps } from '../core/params/keys.ts';
import type { ParamSpec, Position, ProjectPath, Stage } from '../core/stage.ts';
import type { ValueMap } from '../core/value.ts';

interface DeclaredKey {
  readonly file: ProjectPath;
  readonly key: string;
  readonly steps: readonly string[];
  readonly at: Position;
}

/** An in-process stage gets one object of params, whatever files they come from: none may take the place of another. */
export function paramClashes(stage: Stage, files: ReadonlyMap<ProjectPath, ValueMap>): readonly Problem[] {
  if (stage.action.kind !== 'module' || stage.params.length < 2) return [];
  const problems: Problem[] = [];
  const byFirstStep = new Map<string, DeclaredKey[]>();
  for (const one of stage.params.flatMap((spec) => declaredKeys(spec, files))) {
    const [first = ''] = one.steps;
    const near = byFirstStep.get(first) ?? [];
    const other = near.find((earlier) => earlier.file !== one.file && overlap(earlier.steps, one.steps));
    if (other !== undefined) problems.push(clash(stage, other, one));
    byFirstStep.set(first, [...near, one]);
  }
  return problems;
}

/** Of a whole file, its top-level keys. */
function declaredKeys({ file, keys, keysAt, at }: ParamSpec, files: ReadonlyMap<ProjectPath, ValueMap>): readonly DeclaredKey[] {
  const all = keys ?? Object.keys(files.get(file) ?? {});
  return all.map((key, index) => ({ file, key, steps: keySteps(key), at: keysAt?.[index] ?? at }));
}

/** They are the same, or one is inside the other. */
function overlap(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.every((step, index) => step === long[index]);
}

function clash(stage: Stage, other: DeclaredKey, one: DeclaredKey): Problem {
  const message =
    other.key === one.key
      ? `Stage '${stage.address}' declares param '${one.key}' of '${other.file}' and of '${one.file}': a module gets only one`
      : `Stage '${stage.address}' declares params '${other.key}' of '${other.file}' and '${one.key}' of '${one.file}': one lies inside the other, and a module gets one object`;
  return { ...one.at, message, hint: 'Rename one of them.' };
}
