#!/usr/bin/env bash
# Times short commands, and eval beside Anserini's trec_eval on a run of a million lines: the best of five of each, in
# seconds on the clock, seconds of all cores, and megabytes. Takes LUCERNA_OPTS as ./lucerna does. Linux, GNU time.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

awk 'BEGIN {
  srand(1)
  for (topic = 1; topic <= 1000; topic++) {
    score = 30
    for (rank = 1; rank <= 1000; rank++) {
      score -= rand() / 20
      docno = int(rand() * 8841) * 1000 + rank
      printf "%d Q0 %d %d %.6f bench\n", topic, docno, rank, score > "run"
      if (rand() < .02) printf "%d 0 %d %d\n", topic, docno, int(rand() * 4) > "qrels"
    }
    printf "%d 0 missed 2\n", topic > "qrels"
  }
}'
head -n 5 run >small
printf 'qid\tquery\tdocid\ttext\n1\toil lamp\ta\tA lamp burns oil.\n' >pairs
unzip -q -j "$root/plugin/app/target/lucerna.jar" trec_eval/trec_eval-linux-amd64
chmod +x trec_eval-linux-amd64

best() {
  local name=$1
  shift
  rm -f times
  for _ in 1 2 3 4 5; do
    /usr/bin/time -a -o times -f '%e %U %S %M' "$@" >/dev/null 2>&1
  done
  sort -n times | awk -v name="$name" '
    NR == 1 { wall = $1; cpu = $2 + $3; memory = $4 }
    { if ($2 + $3 < cpu) cpu = $2 + $3; if ($4 < memory) memory = $4 }
    END { printf "%-24s %6.2f s  %6.2f s of all cores  %5.0f MB\n", name, wall, cpu, memory / 1000 }'
}

# The first call may build, the others make and then use the archive of classes.
"$root/lucerna" models >/dev/null
for _ in $(seq 60); do
  ls "$root"/plugin/app/target/start/*.jsa >/dev/null 2>&1 && break
  sleep 1
done
best "-version" "$root/lucerna" -version
best "eval of 5 lines" "$root/lucerna" eval qrels small
best "models" "$root/lucerna" models
best "score of a pair" "$root/lucerna" score -model minilm -pairs pairs -output scores.tsv
best "eval -q, a million lines" "$root/lucerna" eval -q qrels run
best "trec_eval -q" ./trec_eval-linux-amd64 -q qrels run
"$root/lucerna" eval -q qrels run >ours
./trec_eval-linux-amd64 -q qrels run >theirs
cmp ours theirs && echo "both print the same $(wc -l <ours) lines"
