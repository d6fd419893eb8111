import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './native/find-native.ts';

/** Installed beside the running mlo; undefined where a package is not there. Read from package.json: nothing is loaded. */
export interface TensorFlowVersions {
  readonly tfjs: string | undefined;
  readonly wasm: string | undefined;
  readonly tfjsNode: string | undefined;
}

export function tensorFlowVersions(): TensorFlowVersions {
  return {
    tfjs: versionOf('@tensorflow/tfjs'),
    wasm: versionOf('@tensorflow/tfjs-backend-wasm'),
    tfjsNode: versionOf('@tensorflow/tfjs-node'),
  };
}

function versionOf(name: string): string | undefined {
  const folder = packageFolder(name);
  if (folder === undefined) return undefined;
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version?: string }).version;
}
