/**
 * What TensorFlow.js's wasm throws where an allocation fails is `RuntimeError: Aborted()…`, which says nothing. It is also thrown for its own broken
 * assumptions, which are rare; other messages as they are.
 */
export function describeWasmMessage(name: string, message: string): string | undefined {
  if (name !== 'RuntimeError' || !message.startsWith('Aborted(')) return undefined;
  return (
    'the wasm backend gave up, as it does where its memory of at most 4 GB is full: smaller batches, tensors disposed of sooner (tf.tidy), ' +
    'or backend: native'
  );
}
