import type { BytePath } from '../byte-path.ts';
import { copyOfRows, digestOfRow, findRow, ROW, RowsBuilder, rowType, sameDigest, setFile, type FileTimes, type Rows } from './rows.ts';
import type { FolderRecord } from './folder-record.ts';

/** One file that was looked at on its own. */
export interface FileEntry extends FileTimes {
  readonly digest: Uint8Array;
  readonly trusted: boolean;
}

/** The record with single files seen, or (where undefined) forgotten, since. */
export function mergeRows(record: FolderRecord, changed: ReadonlyMap<BytePath, FileEntry | undefined>): FolderRecord {
  const { rows } = record;
  const patched = patchedRows(rows, changed);
  if (patched !== undefined) return isSameFolder(record, changed) ? { ...record, rows: patched } : { rows: patched };
  const names = [...new Set([...rows.names, ...changed.keys()])].sort();
  const builder = new RowsBuilder(names.length);
  for (const name of names) {
    const row = findRow(rows, name);
    const entry = changed.get(name);
    if (!changed.has(name)) builder.addRow(rows, row);
    else if (entry !== undefined)
      builder.addFile(name, row === -1 ? ROW.file : typeOfFile(rowType(rows, row)), entry, entry.digest, entry.trusted);
  }
  return { rows: builder.rows(), ...(isSameFolder(record, changed) ? { ...record, rows: builder.rows() } : {}) };
}

/** A few files of many that were known before: their rows are written anew in a copy. Undefined where names come or go. */
function patchedRows(rows: Rows, changed: ReadonlyMap<BytePath, FileEntry | undefined>): Rows | undefined {
  const found: { readonly row: number; readonly entry: FileEntry }[] = [];
  for (const [name, entry] of changed) {
    const row = findRow(rows, name);
    if (entry === undefined || row === -1 || rowType(rows, row) > ROW.exec) return undefined;
    found.push({ row, entry });
  }
  const copy = copyOfRows(rows);
  for (const { row, entry } of found) setFile(copy, row, entry, entry.digest, entry.trusted);
  return copy;
}

/** No name came or went and no digest is another: what is known of the folder as a whole still holds. */
function isSameFolder({ rows }: FolderRecord, changed: ReadonlyMap<BytePath, FileEntry | undefined>): boolean {
  for (const [name, entry] of changed) {
    const row = findRow(rows, name);
    if (row === -1 || entry === undefined || rowType(rows, row) > ROW.exec) return false;
    if (!sameDigest(digestOfRow(rows, row), entry.digest)) return false;
  }
  return true;
}

function typeOfFile(type: number): number {
  return type === ROW.exec ? ROW.exec : ROW.file;
}
