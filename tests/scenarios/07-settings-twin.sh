#!/usr/bin/env bash
# Scenario 7: settings that two push at once, that are wrong, that make the task fail, and that a box was killed over.

source "$(dirname "$0")/lib.sh" "$@"
open_lab
twin() { newest docs "$B/task/stage/settings"; }
# ack USER ID [SECONDS]: waits until that push is answered for good.
ack() { await docs "$B/task/stage/ack/$1" ".id == \"$2\" and .state != \"pending\"" "${3:-20}"; }
# expect_values WORDS VALUES: what the twin reports, at the latest soon.
expect_values() {
    wait_for 10 "[[ \$(twin | jq -c .reported.values) == '$2' ]]"
    expect "$1" "$(twin | jq -c .reported.values)" "$2"
}
push() { publish "$1" "$B/task/stage/push/$1" -m "$2" "${@:3}"; }

rounds=$(often 15 200)
say "alice and bob push with the same base_rev at the same time, $rounds rounds"
# One connection each, for both lines to leave within a millisecond.
exec {alices}> >(exec mosquitto_pub -h 127.0.0.1 -p "$port" -u alice -P alice -V 5 -q 1 -t "$B/task/stage/push/alice" -l)
exec {bobs}> >(exec mosquitto_pub -h 127.0.0.1 -p "$port" -u bob -P bob -V 5 -q 1 -t "$B/task/stage/push/bob" -l)
head=$(twin | jq .head_rev)
good=0
declare -A won=([alice]=0 [bob]=0)
for ((round = 1; round <= rounds; round++)); do
    mark
    one="{\"id\":\"a$round\",\"base_rev\":$head,\"values\":{\"rate_hz\":$((round % 40 + 1))}}"
    two="{\"id\":\"b$round\",\"base_rev\":$head,\"values\":{\"gain\":$((round % 9))}}"
    if ((round % 2)); then echo "$one" >&"$alices"; echo "$two" >&"$bobs"; else echo "$two" >&"$bobs"; echo "$one" >&"$alices"; fi
    ack alice "a$round"
    first=$(of "$found" '[.state, .code // ""] | join(" ")') heads=$(of "$found" .head_rev)
    ack bob "b$round"
    second=$(of "$found" '[.state, .code // ""] | join(" ")') heads+=" $(of "$found" .head_rev)"
    head=$((head + 1))
    case "$first, $second" in
    'applied , rejected CONFLICT') won[alice]=$((won[alice] + 1)) ;;
    'rejected CONFLICT, applied ') won[bob]=$((won[bob] + 1)) ;;
    *) fail "round $round: alice $first, bob $second"; break ;;
    esac
    if [[ $heads != "$head $head" ]]; then fail "round $round: head_rev $heads instead of $head"; break; fi
    good=$((good + 1))
done
expect "rounds in which one was applied, the other rejected with CONFLICT, and head_rev grew by one" "$good" "$rounds"
say "  (alice won ${won[alice]}, bob ${won[bob]})"

say "Everything that is wrong with a push is told at once"
before=$(twin | jq -c '[.head_rev, .reported]')
mark
push alice '{"id":"w1","values":{"rate_hz":0,"gain":"x","foo":1}}'
ack alice w1
expect "the ack" "$(of "$found" '.state + " " + .executed')" 'rejected no'
expect "  what it names" "$(of "$found" '[.errors[].path] | join(" ")')" '/rate_hz /gain /foo'
expect "and nothing was applied" "$(twin | jq -c '[.head_rev, .reported]')" "$before"

say "Two pushes within one turn of the loop"
for try in {1..10}; do
    mark
    echo "{\"id\":\"s$try\",\"values\":{\"rate_hz\":$((60 + try))}}" >&"$alices"
    echo "{\"id\":\"t$try\",\"values\":{\"gain\":2}}" >&"$bobs"
    ack alice "s$try"
    first=$(of "$found" .state)
    ack bob "t$try"
    # A turn may come between the two: then both are applied, one after the other.
    [[ $first == superseded ]] && break
done
expect "alice's, to her" "$first" superseded
expect "bob's" "$(of "$found" .state)" applied
exec {alices}>&- {bobs}>&-

