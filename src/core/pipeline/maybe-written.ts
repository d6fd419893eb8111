import { isInside } from '../path/project-path.ts';
import { toValue, type MapNode } from '../source/node.ts';
import type { ProjectPath } from '../stage.ts';
import { nearest } from '../text/nearest.ts';
import { readWdir } from './build-stage.ts';
import { expandDefinition, type Definition, type Member } from './expand.ts';
import { Fields } from './fields.ts';
import { readOuts } from './outs.ts';
import { Problems } from './problems.ts';
import { isPlain, resolveMember, type FileSetting } from './resolve.ts';
import { doSchema } from './schema.ts';
import type { Sources } from './sources.ts';
import { StagePlace } from './stage-place.ts';

/** What stages whose definition is wrong would write, had it been right. */
export type MaybeWritten = readonly ProjectPath[] | 'anything';

const SAYS_WHERE = ['vars', 'wdir', 'outs', 'metrics', 'plots'] as const;
const OUT_FIELDS = doSchema.pick({ wdir: true, outs: true, metrics: true, plots: true });
const KNOWN_KEYS = [...Object.keys(doSchema.shape), 'foreach', 'do', 'matrix'];

/** Outs of a definition that is wrong elsewhere. 'anything' where they are not certain. */
export function maybeWritten(definition: Definition, file: FileSetting, sources: Sources): MaybeWritten {
  const silent = new Problems();
  const body = definition.node.entries.get('do')?.node ?? definition.node;
  if (body.kind !== 'map' || mayMeanOuts(definition.node) || mayMeanOuts(body)) return 'anything';
  const paths = expandDefinition(definition, file.scope?.context, silent).map((member) =>
    outsOf(definition, member, file, sources, silent),
  );
  return silent.reported > 0 ? 'anything' : allWritten(paths);
}

export function allWritten(parts: readonly MaybeWritten[]): MaybeWritten {
  const known = parts.filter((part) => part !== 'anything');
  return known.length < parts.length ? 'anything' : known.flat();
}

/** Whether a path may be, hold or lie in one of them. */
export function mayWrite(written: MaybeWritten, path: ProjectPath): boolean {
  return written === 'anything' || written.some((out) => isInside(out, path) || isInside(path, out));
}

/** An unknown key that is one of them, misspelt. */
function mayMeanOuts(node: MapNode): boolean {
  return [...node.entries.keys()].some((key) => {
    const meant = KNOWN_KEYS.includes(key) ? undefined : nearest(key, KNOWN_KEYS);
    return SAYS_WHERE.some((field) => field === meant);
  });
}

function outsOf(definition: Definition, member: Member, file: FileSetting, sources: Sources, silent: Problems): MaybeWritten {
  const saying = [...member.template.entries].filter(([key]) => SAYS_WHERE.some((known) => known === key));
  const places = saying.filter(([key]) => key !== 'vars');
  // Outs without a `${}` are what they are, whatever is wrong with the vars.
  const entries = new Map(places.every(([, entry]) => isPlain(entry.node)) ? places : saying);
  const template: MapNode = { ...member.template, entries };
  const resolved = resolveMember(definition, { ...member, template }, definition.name, file, sources, silent);
  if (resolved?.complete !== true || !OUT_FIELDS.safeParse(toValue(resolved.node)).success) return 'anything';
  const fields = new Fields(resolved.node, definition.name, silent);
  const wdir = readWdir(fields, { file: file.path, folder: file.folder });
  return wdir === undefined ? 'anything' : readOuts(fields, new StagePlace(wdir, silent)).map((out) => out.path);
}
