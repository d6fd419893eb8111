import { delimiter, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunId } from '../core/run.ts';
import { isDvcFile, type Stage } from '../core/stage.ts';
import { packageRoot } from '../fs/entry-point.ts';

export interface StageEnvironmentRequest {
  /** The environment of mlo itself, which a stage inherits whole. */
  readonly base: { readonly [name: string]: string | undefined };
  readonly stage: Pick<Stage, 'address' | 'file' | 'env' | 'passEnv'>;
  /** Absolute path of the project. */
  readonly root: string;
  readonly runId: RunId;
  readonly parentRunId?: RunId;
  /** Absolute path of the tracking database. */
  readonly trackingDb: string;
}

/** Set by mlo for each stage, so one that an outer mlo has set must never be inherited. */
const OURS = ['MLO_RUN_ID', 'MLO_PARENT_RUN_ID', 'MLO_TRACKING_DB', 'MLO_STAGE', 'MLO_PARAMS_FILE', 'MLO_ROOT'];

/**
 * What a stage finds in its environment: mlo's own, then the stage's `env`, then what mlo tells it. A `mlo` that calls
 * this one stands last on its PATH.
 * A name in `passEnv` takes the value of mlo's environment even where `env` has one, and nothing where
 * that has none: its value is neither recorded nor fingerprinted.
 */
export function stageEnvironment(request: StageEnvironmentRequest): Record<string, string> {
  const { base, stage, root, runId, parentRunId, trackingDb } = request;
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) if (value !== undefined) env[name] = value;
  Object.assign(env, stage.env);
  for (const name of stage.passEnv) setOrUnset(env, name, base[name]);
  for (const name of OURS) delete env[name];
  Object.assign(env, {
    MLO_RUN_ID: runId,
    MLO_TRACKING_DB: trackingDb,
    MLO_STAGE: stage.address,
    MLO_PARAMS_FILE: join(root, posix.dirname(stage.file), 'params.yaml'),
    MLO_ROOT: root,
  });
  if (env['PATH'] !== undefined) env['PATH'] = [env['PATH'], fileURLToPath(new URL('bin/path', packageRoot()))].join(delimiter);
  setOrUnset(env, 'MLO_PARENT_RUN_ID', parentRunId);
  if (isDvcFile(stage.file)) Object.assign(env, { DVC_ROOT: root, DVC_STAGE: stage.address });
  return env;
}

function setOrUnset(env: Record<string, string>, name: string, value: string | undefined): void {
  if (value === undefined) delete env[name];
  else env[name] = value;
}
