# Lines "actual,predicted" with a header  ->  JSON
BEGIN { FS = "," }
NR == 1 { next }
{
  flowers++
  if ($1 == $2) correct++
}
END { printf "{\n  \"accuracy\": %.4f,\n  \"errors\": %d,\n  \"flowers\": %d\n}\n", correct / flowers, flowers - correct, flowers }
