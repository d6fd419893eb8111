/** A native addon that can be loaded. */
export interface NativeBuild {
  /** Absolute path of the `.node` file. */
  readonly addon: string;
  /** mlo has built it, with its patch: safe in several threads of one process. */
  readonly ours: boolean;
  /** BLAKE3 of the addon; of our own builds only. */
  readonly digest?: string;
  /** Version of TensorFlow; of our own builds only, others tell it once they are loaded. */
  readonly tensorflow?: string;
}

/** `stamp.json` beside the addon: what it was made of. Sizes in bytes. */
export interface BuildStamp {
  readonly schema: 1;
  readonly tensorflow: string;
  readonly tfjsNode: string;
  readonly patch: number;
  readonly compiler: string;
  /** Where TensorFlow came from: `wheel` (its libraries are copies), or a folder (they are links to it). */
  readonly source: { readonly kind: 'wheel' | 'folder'; readonly from: string };
  readonly addon: { readonly digest: string; readonly size: number };
  readonly libraries: { readonly [name: string]: { readonly size: number; readonly sha256?: string } };
}
