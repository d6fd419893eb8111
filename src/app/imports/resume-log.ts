import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LOOSE_BYTES } from '../../cache/objects/object-store.ts';
import { isDigest, type Digest } from '../../core/content.ts';
import type { ListedFile } from '../../core/encoding/url-listing.ts';
import { isErrno } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import type { Project } from '../project.ts';

const MOST_LINES = 100;

/**
 * What an import has downloaded, a line a file, so that one that was killed does not begin again. Disposable: a line counts
 * only where the cache has the object.
 */
export class ResumeLog {
  readonly #project: Project;
  readonly #path: string;
  #lines: string[] = [];

  constructor(project: Project, url: string) {
    this.#project = project;
    this.#path = join(project.stateDir, 'imports', `${hashBytes(url).slice(0, 16)}.jsonl`);
  }

  read(): readonly ListedFile[] {
    try {
      return readFileSync(this.#path, 'utf8').split('\n').flatMap(fileOf);
    } catch (error) {
      if (isErrno(error)) return [];
      throw error;
    }
  }

  add({ key, etag, size, digest }: ListedFile): void {
    if (etag === undefined) return;
    this.#lines.push(`${JSON.stringify([key, etag, size, digest])}\n`);
    // Larger ones are in the cache as soon as they came. Smaller ones are in a pack that is not finished yet: nothing is lost with the line.
    if (this.#lines.length >= MOST_LINES || size >= LOOSE_BYTES) this.write();
  }

  write(): void {
    const text = this.#lines.join('');
    this.#lines = [];
    if (text === '') return;
    this.#project.keepState(() => {
      mkdirSync(dirname(this.#path), { recursive: true });
      appendFileSync(this.#path, text);
    });
  }

  remove(): void {
    this.#lines = [];
    this.#project.keepState(() => rmSync(this.#path, { force: true }));
  }
}

/** Torn ends are left out. */
function fileOf(line: string): readonly ListedFile[] {
  try {
    const [key, etag, size, digest] = JSON.parse(line) as readonly unknown[];
    if (typeof key !== 'string' || typeof etag !== 'string' || !isSize(size) || !isDigest(digest)) return [];
    return [{ key, etag, size, digest: digest as Digest }];
  } catch {
    return [];
  }
}

function isSize(size: unknown): size is number {
  return Number.isSafeInteger(size) && (size as number) >= 0;
}
