import { expect, test } from 'vitest';
import {
  asBytePath,
  atOrBelow,
  folderOf,
  inFolder,
  nameOf,
  relativeTo,
  split,
  toBytePath,
  toDisplayPath,
  toSystemPath,
  TOP,
} from '../../../src/fs/byte-path.ts';

const FOLDER = toBytePath('/tést ü/日本');

test('text becomes bytes and text again', () => {
  expect(FOLDER).toBe(Buffer.from('/tést ü/日本').toString('latin1'));
  expect(toDisplayPath(FOLDER)).toBe('/tést ü/日本');
  expect(toSystemPath(FOLDER)).toEqual(Buffer.from('/tést ü/日本'));
  expect([toBytePath('/plain'), toSystemPath(toBytePath('/plain'))]).toEqual(['/plain', '/plain']);
});

test('paths are joined and taken apart as bytes', () => {
  const file = inFolder(FOLDER, asBytePath('caf\xe9'));
  expect(file).toBe(`${FOLDER}/caf\xe9`);
  expect([folderOf(file), nameOf(file), relativeTo(FOLDER, file)]).toEqual([FOLDER, 'caf\xe9', 'caf\xe9']);
  expect([relativeTo(file, FOLDER), atOrBelow(TOP, file), atOrBelow(FOLDER, nameOf(file))]).toEqual([FOLDER, file, file]);
  expect(split(FOLDER, '/').map(toDisplayPath)).toEqual(['', 'tést ü', '日本']);
});

test('to the type checker an ordinary string is no BytePath', () => {
  const ordinary = '/tést ü/日本';
  // @ts-expect-error -- what it is here for: in a path of bytes these letters would be others
  expect(relativeTo(FOLDER, ordinary)).toBe(ordinary);
});
