export interface Search {
  /** `<name>` stands for the id of that run. */
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly view: 'active' | 'deleted' | 'all';
}

const search = (filter: string, orderBy: readonly string[] = [], view: Search['view'] = 'active'): Search => ({ filter, orderBy, view });

/** Both find the same runs in the same order, at least one, and not all of them unless there is no filter. */
export const SAME: readonly Search[] = [
  search(''),
  search('', [], 'deleted'),
  search('', [], 'all'),
  ...['= 0.7', '!= 0.7', '> 0.5', '>= 0.5', '< 0.1', '<= 0.1', '> 1e-1', '< .25', '>= -1'].map((rest) =>
    search(`metrics.accuracy ${rest}`),
  ),
  search('metric.accuracy > 0.9'),
  search('metrics."val loss" < 0.5'),
  search('metrics.`val loss` < 0.5'),
  search('metrics.score < 0'),
  search('metrics.m > 0.1'),
  search('metrics.accuracy > 0.9', [], 'deleted'),
  search('metrics.accuracy > 0.9', [], 'all'),
  search("params.model = 'cnn'"),
  search("params.model != 'cnn'"),
  search("param.lr = '0.01'"),
  search("parameters.epochs != '10'"),
  search(`parameter.model = "mlp"`),
  search("params.model LIKE 'c%'"),
  search("params.model ILIKE 'c%'"),
  search("params.model LIKE 'res_net'"),
  search("params.model LIKE '%100%'"),
  search("params.model LIKE 'CNN'"),
  search("params.lr LIKE '0.0%'"),
  search("params.dropout != '1'"),
  search(`params.note = "it's 100% [a]*?"`),
  search("params.note LIKE '%[a]*?'"),
  search('params.dropout IS NULL'),
  search('params.dropout IS NOT NULL'),
  search("tags.team = 'vision'"),
  search("tags.team != 'vision'"),
  search("tags.team ILIKE 'vision'"),
  search("tags.team LIKE '%n'"),
  search("tag.team LIKE '%🚀'"),
  search('tags."release candidate" = \'yes\''),
  search("tags.`release candidate` = 'yes'"),
  search("tags.group.sub = 'g2'"),
  search('tags.group.sub IS NULL'),
  search('tags.group.sub IS NOT NULL'),
  search("attributes.status = 'FINISHED'"),
  search("status != 'FINISHED'"),
  search("status LIKE 'F%'"),
  search("attr.run_name = 'grid-07'"),
  search("run_name LIKE 'grid-1%'"),
  search("run_name ILIKE 'still AT%'"),
  search("run.`run name` = 'grid-07'"),
  search("run_name != 'grid-07'"),
  search("user_id = 'anna'"),
  search("attributes.user_id != 'anna'"),
  search("run_id = '<grid-03>'"),
  search("attributes.run_id != '<grid-03>'"),
  search("run_id IN ('<grid-03>', '<grid-05>', '<sweep>')"),
  search("run_id NOT IN ('<grid-03>', '<grid-05>')"),
  search('start_time > 1750000008000'),
  search('attributes.start_time <= 1750000008000'),
  search('created >= 1750000050000'),
  search('start_time = 1750000000000.0'),
  search('end_time < 1750000005000'),
  search('end_time != 1750000000500'),
  search("dataset.name = 'iris'"),
  search("dataset.name != 'iris'"),
  search("dataset.name NOT IN ('iris-test')"),
  search("datasets.digest = 'd4000000'"),
  search("dataset.name LIKE 'iris-%'"),
  search("dataset.digest IN ('d4000000', 'eeee0000')"),
  search("dataset.context = 'eval' AND params.lr = '0.1'"),
  search("metrics.accuracy > 0.3 AND params.model = 'cnn' AND tags.team = 'vision'"),
  search("metrics.accuracy > 0.3 and metrics.`val loss` < 0.5 and status = 'FINISHED'"),
  ...['metrics.accuracy DESC', 'metrics.accuracy ASC', 'metrics.accuracy', 'metrics.accuracy desc', 'metrics.`val loss`'].map((order) =>
    search('', [order]),
  ),
  search('metrics.m > 0', ['metrics.m DESC']),
  search('metrics.score < 100', ['metrics.score']),
  ...['metrics.up', 'metrics.down DESC', 'params.lr', 'params.model', 'params.model DESC', 'tags.team', 'tags.group.sub DESC'].map(
    (order) => search('', [order]),
  ),
  ...['start_time', 'attributes.start_time DESC', 'end_time', 'end_time DESC', 'run_name', 'status DESC', 'run_id', 'user_id'].map(
    (order) => search('', [order]),
  ),
  search("status = 'FINISHED'", ['params.model DESC', 'metrics.accuracy DESC']),
  search('metrics.accuracy >= 0', ['tags.team', 'metrics.`val loss` DESC', 'start_time']),
  search('metrics.accuracy >= 0', ['metrics.accuracy DESC'], 'all'),
];

/** Both refuse them. */
export const REFUSED: readonly Search[] = [
  ...[
    "metrics.accuracy = 'high'",
    "metrics.accuracy LIKE '1%'",
    'metrics.accuracy == 0.7',
    'metrics.accuracy <> 0.7',
    'metrics.accuracy BETWEEN 0.1 AND 0.2',
    'Metrics.accuracy > 0.7',
    "params.lr > '0.01'",
    "params.model 'cnn'",
    'params.model = cnn',
    "'cnn' = params.model",
    "tags.team > 'a'",
    "attributes.colour = 'red'",
    "colour = 'red'",
    'start_time LIKE 1',
    "status = 'FINISHED",
    "models.name = 'x'",
  ].map((filter) => search(filter)),
  search('', ['models.x']),
  search('', ['metrics.accuracy DOWN']),
];

