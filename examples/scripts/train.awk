# A line for each species: its name and the mean of every feature; and a line "deviation" with their standard deviations.
BEGIN { FS = "," }
{
  count[$NF]++
  features = NF - 1
  for (i = 1; i <= features; i++) {
    sum[$NF, i] += $i
    total[i] += $i
    squares[i] += $i * $i
  }
}
END {
  for (species in count) {
    printf "%s", species
    for (i = 1; i <= features; i++) printf ",%.6f", sum[species, i] / count[species]
    print ""
  }
  printf "deviation"
  for (i = 1; i <= features; i++) printf ",%.6f", sqrt(squares[i] / NR - (total[i] / NR) ^ 2)
  print ""
}
