import { describeNode, type MapNode } from '../source/node.ts';
import type { BackendName, DepSpec, Isolation, Position, ProjectPath, Stage } from '../stage.ts';
import { durationMs } from './duration.ts';
import { Fields, positionOf } from './fields.ts';
import { readOuts } from './outs.ts';
import { resolvePath } from './paths.ts';
import type { Place, Problems } from './problems.ts';
import { readAction } from './stage-action.ts';
import { readEnv } from './stage-env.ts';
import { readParams } from './stage-params.ts';
import { StagePlace } from './stage-place.ts';

const BACKENDS: readonly BackendName[] = ['wasm', 'cpu', 'native'];
const ISOLATIONS: readonly Isolation[] = ['auto', 'process', 'worker'];

export interface StageOrigin {
  readonly file: ProjectPath;
  readonly folder: ProjectPath | '';
  readonly kind: 'pipeline' | 'dvc';
  readonly name: string;
  readonly address: string;
  readonly group?: string;
  readonly at: Position;
}

/** The stage of a resolved definition; undefined when something that it needs is wrong (and reported). */
export function buildStage(origin: StageOrigin, node: MapNode, problems: Problems): Stage | undefined {
  const fields = new Fields(node, `stages.${origin.name}`, problems);
  const wdir = readWdir(fields, origin);
  if (wdir === undefined) return undefined;
  const place = new StagePlace(wdir, problems);
  const action = readAction(fields, place, origin.kind);
  const deps = readDeps(fields, place);
  const params = readParams(fields, place);
  const outs = readOuts(fields, place);
  const { env, passEnv } = readEnv(fields);
  const backend = fields.choice('backend', BACKENDS);
  const seed = fields.integer('seed');
  const timeoutMs = readTimeout(fields);
  const retries = readRetries(fields);
  const desc = fields.text('desc');
  const meta = fields.free('meta');
  const isolate = fields.choice('isolate', ISOLATIONS) ?? 'auto';
  const cpus = fields.inner('resources')?.positive('cpus') ?? 1;
  if (action === undefined) return undefined;
  return {
    address: origin.address,
    name: origin.name,
    file: origin.file,
    ...(origin.group === undefined ? {} : { group: origin.group }),
    wdir,
    action,
    deps,
    params,
    outs,
    env,
    passEnv,
    ...(backend === undefined ? {} : { backend }),
    ...(seed === undefined ? {} : { seed }),
    isolate,
    cpus,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(retries === undefined || retries === 0 ? {} : { retries }),
    frozen: fields.flag('frozen', false),
    alwaysChanged: fields.flag('always_changed', false),
    ...(desc === undefined ? {} : { desc }),
    ...(meta === undefined ? {} : { meta }),
    at: origin.at,
  };
}

/** Undefined: it is wrong, and reported. */
export function readWdir(fields: Fields, origin: Pick<StageOrigin, 'file' | 'folder'>): ProjectPath | undefined {
  const own = origin.folder === '' ? '.' : origin.folder;
  const node = fields.node('wdir');
  if (node === undefined) return own;
  const written = fields.text('wdir');
  if (written === undefined) return undefined;
  const resolved = resolvePath(origin.folder, written);
  if ('path' in resolved) return resolved.path;
  return fields.fail(
    node,
    `${fields.where}.wdir: '${written}' ${resolved.refused}`,
    `wdir is relative to the folder of '${origin.file}' and lies inside the project.`,
  );
}

function readDeps(fields: Fields, place: StagePlace): readonly DepSpec[] {
  const node = fields.node('deps');
  const where = `${fields.where}.deps`;
  const specs: DepSpec[] = [];
  const add = (declared: string | undefined, at: Place, name?: string): void => {
    const path = declared === undefined ? undefined : place.depPath(declared, at, where, fields);
    if (declared !== undefined && path !== undefined)
      specs.push({ path, declared, ...(name === undefined ? {} : { name }), at: positionOf(at) });
  };
  if (node?.kind === 'list') for (const item of node.items) add(place.pathText(item, where, fields), item);
  if (node?.kind === 'map') for (const { key, node: value } of node.entries.values()) add(place.pathText(value, where, fields), value, key);
  return specs;
}

function readTimeout(fields: Fields): number | undefined {
  const node = fields.node('timeout');
  if (node === undefined) return undefined;
  const value = node.kind === 'scalar' ? node.value : undefined;
  const milliseconds = typeof value === 'string' || typeof value === 'number' ? durationMs(value) : undefined;
  return (
    milliseconds ??
    fields.fail(node, `${fields.where}.timeout: expected seconds above 0, or a text such as 30s, 5m or 2h, found ${describeNode(node)}`)
  );
}

const MOST_RETRIES = 100;

function readRetries(fields: Fields): number | undefined {
  const retries = fields.integer('retries');
  if (retries === undefined || (retries >= 0 && retries <= MOST_RETRIES)) return retries;
  return fields.failAt('retries', `expected a whole number from 0 to ${MOST_RETRIES}, found ${retries}`);
}
