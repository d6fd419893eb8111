import type { UrlMark } from '../../core/pointer-source.ts';

/** A file at or below a URL. */
export interface UrlFile extends UrlMark {
  /** Path below the URL; '' for the URL itself. Not checked: it may be anything. */
  readonly key: string;
  readonly isExecutable?: boolean;
  /** Parts of it can be asked for, of just this state of it. */
  readonly hasRanges: boolean;
}

/** What lies at a URL now. */
export interface UrlLook {
  readonly kind: 'file' | 'folder';
  readonly files: readonly UrlFile[];
}

/** Something to import from: nothing is ever written there. Errors: MLO_REMOTE, MLO_TARGET (nothing there), MLO_SOURCE_CHANGED. */
export interface UrlReader {
  /** For messages: without anything secret. */
  readonly address: string;
  /** The last name in it: how the data is called where no name is given. */
  readonly name: string;
  readonly requests: number;
  look(): Promise<UrlLook>;
  /** Exactly these bytes of the file as it was looked at; tried again where that may help. */
  read(file: UrlFile, from: number, length: number): Promise<Buffer>;
  /** All of it, for files of unknown size or without ranges (where there are such); not tried again. */
  stream?(file: UrlFile): AsyncIterable<Uint8Array>;
  close(): void;
}