export interface Difference {
  /** Completes "a search here". */
  readonly says: string;
  readonly search: Search;
  readonly mlflow: readonly string[] | 'refuses';
  readonly mlo: readonly string[] | 'refuses';
  /** The filter that finds here what MLflow found. */
  readonly instead?: string;
}

/** What differs on purpose: docs/design.md, "Decisions". */
export const DIFFERENT: readonly Difference[] = [
  {
    says: 'takes OR, NOT and parentheses',
    search: search("(run_name = 'grid-00' OR run_name = 'grid-02') AND NOT status = 'FAILED'"),
    mlflow: 'refuses',
    mlo: ['grid-02', 'grid-00'],
  },
  {
    says: 'compares params with numbers',
    search: search("params.lr < 0.005 AND run_name LIKE 'grid-0%'"),
    mlflow: 'refuses',
    mlo: ['grid-08', 'grid-05', 'grid-02'],
  },
  {
    says: 'takes IN for more than ids and datasets',
    search: search("params.model IN ('cnn', 'mlp') AND run_name IN ('grid-00', 'grid-02', 'grid-03')"),
    mlflow: 'refuses',
    mlo: ['grid-02', 'grid-00'],
  },
  { says: 'takes IS NULL for attributes', search: search('end_time IS NULL'), mlflow: 'refuses', mlo: ['Still At Work'] },
  {
    says: 'takes dates',
    search: search("start_time > '2020-01-01' AND run_name = 'grid-01'"),
    mlflow: 'refuses',
    mlo: ['grid-01'],
  },
  { says: 'knows how long runs took', search: search('duration < 0.501'), mlflow: 'refuses', mlo: ['grid-00'] },
  { says: 'takes inf', search: search('metrics.up >= inf'), mlflow: 'refuses', mlo: ['infinite'] },
  {
    says: 'finds no NaN by a comparison, != included',
    search: search('metrics.score != 0'),
    mlflow: ['grid-26', 'grid-25', 'grid-20', 'grid-19', 'grid-08', 'grid-07', 'grid-02', 'grid-01'],
    mlo: ['grid-26', 'grid-20', 'grid-08', 'grid-02'],
  },
  {
    says: 'finds NaN by IS NAN',
    search: search('metrics.score IS NAN'),
    mlflow: 'refuses',
    mlo: ['grid-25', 'grid-19', 'grid-07', 'grid-01'],
  },
  {
    says: 'orders NaN among the missing values, not before them',
    search: search("run_id IN ('<a number after NaN>', '<NaN after a number>', '<infinite>')", ['metrics.m']),
    mlflow: ['a number after NaN', 'NaN after a number', 'infinite'],
    mlo: ['a number after NaN', 'infinite', 'NaN after a number'],
  },
  {
    says: 'orders params that are numbers as numbers (5, 10, 100)',
    search: search("run_id IN ('<grid-00>', '<grid-02>', '<grid-04>')", ['params.epochs']),
    mlflow: ['grid-02', 'grid-04', 'grid-00'],
    mlo: ['grid-00', 'grid-02', 'grid-04'],
  },
  {
    says: 'reads a doubled quote as one',
    search: search("params.note = 'it''s 100% [a]*?'"),
    mlflow: [],
    mlo: ['sweep'],
  },
  { says: 'ignores the case of all letters with ILIKE', search: search("tags.team ILIKE 'ünïcödé%'"), mlflow: [], mlo: ['sweep'] },
  { says: 'ignores the case of a status', search: search("status = 'running'"), mlflow: [], mlo: ['Still At Work'] },
  { says: 'refuses a status that there is not', search: search("status = 'DONE'"), mlflow: [], mlo: 'refuses' },
  {
    says: 'refuses a filter that ends with AND',
    search: search("run_name = 'sweep' AND"),
    mlflow: ['sweep'],
    mlo: 'refuses',
  },
  {
    says: 'refuses two comparisons without AND between them',
    search: search("run_name = 'sweep' run_name LIKE 's%'"),
    mlflow: ['sweep'],
    mlo: 'refuses',
  },
  {
    says: 'refuses a key in single quotes, which are for values',
    search: search("metrics.'val loss' < 0.05"),
    mlflow: ['grid-17'],
    mlo: 'refuses',
    instead: 'metrics."val loss" < 0.05',
  },
  {
    says: 'has the parent of a run as an attribute',
    search: search("tags.mlflow.parentRunId = '<sweep>'"),
    mlflow: ['grid-27', 'grid-23', 'grid-19', 'grid-15', 'grid-11', 'grid-07', 'grid-03'],
    mlo: [],
    instead: "parent = '<sweep>'",
  },
  {
    says: 'has the name of a run as an attribute',
    search: search("tags.mlflow.runName = 'grid-07'"),
    mlflow: ['grid-07'],
    mlo: [],
    instead: "name = 'grid-07'",
  },
  {
    says: 'does not know where MLflow would keep artifacts',
    search: search("artifact_uri LIKE '%' AND run_name = 'sweep'"),
    mlflow: ['sweep'],
    mlo: 'refuses',
  },
];
