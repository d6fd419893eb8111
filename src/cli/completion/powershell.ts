import type { CompletionTables } from './tables.ts';

export function powershellScript({ commands, globals }: CompletionTables): string {
  const entries = commands.flatMap(({ paths, lines }) => paths.map((path) => `    ${quoted(path)} = ${quoted(lines.join('\n'))}`));
  return `# Completion of mlo in PowerShell, made by: mlo completion powershell
# For this shell: mlo completion powershell | Out-String | Invoke-Expression. For all: the same line in $PROFILE.

Register-ArgumentCompleter -Native -CommandName mlo -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)

  # The lines of a command. c: a command below it. o: an option, the kind of its value. a, A: an argument, one that may be repeated.
  $tables = @{
${entries.join('\n')}
  }
  $globals = ${quoted(globals.join('\n'))}

  function Get-Rows([string]$text) { $text -split '\\n' | Where-Object { $_ } | ForEach-Object { , ($_ -split '\\t') } }
  function Find-Kind($rows, [string]$type, [string]$name) {
    foreach ($row in $rows) { if ($row[0] -ceq $type -and $row[1] -ceq $name) { return $row[2] } }
  }
  function New-Result([string]$value, [string]$about) {
    $text = if ($value -match '^[\\w./:=@+-]+$') { $value } else { "'" + $value.Replace("'", "''") + "'" }
    $tip = if ($about) { $about } else { $value }
    [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $tip)
  }

  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { if ($_.Value) { $_.Value } else { $_.Extent.Text } })
  $path = ''; $position = 0; $value = ''; $plain = $false; $folder = ''
  $rows = @(Get-Rows $tables['']) + @(Get-Rows $globals)
  foreach ($word in ($words | Select-Object -Skip 1)) {
    if ($value) { if ($value -ceq 'cwd') { $folder = $word }; $value = '' }
    elseif ($plain) { $position++ }
    elseif ($word -ceq '--') { $plain = $true }
    elseif ($word -like '--*=*') { }
    elseif ($word -like '-?*') {
      $kind = Find-Kind $rows 'o' $word
      if ($kind -and $kind -cne '-' -and -not $kind.StartsWith('?')) { $value = $kind }
    }
    elseif ($position -eq 0 -and (Find-Kind $rows 'c' $word)) {
      $path = "$path $word".Trim()
      $rows = @(Get-Rows $tables[$path]) + @(Get-Rows $globals)
    }
    else { $position++ }
  }

  $name = ''; $prefix = $wordToComplete; $want = 'none'
  if ($value) { $want = $value }
  elseif (-not $plain -and $wordToComplete -like '--*=*') {
    $name, $prefix = $wordToComplete -split '=', 2
    $want = Find-Kind $rows 'o' $name
    $name = "$name="
  }
  elseif (-not $plain -and $wordToComplete -like '-*') {
    $rows | Where-Object { $_[0] -ceq 'o' -and $_[1].StartsWith($wordToComplete) } | ForEach-Object { New-Result $_[1] $_[3] }
    return
  }
  elseif ($position -eq 0 -and $rows[0][0] -ceq 'c') {
    $rows | Where-Object { $_[0] -ceq 'c' -and $_[1].StartsWith($wordToComplete) } | ForEach-Object { New-Result $_[1] $_[2] }
    return
  }
  else {
    $arguments = @($rows | Where-Object { $_[0] -eq 'a' })
    for ($index = 0; $index -lt $arguments.Count; $index++) {
      if ($arguments[$index][0] -ceq 'A' -or $index -eq $position) { $want = $arguments[$index][1]; break }
    }
  }

  $want = "$want" -replace '^\\?', ''
  $found = @()
  if ($want.StartsWith('=')) { $found = $want.Substring(1) -split ',' }
  elseif ($want.StartsWith('@')) {
    $kind = $want -replace '^@([^+]*).*', '$1'
    $at = if ($folder) { @('-C', $folder) } else { @() }
    $found = @(& $words[0] @at __complete $kind '--' $prefix 2>$null)
  }
  # With nothing to offer, PowerShell completes files.
  $found | Where-Object { $_ -and ($name + ($_ -split '\\t')[0]).StartsWith($wordToComplete) } | ForEach-Object {
    $text, $about = $_ -split '\\t', 2
    New-Result ($name + $text) $about
  }
}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
