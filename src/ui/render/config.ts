import type { ConfigChangeData } from '../../app/config.ts';
import type { ConfigValue } from '../../core/config/keys.ts';
import type { ConfigEntry } from '../../core/config/layers.ts';
import { printable } from '../format/printable.ts';
import { tableLines } from '../format/table.ts';
import type { Style } from '../style.ts';

/** As it would be typed after `mlo config set <key>`. */
export function configValueText(value: ConfigValue): string {
  return printable(Array.isArray(value) ? value.join(',') : String(value));
}

export function configLines(entries: readonly ConfigEntry[], style: Style): string[] {
  return tableLines(
    [
      { title: 'Key', text: (entry) => entry.key },
      { title: 'Value', text: (entry) => configValueText(entry.value), min: 10 },
      { title: 'From', text: originText, min: 8, drop: 1, paint: () => style.dim },
    ],
    entries,
    style,
  );
}

export function configChangeLines({ key, file, changed, effective }: ConfigChangeData, style: Style): string[] {
  const head = changed
    ? `${style.green(style.glyphs.done)} ${key} changed in ${printable(file)}`
    : `${key} is unchanged in ${printable(file)}`;
  return [head, `${key} is now ${configValueText(effective.value)} (${originText(effective)})`];
}

function originText({ origin, where }: ConfigEntry): string {
  return where === undefined ? origin : `${origin}: ${printable(where)}`;
}
