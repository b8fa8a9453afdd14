#!/usr/bin/env bash
# Scenario 6: an administrator takes a lock away, with a reason, and nothing dies of it; and whoever must stop a task can, at once.

source "$(dirname "$0")/lib.sh" "$@"
open_lab

say "alice, an operator, tries what only administrators may"
refused=$(publish alice "$B/admin/alice/stage/force_unlock" -m '{"args":{"reason":"let me in"}}' -d 2>&1)
expect "the broker's answer" "$(grep -o 'RC:[0-9]*' <<<"$refused" | tail -n 1)" RC:135

say "adm takes alice's lock away"
ask alice call stage lock '{"args":{"note":"gone to lunch"}}'
token=$(of "$reply" .result.token)
fence=$(of "$reply" .result.fence)
ask adm admin stage force_unlock
expect "without a reason" "$(verdict)" 'BAD_ARGS no'
mark
ask adm admin stage force_unlock '{"args":{"reason":"the stage is needed"}}'
expect "with a reason" "$(code) $(of "$reply" .result.was_locked)" 'ok true'
await docs "$B/task/stage/lock" '.locked == false'
expect "everybody sees who, why, and whose it was" "$(of "$found" '.prev | [.owner, .fence, .end, .by, .reason] | join(", ")')" "alice, $fence, forced, adm, the stage is needed"
await alice "$B/reply/alice/stage/_lock" true
expect "alice is told" "$(of "$found" '.event')" forced
ask alice call stage bump "{\"lock\":\"$token\"}"
expect "and told again when she goes on" "$(verdict)" 'LOCK_LOST no'
expect "  with the same" "$(of "$reply" '.error.details | [.by, .reason] | join(", ")')" 'adm, the stage is needed'

say "adm does it again, though nothing is locked"
ask adm admin stage force_unlock '{"args":{"reason":"just to be sure"}}'
expect "the answer" "$(code) $(of "$reply" .result.was_locked)" 'ok false'
ask obs get stage get_status
expect "the stage lives" "$(code)" ok

say "alice waits for the end of the task; bob smells smoke"
ask alice call stage lock '{"args":{"note":"do not touch"}}'
token=$(of "$reply" .result.token)
mark
begun=${marks[alice]}
send alice call stage join "{\"id\":\"w1\",\"timeout_ms\":60000,\"lock\":\"$token\"}"
ask alice get _box op_status '{"args":{"op":"w1"}}'
expect "her join is under way" "$(of "$reply" .result.state)" running
ask bob call stage stop
expect "bob's stop, as alice holds the lock" "$(verdict)" 'LOCKED no'
ask bob call stage stop '{"args":{"override":true,"reason":"smoke"}}'
expect "bob's stop, with a reason" "$(code)" ok
expect_that "  it was answered while the join waited, within 200 ms of its arrival" "$(of "$reply" .took_ms) < 200"
say "  (and $took ms after bob pressed return)"
marks[alice]=$begun
answer alice stage join '.id == "w1"'
expect "the join returns" "$(code) $(of "$reply" .result.state)" 'ok stopped'
await alice "$B/reply/alice/stage/_lock" true
expect "alice is told what happened" "$(of "$found" '[.event, .by, .reason] | join(", ")')" 'overridden, bob, smoke'
ask alice call stage restart "{\"lock\":\"$token\"}"
expect "alice starts the task again" "$(code)" ok
finish
