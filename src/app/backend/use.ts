import { configSet, type ConfigChangeData } from '../config.ts';
import type { ConfigScope } from '../load-config.ts';
import type { AppContext } from '../types.ts';
import { backendStatus, type BackendStatusData } from './status.ts';

export interface BackendUseData extends Pick<BackendStatusData, 'default' | 'takes'> {
  readonly change: ConfigChangeData;
  /** Why stages will run on another backend than the one that was chosen. */
  readonly note?: string;
}

/** Sets the backend of stages that pin none; one that is not available yet may be chosen all the same. */
export async function backendUse(ctx: AppContext, name: string, scope: ConfigScope): Promise<BackendUseData> {
  const change = await configSet(ctx, 'runtime.backend', name, scope);
  const status = await backendStatus(ctx);
  const chosen = status.backends.find((each) => each.name === status.default);
  const note = chosen === undefined || chosen.available ? undefined : chosen.note;
  return { change, default: status.default, takes: status.takes, ...(note === undefined ? {} : { note }) };
}