say "A push that nobody confirms"
before=$(twin | jq -c .reported.values)
mark
push alice '{"id":"c1","values":{"rate_hz":77},"confirm_ms":2000}'
await docs "$B/task/stage/ack/alice" '.id == "c1" and .state == "applied"'
expect "the ack at first" "$(of "$found" .state)" applied
await docs "$B/task/stage/ack/alice" '.id == "c1" and .state == "rolled_back"'
expect "and then" "$(of "$found" .state)" rolled_back
expect_values "the values of before are back" "$before"

say "A push that the task cannot live with: it is started again, twice"
mark
begun=${marks[docs]}
push alice '{"id":"f1","values":{"gain":9.5}}'
await docs "$B/task/stage/state" '.state == "failed"' || fail "the task did not fail"
for try in 1 2; do
    ask alice call stage restart
    await docs "$B/task/stage/state" '.state == "failed"' || fail "the task did not fail again"
done
marks[docs]=$begun
await docs "$B/task/stage/ack/alice" '.id == "f1" and .state == "rolled_back"'
expect "the ack" "$(of "$found" .state)" rolled_back
await docs "$B/alarm/settings-rolled-back-stage" true
expect "the alarm" "$(of "$found" .code)" SETTINGS_ROLLED_BACK
expect_values "the values of before are back" "$before"
ask alice call stage restart
expect "with them the task runs" "$(code)" ok

pushes=$(often 30 500) kills=$(often 5 50)
RANDOM=${QMI_SEED:=$RANDOM}
say "The box is killed $kills times in the course of $pushes pushes; the moments follow from QMI_SEED=$QMI_SEED"
# Both members say which push they are of, so that half a push would be seen.
declare -A value_of
applied=0 superseded=0 again=0 last=0
for ((n = 1; n <= pushes; n++)); do
    value=$((n % 39 + 1))
    body="{\"id\":\"k$n\",\"values\":{\"rate_hz\":$value,\"gain\":$(jq -n "$value / 10")}}"
    mark
    killer=
    if ((n % (pushes / kills) == 0)); then
        moment=$((RANDOM % 200))
        { sleep "0.$(printf %03d $moment)"; kill -KILL "${pids[box]}"; } &
        killer=$!
    fi
    push alice "$body"
    until ack alice "k$n" 2; do
        if ! is_running box; then start_box; fi
        # The same id: it is carried out once, however often it is asked for.
        ((again++ < pushes)) || give_up "no answer to k$n"
        push alice "$body"
    done
    state=$(of "$found" .state) revision=$(of "$found" .rev)
    value_of[$revision]=$value
    case $state in
    applied) applied=$((applied + 1)) last=$revision ;;
    superseded) superseded=$((superseded + 1)) ;;
    *) fail "k$n: $found" ;;
    esac
    [[ -z $killer ]] || wait "$killer"
    if ! is_running box; then start_box; fi
done
say "  $applied applied, $superseded superseded, $again sent again"
expect "pushes that were answered for good" $((applied + superseded)) "$pushes"
kill_box
start_box
ask obs get stage get_settings
reported=$(twin | jq -c .reported)
expect "after a last kill, what the task has is what is reported" "$(of "$reply" '[.result.rate_hz, .result.gain] | join(" ")')" "$(of "$reported" '[.values.rate_hz, .values.gain] | join(" ")')"
expect "it is the last revision that was acknowledged" "$(of "$reported" '[.rev, .values.rate_hz] | join(" ")')" "$last ${value_of[$last]}"
expect "reports of half a push" "$(awk '$3 ~ /task\/stage\/settings$/' "$work/seen/docs" | sed 's/^[^{]*//' | jq -c "select(.reported.id // \"\" | startswith(\"k\")) | select((.reported.values.gain * 10 - .reported.values.rate_hz) | fabs > 0.001)" | wc -l)" 0

say "A push that has lain at the broker while the box was away"
stop_box
push alice '{"id":"old","values":{"rate_hz":99}}' -r
mark
start_box
ack alice old
expect "the ack" "$(of "$found" '.state + " " + .errors[0].code')" 'rejected STALE_GUARD_REQUIRED'
wait_for 10 "[[ ! \$(retained box07 '$B/task/stage/push/#') ]]"
expect "what is left of it at the broker" "$(retained box07 "$B/task/stage/push/#")" ''
expect "and nothing was applied" "$(twin | jq .reported.rev)" "$(of "$reported" .rev)"
finish
