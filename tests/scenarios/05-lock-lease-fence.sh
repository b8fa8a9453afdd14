#!/usr/bin/env bash
# Scenario 5: a lock is a lease on the monotonic clock; its fence only grows; a reboot, a stepped clock and a dead owner change none of that.

source "$(dirname "$0")/lib.sh" "$@"
need '/usr/lib/*/faketime/libfaketime.so.1' faketime
# The box's wall clock is what stands in a file. Its monotonic clock is the machine's.
echo +0 >"$work/clock"
with="env LD_PRELOAD=$(compgen -G '/usr/lib/*/faketime/libfaketime.so.1' | head -n 1) FAKETIME_TIMESTAMP_FILE=$work/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1"
open_lab
fence=0

# lock USER MEMBERS: asks for the lock; $token and $granted are what came of it, and fences only grow.
lock() {
    ask "$1" call stage lock "{\"args\":{$2}}"
    token=$(of "$reply" .result.token)
    granted=$(of "$reply" .result.fence)
    expect "$1 locks" "$(code)" ok
    expect_that "  its fence is above the last" "${granted:-0} > $fence"
    fence=$granted
}
# Shorter than the contract's own scenario only where a shell on a busy machine has the time that it takes to ask.
lease_ms=$(often 6000 3000)
# lease CLOCK: alice's goes by, and bob's comes after it; the wall clock is stepped to CLOCK in the middle.
lease() {
    lock alice "\"lease_ms\":$lease_ms,\"note\":\"align\""
    local alices=$token begun=${marks[docs]} from to
    [[ -z $1 ]] || echo "$1" >"$work/clock"
    ask bob call stage bump
    expect "bob's bump" "$(verdict)" 'LOCKED no'
    expect "  which says who and why" "$(of "$reply" '[.error.details.owner, .error.details.note]' | tr -d '[]"')" alice,align
    ask obs get stage get_status
    expect "obs asks for the status" "$(code)" ok
    marks[docs]=$begun
    await docs "$B/task/stage/lock" ".locked and .fence == $fence"
    from=${found_at/[.,]/}
    await docs "$B/task/stage/lock" '.locked == false and .prev.end == "expired" and .prev.fence == '"$fence" 20 || fail "the lock was never released"
    to=${found_at/[.,]/}
    expect_that "the idle lock lasted for its lease, as everybody can see, in ms" "$(((to - from) / 1000000)) > $lease_ms - 500 && $(((to - from) / 1000000)) < $lease_ms + 2000"
    lock bob '"lease_ms":60000'
    ask alice call stage bump "{\"lock\":\"$alices\"}"
    expect "alice, with the token of a lock that is over" "$(verdict)" 'LOCK_LOST no'
    ask bob call stage unlock "{\"lock\":\"$token\"}"
    expect "bob unlocks" "$(code)" ok
}

say "A lease"
lease ''
# What follows has nothing to do with bridges.
[[ ${QMI_BRIDGED:-} && ! $full ]] && finish
say "The same, while the wall clock jumps an hour ahead"
lease +3600
say "The same, while it jumps back"
lease -3600

# From here on the clocks are true: the faked one also ends waits of the process early, which a real one does not.
stop_box
with=
start_box
say "The box is killed while bob holds the lock"
lock bob '"lease_ms":8000,"note":"night run"'
kill_box
start_box
expect "the lock says" "$(newest docs "$B/task/stage/lock" | jq -c '[.state, .owner]')" '["recovering","bob"]'
ask alice call stage bump
expect "alice's bump" "$(verdict)" 'LOCKED no'
ask bob call stage bump '{"lock":"not the one that he was given"}'
expect_like "bob's, with another token" "$(verdict)" '@(LOCK_LOST|LOCKED) no'
ask bob call stage bump "{\"lock\":\"$token\"}"
expect "bob's, with his token" "$(code)" ok
expect_that "  its fence has not gone back" "$(of "$reply" .fence) >= $fence"
fence=$(of "$reply" .fence)
say "Again, and bob stays away"
kill_box
mark
begun=${marks[docs]}
start_box
ask alice call stage bump
expect "alice's bump" "$(verdict)" 'LOCKED no'
marks[docs]=$begun
await docs "$B/task/stage/lock" '.locked == false' 20 || fail "the lock was never released"
ask alice call stage bump
expect "alice's bump, a lease later" "$(code)" ok

say "A call of 5 s under a lease of 3 s"
lock alice '"lease_ms":3000'
mark
send alice call stage bump "{\"id\":\"h1\",\"lock\":\"$token\",\"args\":{\"hold_ms\":5000},\"timeout_ms\":20000}"
sleep 4
ask bob call stage bump
expect "bob's bump, after 4 s" "$(verdict)" 'LOCKED no'
answer alice stage bump '.id == "h1"'
expect "the call" "$(code)" ok
ask alice call stage bump "{\"lock\":\"$token\"}"
expect "alice still holds it" "$(code)" ok
ask alice call stage unlock "{\"lock\":\"$token\"}"

say "bob's lock is bound to his presence, and his client is killed"
begin presence mosquitto_sub -h 127.0.0.1 -p "$port" -u bob -P bob -V 5 -k 5 -t qmi/v1/client/bob/state \
    --will-topic qmi/v1/client/bob/state --will-payload '{"state":"lost"}' --will-qos 1 --will-retain
publish bob qmi/v1/client/bob/state -r -m '{"state":"online"}'
wait_for 10 "grep -q online '$work/presence.log'"
lock bob '"lease_ms":60000,"bind":true'
mark
signal presence KILL
await docs "$B/task/stage/lock" '.state == "grace"' 10
since=${found_at/[.,]/}
expect "the lock says" "$(of "$found" .state)" grace
await docs "$B/task/stage/lock" '.locked == false' 15 || fail "the lock was never released"
lasted=$(((${found_at/[.,]/} - since) / 1000000))
expect_that "it was released 5 s after that, in ms" "$lasted > 4500 && $lasted < 7000"
lock alice '"lease_ms":3000'
finish
