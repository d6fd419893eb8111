import { defineStage } from 'mlo-cli';
import { classificationReport, confusionMatrix, confusionMatrixSvg, imageGridSvg, logLoss, writePng } from 'mlo-cli/train';
import { CLASSES, SIDE } from './lib/classes.ts';
import { loadFashion } from './lib/fashion.ts';
import { likeliest, predict } from './lib/le-net.ts';
import { writeCsv, writeJson } from './lib/write-file.ts';

/** Pictures of the first test images, with what the model takes them for. */
const SHOWN = 40;

/** Judges the model on images that it has never seen. The numbers of the metrics file become metrics of the run. */
export default defineStage({
  deps: ['model', 'test'],
  outs: ['metrics', 'classes', 'confusion', 'samples'],
  run: async ({ deps, outs, tf }) => {
    const { images, labels } = await loadFashion(tf, deps.test);
    const model = await tf.loadLayersModel(`file://${deps.model}`);
    const probabilities = predict(tf, model, images);
    const actual = labels.map((label) => CLASSES[label]!);
    const predicted = probabilities.map((row) => CLASSES[likeliest(row)]!);

    const report = classificationReport(actual, predicted, { classes: CLASSES });
    await writeJson(outs.metrics, { accuracy: report.accuracy, macro_f1: report.macro.f1, log_loss: logLoss(labels, probabilities) });
    const rows = report.classes.map((each) => [
      each.class,
      ...[each.precision, each.recall, each.f1].map((score) => score.toFixed(4)),
      each.support,
    ]);
    await writeCsv(outs.classes, [['class', 'precision', 'recall', 'f1', 'images'], ...(rows as (string | number)[][])]);

    const title = `${labels.length} test images, accuracy ${(100 * report.accuracy).toFixed(1)} %`;
    await writePng(outs.confusion, confusionMatrixSvg(confusionMatrix(actual, predicted, { classes: CLASSES }), { title }));
    const pixels = images.dataSync();
    const pictures = actual.slice(0, SHOWN).map((name, index) => ({
      pixels: pixels.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE),
      shape: [SIDE, SIDE],
      caption: name === predicted[index] ? name : `${predicted[index]}\nnot ${name}`,
      wrong: name !== predicted[index],
    }));
    await writePng(outs.samples, imageGridSvg(pictures, { title: 'What LeNet-5 sees' }));
  },
});
