import type { OutSpec, ProjectPath, Stage, StageAddress } from '../stage.ts';

/** The stages of a project and who reads what whom writes. Built by `buildGraph`, which has checked it. */
export interface Graph {
  /** Every stage after all stages it depends on, else in order of definition: a later one comes before only where it is needed. */
  readonly order: readonly Stage[];
  readonly byAddress: ReadonlyMap<StageAddress, Stage>;
  /** Direct, without duplicates, in the order of what a stage reads. Edges of frozen stages to their deps are left out. */
  readonly upstream: ReadonlyMap<StageAddress, readonly StageAddress[]>;
  readonly downstream: ReadonlyMap<StageAddress, readonly StageAddress[]>;
  readonly outs: OutIndex;
}

export interface OwnedOut {
  readonly stage: Stage;
  readonly out: OutSpec;
}

/** Finds outs by path, by a path inside them, and by a folder around them. */
export class OutIndex {
  readonly #byPath = new Map<ProjectPath, OwnedOut[]>();
  #sorted: ProjectPath[] | undefined;

  add(owned: OwnedOut): void {
    const list = this.#byPath.get(owned.out.path);
    if (list === undefined) this.#byPath.set(owned.out.path, [owned]);
    else list.push(owned);
    this.#sorted = undefined;
  }

  at(path: ProjectPath): readonly OwnedOut[] {
    return this.#byPath.get(path) ?? [];
  }

  /** The out that is `path` or a folder above it. */
  covering(path: ProjectPath): OwnedOut | undefined {
    for (const candidate of selfAndParents(path)) {
      const found = this.#byPath.get(candidate);
      if (found !== undefined) return found[0];
    }
    return undefined;
  }

  /** Outs strictly above `path`. */
  above(path: ProjectPath): OwnedOut | undefined {
    const parents = selfAndParents(path).slice(1);
    for (const candidate of parents) {
      const found = this.#byPath.get(candidate);
      if (found !== undefined) return found[0];
    }
    return undefined;
  }

  /** Outs strictly below the folder `path`. */
  below(path: ProjectPath): readonly OwnedOut[] {
    this.#sorted ??= [...this.#byPath.keys()].sort();
    const prefix = path === '.' ? '' : `${path}/`;
    const found: OwnedOut[] = [];
    for (let index = lowerBound(this.#sorted, prefix); index < this.#sorted.length; index += 1) {
      const candidate = this.#sorted[index] as ProjectPath;
      if (!candidate.startsWith(prefix)) break;
      found.push(...this.at(candidate));
    }
    return found;
  }

  /** All outs that a reader of `path` needs. */
  touching(path: ProjectPath): readonly OwnedOut[] {
    const covering = this.covering(path);
    return covering === undefined ? this.below(path) : [covering];
  }
}

function selfAndParents(path: ProjectPath): ProjectPath[] {
  const all = [path];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) all.push(path.slice(0, slash));
  if (path !== '.') all.push('.');
  return all;
}

function lowerBound(sorted: readonly string[], value: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
