import { globMatcher } from '../text/glob.ts';

export type MetricDirection = 'higher' | 'lower';

/** Patterns of metric names, the user's own; they go before what the name says. */
export interface DirectionRules {
  readonly higher: readonly string[];
  readonly lower: readonly string[];
}

/** Words of a metric's name, compared without case; the last one that is known decides (`val_loss`, `accuracy_error`). */
const HIGHER = words(`acc accuracy auc ap bleu dice f1 gain iou kappa likelihood map mcc precision psnr r2 recall reward rouge
  score sensitivity specificity ssim throughput`);
const LOWER = words(`bits brier cer cost distance divergence duration eer entropy err error errors fid kl latency logloss loss mae
  mape mse nll perplexity ppl regret rmse rmsle seconds time wer`);

/** Whether more is better; undefined where neither the rules nor the name say so. */
export function metricDirection(name: string, rules: DirectionRules): MetricDirection | undefined {
  const fits = (pattern: string): boolean => globMatcher(pattern)(name);
  if (rules.higher.some(fits)) return 'higher';
  if (rules.lower.some(fits)) return 'lower';
  const known = [...words(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2'))].findLast((word) => HIGHER.has(word) || LOWER.has(word));
  if (known === undefined) return undefined;
  return HIGHER.has(known) ? 'higher' : 'lower';
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().split(/[^a-z0-9]+/));
}
