/** The filters of `runs search` and `runs list --filter`: what is written, what it means. */
export const SEARCH_GRAMMAR: readonly (readonly [write: string, means: string])[] = [
  ['metrics.NAME', 'the last value of a metric (highest step); = != > >= < <= IN, with numbers: 0.5, 1e-3, inf'],
  ['min(metrics.NAME)', 'its least value; max(…) the greatest, points(…) how many there are'],
  [
    'params.NAME',
    "with a number: as numbers, params that are texts do not match. With a text: = != LIKE ILIKE IN; '0.1', 'true' and '[8,4]' are texts of params, too",
  ],
  ['tags.NAME', '= != LIKE ILIKE IN, with texts'],
  ['data.PATH', 'the digest of an input, by its beginning (4 characters or more): = != IN LIKE'],
  ['datasets.name', 'any input by its name; datasets.digest, datasets.context'],
  ['name', 'also run_name; texts like it: stage, experiment, user, host, command, reason, git.branch'],
  ['run_id', 'by its beginning; likewise parent (the run above) and git.commit'],
  ['status', 'SCHEDULED, RUNNING, FINISHED, FAILED, KILLED'],
  ['git.dirty', '= true, = false'],
  [
    'start_time',
    "end_time, too; = != > >= < <= with a time: '2026-11-01 14:30', '7d ago', '36 h ago', 'now', 'today', 'yesterday', Unix milliseconds without quotes",
  ],
  [
    "'2026-11-01'",
    'all of that day: = is within it, > after its end, < before its start; 2026-11 is the month. Local time unless Z or +02:00 follows the time',
  ],
  ['duration', "seconds, or '90s', '5m', '1h 30m', '2d'; of running runs until now"],
  ['AND OR NOT ( )', 'NOT binds first, then AND, then OR. NOT finds all runs that what follows does not find'],
  ["LIKE 'res%'", '% is any characters, _ one; LIKE minds case, ILIKE does not; NOT LIKE'],
  ["IN ('a', 'b')", 'one of these; NOT IN'],
  ['IS NULL', 'the run has no such key; IS NOT NULL. metrics.NAME IS NAN: the last value is NaN'],
  [
    '"a name"',
    'in double quotes or backticks after the dot: metrics."val acc". Texts stand in single or double quotes; a quote is doubled to stand for itself',
  ],
  ['attributes.NAME', "run.NAME, metric.NAME, param.NAME, tag.NAME: MLflow's other words are understood"],
  ['--order-by', "'metrics.acc DESC, params.lr, start_time': numbers before texts; missing values and NaN last, then the newest run first"],
];
