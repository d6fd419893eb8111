import { CONFIG, configKey, configText, parseConfigText, type ConfigKey, type ConfigValue } from '../core/config/keys.ts';
import type { ConfigEntry } from '../core/config/layers.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { rootOrNone } from './find-root.ts';
import { loadConfigEntries, type ConfigScope } from './load-config.ts';
import type { AppContext } from './types.ts';
import { withConfigEditor } from './write-config.ts';

export interface ConfigListData {
  readonly entries: readonly ConfigEntry[];
}

export interface ConfigChangeData {
  readonly key: ConfigKey;
  readonly scope: ConfigScope;
  readonly file: string;
  readonly changed: boolean;
  /** What counts now, and where it comes from: a stronger origin may hide what was set. */
  readonly effective: ConfigEntry;
}

/** Every key with its value and origin. Outside a project: the user's own. */
export async function configList(ctx: AppContext): Promise<ConfigListData> {
  return { entries: await loadConfigEntries(rootOrNone(ctx.cwd), ctx.env) };
}

export async function configGet(ctx: AppContext, key: string): Promise<ConfigEntry> {
  return await effectiveEntry(ctx, configKey(key));
}

/** Writes one key into the file of the scope; everything else in it stays as it is. */
export async function configSet(
  ctx: AppContext,
  typedKey: string,
  text: string,
  scope: ConfigScope = 'project',
): Promise<ConfigChangeData> {
  const key = configKey(typedKey);
  const value = parseConfigText(key, text);
  if (value === undefined) {
    throw new MloError('MLO_CONFIG', `${key}: expected ${CONFIG[key].expects}, found '${text}'`, {
      hint: `For example: mlo config set ${key} ${configText(CONFIG[key].example ?? CONFIG[key].fallback)}`,
      details: { key, value: text },
    });
  }
  return await change(ctx, key, scope, { value });
}

export async function configUnset(ctx: AppContext, typedKey: string, scope: ConfigScope = 'project'): Promise<ConfigChangeData> {
  return await change(ctx, configKey(typedKey), scope, 'unset');
}

async function change(
  ctx: AppContext,
  key: ConfigKey,
  scope: ConfigScope,
  what: { readonly value: ConfigValue } | 'unset',
): Promise<ConfigChangeData> {
  const { setInConfigText, unsetInConfigText } = await import('../core/config/edit.ts');
  const { file, changed } = await withConfigEditor(ctx, [scope], async (edit) =>
    edit(scope, (text) => (what === 'unset' ? unsetInConfigText(text, key) : setInConfigText(text, key, what.value))),
  );
  return { key, scope, file, changed, effective: await effectiveEntry(ctx, key) };
}

async function effectiveEntry(ctx: AppContext, key: ConfigKey): Promise<ConfigEntry> {
  const { entries } = await configList(ctx);
  return entries.find((entry) => entry.key === key) as ConfigEntry;
}
