import type { StageAddress } from '../../core/stage.ts';
import type { Value } from '../../core/value.ts';
import { printable } from '../format/printable.ts';
import { tableLines } from '../format/table.ts';
import { valueLines } from '../format/value-text.ts';
import type { Style } from '../style.ts';

interface ListedStage {
  readonly name: StageAddress;
  readonly desc?: string;
  readonly outs: readonly string[];
  readonly frozen: boolean;
}

interface ShownStage {
  readonly name: StageAddress;
  readonly definition: Value;
  readonly file: string;
  readonly line: number;
}

export function stageListLines({ stages }: { readonly stages: readonly ListedStage[] }, style: Style): string[] {
  const outs = (stage: ListedStage): string =>
    stage.outs.length === 0 ? 'writes nothing that is declared' : `writes ${stage.outs.join(', ')}`;
  return tableLines(
    [
      { title: 'Stage', text: (stage) => printable(stage.name), min: 12 },
      { title: 'What', text: (stage) => printable((stage.frozen ? '(frozen) ' : '') + (stage.desc ?? outs(stage))), min: 10, drop: 1 },
    ],
    stages,
    style,
  );
}

export function stageShowLines({ stages }: { readonly stages: readonly ShownStage[] }, style: Style): string[] {
  return stages.flatMap(({ name, definition, file, line }, index) => [
    ...(index === 0 ? [] : ['']),
    `${style.bold(`${printable(name)}:`)} ${style.dim(`# ${printable(file)}:${line}`)}`,
    ...valueLines(definition, '  '),
  ]);
}
