import { defineStage } from 'mlo-cli';
import { readIdx, writeNpz } from 'mlo-cli/data';
import { CLASSES, SIDE } from './lib/classes.ts';

/** Checks the four files of Fashion-MNIST and keeps images and labels together. */
export default defineStage({
  deps: ['train_images', 'train_labels', 'test_images', 'test_labels'],
  outs: ['train', 'test'],
  run: async ({ deps, outs, log }) => {
    log(`${await keep(deps.train_images, deps.train_labels, outs.train)} images to train with`);
    log(`${await keep(deps.test_images, deps.test_labels, outs.test)} images to test with`);
  },
});

async function keep(imagesFile: string, labelsFile: string, out: string): Promise<number> {
  const [images, labels] = [await readIdx(imagesFile), await readIdx(labelsFile)];
  const [count = 0, height, width] = images.shape;
  if (height !== SIDE || width !== SIDE)
    throw new Error(`${imagesFile}: expected images of 28x28, found the shape ${images.shape.join('x')}`);
  if (labels.data.length !== count) throw new Error(`${labelsFile}: expected ${count} labels, found ${labels.data.length}`);
  const unknown = Array.from(labels.data, Number).find((label) => label >= CLASSES.length);
  if (unknown !== undefined) throw new Error(`${labelsFile}: expected labels from 0 to ${CLASSES.length - 1}, found ${unknown}`);
  await writeNpz(out, { images, labels });
  return count;
}
