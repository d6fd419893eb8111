import type { Value, ValueMap } from '../value.ts';

/** A stage as the options of a command line say it; paths as they were typed. */
export interface StageDraft {
  /** A command, or a module. */
  readonly action: { readonly cmd: string } | { readonly run: string };
  readonly wdir?: string;
  readonly desc?: string;
  readonly deps: readonly string[];
  /** `lr,epochs`, `other.json:lr`, `other.yaml:` for a whole file. */
  readonly params: readonly string[];
  readonly outs: readonly OutDraft[];
  readonly alwaysChanged: boolean;
}

export interface OutDraft {
  readonly path: string;
  readonly kind: 'outs' | 'metrics' | 'plots';
  readonly cache: boolean;
  readonly persist: boolean;
}

/** As it is written in a pipeline file, in the order in which people read it. */
export function stageDefinition(draft: StageDraft): ValueMap {
  const { action, wdir, desc, deps, params, outs, alwaysChanged } = draft;
  const ofKind = (kind: OutDraft['kind']): readonly Value[] => outs.filter((out) => out.kind === kind).map(outValue);
  return {
    ...(desc === undefined ? {} : { desc }),
    ...action,
    ...(wdir === undefined ? {} : { wdir }),
    ...list('deps', deps),
    ...list('params', paramValues(params)),
    ...list('outs', ofKind('outs')),
    ...list('metrics', ofKind('metrics')),
    ...list('plots', ofKind('plots')),
    ...(alwaysChanged ? { always_changed: true } : {}),
  };
}

function list(key: string, items: readonly Value[]): ValueMap {
  return items.length === 0 ? {} : { [key]: [...items] };
}

function outValue({ path, cache, persist }: OutDraft): Value {
  if (cache && !persist) return path;
  return { [path]: { ...(cache ? {} : { cache: false }), ...(persist ? { persist: true } : {}) } };
}

/** Keys of params.yaml first; those of one other file together. */
function paramValues(params: readonly string[]): readonly Value[] {
  const keys: string[] = [];
  const files = new Map<string, string[] | null>();
  for (const param of params) {
    const [, file, rest = ''] = /^(.+\.(?:ya?ml|json|toml)):(.*)$/s.exec(param) ?? [undefined, undefined, param];
    const named = rest.split(',').filter((key) => key !== '');
    if (file === undefined) keys.push(...named);
    else if (named.length === 0) files.set(file, null);
    else if (files.get(file) !== null) files.set(file, [...(files.get(file) ?? []), ...named]);
  }
  return [...new Set(keys), ...Array.from(files, ([file, named]): Value => ({ [file]: named === null ? null : [...new Set(named)] }))];
}
