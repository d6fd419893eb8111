import type { Content, Digest } from './content.ts';
import { canonicalJson } from './encoding/canonical-json.ts';
import { toLocked, type DeclaredNames, type FingerprintRecord } from './lock/types.ts';
import { givenSeed, seedOf } from './seed.ts';
import { isDvcFile, type ProjectPath, type Stage } from './stage.ts';
import type { Value } from './value.ts';

export type HashText = (text: string) => Digest;

/** Values a stage declares: file → key → value; a whole file has the key `''`-less map of its top-level keys. */
export type StageParams = { readonly [file: string]: { readonly [key: string]: Value } };

/** Fingerprinted version of what in-process stages are promised. */
export interface FingerprintContext {
  readonly hash: HashText;
  readonly stageApi: number;
}

/**
 * The part of the fingerprint that is declared: everything but the discovered code and packages.
 * `deps` must hold every dep of the stage. Values of `env` enter as digests, so that a lock in Git shows none.
 */
export function declaredRecord(
  stage: Stage,
  params: StageParams,
  deps: ReadonlyMap<ProjectPath, Content>,
  context: FingerprintContext,
): FingerprintRecord {
  return {
    ...actionRecord(stage, context),
    ...(stage.wdir === folderOf(stage.file) ? {} : { wdir: stage.wdir }),
    ...nonEmpty(
      'env',
      mapValues(stage.env, (value) => context.hash(value)),
    ),
    ...(stage.backend === undefined ? {} : { backend: stage.backend }),
    ...(stage.seed === undefined ? {} : { seed: stage.seed }),
    ...nonEmpty('params', params),
    ...nonEmpty('deps', depRecords(stage, deps)),
    ...(stage.action.kind === 'module' ? nonEmpty('names', declaredNames(stage)) : {}),
  };
}

/**
 * First key of the run-cache: the digest of all that is declared, outs included.
 * Sizes follow from digests and are left out; a param may have any name, `size` too.
 */
export function runCacheKey(stage: Stage, declared: FingerprintRecord, hash: HashText): Digest {
  const { deps, code: _code, packages: _packages, ...rest } = declared;
  const identity = {
    ...rest,
    // The lock leaves defaults out because its place tells them; the run-cache is shared by all pipeline files.
    wdir: stage.wdir,
    shell: stage.action.kind === 'cmd' ? (stage.action.shell ?? defaultShell(stage.file)) : null,
    deps: mapValues(deps ?? {}, (dep) => [dep.kind ?? 'file', dep.digest, dep.mode ?? '']),
    outs: stage.outs.map((out) => out.path).sort(),
    ...derivedSeed(stage, declared, hash),
  };
  return hash(canonicalJson(identity as unknown as Value));
}

/** A lock is found by the name of its stage; here a stage that was renamed, and so draws other numbers, would be taken for the old one. */
function derivedSeed(stage: Stage, { params = {} }: FingerprintRecord, hash: HashText): { readonly seed?: number } {
  return stage.action.kind === 'module' && givenSeed(stage, params) === undefined ? { seed: seedOf(stage, params, hash) } : {};
}

function defaultShell(file: ProjectPath): string {
  return isDvcFile(file) ? 'default of dvc.yaml' : '/bin/sh';
}

/** A stage with neither deps nor outs is a callback: it has nothing to compare and always runs. */
export function isCallback(stage: Stage): boolean {
  return stage.action.kind === 'cmd' && stage.deps.length === 0 && stage.params.length === 0 && stage.outs.length === 0;
}

/** Whether an execution of the stage can be brought back later from what it left in the cache. */
export function isRestorable(stage: Stage): boolean {
  return !stage.alwaysChanged && !isCallback(stage) && stage.outs.every((out) => !out.persist && (out.cache || out.kind !== 'out'));
}

function actionRecord(stage: Stage, context: FingerprintContext): FingerprintRecord {
  const { action } = stage;
  if (action.kind === 'module') return { run: action.path, stageApi: context.stageApi };
  return { cmd: action.text, ...(action.shell === undefined ? {} : { shell: action.shell }) };
}

function depRecords(stage: Stage, deps: ReadonlyMap<ProjectPath, Content>): NonNullable<FingerprintRecord['deps']> {
  return Object.fromEntries(
    stage.deps.map(({ path }) => {
      const content = deps.get(path);
      if (content === undefined) throw new Error(`fingerprint of '${stage.address}' without its dep '${path}'`);
      return [path, toLocked(content)];
    }),
  );
}

function declaredNames({ deps, outs }: Stage): DeclaredNames {
  return { ...nonEmpty('deps', pathsByName(deps)), ...nonEmpty('outs', pathsByName(outs)) };
}

function pathsByName(specs: Stage['deps'] | Stage['outs']): { [name: string]: ProjectPath } {
  return Object.fromEntries(specs.flatMap(({ name, path }) => (name === undefined ? [] : [[name, path]])));
}

function folderOf(path: ProjectPath): ProjectPath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

function mapValues<From, To>(map: { readonly [key: string]: From }, change: (value: From) => To): { [key: string]: To } {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function nonEmpty<Name extends string, Map extends object>(name: Name, map: Map): { [key in Name]?: Map } {
  return Object.keys(map).length === 0 ? {} : ({ [name]: map } as { [key in Name]: Map });
}
