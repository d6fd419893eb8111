import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { Value } from '../../core/value.ts';
import type { RunId } from '../../core/run.ts';
import type { StageRun } from '../../runtime/api/stage-run.ts';
import type { AppContext } from '../types.ts';
import { withFileLog, withValueLog, type LogOptions } from './log-target.ts';

/** Where something was logged. */
export interface LogData {
  readonly runId: RunId;
}

export async function logParams(ctx: AppContext, params: { readonly [name: string]: Value }, options: LogOptions): Promise<LogData> {
  return await logWith(ctx, options, (run) => run.logParams(params));
}

export async function logTags(ctx: AppContext, tags: { readonly [name: string]: string }, options: LogOptions): Promise<LogData> {
  return await logWith(ctx, options, (run) => run.setTags(tags));
}

export interface MetricsOptions extends LogOptions {
  /** Default: one more than the last step of each metric. */
  readonly step?: number;
}

export async function logMetrics(ctx: AppContext, metrics: { readonly [name: string]: number }, options: MetricsOptions): Promise<LogData> {
  return await logWith(ctx, options, (run) => run.logMetrics(metrics, options.step === undefined ? {} : { step: options.step }));
}

/** The numbers of a JSON or YAML file, nested keys with dots. Throws MLO_PARAMS where it cannot be read. */
export async function logMetricsFile(
  ctx: AppContext,
  file: string,
  options: MetricsOptions,
): Promise<LogData & { readonly metrics: number }> {
  const { parseMetricsText } = await import('../../core/metrics/parse.ts');
  const { numbersIn } = await import('../repro/metric-files.ts');
  const metrics = numbersIn(parseMetricsText(file, readText(resolve(ctx.cwd, file), file)), file);
  return { ...(await logMetrics(ctx, Object.fromEntries(metrics), options)), metrics: metrics.length };
}

export interface FileOptions extends LogOptions {
  /** Name of the artifact; default: the last part of the path. */
  readonly name?: string;
}

export async function logArtifact(ctx: AppContext, path: string, options: FileOptions): Promise<LogData> {
  return await logFile(ctx, options, (run) => run.logArtifact(path, options.name));
}

export async function logImage(ctx: AppContext, path: string, options: FileOptions): Promise<LogData> {
  return await logFile(ctx, options, (run) => run.logImage(path, options.name));
}

async function logWith(ctx: AppContext, options: LogOptions, say: (run: StageRun) => void): Promise<LogData> {
  return await withValueLog(ctx, options, ({ run }) => said(run, say));
}

async function logFile(ctx: AppContext, options: LogOptions, say: (run: StageRun) => void): Promise<LogData> {
  return await withFileLog(ctx, options, ({ run }) => said(run, say));
}

/** What the API refuses by a plain error is a mistake of whoever typed the command. */
function said(run: StageRun, say: (run: StageRun) => void): LogData {
  try {
    say(run);
  } catch (error) {
    if (error instanceof MloError || !(error instanceof Error)) throw error;
    throw new MloError('MLO_USAGE', error.message, { hint: 'mlo help log', cause: error });
  }
  return { runId: run.id };
}

function readText(path: string, typed: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new MloError('MLO_PARAMS', `The metrics file '${typed}' cannot be read: ${(cause as Error).message}`, {
      details: { path },
      cause,
    });
  }
}
