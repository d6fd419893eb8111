import { posixCore } from './posix.ts';
import type { CompletionTables } from './tables.ts';

export function zshScript(tables: CompletionTables): string {
  return `#compdef mlo
# Completion of mlo in zsh, made by: mlo completion zsh
# For this shell: eval "$(mlo completion zsh)" after compinit. For all: mlo completion zsh > a folder of $fpath/_mlo

${posixCore(tables)}
_mlo() {
  emulate -L zsh
  local _mlo_block _mlo_kind _mlo_path _mlo_position _mlo_value _mlo_plain _mlo_folder _mlo_want _mlo_program
  local line typed=\${(Q)PREFIX} prefix
  local -a values shown suffix
  _mlo_program=\${(Q)words[1]}
  _mlo_program=\${_mlo_program/#\\~\\//$HOME/}
  _mlo_walk "\${(@Q)words[2,CURRENT-1]}"
  _mlo_choose "$typed"
  prefix=$typed
  if [[ -z "$_mlo_plain" && -z "$_mlo_value" && "$typed" == --*=* ]]; then
    compset -P '*='
    prefix=\${typed#*=}
  fi
  case "$_mlo_want" in
    none) return 1 ;;
    files) _files; return ;;
    cwd) _path_files -/; return ;;
  esac
  while IFS= read -r line; do
    if [[ -z "$line" ]]; then continue; fi
    values+=("\${line%%$'\\t'*}")
    if [[ "$line" == *$'\\t'?* ]]; then shown+=("\${line%%$'\\t'*}  -- \${line#*$'\\t'}"); else shown+=("$line"); fi
  done < <(case "$_mlo_want" in
    commands) _mlo_names c ;;
    options) _mlo_names o ;;
    *) _mlo_list "$_mlo_want" "$prefix" ;;
  esac)
  if [[ "$_mlo_want" == @params ]]; then suffix=(-S ''); fi
  compadd "\${suffix[@]}" -l -d shown -a -- values
  if [[ "$_mlo_want" == *+files ]]; then _files; fi
}

if [[ "$funcstack[1]" == _mlo ]]; then
  _mlo "$@"
elif (( $+functions[compdef] )); then
  compdef _mlo mlo
fi
`;
}
