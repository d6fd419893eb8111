import { defineStage } from 'mlo-cli';
import { reduceLROnPlateau, trainingCurvesSvg, trainTestSplit, writePng } from 'mlo-cli/train';
import { loadFashion, samples } from './lib/fashion.ts';
import { leNet } from './lib/le-net.ts';
import { writeCsv } from './lib/write-file.ts';

/** Trains LeNet-5; `autolog` records params, every epoch and the model. */
export default defineStage({
  deps: ['train'],
  outs: ['model', 'history', 'curves'],
  run: async ({ params: { seed, train }, deps, outs, tf, autolog }) => {
    const fashion = await loadFashion(tf, deps.train);
    const parts = trainTestSplit(fashion.labels.length, { testSize: train.validation, seed, stratify: fashion.labels });
    const { xs, ys } = samples(tf, fashion, parts.train);
    const validation = samples(tf, fashion, parts.test);

    const model = leNet(tf, train.learning_rate);
    autolog(model);
    const { history } = await model.fit(xs, ys, {
      epochs: train.epochs,
      batchSize: train.batch_size,
      validationData: [validation.xs, validation.ys],
      callbacks: [reduceLROnPlateau(train.plateau)],
    });

    await model.save(`file://${outs.model}`);
    await writePng(outs.curves, trainingCurvesSvg(history));
    const names = Object.keys(history);
    const epochs = Array.from({ length: train.epochs }, (_, epoch) => [epoch + 1, ...names.map((name) => Number(history[name]![epoch]))]);
    await writeCsv(outs.history, [['epoch', ...names], ...epochs]);
  },
});
