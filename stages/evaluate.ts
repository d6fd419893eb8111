import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { defineStage } from 'mlo-cli';
import { classificationReport, confusionMatrix, confusionMatrixSvg, writePng } from 'mlo-cli/train';

import { predictClasses } from './lib/classifier.ts';
import { readFlowers } from './lib/flower-files.ts';
import { loadModel } from './lib/model-folder.ts';
import { classNumbers, standardise } from './lib/preprocessing.ts';

/** Judges the model on flowers that it has never seen. The numbers of the metrics file become metrics of the run. */
export default defineStage({
  deps: ['model', 'test'],
  outs: ['metrics', 'confusion', 'confusion_figure'],
  run: async ({ deps, outs, tf }) => {
    const { flowers } = await readFlowers(deps.test);
    const { model, preprocessing } = await loadModel(tf, deps.model);
    const { classes } = preprocessing;

    const nameOf = (number: number): string => classes[number]!;
    const actual = classNumbers(flowers, preprocessing).map(nameOf);
    const predicted = predictClasses(tf, model, standardise(flowers, preprocessing)).map(nameOf);
    model.dispose();

    const report = classificationReport(actual, predicted, { classes });
    const metrics = {
      accuracy: report.accuracy,
      macro_f1: report.macro.f1,
      classes: Object.fromEntries(
        report.classes.map(({ class: name, precision, recall, f1 }) => [String(name), { precision, recall, f1 }]),
      ),
    };
    const pairs = actual.map((name, sample) => `${name},${predicted[sample]}\n`);
    const title = `${flowers.length} flowers, accuracy ${(100 * report.accuracy).toFixed(1)} %`;

    await mkdir(path.dirname(outs.metrics), { recursive: true });
    await writeFile(outs.metrics, `${JSON.stringify(metrics, null, 2)}\n`);
    await writeFile(outs.confusion, ['actual,predicted\n', ...pairs].join(''));
    await writePng(outs.confusion_figure, confusionMatrixSvg(confusionMatrix(actual, predicted, { classes }), { title }));
  },
});
