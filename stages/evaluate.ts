import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { defineStage } from 'mlo-cli';

import { classificationMetrics, confusionMatrix } from './lib/classification-metrics.ts';
import { predictClasses } from './lib/classifier.ts';
import { confusionFigure } from './lib/confusion-figure.ts';
import { readFlowers } from './lib/flower-files.ts';
import { loadModel } from './lib/model-folder.ts';
import { renderPng } from './lib/png.ts';
import { classNumbers, standardise } from './lib/preprocessing.ts';

/** Judges the model on flowers that it has never seen. The numbers of the metrics file become metrics of the run. */
export default defineStage({
  deps: ['model', 'test'],
  outs: ['metrics', 'confusion', 'confusion_figure'],
  run: async ({ deps, outs, tf }) => {
    const { flowers } = await readFlowers(deps.test);
    const { model, preprocessing } = await loadModel(tf, deps.model);
    const { classes } = preprocessing;

    const actual = classNumbers(flowers, preprocessing);
    const predicted = predictClasses(tf, model, standardise(flowers, preprocessing));
    model.dispose();
    const matrix = confusionMatrix(actual, predicted, classes.length);
    const metrics = classificationMetrics(matrix, classes);

    const pairs = actual.map((number, sample) => `${classes[number]},${classes[predicted[sample]!]}\n`);
    const figure = confusionFigure(matrix, classes, {
      title: 'Confusion matrix',
      subtitle: `Iris test set, ${flowers.length} flowers, accuracy ${(100 * metrics.accuracy).toFixed(1)} %`,
    });

    await mkdir(path.dirname(outs.metrics), { recursive: true });
    await writeFile(outs.metrics, `${JSON.stringify(metrics, null, 2)}\n`);
    await writeFile(outs.confusion, ['actual,predicted\n', ...pairs].join(''));
    await writeFile(outs.confusion_figure, await renderPng(figure));
  },
});
