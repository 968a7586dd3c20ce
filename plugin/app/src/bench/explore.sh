#!/usr/bin/env bash
# Times what a person waits for in explore, on the bundled collection with minilm: the best of three, in seconds on the
# clock. The query finds 100 candidates or more. Linux, curl, Python 3 for JSON.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
query="when is glass made of sand"

# In a terminal of its own, as a person starts it.
mkfifo "$work/keys"
script -qfec "$root/lucerna explore -port 0" "$work/terminal" <"$work/keys" >/dev/null &
exec 9>"$work/keys"
for _ in $(seq 600); do
  address=$(grep -aom1 'http://[0-9.:]*/' "$work/terminal" || true)
  [ -n "$address" ] && break
  sleep .05
done

ask() {
  curl -s -o "$work/answer" -w '%{time_total}' -H 'Content-Type: application/json' "$@"
}
say() {
  printf '%-58s %s s\n' "$1" "$2"
}
best() {
  printf '%s\n' "$@" | sort -n | head -n 1
}
rank() {
  ask "${address}api/v1/rank" -d "{\"query\": \"$query${2:-}\", \"spec\": \"$1\"}"
}

# All that the page asks for before it has a ranking, and the first ranking.
first=0
for path in "" page.css page.js state.js api.js lists.js panel.js spec.js words.js lit/lit-html.js lit/directive.js \
  lit/directive-helpers.js lit/directives/repeat.js api/v1/model api/v1/topics; do
  first=$(awk "BEGIN { print $first + $(ask "$address$path") }")
done
say "the page, its files, the model and the topics" "$first"
say "  and the first topic, ranked by the cold model" "$(ask "${address}api/v1/rank" -d '{"topic": "1"}')"

# Another query each time, which finds the same: nothing is remembered.
rank "" >/dev/null
say "100 candidates ranked" "$(best "$(rank "" " ?")" "$(rank "" " ??")" "$(rank "" " ???")")"
for layer in 0 1 2 3 4 5; do
  times=()
  for head in 1 2 3; do
    times+=("$(rank "zero blocks.$layer.attn.hook_z head=$head" " ???")")
  done
  say "  ranked again with a head of layer $layer cut" "$(best "${times[@]}")"
done
times=()
for marks in " ?" " ??" " ???"; do
  rank "" "$marks" >/dev/null
  times+=("$(ask "${address}api/v1/estimates" -d "{\"query\": \"$query$marks\"}")")
done
say "estimates of 72 heads and 6 MLPs over 100 candidates" "$(best "${times[@]}")"

# Ctrl-C in the middle of a ranking.
rank "" " again" >/dev/null || true &
sleep .3
begin=$(date +%s.%N)
printf '\003' >&9
wait %1 || true
say "Ctrl-C in the middle of a ranking" "$(awk "BEGIN { print $(date +%s.%N) - $begin }")"
