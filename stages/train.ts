import { defineStage } from 'mlo-cli';
import { z } from 'zod';

import { buildModel, trainModel } from './lib/classifier.ts';
import { readFlowers } from './lib/flower-files.ts';
import { saveModel } from './lib/model-folder.ts';
import { classNumbers, fitPreprocessing, standardise } from './lib/preprocessing.ts';

const params = z.object({
  train: z.object({
    model: z.enum(['linear', 'mlp']),
    hidden_units: z.number().int().positive(),
    learning_rate: z.number().positive(),
    epochs: z.number().int().positive(),
  }),
});

/** Fits a softmax classifier to the training set and keeps it together with its preprocessing. */
export default defineStage({
  params,
  deps: ['train'],
  outs: ['model'],
  run: async ({ params: { train }, deps, outs, run, tf, signal, log }) => {
    const table = await readFlowers(deps.train);
    const preprocessing = fitPreprocessing(table);
    const model = buildModel(tf, {
      kind: train.model,
      inputs: preprocessing.features.length,
      hiddenUnits: train.hidden_units,
      classes: preprocessing.classes.length,
    });

    const data = { inputs: standardise(table.flowers, preprocessing), labels: classNumbers(table.flowers, preprocessing) };
    const settings = { epochs: train.epochs, learningRate: train.learning_rate, signal };
    const { loss, accuracy } = await trainModel(tf, model, data, settings, (epoch) => {
      run.logMetric('loss', epoch.loss, { step: epoch.step });
      run.logMetric('accuracy', epoch.accuracy, { step: epoch.step });
    });

    await saveModel(model, preprocessing, outs.model);
    model.dispose();
    log(`${train.epochs} epochs: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(4)} on the training set`);
  },
});
