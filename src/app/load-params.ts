import { MloError, type Problem } from '../core/errors/mlo-error.ts';
import { canonicalJson, parseCanonicalJson } from '../core/encoding/canonical-json.ts';
import { nearest } from '../core/text/nearest.ts';
import type { StageParams } from '../core/fingerprint.ts';
import type { ParamSpec, ProjectPath, Stage } from '../core/stage.ts';
import type { Value, ValueMap } from '../core/value.ts';
import { readParsed, writeParsed, type ReadText } from './parsed-cache.ts';
import type { Project } from './project.ts';
import { flattenValues, getKey } from '../core/params/keys.ts';

type ParamFiles = ReadonlyMap<ProjectPath, ValueMap>;

/**
 * Values of the params that stages declare. `optional`: files that a stage will write may be missing.
 * Throws one MLO_PARAMS with every missing file and key.
 */
export async function loadParams(
  project: Project,
  stages: readonly Stage[],
  readText: ReadText,
  isMade: (path: ProjectPath) => boolean = () => false,
): Promise<(stage: Stage) => StageParams> {
  const files = await paramFiles(project, stages, readText);
  const problems = stages.flatMap((stage) => stage.params.flatMap((spec) => missing(stage, spec, files, isMade)));
  problems.push(...stages.flatMap((stage) => ambiguous(stage)));
  if (problems.length > 0) throw paramsError(problems);
  return (stage) => stageParams(stage, files);
}

function stageParams(stage: Stage, files: ParamFiles): StageParams {
  const byFile: Record<string, Record<string, Value>> = {};
  for (const spec of stage.params) {
    const values = files.get(spec.file);
    if (values === undefined) continue;
    const selected = (byFile[spec.file] ??= {});
    for (const key of spec.keys ?? Object.keys(values)) {
      const value = spec.keys === null ? values[key] : getKey(values, key);
      if (value !== undefined) selected[key] = value;
    }
  }
  return byFile;
}

async function paramFiles(project: Project, stages: readonly Stage[], readText: ReadText): Promise<ParamFiles> {
  const paths = [...new Set(stages.flatMap((stage) => stage.params.map((spec) => spec.file)))].sort();
  if (paths.length === 0) return new Map();
  const about = paths.join('\n');
  const kept = readParsed<string>(project.stateDir, 'params', about, readText);
  if (kept !== undefined) return new Map(Object.entries(parseCanonicalJson(kept) as { [path: string]: ValueMap }));

  const { parseParamsText } = await import('../core/params/parse.ts');
  const files = new Map<ProjectPath, ValueMap>();
  for (const path of paths) {
    const text = readText(path);
    if (text !== undefined) files.set(path, parseParamsText(path, text));
  }
  // Canonical text, because plain JSON would lose NaN and long integers.
  project.keepState(() => writeParsed(project.stateDir, 'params', about, paths, canonicalJson(Object.fromEntries(files)), readText));
  return files;
}

function missing(stage: Stage, spec: ParamSpec, files: ParamFiles, isMade: (path: ProjectPath) => boolean): readonly Problem[] {
  const values = files.get(spec.file);
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

/** An in-process stage gets one object of params, whatever files they come from. */
function ambiguous(stage: Stage): readonly Problem[] {
  if (stage.action.kind !== 'module') return [];
  const owners = new Map<string, ProjectPath>();
  const problems: Problem[] = [];
  for (const { file, keys, at } of stage.params) {
    for (const key of keys ?? []) {
      const other = owners.get(key);
      if (other !== undefined && other !== file) {
        problems.push({
          file: at.file,
          line: at.line,
          column: at.column,
          message: `Stage '${stage.address}' declares param '${key}' of '${other}' and of '${file}': a module gets only one`,
          hint: 'Rename one of them.',
        });
      }
      owners.set(key, file);
    }
  }
  return problems;
}

function paramsError(problems: readonly Problem[]): MloError {
  const [first] = problems;
  const message = problems.length === 1 && first !== undefined ? first.message : `${problems.length} params are missing`;
  return new MloError('MLO_PARAMS', message, { problems, ...(first?.hint === undefined ? {} : { hint: first.hint }) });
}
