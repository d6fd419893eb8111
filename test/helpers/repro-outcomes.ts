import type { CommandResult } from './run-command.ts';
import type { MloOptions, TestProject } from './test-project.ts';

interface ReproJson {
  readonly ok: boolean;
  readonly data?: {
    readonly ok: boolean;
    readonly stages: readonly {
      readonly name: string;
      readonly outcome: string;
      readonly reasons: readonly { readonly kind: string; readonly path?: string; readonly key?: string }[];
      readonly error?: { readonly code: string; readonly message: string };
    }[];
  };
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly details?: { readonly problems?: readonly { readonly message: string }[] };
  };
}

export interface Reproduced {
  /** `{ a: 'ran', b: 'unchanged' }` */
  readonly outcomes: { readonly [stage: string]: string };
  readonly json: ReproJson;
  readonly result: CommandResult;
}

/** `mlo repro --json <args>`; the outcome of every stage by name. */
export async function repro(project: TestProject, args: readonly string[] = [], options?: MloOptions): Promise<Reproduced> {
  const result = await project.mlo(['repro', '--json', ...args], options);
  const json = JSON.parse(result.stdout) as ReproJson;
  const outcomes = Object.fromEntries((json.data?.stages ?? []).map((stage) => [stage.name, stage.outcome]));
  return { outcomes, json, result };
}
