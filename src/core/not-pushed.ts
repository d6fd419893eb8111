import { canonicalJson, parseCanonicalJson } from './encoding/canonical-json.ts';
import type { OutSpec, ProjectPath } from './stage.ts';
import { isMap } from './value.ts';

/** Tag of the run of a stage with outs that are not for every remote: by path `false`, or the name of the only remote. It stays true when the stage is gone. */
export const NOT_PUSHED_TAG = 'mlo.not_pushed';

/** Undefined where every out is for every remote. */
export function notPushedTag(outs: readonly OutSpec[]): string | undefined {
  const kept = outs.filter((out) => !out.push || out.remote !== undefined).map((out) => [out.path, out.push ? (out.remote ?? '') : false]);
  return kept.length === 0 ? undefined : canonicalJson(Object.fromEntries(kept));
}

/** The paths that are not for the remote; none where the text is no such tag. */
export function notPushedPaths(tag: string, remote: string): readonly ProjectPath[] {
  try {
    const value = parseCanonicalJson(tag);
    return isMap(value) ? Object.keys(value).filter((path) => value[path] !== remote) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
