import { createProject, NATIVE_CACHE, requireNative, type MloOptions, type ProjectFiles, type TestProject } from '../../helpers/index.ts';

/** A project whose commands find the native backend; skips the test where there is none. */
export async function createNativeProject(files: ProjectFiles): Promise<TestProject> {
  requireNative();
  const project = await createProject({ '.mlo/config.yaml': '', ...files });
  const withCache = (options: MloOptions = {}): MloOptions => ({ ...options, env: { ...NATIVE_CACHE, ...options.env } });
  return {
    ...project,
    mlo: (args, options) => project.mlo(args, withCache(options)),
    start: (args, options) => project.start(args, withCache(options)),
  };
}

/** A stage module around the body of its function. */
export function stage(body: string, imports = ''): string {
  return (
    `import { defineStage } from 'mlo-cli';\nimport { writeFileSync } from 'node:fs';\n${imports}\n` +
    `export default defineStage(async ({ tf, outs, log, run, params }) => {\n${body}\n});\n`
  );
}

/** A small convolutional network and data for it; `epochs` in scope. */
export const NETWORK = `
  const model = tf.sequential({ layers: [
    tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [12, 12, 1] }),
    tf.layers.maxPooling2d({ poolSize: 2 }), tf.layers.flatten(), tf.layers.dense({ units: 3, activation: 'softmax' }) ] });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
  const xs = tf.randomNormal([96, 12, 12, 1]);
  const ys = tf.oneHot(tf.range(0, 96, 1, 'int32').mod(tf.scalar(3, 'int32')), 3);`;
