import { MloError, type Problem } from '../../../src/core/errors/mlo-error.ts';
import { loadPipeline, type LoadedPipeline } from '../../../src/core/pipeline/load.ts';
import type { Stage } from '../../../src/core/stage.ts';

export type Files = { readonly [path: string]: string };

/** Loads the pipeline files among these texts. */
export function load(files: Files | string, rootFile?: string): LoadedPipeline {
  const texts: Files = typeof files === 'string' ? { 'pipeline.yaml': files } : files;
  const pipelines = Object.keys(texts).filter((path) => /(?:^|\/)(?:pipeline|dvc|more)\.ya?ml$/.test(path));
  return loadPipeline({ files: pipelines, readText: (path) => texts[path], ...(rootFile === undefined ? {} : { rootFile }) });
}

export function stagesOf(files: Files | string): readonly Stage[] {
  return load(files).pipeline.stages;
}

export function namesOf(files: Files | string): readonly string[] {
  return stagesOf(files).map((stage) => stage.address);
}

export function onlyStage(files: Files | string): Stage {
  const stages = stagesOf(files);
  if (stages.length !== 1) throw new Error(`expected one stage, found ${stages.length}`);
  return stages[0] as Stage;
}

/** A stage of pipeline.yaml from the lines of its body. */
export function stageFrom(body: string, others: Files = {}): Stage {
  return onlyStage({ 'pipeline.yaml': `stages:\n  s:\n${indent(body, 4)}`, ...others });
}

export function commandText(stage: Stage): string | readonly string[] {
  if (stage.action.kind !== 'cmd') throw new Error(`'${stage.address}' is no cmd stage`);
  return stage.action.text;
}

export function errorOf(files: Files | string): MloError {
  try {
    load(files);
  } catch (error) {
    if (error instanceof MloError) return error;
    throw error;
  }
  throw new Error('expected an MloError');
}

export function problemsOf(files: Files | string): readonly Problem[] {
  return errorOf(files).problems;
}

export function problemsIn(body: string, others: Files = {}): readonly Problem[] {
  return problemsOf({ 'pipeline.yaml': `stages:\n  s:\n${indent(body, 4)}`, ...others });
}

export function messagesIn(body: string, others: Files = {}): readonly string[] {
  return problemsIn(body, others).map((problem) => problem.message);
}

/** `file:line:column` of a problem, and the character that the caret is under. */
export function placeOf(problem: Problem | undefined): string {
  return `${problem?.file}:${problem?.line}:${problem?.column}:${problem?.source?.[(problem.column ?? 0) - 1]}`;
}

function indent(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(columns) + line))
    .join('\n');
}
