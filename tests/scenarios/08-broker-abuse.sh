#!/usr/bin/env bash
# Scenario 8: a broker that loses everything, one that tells lies, and one behind a bridge that knows only MQTT 3.1.1.

source "$(dirname "$0")/lib.sh" "$@"
# The broker forgets everything when it is killed. Boxes come back after up to 5 s more, each at its own moment.
open_lab "persistence false"
say "There is something to forget: a lock and a push"
ask alice call stage lock '{"args":{"lease_ms":600000,"note":"long run"}}'
token=$(of "$reply" .result.token)
mark
publish alice "$B/task/stage/push/alice" -m "{\"id\":\"p1\",\"values\":{\"rate_hz\":20},\"lock\":\"$token\"}"
await docs "$B/task/stage/ack/alice" '.state == "applied"' || fail "the push was not applied"
# what: the topics of documents, but for an alarm that may come at any time: the clock of the machine on which this runs may not be synchronised.
# exactly: those whose content changes only when something happens, without their numbers and what is left of a lease.
what() { cut -d ' ' -f 1 <<<"$1" | grep -v /alarm/clock-unsynchronised; }
exactly() { grep -E '/(info|lock|settings|ack/alice) ' <<<"$1" | while read -r topic payload; do echo "$topic $(jq -cS 'del(.seq, .expires)' <<<"$payload")"; done; }
before=$(retained obs 'qmi/v1/box/+/#')
expect_that "documents are retained" "$(wc -l <<<"$before") > 15"

say "The broker is killed and started again, ${rounds:=$(often 2 5)} times"
for ((round = 1; round <= rounds; round++)); do
    # Whose connections break again and again waits longer each time, up to 30 s. After one that has lasted for that long it counts anew.
    ((round <= 2)) || sleep 31
    end broker KILL
    restart_broker
    since=${EPOCHREALTIME/[.,]/}
    # Health, the last to come, is published every 10 s.
    wait_for 20 '[[ $(what "$(retained obs "qmi/v1/box/+/#")") == "$(what "$before")" ]]'
    back=$(((${EPOCHREALTIME/[.,]/} - since) / 1000))
    after=$(retained obs 'qmi/v1/box/+/#')
    expect "topics that differ" "$(diff <(what "$before") <(what "$after") | grep '^[<>]')" ''
    changed=$(diff <(exactly "$before") <(exactly "$after"))
    expect "documents that say something else" "$(grep -c "^[<>]" <<<"$changed")" 0
    [[ ! $changed ]] || echo "$changed"
    expect_that "they were back within 15 s, in ms" "$back < 15000"
    expect "it is the same run of the box" "$(newest docs "$B/state" | jq -r .boot)" "$boot"
done

say "Somebody publishes that the box is lost"
mark
publish box07 "$B/state" -r -m "{\"v\":1,\"state\":\"lost\",\"boot\":\"$boot\",\"conn\":1}"
await docs "$B/state" '.state == "lost"'
since=${found_at/[.,]/}
await docs "$B/state" '.state == "online" and .conn > 1'
expect "the box corrects it" "$(of "$found" .state)" online
expect_that "  within a second, in ms" "$(((${found_at/[.,]/} - since) / 1000000)) < 1000"

for other in 1 3 5; do
    say "Scenario $other, with alice behind the bridge"
    if QMI_BRIDGED=1 "$scenarios/0$other-"*.sh ${full:+--full} >"$work/bridged.log" 2>&1; then
        expect "it" "$(tail -n 1 "$work/bridged.log")" "scenario $other: passed"
    else
        sed 's/^/    /' "$work/bridged.log"
        fail "it does not pass"
    fi
done
finish
