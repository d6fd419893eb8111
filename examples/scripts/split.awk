# every = n: the n-th, 2n-th, ... flower of each species goes to build/test.csv, the others to build/train.csv
BEGIN { FS = "," }
{
  seen[$NF]++
  file = seen[$NF] % every == 0 ? "build/test.csv" : "build/train.csv"
  print > file
}
