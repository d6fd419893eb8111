import { defineStage } from 'mlo-cli';
import { accuracy, stratifiedKFold, take } from 'mlo-cli/train';
import { loadFashion, samples } from './lib/fashion.ts';
import { leNet, likeliest, predict } from './lib/le-net.ts';
import { writeJson } from './lib/write-file.ts';

/** A run below that of the stage for each fold; the metrics file gives the stage's own run their mean and standard deviation. */
export default defineStage({
  deps: ['train'],
  outs: ['scores'],
  run: async ({ params: { seed, train, cross_validation }, deps, outs, run, tf, autolog, log }) => {
    const fashion = await loadFashion(tf, deps.train);
    const folds = stratifiedKFold(fashion.labels, { folds: cross_validation.folds, seed });
    const scores: number[] = [];
    for (const [index, fold] of folds.entries()) {
      await run.child(`fold ${index + 1}`, async (child) => {
        const { xs, ys } = samples(tf, fashion, fold.train);
        const model = leNet(tf, train.learning_rate);
        const logging = autolog(model, { run: child, logModel: false, progress: false });
        await model.fit(xs, ys, { epochs: cross_validation.epochs, batchSize: train.batch_size });
        logging.stop();

        const held = samples(tf, fashion, fold.test);
        const score = accuracy(take(fashion.labels, fold.test), predict(tf, model, held.xs).map(likeliest));
        child.logMetric('held_out_accuracy', score);
        log(`fold ${index + 1} of ${folds.length}: accuracy ${score.toFixed(4)} on ${fold.test.length} held out images`);
        scores.push(score);
        tf.dispose([xs, ys, held.xs, held.ys]);
        model.dispose();
        model.optimizer.dispose();
      });
    }
    await writeJson(outs.scores, { cross_validation: { accuracy: mean(scores), deviation: deviation(scores) } });
  },
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  return Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
}
