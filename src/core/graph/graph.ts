import { foldersAround } from '../path/own-paths.ts';
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

/** Finds outs of stages by path, by a path inside them, and by a folder around them. */
export class OutIndex {
  readonly #byPath = new Map<ProjectPath, OwnedOut[]>();
  readonly #sorted: readonly ProjectPath[];

  constructor(stages: readonly Stage[]) {
    for (const owned of stages.flatMap((stage) => stage.outs.map((out) => ({ stage, out })))) {
      const there = this.#byPath.get(owned.out.path);
      if (there === undefined) this.#byPath.set(owned.out.path, [owned]);
      else there.push(owned);
    }
    this.#sorted = [...this.#byPath.keys()].sort();
  }

  at(path: ProjectPath): readonly OwnedOut[] {
    return this.#byPath.get(path) ?? [];
  }

  /** The out that is `path` or a folder above it. */
  covering(path: ProjectPath): OwnedOut | undefined {
    return this.at(path)[0] ?? this.above(path);
  }

  /** The nearest out strictly above `path`. */
  above(path: ProjectPath): OwnedOut | undefined {
    if (path === '.') return undefined;
    for (const folder of [...foldersAround(path), '.']) {
      const [found] = this.at(folder);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Outs strictly below the folder `path`. */
  below(path: ProjectPath): readonly OwnedOut[] {
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
