#!/usr/bin/env bash
# Scenario 9: a subscriber of a signal at 1 kHz hangs. It can tell what it has missed, can have it, and nobody who asks for something notices.

source "$(dirname "$0")/lib.sh" "$@"
open_lab
seconds=$(often 30 60) hang=$(often 16 20) bursts=$(often 12 20)

# burst: 1000 requests at once; prints the 99th percentile of the time to their replies, in microseconds.
exec {asking}> >(exec mosquitto_pub -h 127.0.0.1 -p "$port" -u alice -P alice -V 5 -q 1 -t "$B/get/alice/stage/get_status" -l)
burst() {
    local n lines
    mark
    # The id says when it was sent.
    for n in {1..1000}; do echo "{\"id\":\"${EPOCHREALTIME/[.,]/}-$n\",\"timeout_ms\":60000}"; done >&"$asking"
    wait_for 60 "lines=\$(news alice $B/reply/alice/stage/get_status | wc -l); (( lines >= 1000 ))" || give_up "only $lines replies of 1000"
    tail -n "+$((marks[alice] + 1))" "$work/seen/alice" | sed -n 's/^\([0-9]*\)[.,]\([0-9]\{6\}\).*"id":"\([0-9]*\)-.*/\1\2 \3/p' | awk '{ print $1 - $2 }' | sort -n | sed -n 990p
}
bursts() { for ((n = 0; n < bursts; n++)); do burst; done | xargs; }
# excess "TIMES" "TIMES": by how many percent the first are longer than the second: the median of what each is of each, which few outliers move little.
excess() {
    local first second
    for first in $1; do for second in $2; do echo $((first * 100 / second - 100)); done; done | sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

say "A subscriber listens for $seconds s, and hangs for $hang s of them"
# Its keepalive is short, so that the broker gives it up while it hangs: after one and a half of it, and as mosquitto looks every 6 s, after 13.5 s at the latest.
begin listener mosquitto_sub -h 127.0.0.1 -p "$port" -u obs -P obs -V 5 -q 0 -k 5 -t "$B/task/encoder/sig/pos"
wait_for 10 "grep -q . '$work/listener.log'" || give_up "no signal"
begun=$SECONDS
burst >/dev/null
before=$(bursts)
say "  p99 of 1000 get_status at once, in us, while it listens: $before"
signal listener STOP
stopped=$SECONDS
abused=$(bursts)
say "  while it hangs: $abused"
((SECONDS - stopped >= hang)) || sleep $((hang - SECONDS + stopped))
signal listener CONT
burst >/dev/null
after=$(bursts)
say "  while it listens again: $after"
exec {asking}>&-
# The machine may be slower for a while: by how much, the idle bursts before and after say of each other.
drift=$(excess "$before" "$after")
drift=${drift#-}
expect_that "it is within 20 % of idle, or of what the machine's own speed changed by meanwhile" "$(excess "$abused" "$before $after") <= 20 + $drift"
((SECONDS - begun >= seconds - 4)) || sleep $((seconds - 4 - SECONDS + begun))

say "The signal ends, so that all that there will be is counted"
ask alice call encoder stop
mark
await docs "$B/health" true 25
counted=$(of "$found" .tasks.encoder.sig.pos)
end listener TERM
# ranges FILE: first and end of each batch, in order.
ranges() { jq -r '"\(.s) \(.s + .n)"' "$1" | sort -n; }
ranges "$work/listener.log" >"$work/ranges"
first=$(head -n 1 "$work/ranges" | cut -d ' ' -f 1)
last=$(tail -n 1 "$work/ranges" | cut -d ' ' -f 2)
expect "the counter in health is the end of the last batch" "$counted" "$last"
gaps() { awk 'NR > 1 && $1 > end { print end, $1 } $2 > end { end = $2 }' "$work/ranges"; }
missing=$(gaps | awk '{ sum += $2 - $1 } END { print sum + 0 }')
say "  $((last - first)) values, $(gaps | wc -l) gaps with $missing of them"
expect_that "there is a gap to be seen in s and n" "$missing > 0"

say "What is missing is asked for"
while read -r from to; do
    while ((from < to)); do
        ask obs get encoder signal_range "{\"args\":{\"signal\":\"pos\",\"from\":$from,\"to\":$to}}"
        [[ $(code) == ok ]] || give_up "$reply"
        of "$reply" '.result.batches[]' >>"$work/refilled"
        expect "gone from the box" "$(of "$reply" .result.missing)" '[]'
        from=$(of "$reply" ".result.next // $to")
    done
done <<<"$(gaps)"
cat "$work/listener.log" "$work/refilled" >"$work/all"
ranges "$work/all" >"$work/ranges"
expect "gaps that are left" "$(gaps | wc -l)" 0
distinct=$(awk '$1 > end { start = $1 } { from = $1 > end ? $1 : end; if ($2 > from) { sum += $2 - from; end = $2 } } END { print sum }' "$work/ranges")
expect "distinct values, from the first that was heard to the last" "$distinct" $((last - first))
expect "batches with more or fewer values than they say" "$(jq -c 'select((.values | length) != .n)' "$work/all" | wc -l)" 0
finish
