import { MloError } from '../../core/errors/mlo-error.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { StagePaths } from '../api/stage-context.ts';
import { pipelineFileOf } from './stage-address.ts';

type Kind = 'deps' | 'outs';
type Paths = { readonly [name: string]: string };

/** Absolute paths by declared name; another name throws, so that no stage ever writes to `undefined`. */
export function guardPaths(kind: Kind, paths: Paths, address: string): StagePaths {
  return new Proxy(Object.freeze({ ...paths }), {
    get(target, key, receiver): string {
      if (typeof key === 'symbol' || key in target || key === 'then' || key === 'toJSON')
        return Reflect.get(target, key, receiver) as string;
      throw undeclaredPath(kind, key, paths, address);
    },
  });
}

/** The names that `defineStage` lists must be there before the stage starts. */
export function checkNames(kind: Kind, names: readonly string[], paths: Paths, address: string): void {
  const absent = names.find((name) => !Object.hasOwn(paths, name));
  if (absent !== undefined) throw undeclaredPath(kind, absent, paths, address);
}

function undeclaredPath(kind: Kind, name: string, paths: Paths, address: string): MloError {
  const names = Object.keys(paths);
  const meant = nearest(name, names);
  const list = names.length === 0 ? `It declares no ${kind}` : `Its ${kind} are ${names.join(', ')}`;
  return new MloError('MLO_MODULE', `Stage '${address}' uses ${kind}['${name}'], which it does not declare. ${list}.`, {
    hint:
      meant === undefined
        ? `add it to ${pipelineFileOf(address)}:\n    ${kind}:\n      ${name}: <path>`
        : `did you mean ${kind}['${meant}']?`,
    details: { stage: address, [kind]: names },
  });
}
