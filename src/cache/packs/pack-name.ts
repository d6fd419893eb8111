import type { Digest } from '../../core/content.ts';

/** File name of a pack: 64 hexadecimal characters and `.pack`. */
export type PackName = string & { readonly __packName: unique symbol };

const PACK_NAME = /^[0-9a-f]{64}\.pack$/;
const BROKEN_NAME = /^[0-9a-f]{64}\.broken$/;

/** `hash`: of the whole file. */
export function packNamed(hash: Digest): PackName {
  return `${hash}.pack` as PackName;
}

export function isPackName(name: string): name is PackName {
  return PACK_NAME.test(name);
}

/** The list of entries of that pack that are not to be used. */
export function brokenListName(pack: PackName): string {
  return `${pack.slice(0, 64)}.broken`;
}

/** The pack that a list of broken entries is about; undefined where the name is not that of such a list. */
export function packOfBrokenList(name: string): PackName | undefined {
  return BROKEN_NAME.test(name) ? (`${name.slice(0, 64)}.pack` as PackName) : undefined;
}
