import type { FromStage, ToStage } from './protocol.ts';

/** How a thread or process came to its end. */
export type LinkEnd =
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: string | null }
  /** `heap`: JavaScript's limit was reached; `system`: it had no more to give. */
  | { readonly kind: 'out-of-memory'; readonly of: 'heap' | 'system' }
  | { readonly kind: 'error'; readonly error: unknown };

interface LinkListener {
  readonly onMessage: (message: FromStage) => void;
  /** Written past JavaScript, by native code, or by Node itself. */
  readonly onBytes: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  /** Once, after everything else. */
  readonly onEnd: (end: LinkEnd) => void;
}

/** mlo's end of the line to the thread or process of one stage. */
export interface StageLink {
  post(message: ToStage): void;
  listen(listener: LinkListener): void;
  /** Ends it at once, whatever it does. */
  kill(): void;
}
