import { timedRow, type Row, type TimedRow } from '../data/rows.ts';
import { Timings } from '../data/timings.ts';

/** Where another program is, and the last round that it takes part in. */
export interface Peer {
  readonly program: string;
  readonly lastRound: number;
}

/** What the sections of a table beside other programs share: the disk, the rounds, the times, the rows, and who takes part. */
export class BesidePeers<Name extends string> {
  readonly base: string;
  /** 1, 2, 3: which peers take part depends on the round. */
  readonly rounds: readonly number[];
  readonly timings: Timings;
  readonly rows: Row[] = [];
  readonly notes: string[] = [];
  readonly #peers: { readonly [name in Name]?: Peer };
  readonly #failed = new Set<Name>();

  constructor(base: string, rounds: number, peers: { readonly [name in Name]?: Peer }) {
    this.base = base;
    this.rounds = Array.from({ length: rounds }, (_, index) => index + 1);
    this.timings = new Timings(base, (line) => process.stderr.write(`${line}\n`));
    this.#peers = peers;
  }

  /** Where the peer is there and takes part in this round. One that fails is left out from then on, and costs no row of mlo. */
  async withPeer(name: Name, round: number, work: (program: string) => Promise<void>): Promise<void> {
    const peer = this.#peers[name];
    if (peer === undefined || round > peer.lastRound || this.#failed.has(name)) return;
    try {
      await work(peer.program);
    } catch (error) {
      this.#failed.add(name);
      this.fails(name, error);
    }
  }

  fails(what: string, error: unknown): void {
    const message = (error as Error).message.trim();
    this.notes.push(`${what} failed: ${message.replaceAll('\n', ' ')}`);
    process.stderr.write(`  ${what} failed: ${message}\n`);
  }

  /** A row of what was timed is left out where that work did not come to an end. */
  add(row: Row | TimedRow): void {
    const made = 'of' in row ? timedRow(this.timings, row) : row;
    if (made !== undefined) this.rows.push(made);
  }
}
