import type { CompletionTables } from './tables.ts';

export function fishScript({ commands, globals }: CompletionTables): string {
  const cases = commands.map(
    ({ paths, lines }) => `        case ${paths.map(quoted).join(' ')}\n            string split \\n -- ${quoted(lines.join('\n'))}`,
  );
  return `# Completion of mlo in fish, made by: mlo completion fish
# For this shell: mlo completion fish | source. For all: mlo completion fish > ~/.config/fish/completions/mlo.fish

# The lines of a command. c: a command below it. o: an option, the kind of its value. a, A: an argument, one that may be repeated.
function __mlo_table
    switch "$argv[1]"
${cases.join('\n')}
    end
end

function __mlo_globals
    string split \\n -- ${quoted(globals.join('\n'))}
end

# __mlo_find PATH TYPE NAME: the third field of the line; nothing where there is none.
function __mlo_find
    for line in (__mlo_table "$argv[1]") (__mlo_globals)
        set -l fields (string split \\t -- $line)
        if test "$fields[1]" = "$argv[2]"; and test "$fields[2]" = "$argv[3]"
            printf '%s\\n' $fields[3]
            return 0
        end
    end
    return 1
end

# __mlo_list KIND PREFIX FOLDER PROGRAM
function __mlo_list
    set -l kind (string replace -r '^\\?' '' -- $argv[1])
    switch $kind
        case '=*'
            string split , -- (string sub -s 2 -- $kind)
        case files
            __fish_complete_path "$argv[2]"
        case cwd
            __fish_complete_directories "$argv[2]"
        case '@*'
            set -l name (string replace -r '^@([^+]*).*' '$1' -- $kind)
            set -l at
            test -n "$argv[3]"; and set at -C $argv[3]
            $argv[4] $at __complete $name -- "$argv[2]" 2>/dev/null </dev/null
            string match -q '*+files' -- $kind; and __fish_complete_path "$argv[2]"
    end
end

function __mlo_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l path ''
    set -l position 0
    set -l value ''
    set -l plain ''
    set -l folder ''
    for word in $words[2..-1]
        if test -n "$value"
            test "$value" = cwd; and set folder $word
            set value ''
        else if test -n "$plain"
            set position (math $position + 1)
        else if test "$word" = --
            set plain 1
        else if string match -q -- '--*=*' $word
            continue
        else if string match -q -r -- '^-.' $word
            set -l kind (__mlo_find "$path" o $word)
            if test -n "$kind"; and not string match -q -r -- '^(-$|\\?)' $kind
                set value $kind
            end
        else if test $position -eq 0; and __mlo_find "$path" c $word >/dev/null
            set path (string trim -- "$path $word")
        else
            set position (math $position + 1)
        end
    end

    if test -n "$value"
        __mlo_list $value "$typed" "$folder" $program
        return
    end
    if test -z "$plain"; and string match -q -- '--*=*' $typed
        set -l flag (string replace -r '=.*' '' -- $typed)
        set -l kind (__mlo_find "$path" o $flag)
        if test -n "$kind"; and test "$kind" != -
            for found in (__mlo_list $kind (string replace -r '^[^=]*=' '' -- $typed) "$folder" $program)
                printf '%s\\n' "$flag=$found"
            end
        end
        return
    end
    if test -z "$plain"; and string match -q -- '-*' $typed
        for line in (__mlo_table "$path") (__mlo_globals)
            set -l fields (string split \\t -- $line)
            test "$fields[1]" = o; and printf '%s\\t%s\\n' $fields[2] "$fields[4]"
        end
        return
    end
    set -l count 0
    for line in (__mlo_table "$path")
        set -l fields (string split \\t -- $line)
        switch $fields[1]
            case c
                test $position -eq 0; and printf '%s\\t%s\\n' $fields[2] "$fields[3]"
            case a A
                if test "$fields[1]" = A; or test $count -eq $position
                    __mlo_list $fields[2] "$typed" "$folder" $program
                    return
                end
                set count (math $count + 1)
        end
    end
end

complete -c mlo -e
complete -c mlo -f -a '(__mlo_complete)'
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
