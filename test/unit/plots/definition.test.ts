import { describe, expect, it } from 'vitest';
import { loadPipeline } from '../../../src/core/pipeline/load.ts';
import { plotDefinitions } from '../../../src/core/plots/definition.ts';

function definitions(text: string, path = 'dvc.yaml') {
  return plotDefinitions(loadPipeline({ files: [path], readText: (file) => (file === path ? text : undefined) }).pipeline);
}

describe('plots as pipelines declare them', () => {
  it('are outs of stages with their options, in either spelling', () => {
    const text = `stages:
  train:
    cmd: train
    wdir: work
    plots:
      - plain.csv
      - loss.csv: {x: step, y: loss, title: T, x_label: X, y_label: Y, template: smooth, header: false, cache: false}
      - views.json: [{x: a, y: b}, {x: c, y: d, title: second}]
`;
    expect(definitions(text)).toEqual([
      { id: 'work/plain.csv', parts: [{ file: 'work/plain.csv' }], header: true },
      {
        id: 'work/loss.csv',
        parts: [{ file: 'work/loss.csv', x: { column: 'step' }, y: ['loss'] }],
        header: false,
        template: 'smooth',
        title: 'T',
        xLabel: 'X',
        yLabel: 'Y',
      },
      { id: 'work/views.json', parts: [{ file: 'work/views.json', x: { column: 'a' }, y: ['b'] }], header: true },
      { id: 'work/views.json#2', parts: [{ file: 'work/views.json', x: { column: 'c' }, y: ['d'] }], header: true, title: 'second' },
    ]);
    const named = 'stages:\n  train:\n    cmd: train\n    plots:\n      curve: {path: loss.csv, y: [loss, val_loss]}\n';
    expect(definitions(named, 'pipeline.yaml')).toEqual([
      { id: 'loss.csv', parts: [{ file: 'loss.csv', y: ['loss', 'val_loss'] }], header: true },
    ]);
  });

  it('at the top of a file are files or free names over several files, relative to it', () => {
    const text = `plots:
  - whole.csv
  - loss.csv: {x: step, y: [loss, val_loss]}
  - both:
      x: step
      y: {a.csv: loss, sub/b.json: [loss, accuracy]}
      title: Both
  - apart:
      x: {steps.csv: step}
      y: {a.csv: loss}
  - matched:
      x: {a.csv: epoch, b.csv: step}
      y: {a.csv: l, b.csv: m}
`;
    expect(definitions(text, 'deep/dvc.yaml')).toEqual([
      { id: 'deep/whole.csv', parts: [{ file: 'deep/whole.csv' }], header: true },
      { id: 'deep/loss.csv', parts: [{ file: 'deep/loss.csv', x: { column: 'step' }, y: ['loss', 'val_loss'] }], header: true },
      {
        id: 'both',
        title: 'Both',
        header: true,
        parts: [
          { file: 'deep/a.csv', x: { column: 'step' }, y: ['loss'] },
          { file: 'deep/sub/b.json', x: { column: 'step' }, y: ['loss', 'accuracy'] },
        ],
      },
      { id: 'apart', header: true, parts: [{ file: 'deep/a.csv', x: { column: 'step', file: 'deep/steps.csv' }, y: ['loss'] }] },
      {
        id: 'matched',
        header: true,
        parts: [
          { file: 'deep/a.csv', x: { column: 'epoch' }, y: ['l'] },
          { file: 'deep/b.csv', x: { column: 'step' }, y: ['m'] },
        ],
      },
    ]);
  });

  it('say more about the out of a stage that has the same file, and nothing about what is outside the project', () => {
    const text = `stages:
  train: {cmd: train, plots: [{loss.csv: {title: Loss}}]}
plots:
  - loss.csv: {y: loss}
  - ../elsewhere.csv
`;
    expect(definitions(text)).toEqual([{ id: 'loss.csv', title: 'Loss', header: true, parts: [{ file: 'loss.csv', y: ['loss'] }] }]);
  });
});
