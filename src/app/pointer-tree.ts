import { foldersAround } from '../core/path/own-paths.ts';
import type { ProjectPath } from '../core/stage.ts';
import type { Pointer } from './pointers.ts';

/** Finds pointers by the path of their data: at it, around it, below it. */
export class PointerTree {
  readonly #byPath: ReadonlyMap<ProjectPath, Pointer>;
  /** Every folder with data somewhere below it: one of the pointers, for messages. */
  readonly #below = new Map<ProjectPath, Pointer>();

  constructor(pointers: readonly Pointer[]) {
    this.#byPath = new Map(pointers.map((pointer) => [pointer.path, pointer]));
    for (const pointer of pointers) {
      for (const folder of foldersAround(pointer.path)) if (!this.#below.has(folder)) this.#below.set(folder, pointer);
    }
  }

  at(path: ProjectPath): Pointer | undefined {
    return this.#byPath.get(path);
  }

  /** The pointer of a folder that `path` lies in. */
  around(path: ProjectPath): Pointer | undefined {
    for (const folder of foldersAround(path)) {
      const found = this.#byPath.get(folder);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** One of the pointers for data in the folder `path`. */
  below(path: ProjectPath): Pointer | undefined {
    return this.#below.get(path);
  }
}

/** The data that a target means which may name its pointer. */
export function dataOf(typed: string): string {
  return typed.replace(/(?<=[^/])\.mlo$/, '');
}
