#!/usr/bin/env bash
# Scenario 4: a command that somebody has retained at the broker is not repeated by it, however often box and broker come back.

source "$(dirname "$0")/lib.sh" "$@"
open_lab "persistence true" "persistence_location $work/"
topic=$B/call/alice/stage/bump

# restart_all ID: five times the box, twice the broker, and what was answered meanwhile.
restart_all() {
    local round
    for round in {1..5}; do
        stop_box
        start_box
        if ((round == 2 || round == 4)); then
            end broker TERM
            restart_broker
            wait_for 30 is_back || give_up "the box does not come back to the broker"
        fi
    done
    # What came before this answer is all there is.
    bumped=$(bumps)
    say "  bumps $bumped, lines of $1 in the logbook $(executed "$1")"
}
# The box answers requests again.
is_back() { ask obs get stage is_running && [[ $(code) == ok ]]; }

say "MQTT 5: alice retains a bump"
before=$(bumps)
mark
publish alice "$topic" -r -m '{"id":"g1"}'
answer alice stage bump
expect "the live copy is refused" "$(verdict)" 'RETAINED_REQUEST no'
await docs "$B/alarm/retained-request" true
expect "the alarm" "$(of "$found" .code)" RETAINED_REQUEST
expect_like "  names the topic" "$(of "$found" .text)" "*$topic*"
touched=$(wc -l <"$work/seen/alice")
restart_all g1
expect "bumps since" "$((bumped - before)) $(executed g1)" '0 0'
expect "replies to replays: there were none" "$(tail -n "+$((touched + 1))" "$work/seen/alice" | grep -c "/reply/alice/stage/bump ")" 0
publish alice "$topic" -r -n

say "MQTT 3.1.1: the box speaks the older version, which cannot tell a live copy that is retained"
configure '.mqtt.protocol = "3.1.1"'
stop_box
start_box
mark
publish alice "$topic" -r -m '{"id":"g2"}'
answer alice stage bump
say "  the live copy: $(verdict)"
touched=$(wc -l <"$work/seen/alice")
restart_all g2
expect_that "it was carried out at most once" "$(executed g2) <= 1"
replays=$(tail -n "+$((touched + 1))" "$work/seen/alice" | grep "/reply/alice/stage/bump " | sed 's/^[^{]*//' | jq -r '.error.code // "ok"' | sort | uniq -c | xargs)
expect_like "replies to replays" "$replays" '+([0-9]) RETAINED_REQUEST'
expect_that "  and there was one for each time the box came" "${replays%% *} >= 5"
expect_like "the alarm" "$(newest docs "$B/alarm/retained-request" | jq -r .text)" "*$topic*"
finish
