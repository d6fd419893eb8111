import { parseParamsSource } from '../params/parse.ts';
import type { ProjectPath } from '../stage.ts';

export type ReadText = (path: ProjectPath) => string | undefined;
export type ParamsSource = ReturnType<typeof parseParamsSource>;

/** The texts a pipeline is made of: each is read and parsed once, and all that was asked for is known at the end. */
export class Sources {
  private readonly readText: ReadText;
  private readonly texts = new Map<ProjectPath, string | undefined>();
  private readonly params = new Map<ProjectPath, ParamsSource | undefined>();

  constructor(readText: ReadText) {
    this.readText = readText;
  }

  /** Every path that was asked for, missing ones too, in order. */
  get asked(): readonly ProjectPath[] {
    return [...this.texts.keys()];
  }

  text(path: ProjectPath): string | undefined {
    if (!this.texts.has(path)) this.texts.set(path, this.readText(path));
    return this.texts.get(path);
  }

  /** A file of template values; undefined when there is none. */
  paramsFile(path: ProjectPath): ParamsSource | undefined {
    if (!this.params.has(path)) {
      const text = this.text(path);
      this.params.set(path, text === undefined ? undefined : parseParamsSource(path, text));
    }
    return this.params.get(path);
  }
}
