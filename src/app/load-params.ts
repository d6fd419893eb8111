import { MloError, type Problem } from '../core/errors/mlo-error.ts';
import { errorOfProblems, oneError } from '../core/errors/one-error.ts';
import { canonicalJson, parseCanonicalJson } from '../core/encoding/canonical-json.ts';
import { nearest } from '../core/text/nearest.ts';
import type { StageParams } from '../core/fingerprint.ts';
import type { ParamSpec, ProjectPath, Stage } from '../core/stage.ts';
import type { Value, ValueMap } from '../core/value.ts';
import { paramClashes } from './param-clashes.ts';
import { readParsed, writeParsed, type ReadText } from './parsed-cache.ts';
import type { Project } from './project.ts';
import { flattenValues, getKey } from '../core/params/keys.ts';

interface ParamFiles {
  readonly values: ReadonlyMap<ProjectPath, ValueMap>;
  /** Why a file that is there has no values. */
  readonly faults: ReadonlyMap<ProjectPath, MloError>;
}

/**
 * Values of the params that stages declare. Throws one MLO_PARAMS with every missing file and key, every file that cannot be parsed and
 * every clash. `isMade`: files that a stage writes. Whether it will is not known yet, so these may be missing, and what is wrong with
 * one that is there is thrown when the values of a stage that reads it are asked for.
 */
export async function loadParams(
  project: Project,
  stages: readonly Stage[],
  readText: ReadText,
  isMade: (path: ProjectPath) => boolean = () => false,
): Promise<(stage: Stage) => StageParams> {
  const files = await paramFiles(project, stages, readText);
  throwIfAny(
    faultOf(
      stages,
      only(files, (path) => !isMade(path)),
      isMade,
    ),
  );
  return (stage) => {
    const read = new Set(stage.params.map((spec) => spec.file));
    if ([...read].some(isMade))
      throwIfAny(
        faultOf(
          [stage],
          only(files, (path) => read.has(path)),
          isMade,
        ),
      );
    return stageParams(stage, files.values);
  };
}

function throwIfAny(fault: MloError | undefined): void {
  if (fault !== undefined) throw fault;
}

function only({ values, faults }: ParamFiles, isWanted: (path: ProjectPath) => boolean): ParamFiles {
  return {
    values: new Map([...values].filter(([path]) => isWanted(path))),
    faults: new Map([...faults].filter(([path]) => isWanted(path))),
  };
}

/** What `loadParams` would throw at once. */
export async function inspectParams(
  project: Project,
  stages: readonly Stage[],
  readText: ReadText,
  isMade: (path: ProjectPath) => boolean,
): Promise<MloError | undefined> {
  const files = await paramFiles(project, stages, readText);
  return faultOf(
    stages,
    only(files, (path) => !isMade(path)),
    isMade,
  );
}

function faultOf(stages: readonly Stage[], files: ParamFiles, isMade: (path: ProjectPath) => boolean): MloError | undefined {
  const problems = stages.flatMap((stage) => [
    ...stage.params.flatMap((spec) => missing(stage, spec, files, isMade)),
    ...paramClashes(stage, files.values),
  ]);
  const declared = errorOfProblems('MLO_PARAMS', problems);
  return oneError([...files.faults.values(), ...(declared === undefined ? [] : [declared])]);
}

function stageParams(stage: Stage, files: ParamFiles['values']): StageParams {
  const byFile = new Map<string, Map<string, Value>>();
  for (const spec of stage.params) {
    const values = files.get(spec.file);
    if (values === undefined) continue;
    const selected = byFile.get(spec.file) ?? new Map<string, Value>();
    byFile.set(spec.file, selected);
    for (const key of spec.keys ?? Object.keys(values)) {
      const value = spec.keys === null ? values[key] : getKey(values, key);
      if (value !== undefined) selected.set(key, value);
    }
  }
  return Object.fromEntries([...byFile].map(([file, selected]) => [file, Object.fromEntries(selected)]));
}

async function paramFiles(project: Project, stages: readonly Stage[], readText: ReadText): Promise<ParamFiles> {
  const paths = [...new Set(stages.flatMap((stage) => stage.params.map((spec) => spec.file)))].sort();
  const faults = new Map<ProjectPath, MloError>();
  if (paths.length === 0) return { values: new Map(), faults };
  const about = paths.join('\n');
  const kept = readKept(project, about, readText);
  if (kept !== undefined) return { values: new Map(Object.entries(parseCanonicalJson(kept) as { [path: string]: ValueMap })), faults };

  const { parseParamsText } = await import('../core/params/parse.ts');
  const values = new Map<ProjectPath, ValueMap>();
  for (const path of paths) {
    try {
      const text = readText(path);
      if (text !== undefined) values.set(path, parseParamsText(path, text));
    } catch (error) {
      if (!(error instanceof MloError)) throw error;
      faults.set(path, error);
    }
  }
  // Canonical text, because plain JSON would lose NaN and long integers.
  if (faults.size === 0)
    project.keepState(() => writeParsed(project.stateDir, 'params', about, paths, canonicalJson(Object.fromEntries(values)), readText));
  return { values, faults };
}

/** A file that cannot be read is told with the others. */
function readKept(project: Project, about: string, readText: ReadText): string | undefined {
  try {
    return readParsed<string>(project.stateDir, 'params', about, readText);
  } catch (error) {
    if (error instanceof MloError) return undefined;
    throw error;
  }
}

function missing(stage: Stage, spec: ParamSpec, files: ParamFiles, isMade: (path: ProjectPath) => boolean): readonly Problem[] {
  const values = files.values.get(spec.file);
  if (files.faults.has(spec.file)) return [];
  const at = { file: spec.at.file, line: spec.at.line, column: spec.at.column };
  if (values === undefined) {
    if (isMade(spec.file)) return [];
    return [{ ...at, message: `Stage '${stage.address}' declares params of '${spec.file}': there is no such file` }];
  }
  const lost = (spec.keys ?? []).filter((key) => getKey(values, key) === undefined);
  return lost.map((key) => {
    const exact = spec.keysAt?.[spec.keys?.indexOf(key) ?? -1];
    const close = nearest(key, flattenValues(values).keys());
    return {
      ...at,
      ...exact,
      message: `Stage '${stage.address}' declares param '${key}': '${spec.file}' has no such key`,
      ...(close === undefined ? {} : { hint: `Did you mean '${close}'?` }),
    };
  });
}
