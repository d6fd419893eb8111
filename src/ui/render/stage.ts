import type { StageListData, StageShowData } from '../../app/types.ts';
import { printable } from '../format/printable.ts';
import { tableLines } from '../format/table.ts';
import { valueLines } from '../format/value-text.ts';
import type { Style } from '../style.ts';

export function stageListLines({ stages }: StageListData, style: Style): string[] {
  const outs = (stage: StageListData['stages'][number]): string =>
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

export function stageShowLines({ stages }: StageShowData, style: Style): string[] {
  return stages.flatMap(({ name, definition, file, line }, index) => [
    ...(index === 0 ? [] : ['']),
    `${style.bold(`${printable(name)}:`)} ${style.dim(`# ${printable(file)}:${line}`)}`,
    ...valueLines(definition, '  '),
  ]);
}
