# First file: what train.awk wrote. Second file: flowers. A line "actual,predicted" for each of them.
BEGIN {
  FS = ","
  print "actual,predicted"
}
NR == FNR && $1 == "deviation" {
  for (i = 2; i <= NF; i++) deviation[i - 1] = $i
  next
}
NR == FNR {
  species[++known] = $1
  for (i = 2; i <= NF; i++) mean[known, i - 1] = $i
  next
}
{
  best = 0
  for (s = 1; s <= known; s++) {
    distance = 0
    for (i = 1; i < NF; i++) {
      difference = $i - mean[s, i]
      if (scale == "deviation") difference /= deviation[i]
      distance += difference * difference
    }
    if (best == 0 || distance < least) {
      best = s
      least = distance
    }
  }
  print $NF "," species[best]
}
