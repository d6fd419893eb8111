# sepal_length,sepal_width,petal_length,petal_width,species  ->  the same with both ratios before the species
BEGIN { FS = OFS = "," }
NR == 1 { next }
NF != 5 {
  printf "%s:%d: expected 5 cells, found %d\n", FILENAME, NR, NF > "/dev/stderr"
  exit 1
}
{ printf "%s,%s,%s,%s,%.4f,%.4f,%s\n", $1, $2, $3, $4, $1 / $2, $3 / $4, $5 }
