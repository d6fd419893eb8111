import { valueError } from './coded-error.ts';

export interface ArtifactName {
  readonly name: string;
  /** Else a folder. */
  readonly isFile: boolean;
}

/** Names of a run's artifacts, which must be able to lie in one folder together: nothing below a file. A name may be used again. */
export class ArtifactNames {
  readonly #before: () => readonly ArtifactName[];
  readonly #files = new Set<string>();
  /** Names that others lie below. */
  readonly #folders = new Set<string>();
  #known = false;

  constructor(before: () => readonly ArtifactName[]) {
    this.#before = before;
  }

  /** Gives the name back. @throws TypeError with code MLO_RUN_VALUE */
  add(name: string, isFile: boolean): string {
    if (!this.#known) for (const each of this.#before()) this.#keep(each.name, each.isFile);
    this.#known = true;
    const file = foldersOf(name).find((folder) => this.#files.has(folder));
    if (file !== undefined) throw valueError(`the artifact '${name}' cannot lie below '${file}', which is a file of this run`);
    if (isFile && this.#folders.has(name))
      throw valueError(`the artifact '${name}' cannot be a file: other artifacts of this run lie below that name`);
    this.#keep(name, isFile);
    return name;
  }

  #keep(name: string, isFile: boolean): void {
    if (isFile) this.#files.add(name);
    else this.#files.delete(name);
    for (const folder of foldersOf(name)) this.#folders.add(folder);
  }
}

/** `a/b/c` → `a`, `a/b`. */
function foldersOf(name: string): readonly string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}
