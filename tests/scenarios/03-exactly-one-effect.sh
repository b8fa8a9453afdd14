#!/usr/bin/env bash
# Scenario 3: a request is carried out once, however often it comes, whatever came of it, and whether the box lives on or not.

source "$(dirname "$0")/lib.sh" "$@"
open_lab
before=$(bumps)

say "The same bump five times"
mark
for _ in {1..5}; do send alice call stage bump '{"id":"k1"}'; done
wait_for 20 "(( \$(news alice $B/reply/alice/stage/bump | grep -c .) >= 5 ))"
replies=$(news alice "$B/reply/alice/stage/bump")
expect "replies" "$(grep -c . <<<"$replies")" 5
expect "that say something else than the first, but for their number, time and mark" "$(jq -c 'del(.seq, .ts, .took_ms, .replayed)' <<<"$replies" | sort -u | wc -l)" 1
expect "of them given before" "$(jq -c 'select(.replayed)' <<<"$replies" | wc -l)" 4
expect "bumps" "$(bumps)" $((before + 1))
expect "lines of k1 in the logbook" "$(executed k1)" 1

say "The same id with another content"
ask alice call stage bump '{"id":"k1","args":{"n":2}}'
expect "the reply" "$(verdict)" 'ID_REUSED no'

say "What fails, fails once"
ask alice call stage jam '{"id":"j1"}'
first=$(jq -c .error <<<"$reply")
expect "the reply" "$(verdict)" 'TASK_ERROR unknown'
ask alice call stage jam '{"id":"j1"}'
expect "sent again, it is told the same" "$(jq -c .error <<<"$reply")" "$first"
expect "  and that it was told before" "$(of "$reply" .replayed)" true

say "The box is killed while a bump waits to happen"
mark
send alice call stage bump '{"id":"k2","args":{"hold_ms":3000}}'
sleep 1
kill_box
start_box
expect "it was not carried out" "$(executed k2)" 0
answer alice stage bump '.id == "k2"'
expect "the box says so by itself when it is back" "$(verdict)" 'INTERRUPTED unknown'
ask alice call stage bump '{"id":"k2","args":{"hold_ms":3000}}'
expect "sent again" "$(verdict)" 'INTERRUPTED unknown'
sleep 3.5
expect "it is not carried out later either" "$(executed k2)" 0

say "What was done before the box was killed is not done again after"
ask alice call stage bump '{"id":"k1"}'
expect "k1 is told what it was told first" "$(jq -c 'del(.seq, .ts, .took_ms, .replayed, .boot)' <<<"$reply")" "$(head -n 1 <<<"$replies" | jq -c 'del(.seq, .ts, .took_ms, .replayed, .boot)')"
expect "lines of k1 in the logbook" "$(executed k1)" 1
finish
