import type { Content } from '../../core/content.ts';
import type { RunId } from '../../core/run.ts';
import type { Connection } from '../connection.ts';
import type { Interned } from '../interned.ts';
import { TREE } from '../read-tree.ts';

/** Data that a run was given. */
export interface RunInput {
  /** Project path; of a client of MLflow whatever name it gave. */
  readonly name: string;
  /** Of the content. */
  readonly digest: string;
  /** What it was for (`train`, `eval`): the name of the dep where it has one, else ''. */
  readonly context: string;
  readonly kind?: Content['kind'];
  /** Bytes. */
  readonly size?: number;
  readonly files?: number;
  /** `mlo`: `source` is a project path. */
  readonly sourceType: string;
  readonly source: string;
}

/** What mlo knows of content at a project path. */
export function inputOf(path: string, context: string, { digest, kind, size, files }: Omit<Content, 'mode'>): RunInput {
  return { name: path, digest, context, kind, size, ...(files === undefined ? {} : { files }), sourceType: 'mlo', source: path };
}

/** Writes inputs of the run with a local number; the same input again changes nothing. */
export function inputsWriter(db: Connection, names: Interned): (run: number, inputs: readonly RunInput[]) => void {
  const insert = db.prepare(
    `INSERT INTO inputs (run, name, digest, context, kind, size, files, source_type, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  return (run, inputs) => {
    for (const { name, digest, context, kind, size, files, sourceType, source } of inputs)
      insert.run(run, names.id(name), digest, context, kind ?? null, size ?? null, files ?? null, sourceType, source);
  };
}

interface InputRow {
  readonly run: number;
  readonly name: string;
  readonly digest: string;
  readonly context: string;
  readonly kind: Content['kind'] | null;
  readonly size: number | null;
  readonly files: number | null;
  readonly sourceType: string;
  readonly source: string;
}

/** Inputs of a run and of all below it, by local number, in order of their names. */
export function readInputs(db: Connection, root: number): ReadonlyMap<number, readonly RunInput[]> {
  const rows = db
    .prepare(
      `${TREE} SELECT i.run, n.name, i.digest, i.context, i.kind, i.size, i.files, i.source_type AS sourceType, i.source
       FROM tree JOIN inputs i ON i.run = tree.seq JOIN names n ON n.id = i.name ORDER BY n.name, i.context, i.digest`,
    )
    .all(root) as InputRow[];
  const found = new Map<number, RunInput[]>();
  for (const { run, kind, size, files, ...rest } of rows) {
    const input = {
      ...rest,
      ...(kind === null ? {} : { kind }),
      ...(size === null ? {} : { size }),
      ...(files === null ? {} : { files }),
    };
    const own = found.get(run);
    if (own === undefined) found.set(run, [input]);
    else own.push(input);
  }
  return found;
}

/** One queued change. */
export interface InputsWrite {
  readonly kind: 'inputs';
  readonly run: RunId;
  readonly inputs: readonly RunInput[];
}
