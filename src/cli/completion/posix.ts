import type { CompletionTables } from './tables.ts';

/** What the scripts for bash and zsh have in common: the tables, and the walk along the words before the cursor. */
export function posixCore({ commands, globals }: CompletionTables): string {
  const cases = commands.map(({ paths, lines }) => `    ${paths.map(quoted).join('|')}) _mlo_block=${quoted(lines.join('\n') || '-')} ;;`);
  return `# The lines of a command. c: a command below it. o: an option, the kind of its value. a, A: an argument, one that may be repeated.
_mlo_table() {
  case "$1" in
${cases.join('\n')}
    *) _mlo_block='-' ;;
  esac
}

_mlo_globals=${quoted(globals.join('\n'))}

# _mlo_find TYPES NAME: the first line of these types that has the name; its third field is in _mlo_kind.
_mlo_find() {
  local type name rest
  while IFS=$'\\t' read -r type name _mlo_kind rest; do
    if [[ "$1" == *"$type"* && "$name" == "$2" ]]; then return 0; fi
  done <<< "$_mlo_block"$'\\n'"$_mlo_globals"
  return 1
}

# The kind of the argument whose turn it is.
_mlo_argument() {
  local type kind rest count=0
  _mlo_kind=none
  while IFS=$'\\t' read -r type kind rest; do
    case "$type" in
      a) if (( count == _mlo_position )); then _mlo_kind=$kind; return; fi ;;
      A) _mlo_kind=$kind; return ;;
      *) continue ;;
    esac
    count=$((count + 1))
  done <<< "$_mlo_block"
}

# Words before the cursor: which command they name, how many arguments it has, whether an option waits for its value.
_mlo_walk() {
  local word
  _mlo_path= _mlo_position=0 _mlo_value= _mlo_plain= _mlo_folder=
  _mlo_table ''
  for word in "$@"; do
    if [[ -n "$_mlo_value" ]]; then
      if [[ "$_mlo_value" == cwd ]]; then _mlo_folder=$word; fi
      _mlo_value=
    elif [[ -n "$_mlo_plain" ]]; then
      _mlo_position=$((_mlo_position + 1))
    elif [[ "$word" == -- ]]; then
      _mlo_plain=1
    elif [[ "$word" == --*=* ]]; then
      :
    elif [[ "$word" == -?* ]]; then
      if _mlo_find o "$word"; then
        case "$_mlo_kind" in -|'?'*) ;; *) _mlo_value=$_mlo_kind ;; esac
      fi
    elif (( _mlo_position == 0 )) && _mlo_find c "$word"; then
      _mlo_path="\${_mlo_path:+$_mlo_path }$word"
      _mlo_table "$_mlo_path"
    else
      _mlo_position=$((_mlo_position + 1))
    fi
  done
}

# _mlo_list KIND PREFIX: what may stand there, a line each: the value, a tab and what it is.
_mlo_list() {
  local kind=\${1#'?'} rest
  case "$kind" in
    '='*)
      rest=\${kind#=},
      while [[ -n "$rest" ]]; do
        printf '%s\\n' "\${rest%%,*}"
        rest=\${rest#*,}
      done ;;
    '@'*)
      kind=\${kind#@}
      if [[ -n "$_mlo_folder" ]]; then
        "$_mlo_program" -C "$_mlo_folder" __complete "\${kind%+files}" -- "$2" 2> /dev/null < /dev/null
      else
        "$_mlo_program" __complete "\${kind%+files}" -- "$2" 2> /dev/null < /dev/null
      fi ;;
  esac
}

# _mlo_names TYPE: commands (c) or options (o) that may stand there, with what they do.
_mlo_names() {
  local type name kind rest
  while IFS=$'\\t' read -r type name kind rest; do
    if [[ "$type" == c && "$1" == c ]]; then printf '%s\\t%s\\n' "$name" "$kind"; fi
    if [[ "$type" == o && "$1" == o ]]; then printf '%s\\t%s\\n' "$name" "$rest"; fi
  done <<< "$_mlo_block"$'\\n'"$_mlo_globals"
}

# _mlo_choose WORD: sets _mlo_want to what may stand in place of the word: commands, options, or a kind of values.
_mlo_choose() {
  if [[ -n "$_mlo_value" ]]; then _mlo_want=$_mlo_value
  elif [[ -z "$_mlo_plain" && "$1" == --*=* ]]; then
    if _mlo_find o "\${1%%=*}" && [[ "$_mlo_kind" != - ]]; then _mlo_want=\${_mlo_kind#'?'}; else _mlo_want=none; fi
  elif [[ -z "$_mlo_plain" && "$1" == -* ]]; then _mlo_want=options
  elif (( _mlo_position == 0 )) && [[ "$_mlo_block" == c$'\\t'* ]]; then _mlo_want=commands
  else _mlo_argument; _mlo_want=$_mlo_kind
  fi
}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
