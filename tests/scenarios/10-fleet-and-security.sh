#!/usr/bin/env bash
# Scenario 10: a fleet's snapshot, who may do what, two boxes with one id, and nothing left behind.

source "$(dirname "$0")/lib.sh" "$@"
need openssl openssl
boxes=$(often 1500 5000)
bench=${QMI_BENCH:-$(compgen -G "$root/artifacts/*/bin/Qmi.Edge.Bench/*/Qmi.Edge.Bench" | head -n 1)}
[[ -x $bench ]] || { echo "The fleet is not built: run dotnet build bench/Qmi.Edge.Bench" >&2; exit 2; }

# another NAME LINE...: one more broker, on $another.
another() {
    local attempt
    for attempt in {1..20}; do
        another=$((20000 + RANDOM % 30000))
        if answers "$another"; then continue; fi
        printf '%s\n' "user $(id -un)" "listener $another 127.0.0.1" "${@:2}" >"$work/$1.conf"
        begin "$1" mosquitto -c "$work/$1.conf"
        wait_for 10 "answers $another || ! is_running $1"
        if is_running "$1"; then return; fi
    done
    give_up "the broker $1 does not start"
}

say "A broker with mosquitto's defaults, and the documents of $boxes boxes"
another fleet "allow_anonymous true"
"$bench" fleet "$another" "$boxes" | sed 's/^/  /' || give_up "no fleet"
snapshot() { mosquitto_sub -h 127.0.0.1 -p "$another" "$@" -t 'qmi/v1/box/+/state' --retained-only -W "$(often 5 15)" 2>/dev/null | wc -l; }
expect "states at QoS 0" "$(snapshot -q 0)" "$boxes"
expect "states at QoS 1: the documented trap" "$(snapshot -q 1)" 1020
end fleet TERM

configure '.alias = "east"'
box='.alias = "east"'
people+=(box08) acl_options=(--boxes box08)
open_lab "persistence true" "persistence_location $work/"

say "Who may publish what: 0 is yes, 16 yes and nobody listens, 135 is no"
# may USER TOPIC CODE...
may() {
    local said
    said=$(publish "$1" "$2" -n -d 2>&1 | grep -o 'RC:[0-9]*' | tail -n 1)
    # Without -d's word on it, it was taken.
    said=${said#RC:}
    expect_like "$1 on $2" "${said:-0}" "$3"
}
yes='@(0|16)' no=135
for who in obs alice adm; do may "$who" "$B/get/$who/stage/is_running" "$yes"; done
may obs "$B/call/obs/stage/bump" "$no"
may alice "$B/call/alice/stage/is_running" "$yes"
may adm "$B/call/adm/stage/is_running" "$yes"
may alice "$B/call/bob/stage/bump" "$no"
may alice "$B/get/bob/stage/is_running" "$no"
may obs "$B/task/stage/push/obs" "$no"
may alice "$B/task/stage/push/alice" "$yes"
may alice "$B/task/stage/push/bob" "$no"
may alice "$B/admin/alice/stage/force_unlock" "$no"
may adm "$B/admin/adm/stage/is_running" "$yes"
may alice "$B/state" "$no"
may alice "$B/task/stage/settings" "$no"
may alice qmi/v1/client/alice/state "$yes"
may alice qmi/v1/client/bob/state "$no"
may box08 "$B/state" "$no"
may box08 qmi/v1/box/box08/info "$yes"
may box08 "$B/reply/alice/stage/bump" "$no"

say "An observer tries to read the replies to others"
watch spy obs -t 'qmi/v1/box/+/reply/#' -t "$B/task/+/push/#"
ask alice get stage get_status
expect "alice's reply, to her" "$(code)" ok
expect "  to the observer" "$(grep -c "/reply/alice/" "$work/seen/spy")" 0

say "box07 by its certificate"
(
    cd "$work" || exit
    sign() { openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out "$1.pem"; }
    key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    openssl req -x509 "${key[@]}" -days 2 -subj "/CN=scenario authority" -keyout ca.key -out ca.pem
    openssl req "${key[@]}" -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.csr
    openssl req "${key[@]}" -subj /CN=box07 -keyout box07.key -out box07.csr
    sign server && sign box07
) >"$work/openssl.log" 2>&1 || { cat "$work/openssl.log"; give_up "no certificates"; }
another tls "allow_anonymous false" "acl_file $work/acl" "cafile $work/ca.pem" "certfile $work/server.pem" "keyfile $work/server.key" "require_certificate true" "use_identity_as_username true"
certified() { mosquitto_pub -h 127.0.0.1 -p "$another" -V 5 -q 1 --cafile "$work/ca.pem" --cert "$work/box07.pem" --key "$work/box07.key" -t "$1" -n -d 2>&1 | grep -o 'RC:[0-9]*' | tail -n 1; }
expect_like "  under its own name" "$(certified "$B/info")" '@(RC:0|RC:16|)'
expect "  under box08" "$(certified qmi/v1/box/box08/info)" RC:135
end tls TERM

say "A second box07 is started, with a memory of its own"
older=$boot
jq '.state.folder = "state2"' "$work/box.json" >"$work/second.json"
begin second "$stage" run "$work/second.json"
wait_for 30 "grep -q 'Another box with the id box07 was seen that was started later' '$work/box.log'" || fail "the older one sees nothing"
# Each is sent once: who answers is for the two to settle, and it is done once at most.
for n in {1..20}; do send alice call stage bump "{\"id\":\"d$n\"}"; done
wait_for 60 "grep -q 'The other box with the id box07 lives' '$work/box.log'" || fail "the older one does not give way"
marks[docs]=0
await docs "$B/alarm/duplicate-box-id" '.code == "DUPLICATE_BOX_ID"' 30
expect_like "the alarm of the newer one" "$(of "$found" .text)" '*was started earlier*'
twice=0
for n in {1..20}; do (($(executed "d$n") <= 1)) || ((twice++)); done
expect "of 20 bumps meanwhile, done twice" "$twice" 0
ask alice call stage bump '{"id":"d21"}'
expect "now one answers" "$(code)" ok
boot=$(of "$reply" .boot)
expect_that "  and it is the newer one" "$([[ $boot > $older ]] && echo 1 || echo 0)"
expect "  which did it once" "$(executed d21)" 1
kill_box
end second TERM
start_box

say "The box is given another friendly name, and a task is deleted"
before=$(retained obs "$B/task/#" "$B/instrument/#" "$B/state" "$B/info" "$B/health" "qmi/v1/alias/#" | cut -d ' ' -f 1)
expect "its friendly name" "$(grep alias <<<"$before")" qmi/v1/alias/east
ask adm admin _box rename '{"args":{"alias":"west"}}'
expect "the rename" "$(code)" ok
stop_box
configure '.alias = "east" | del(.tasks.encoder)'
start_box
wanted=$(grep -v '/task/encoder/' <<<"$before" | sed 's,alias/east,alias/west,')
wait_for 20 '[[ $(retained obs "$B/task/#" "$B/instrument/#" "$B/state" "$B/info" "$B/health" "qmi/v1/alias/#" | cut -d " " -f 1) == "$wanted" ]]'
expect "what is left and should not be, or should be and is not" "$(diff <(echo "$wanted") <(retained obs "$B/task/#" "$B/instrument/#" "$B/state" "$B/info" "$B/health" "qmi/v1/alias/#" | cut -d ' ' -f 1))" ''
finish
