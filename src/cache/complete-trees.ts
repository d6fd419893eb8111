import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../core/content.ts';
import { isErrno } from '../fs/errno.ts';
import { hashBytes } from '../fs/hash.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { namesIn } from '../fs/names-in.ts';

/**
 * Trees of which every object was found in the store, so that a command with nothing to do need not look for 100,000
 * objects again. Disposable. It holds as long as nothing was taken away: packs and segments that were there are there, the
 * lists of broken entries and (for trees that need them) the folders of loose objects are as they were.
 *
 * Objects are looked at first, and what holds them is listed when this is saved: between the two nobody may delete, so only
 * who has a lease says anything. What is found broken meanwhile, by whomever, makes worthless what is said: its lists are those
 * from before the first look.
 *
 * Text: the format; the digest of the lists of broken entries; that of the loose folders; a line `source <name>` for each pack
 * and segment; a line `packed <digest>` or `loose <digest>` for each tree; the BLAKE3 of all before.
 */
const FORMAT = 'mlo-complete-trees 2';

export class CompleteTrees {
  readonly #file: string;
  readonly #cacheDir: string;
  /** What was broken before anything was looked at; undefined where nothing may be said. */
  readonly #broken: string | undefined;
  #known: Map<Digest, 'packed' | 'loose'> | undefined;
  #isChanged = false;

  /** To be made before anything is looked at. */
  constructor(file: string, cacheDir: string, hasLease: boolean) {
    this.#file = file;
    this.#cacheDir = cacheDir;
    this.#broken = hasLease ? brokenStamp(cacheDir) : undefined;
  }

  /** Whether the tree is known to be complete, and whether it needs loose objects. */
  get(digest: Digest): 'packed' | 'loose' | undefined {
    return this.#load().get(digest);
  }

  add(digest: Digest, needs: 'packed' | 'loose'): void {
    if (this.#load().get(digest) === needs) return;
    this.#load().set(digest, needs);
    this.#isChanged = true;
  }

  /** Something was found missing or broken: nothing is known any more. */
  forget(): void {
    this.#isChanged ||= this.#load().size > 0;
    this.#known = new Map();
  }

  save(): void {
    if (!this.#isChanged || this.#broken === undefined) return;
    const lines = [FORMAT, this.#broken, this.#looseStamp(), ...this.#sources().map((name) => `source ${name}`)];
    for (const [digest, needs] of this.#load()) lines.push(`${needs} ${digest}`);
    const text = `${lines.join('\n')}\n`;
    try {
      writeFileAtomic(this.#file, `${text}${hashBytes(text)}\n`);
    } catch (error) {
      if (!isErrno(error)) throw error;
    }
    this.#isChanged = false;
  }

  #load(): Map<Digest, 'packed' | 'loose'> {
    return (this.#known ??= this.#read());
  }

  #read(): Map<Digest, 'packed' | 'loose'> {
    const known = new Map<Digest, 'packed' | 'loose'>();
    const lines = readLines(this.#file);
    if (lines === undefined || lines[0] !== FORMAT || lines[1] !== (this.#broken ?? brokenStamp(this.#cacheDir))) return known;
    const isLooseSame = lines[2] === this.#looseStamp();
    const sources = new Set(this.#sources());
    for (const line of lines.slice(3)) {
      const [kind = '', name = ''] = line.split(' ');
      if (kind === 'source' && !sources.has(name)) return new Map();
      if (kind === 'packed' || (kind === 'loose' && isLooseSame)) known.set(name as Digest, kind);
    }
    return known;
  }

  /** What leaves the journal is in a pack before: in this order nothing is missed on its way. */
  #sources(): readonly string[] {
    return [...namesIn(join(this.#cacheDir, 'journal')), ...namesIn(join(this.#cacheDir, 'packs'))].filter((name) =>
      /\.(pack|jnl)$/.test(name),
    );
  }

  #looseStamp(): string {
    const folder = join(this.#cacheDir, 'objects');
    return hashBytes(
      namesIn(folder)
        .sort()
        .map((name) => `${name} ${stamp(join(folder, name))}\n`)
        .join(''),
    );
  }
}

/** Whatever is found broken gets a copy in `corrupt/`. */
function brokenStamp(cacheDir: string): string {
  const folder = join(cacheDir, 'packs');
  const corrupt = stamp(join(cacheDir, 'corrupt'));
  const broken = namesIn(folder).filter((name) => name.endsWith('.broken'));
  return hashBytes([corrupt, ...broken.sort().map((name) => `${name} ${stamp(join(folder, name))}`)].join('\n'));
}

function stamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}`;
}

/** Undefined where the file is missing or damaged. */
function readLines(file: string): readonly string[] | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    const body = text.slice(0, -65);
    return hashBytes(body) === text.slice(-65, -1) ? body.slice(0, -1).split('\n') : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
}
