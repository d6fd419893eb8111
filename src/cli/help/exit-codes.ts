import { EXIT } from '../../core/errors/catalogue.ts';

type ExitName = keyof typeof EXIT;

const MEANINGS: { readonly [name in ExitName]: string } = {
  ok: 'done',
  stageFailed: 'a stage or a check failed',
  usage: 'wrong usage, configuration or pipeline file',
  partial: 'partly done',
  outOfDate: 'status --check: a stage or data is out of date, or not in step with the remote',
  notAProject: 'not a project',
  locked: 'locked: another mlo is writing here',
  integrity: 'data, cache or tracking database is damaged or cannot be used',
  remote: 'a remote cannot be reached or refuses',
  internal: 'a fault of mlo itself',
  runtime: 'this Node.js or operating system is not supported',
  interrupted: 'interrupted (Ctrl-C)',
};

export const EXIT_MEANINGS: readonly { readonly code: number; readonly means: string }[] = (Object.keys(EXIT) as ExitName[]).map(
  (name) => ({
    code: EXIT[name],
    means: MEANINGS[name],
  }),
);
