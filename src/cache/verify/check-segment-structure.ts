import { MloError } from '../../core/errors/mlo-error.ts';
import { isErrno } from '../../fs/errno.ts';
import { SegmentReader } from '../journal/segment-reader.ts';
import type { Damage } from './damage.ts';

/** What is wrong with a segment, as far as opening it shows; `isUnusable`: it cannot be opened at all. */
export function checkSegmentStructure(path: string): readonly (Damage & { readonly isUnusable: boolean })[] {
  try {
    const reader = new SegmentReader(path);
    reader.close();
    return [];
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    if (error instanceof MloError) return [{ kind: 'journal', file: path, why: error.message, isUnusable: true }];
    if (isErrno(error)) return [{ kind: 'journal', file: path, why: `cannot be opened: ${error.message}`, isUnusable: true }];
    throw error;
  }
}
