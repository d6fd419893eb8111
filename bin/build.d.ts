import type { Plugin } from 'esbuild';

export function bundle(
  esbuild: typeof import('esbuild'),
  root: URL,
  entryPoints: { readonly [name: string]: string },
  to: URL,
  chunkNames: string,
  plugins?: readonly Plugin[],
): Promise<{ readonly metafile: { readonly outputs: { readonly [path: string]: unknown } } }>;
