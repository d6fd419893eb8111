import type { Callback, History, LayersModel } from '@tensorflow/tfjs';
import { progressSteps } from '../callbacks/epoch-progress.ts';
import { makeCallback } from '../callbacks/make-callback.ts';
import { readyCallbacks } from '../callbacks/mixed-lists.ts';
import { innerOf, rememberWhole } from '../callbacks/whole-model.ts';
import { finishFit, stoppingParams } from './finish-fit.ts';
import { recordFit } from './fit-recorder.ts';
import { ledgerOf } from './run-ledger.ts';
import type { Autologging, AutologSettings } from './types.ts';

interface Fitting {
  fit: (...given: unknown[]) => Promise<History>;
  fitDataset: (...given: unknown[]) => Promise<History>;
}

interface FitArguments {
  readonly callbacks?: unknown;
  readonly yieldEvery?: unknown;
}

/** Models whose training is being recorded: what they call inside themselves is not recorded again. */
const busy = new WeakSet<LayersModel>();

/** Puts the recording around `fit` and `fitDataset` of each of `targets`: a model, or a prototype of models. */
export function hookFit(targets: readonly LayersModel[], settings: AutologSettings): Autologging {
  const undo = targets.flatMap((target) => [hook(target, 'fit', settings), hook(target, 'fitDataset', settings)]);
  return {
    stop() {
      for (const each of undo) each();
    },
  };
}

function hook(target: LayersModel, call: 'fit' | 'fitDataset', settings: AutologSettings): () => void {
  const fitting = target as unknown as Fitting;
  const had = Object.getOwnPropertyDescriptor(fitting, call);
  const original = fitting[call];
  let active = true;
  async function hooked(this: LayersModel, ...given: unknown[]): Promise<History> {
    if (!active || busy.has(this)) return await original.apply(this, given);
    return await recorded(this, call, given, (args) => original.apply(this, [...args]), settings);
  }
  fitting[call] = hooked;
  return () => {
    active = false;
    // Whoever has hooked it since keeps going through here.
    if (fitting[call] !== hooked) return;
    if (had === undefined) delete (fitting as Partial<Fitting>)[call];
    else Object.defineProperty(fitting, call, had);
  };
}

/** `fit(x, y, args)` or `fitDataset(data, args)`, with our callback behind those that were given. */
async function recorded(
  model: LayersModel,
  call: 'fit' | 'fitDataset',
  given: readonly unknown[],
  original: (args: readonly unknown[]) => Promise<History>,
  settings: AutologSettings,
): Promise<History> {
  const at = call === 'fit' ? 2 : 1;
  const args = (given[at] ?? {}) as FitArguments;
  const ledger = ledgerOf(settings.run, settings.warn);
  const { steps, record } = recordFit({ call, args: args as { [argument: string]: unknown }, model, settings, ledger });
  const theirs = standardCallbacks(args, settings);
  for (const callback of theirs) {
    const params = stoppingParams(callback, settings);
    if (params !== undefined) ledger.params(params, ledger.prefixOf(model));
  }
  const callbacks = [
    ...theirs,
    makeCallback(settings.tf, steps),
    ...(settings.progress ? [makeCallback(settings.tf, progressSteps(settings.log))] : []),
  ];
  const passed = [...given];
  while (passed.length < at) passed.push(undefined);
  passed[at] = { ...args, callbacks };

  rememberWhole(model);
  const concerned = [model, innerOf(model)].filter((each) => each !== undefined);
  for (const each of concerned) busy.add(each);
  try {
    const history = await original(passed);
    await finishFit(model, theirs, record, settings, ledger);
    return history;
  } finally {
    for (const each of concerned) busy.delete(each);
  }
}

/** Where there is no CustomCallback, one that yields now and then comes first, so that timers and Ctrl-C are heard. */
function standardCallbacks(args: FitArguments, { tf }: AutologSettings): Callback[] {
  const made = readyCallbacks(tf, args);
  if (made.some((each) => each instanceof tf.CustomCallback)) return made;
  return [...readyCallbacks(tf, { ...args, callbacks: {} }), ...made];
}
