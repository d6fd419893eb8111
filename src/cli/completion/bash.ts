import { posixCore } from './posix.ts';
import type { CompletionTables } from './tables.ts';

/** From bash 3.2 on (macOS). */
export function bashScript(tables: CompletionTables): string {
  return `# Completion of mlo in bash, made by: mlo completion bash
# For this shell: eval "$(mlo completion bash)". For all: the same line in ~/.bashrc.

${posixCore(tables)}
# _mlo_unquoted WORD: sets _mlo_word to the word without the quotes and backslashes that it was typed with. Nothing in it is run.
_mlo_unquoted() {
  _mlo_word=$1
  case "$_mlo_word" in
    \\'*) _mlo_word=\${_mlo_word#\\'}; _mlo_word=\${_mlo_word%\\'} ;;
    \\"*) _mlo_word=\${_mlo_word#\\"}; _mlo_word=\${_mlo_word%\\"} ;;
    *) _mlo_word=\${_mlo_word//\\\\/} ;;
  esac
}

_mlo() {
  local _mlo_block _mlo_kind _mlo_path _mlo_position _mlo_value _mlo_plain _mlo_folder _mlo_want _mlo_program _mlo_word
  local index part rest=$COMP_LINE trimmed count=0 typed quote= strip line value shown
  local -a words=() before=()
  COMPREPLY=()
  # bash breaks words at = : and @ too; here they are as a command gets them.
  for ((index = 0; index <= COMP_CWORD; index++)); do
    part=\${COMP_WORDS[index]}
    trimmed=\${rest#"\${rest%%[![:space:]]*}"}
    if ((index == 0)) || [[ "$trimmed" != "$rest" || -z "$rest" ]]; then
      words[count]=$part
      count=$((count + 1))
    else
      words[count - 1]+=$part
    fi
    rest=\${trimmed#"$part"}
  done
  if ((count < 2)); then return; fi
  typed=\${words[count - 1]}
  part=\${COMP_WORDS[COMP_CWORD]}
  if [[ "$part" =~ ^[=:@]+$ ]]; then part=; fi
  for ((index = 1; index < count - 1; index++)); do
    _mlo_unquoted "\${words[index]}"
    before[index - 1]=$_mlo_word
  done
  _mlo_unquoted "\${words[0]}"
  _mlo_program=\${_mlo_word/#\\~\\//$HOME/}
  case "$typed" in
    \\'*|\\"*) quote=\${typed:0:1}; typed=\${typed:1}; strip= ;;
    *) strip=\${typed%"$part"}
      # What is replaced begins after = and :, but at the @ (it may begin a host name).
      strip=\${strip%@}
      typed=\${typed//\\\\/}; strip=\${strip//\\\\/} ;;
  esac

  _mlo_walk "\${before[@]}"
  _mlo_choose "$typed"
  case "$_mlo_want" in
    none) return ;;
    files|cwd) _mlo_files; return ;;
  esac
  local name= prefix=$typed
  if [[ -z "$_mlo_plain" && -z "$_mlo_value" && "$typed" == --*=* ]]; then name=\${typed%%=*}=; prefix=\${typed#*=}; fi
  while IFS= read -r line; do
    value=$name\${line%%$'\\t'*}
    if [[ -z "$line" || "$value" != "$typed"* ]]; then continue; fi
    value=\${value#"$strip"}
    if [[ -z "$quote" ]]; then printf -v shown '%q' "$value"
    elif [[ "$value" == *"$quote"* || ( "$quote" == '"' && "$value" == *[\\\\\\\`\\$]* ) ]]; then continue
    else shown=$value
    fi
    COMPREPLY[\${#COMPREPLY[@]}]=$shown
  done < <(case "$_mlo_want" in
    commands) _mlo_names c ;;
    options) _mlo_names o ;;
    *) _mlo_list "$_mlo_want" "$prefix" ;;
  esac)
  # A value that goes on: key= of -S.
  if ((\${#COMPREPLY[@]} == 1)) && [[ "\${COMPREPLY[0]}" == *= ]] && type compopt > /dev/null 2>&1; then compopt -o nospace; fi
  if ((\${#COMPREPLY[@]} == 0)) && [[ "$_mlo_want" == *+files ]]; then _mlo_files; fi
}

# Files as bash itself completes them.
_mlo_files() {
  if type compopt > /dev/null 2>&1; then
    compopt -o default
    return
  fi
  while IFS= read -r line; do COMPREPLY[\${#COMPREPLY[@]}]=$line; done < <(compgen -f -- "$typed")
}

complete -F _mlo mlo
`;
}
