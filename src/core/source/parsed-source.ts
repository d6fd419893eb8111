import type { Problem } from '../errors/mlo-error.ts';
import type { SourceNode } from './node.ts';
import type { SourceText } from './source-text.ts';

/** `root` is what could be read (null for an empty file); it may be used only when there are no problems. */
export interface ParsedSource {
  readonly source: SourceText;
  readonly root: SourceNode;
  readonly problems: readonly Problem[];
}
