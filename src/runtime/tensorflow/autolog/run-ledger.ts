import type { LayersModel } from '@tensorflow/tfjs';
import type { Value } from '../../../core/value.ts';
import type { StageRun } from '../../api/stage-run.ts';
import { trainingHere } from '../../api/training-here.ts';
import { runHere } from '../../api/run-here.ts';

/** What autolog has said to a run. */
export interface RunLedger {
  /** '' for the first model of the run, `name/` for those after it: their metrics must not run into each other. */
  prefixOf(model: LayersModel): string;
  /** A param has one value a run: another one is left out, and told. */
  params(params: { readonly [name: string]: Value }, prefix: string): void;
}

const ledgers = new WeakMap<StageRun, RunLedger>();

export function ledgerOf(run: StageRun, warn: (line: string) => void): RunLedger {
  const known = ledgers.get(run);
  if (known !== undefined) return known;
  const ledger = createLedger(run, warn);
  ledgers.set(run, ledger);
  return ledger;
}

function createLedger(run: StageRun, warn: (line: string) => void): RunLedger {
  const prefixes = new Map<LayersModel, string>();
  const values = new Map<string, string>();
  // The run of a stage has the declared params from its start.
  if (run === runHere()) for (const [name, value] of Object.entries(trainingHere()?.params ?? {})) values.set(name, JSON.stringify(value));

  return {
    prefixOf(model) {
      const known = prefixes.get(model);
      if (known !== undefined) return known;
      const prefix = prefixes.size === 0 ? '' : `${freeName(model.name, prefixes)}/`;
      prefixes.set(model, prefix);
      return prefix;
    },
    params(params, prefix) {
      const fresh: { [name: string]: Value } = {};
      for (const [key, value] of Object.entries(params)) {
        const name = prefix + key;
        const text = JSON.stringify(value);
        const before = values.get(name);
        if (before === undefined) fresh[name] = value;
        else if (before !== text) warn(`autolog: the run keeps ${name} = ${before}; this training has ${text}`);
        if (before === undefined) values.set(name, text);
      }
      if (Object.keys(fresh).length > 0) run.logParams(fresh);
    },
  };
}

function freeName(name: string, taken: ReadonlyMap<LayersModel, string>): string {
  const used = new Set(taken.values());
  let [free, count] = [name, 1];
  while (used.has(`${free}/`)) free = `${name}_${(count += 1)}`;
  return free;
}
