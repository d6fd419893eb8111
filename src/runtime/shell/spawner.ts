import { openHelperLink, type HelperLink } from './helper-link.ts';
import type { Command, CommandEnd, RunningCommand } from './running-command.ts';

/** Starts commands through the spawn helper, so that a start costs the same however large mlo is. */
export interface Spawner {
  /** Starts the helper (about 30 ms, in the background) so that the first command does not wait for it. */
  warm(): void;
  /** Starts a command as leader of its own session and process group; rejects with MLO_RUNTIME when no helper can run. */
  start(command: Command): Promise<RunningCommand>;
  /** SIGKILL to every process group that runs: the second Ctrl-C. */
  kill(): void;
  /** Kills what runs and ends the helper. */
  close(): Promise<void>;
}

export type { Command, CommandEnd, RunningCommand };

/**
 * `baseEnv`: the environment that most commands share; only differences from it travel with a command.
 * A helper that died is replaced at the next start.
 */
export function openSpawner(baseEnv: { readonly [name: string]: string | undefined } = process.env): Spawner {
  const base = definedOnly(baseEnv);
  let link: HelperLink | undefined;

  function currentLink(): HelperLink {
    if (link === undefined || link.isLost()) link = openHelperLink(base);
    return link;
  }

  return {
    warm: () => void currentLink(),
    start: (command) => currentLink().start(command),
    kill: () => link?.kill(),
    close: async () => {
      const last = link;
      link = undefined;
      await last?.close();
    },
  };
}

function definedOnly(env: { readonly [name: string]: string | undefined }): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
