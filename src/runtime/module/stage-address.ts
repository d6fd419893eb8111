import type { StageAddress } from '../../core/stage.ts';

/** The pipeline file of an address, as a person would name it. */
export function pipelineFileOf(address: StageAddress): string {
  const at = address.lastIndexOf(':');
  return at === -1 ? 'pipeline.yaml' : address.slice(0, at);
}

/** The name under `stages:`; that of the definition for one of a `foreach` or `matrix`. */
export function stageNameOf(address: StageAddress): string {
  const name = address.slice(address.lastIndexOf(':') + 1);
  return name.includes('@') ? name.slice(0, name.indexOf('@')) : name;
}
