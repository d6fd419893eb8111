import { CONFIG, CONFIG_KEYS, environmentName } from '../../core/config/keys.ts';

/** Variables that mlo reads, and those that it sets for stages. */
export const ENVIRONMENT: readonly (readonly [name: string, means: string])[] = [
  ...CONFIG_KEYS.map((key): readonly [string, string] => [environmentName(key), `${CONFIG[key].means} (config key ${key})`]),
  ['NO_COLOR', 'No colours'],
  ['FORCE_COLOR', 'Colours also where the output is not a terminal (1, 2 or 3: how many)'],
  ['TERM=dumb, CI', 'Append-only lines instead of the live view'],
  ['GITHUB_ACTIONS=true', 'The same, with the output of each stage in a group that can be folded'],
  ['COLUMNS', 'Width of tables where the output is not a terminal'],
  ['XDG_CONFIG_HOME', "Folder of the user's own configuration (mlo/config.yaml in it)"],
  ['XDG_CACHE_HOME', 'Folder of what mlo compiles for this machine: its own code, the native TensorFlow'],
  ['AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL', 'Address of the S3 server where a remote names none; keys come from the usual AWS_* variables'],
  ['MLO_SSE_CUSTOMER_KEY', 'The 32 bytes, as base64, of the key of SSE-C where no sse_customer_key_file is set'],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'Proxy of remotes and downloads'],
  ['MLO_RUN_ID, MLO_PARENT_RUN_ID', 'Set for stages: the run of the stage, the run of the repro'],
  ['MLO_STAGE', 'Set for stages: the name of the stage'],
  ['MLO_ROOT', 'Set for stages: the folder of the project'],
  ['MLO_TRACKING_DB', 'Set for stages: path of the tracking database'],
  ['MLO_PARAMS_FILE', 'Set for stages: path of the params.yaml beside the pipeline file, which need not be there'],
  ['DVC_ROOT, DVC_STAGE', 'Set for stages of a dvc.yaml, as DVC does'],
];
