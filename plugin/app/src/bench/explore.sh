#!/usr/bin/env bash
# Times what a person waits for in explore, on the bundled collection with minilm: the best of three of each, in seconds on
# the clock, and in seconds of all cores, which other load on the machine hardly changes. Both queries find more than 100
# candidates, not the same. Linux, curl, script.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
query="when is glass made of sand"
other="why is the sky over a city red"

# In a terminal of its own, as a person starts it: what a script starts in the background ignores Ctrl-C.
mkfifo "$work/keys"
env --default-signal=INT script -qfec "$root/lucerna explore -port 0" "$work/terminal" <"$work/keys" >/dev/null &
terminal=$!
exec 9>"$work/keys"
address=
until [ -n "$address" ]; do
  sleep .05
  address=$(grep -aom1 'http://[0-9.:]*/' "$work/terminal" || true)
done
server=$(pgrep -n -f 'java.*explore -port 0')

# Of the server: seconds of all cores since it began.
cores() {
  awk -v ticks="$(getconf CLK_TCK)" '{ print ($14 + $15) / ticks }' "/proc/$server/stat"
}
# Prints the clock's and the cores' seconds of a request.
ask() {
  local before
  before=$(cores)
  curl -sf -o /dev/null -w '%{time_total}' -H 'Content-Type: application/json' "$@"
  echo " $(cores) $before"
}
# Ranks for a query, under a spec.
rank() {
  ask "${address}api/v1/rank" -d "{\"query\": \"$1\", \"spec\": \"${2:-}\"}"
}
# Reads such lines: the best of each, or their sums.
report() {
  awk -v name="$1" -v all="${2:-best}" '
    { clock[NR] = $1; cores[NR] = $2 - $3 }
    END {
      for (i = 1; i <= NR; i++) {
        sum += clock[i]; work += cores[i]
        if (i == 1 || clock[i] < least) least = clock[i]
        if (i == 1 || cores[i] < little) little = cores[i]
      }
      if (all == "sum") { least = sum; little = work }
      printf "%-52s %5.2f s  %5.2f s of all cores\n", name, least, little
    }'
}

for path in "" page.css icon.svg api/v1/model api/v1/topics $(curl -s "${address}page.js" | grep -o "[a-z][a-z/-]*\.js"); do
  ask "$address$path"
done | report "the page, with its model and topics" sum
ask "${address}api/v1/rank" -d '{"topic": "1"}' | report "the first topic, ranked by a cold model"

# Marks make another query that finds the same. Passages are read anew wherever others were looked at before. Java's
# compilers take a few to be done.
for marks in "" " !" " !!"; do
  rank "$query$marks" >/dev/null
  rank "$other$marks" >/dev/null
done
for marks in " ?" " ??" " ???"; do
  rank "$query$marks"
  rank "$other$marks" >/dev/null
done | report "100 candidates ranked, none of them at hand"
rank "$query ." >/dev/null
for marks in " ;" " ;;" " ;;;"; do
  rank "$query$marks"
done | report "  again, for a query in other words"
for layer in 0 1 2 3 4 5; do
  for head in 1 2 3; do
    rank "$query" "zero blocks.$layer.attn.hook_z head=$head"
  done | report "  again, with a head of layer $layer cut"
done
for marks in " ???" " ??" " ?"; do
  rank "$query$marks" >/dev/null
  ask "${address}api/v1/estimates" -d "{\"query\": \"$query$marks\"}"
done | report "estimates of 72 heads and 6 MLPs over 100 candidates"

docno=$(curl -s -H 'Content-Type: application/json' -d "{\"query\": \"$query\"}" "${address}api/v1/rank" |
  grep -o '"docno":"[^"]*"' | awk 'NR <= 4')
for passage in $docno; do
  ask "${address}api/v1/explain" -d "{\"query\": \"$query\", \"passages\": [{$passage}]}"
done | report "one passage explained"

# In the middle of a ranking.
rank "$other again" >/dev/null 2>&1 &
sleep .3
begin=$(date +%s.%N)
printf '\003' >&9
wait "$terminal" || true
echo "$(date +%s.%N) $begin" | awk '{ printf "%-52s %5.2f s\n", "Ctrl-C in the middle of a ranking", $1 - $2 }'
