import { canonicalJson } from '../encoding/canonical-json.ts';
import type { DeclaredNames, FingerprintRecord, LockedContent } from '../lock/types.ts';
import { own } from '../own.ts';
import type { Value } from '../value.ts';
import type { Reason, ReasonKind } from './types.ts';

type Map = { readonly [key: string]: Value } | undefined;

/** What differs between the declared parts of two fingerprints, in the order a person would look. */
export function declaredChanges(old: FingerprintRecord, now: FingerprintRecord): readonly Reason[] {
  return [
    ...scalarChange('cmd', old.cmd, now.cmd),
    ...scalarChange('run', old.run, now.run),
    ...scalarChange('shell', old.shell, now.shell),
    ...scalarChange('wdir', old.wdir, now.wdir),
    ...scalarChange('backend', old.backend, now.backend),
    ...scalarChange('seed', old.seed, now.seed),
    ...scalarChange('stage-api', old.stageApi, now.stageApi),
    ...mapChanges('env', old.env, now.env, (key) => ({ key })),
    ...paramChanges(old.params ?? {}, now.params ?? {}),
    ...contentChanges('dep', old.deps ?? {}, now.deps ?? {}),
    ...nameChanges('deps', old, now),
    ...nameChanges('outs', old, now),
  ];
}

/** Locks had no names once: where there are two, nobody knows whether they were the other way round, and a single one cannot have been. */
function nameChanges(section: keyof DeclaredNames, old: FingerprintRecord, now: FingerprintRecord): readonly Reason[] {
  const after = now.names?.[section];
  if (old.names === undefined && Object.keys(after ?? {}).length < 2) return [];
  return mapChanges('name', old.names?.[section], after, (name) => ({ key: `${section}.${name}` }));
}

/** Files or trees that were added, dropped or hold other bytes. */
export function contentChanges(
  kind: 'dep' | 'out',
  old: { readonly [path: string]: LockedContent },
  now: { readonly [path: string]: LockedContent },
): readonly Reason[] {
  const identity = (content: LockedContent | undefined): string | undefined =>
    content === undefined ? undefined : [content.digest, content.kind ?? 'file', content.mode ?? ''].join(' ');
  return keysOf(old, now)
    .filter((path) => identity(own(old, path)) !== identity(own(now, path)))
    .map((path) => ({ kind, path, ...sides(own(old, path)?.digest, own(now, path)?.digest) }));
}

function paramChanges(old: NonNullable<FingerprintRecord['params']>, now: NonNullable<FingerprintRecord['params']>): readonly Reason[] {
  return keysOf(old, now).flatMap((file) => mapChanges('param', own(old, file), own(now, file), (key) => ({ key: `${file}:${key}` })));
}

function mapChanges(kind: ReasonKind, old: Map, now: Map, name: (key: string) => { key: string }): readonly Reason[] {
  const before = old ?? {};
  const after = now ?? {};
  return keysOf(before, after)
    .filter((key) => !sameValue(own(before, key), own(after, key)))
    .map((key) => ({ kind, ...name(key), ...sides(own(before, key), own(after, key)) }));
}

function scalarChange(kind: ReasonKind, old: Value | undefined, now: Value | undefined): readonly Reason[] {
  return sameValue(old, now) ? [] : [{ kind, ...sides(old, now) }];
}

function sides(old: Value | undefined, now: Value | undefined): { old?: Value; new?: Value } {
  return { ...(old === undefined ? {} : { old }), ...(now === undefined ? {} : { new: now }) };
}

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (Object.is(a, b)) return true;
  if (a === undefined || b === undefined) return false;
  if (typeof a === 'string' && typeof b === 'string') return false;
  return canonicalJson(a) === canonicalJson(b);
}

function keysOf(a: object, b: object): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}
