import type { Content } from '../../core/content.ts';
import type { PointerSource } from '../../core/pointer-source.ts';

/** What an update finds at the source of an import. */
export type Move =
  | { readonly kind: 'unchanged' | 'pinned' }
  | {
      readonly kind: 'moved';
      /** What it was and is now, in words. */
      readonly before: string;
      readonly now: string;
      bring(): Promise<BroughtImport>;
    };

/** In the cache, durably. */
interface BroughtImport {
  readonly content: Content;
  readonly source: PointerSource;
  /** That came over the wire. */
  readonly files: number;
  readonly bytes: number;
  /** To be called when the pointer is there. */
  readonly done?: () => void;
}
