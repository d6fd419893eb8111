/** Codes of TF_Status that mean something to people. https://github.com/tensorflow/tensorflow/blob/master/tensorflow/c/tf_status.h */
const OUT_OF_MEMORY = 8;

/** What tfjs-node throws for a failed op, `Invalid TF_Status: 8\nMessage: …`, with what happened first; other messages as they are. */
export function describeNativeMessage(message: string): string {
  const [, code, text] = /^Invalid TF_Status: (\d+)\nMessage: ([\s\S]*)$/.exec(message) ?? [];
  if (code === undefined || text === undefined) return message;
  return Number(code) === OUT_OF_MEMORY ? `TensorFlow ran out of memory: ${text}` : `TensorFlow: ${text}`;
}
