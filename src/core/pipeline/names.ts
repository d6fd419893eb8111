/** ASCII punctuation but `-` and `_`, as DVC's `stage add` refuses it. */
const PUNCTUATION = /[!"#$%&'()*+,./:;<=>?@[\]\\^`{|}~]/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Why a name cannot be that of a stage (or of a foreach/matrix definition), or undefined. */
export function stageNameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'a stage needs a name';
  const character = PUNCTUATION.exec(name)?.[0];
  if (character !== undefined)
    return `stage name '${name}' contains '${character}': a stage name cannot contain punctuation but '-' and '_'`;
  if (CONTROL.test(name)) return `stage name ${JSON.stringify(name)} contains a control character`;
  return undefined;
}

/** The `key` of `definition@key` comes from data: anything that fits on a line. */
export function generatedNameProblem(name: string): string | undefined {
  return CONTROL.test(name) ? `generated stage name ${JSON.stringify(name)} contains a control character` : undefined;
}

/** `a-b_c` for `a.b:c`: what to call the stage instead. */
export function repairedName(name: string): string {
  return name.replaceAll(new RegExp(PUNCTUATION.source, 'g'), '-').replaceAll(/-{2,}/g, '-').replaceAll(/^-|-$/g, '') || 'stage';
}
