# Sourced by the scenarios: a broker and a box of one's own, and the few words that the scripts are written in.
#
# Everything runs on a free port of the loopback, in a temporary folder, and ends with the script. Only mosquitto's own clients talk to the box.
# The lab: box07 with the tasks stage and encoder (samples/stage); obs looks, alice and bob operate, adm administers.

set -uo pipefail
shopt -s extglob
scenarios=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$scenarios/../.." && pwd)
number=$(basename "$0" | sed 's/^0*\([0-9]*\).*/\1/')
source "$root/deploy/packages.sh"
PATH=$PATH:/usr/sbin:/usr/local/sbin

full=
case ${1:-} in
--full) full=1 ;;
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; echo "$(basename "$0") [--full]     --full: as often and as long as the contract says"; exit 0 ;;
?*) echo "$0: unknown option $1 (try --help)" >&2; exit 2 ;;
esac
# often CI FULL: how often or how long.
often() { if [[ $full ]]; then echo "$2"; else echo "$1"; fi; }

need mosquitto mosquitto
need mosquitto_pub mosquitto-clients
need jq jq
stage=${QMI_STAGE:-$(compgen -G "$root/artifacts/publish/linux-*/stage/stage" | head -n 1)}
[[ -x $stage ]] || { echo "The box is not built: run deploy/publish.sh --project samples/stage" >&2; exit 2; }

work=$(mktemp -d)
mkdir "$work/seen"
logbook=$work/logbook
B=qmi/v1/box/box07
version=5
checks=0 failures=0
declare -A marks pids
trap close_lab EXIT
trap 'exit 130' INT TERM

# ---- telling

say() { printf '%s\n' "$*"; }
# expect WORDS SEEN WANTED: whether it is what it should be.
expect() {
    ((checks++))
    if [[ $2 == "$3" ]]; then say "  + $1: $2"; else fail "$1: saw \"$2\", which should be \"$3\""; fi
}
# expect_like WORDS SEEN PATTERN: whether it looks like that, as in case.
expect_like() {
    ((checks++))
    # shellcheck disable=SC2053
    if [[ $2 == $3 ]]; then say "  + $1: $2"; else fail "$1: saw \"$2\", which should look like \"$3\""; fi
}
fail() {
    ((failures++))
    say "  - $*"
}
# expect_that WORDS ARITHMETIC: as expect, of numbers.
expect_that() {
    ((checks++))
    if (($2)); then say "  + $1 ($2)"; else fail "$1: not so ($2)"; fi
}
give_up() {
    say "  - $*"
    say "scenario $number: FAILED, and could not go on"
    exit 1
}
finish() {
    if ((failures)); then say "scenario $number: FAILED, $failures of $checks checks"; exit 1; fi
    say "scenario $number: passed"
    exit 0
}

# ---- processes

# begin NAME PROGRAM...: starts it; what it prints goes to $work/NAME.log.
begin() {
    local name=$1
    shift
    "$@" >>"$work/$name.log" 2>&1 &
    pids[$name]=$!
    disown
}
# signal NAME SIGNAL
signal() { kill "-$2" "${pids[$1]}" 2>/dev/null; }
is_running() { kill -0 "${pids[$1]}" 2>/dev/null; }
# end NAME SIGNAL: sends it and waits for the end.
end() {
    signal "$1" "$2"
    [[ $2 == KILL ]] || signal "$1" CONT
    wait_for 20 "! is_running $1" || give_up "$1 does not end"
    unset "pids[$1]"
}
# wait_for SECONDS COMMAND: until it succeeds.
wait_for() {
    local until=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
    until eval "$2"; do
        ((${EPOCHREALTIME/[.,]/} < until)) || return 1
        sleep 0.05
    done
}
close_lab() {
    local status=$? name
    for name in "${!pids[@]}"; do kill -KILL "${pids[$name]}" 2>/dev/null; done
    if ((status != 0 && status != 130)); then
        say "The last that the box said:"
        tail -n 20 "$work/box.log" 2>/dev/null
    fi
    if [[ ${QMI_KEEP:-} ]]; then say "What was seen is in $work"; else rm -rf "$work"; fi
}

# ---- the broker

people=(box07 obs alice bob adm)
acl_options=()
# make_broker LINE...: with a password for each (it is the name), the rules that qmi-edge acl makes, and these lines more.
make_broker() {
    local user
    "$stage" acl "$work/box.json" "${acl_options[@]}" --output "$work/acl" || give_up "no rules for the broker"
    : >"$work/passwords"
    for user in "${people[@]}"; do mosquitto_passwd -b "$work/passwords" "$user" "$user" 2>/dev/null; done
    broker_lines=("user $(id -un)" "allow_anonymous false" "password_file $work/passwords" "acl_file $work/acl" "check_retain_source true" "set_tcp_nodelay true" "max_queued_messages 20000" "$@")
    local attempt
    for attempt in {1..20}; do
        port=$((20000 + RANDOM % 30000))
        if answers "$port"; then continue; fi
        if start_broker; then return; fi
    done
    cat "$work/broker.log"
    give_up "mosquitto does not start"
}
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
start_broker() {
    printf '%s\n' "listener $port 127.0.0.1" "${broker_lines[@]}" >"$work/mosquitto.conf"
    begin broker mosquitto -c "$work/mosquitto.conf"
    wait_for 10 "answers $port || ! is_running broker"
    is_running broker
}
# again: after the broker was away, waits until those who watch hear again.
restart_broker() {
    start_broker || give_up "mosquitto does not start again"
    local name
    for name in "${!watching[@]}"; do hear "$name"; done
}

# With QMI_BRIDGED, alice is at a broker of her own, which a bridge connects with the other as mosquitto does by default: MQTT 3.1.1.
declare -A ports
start_bridge() {
    local attempt
    for attempt in {1..20}; do
        ports[alice]=$((20000 + RANDOM % 30000))
        if answers "${ports[alice]}"; then continue; fi
        cat >"$work/bridge.conf" <<END
user $(id -un)
listener ${ports[alice]} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
connection alice
address 127.0.0.1:$port
remote_username alice
remote_password alice
notifications false
restart_timeout 1
topic qmi/v1/box/+/get/alice/# out 1
topic qmi/v1/box/+/call/alice/# out 1
topic qmi/v1/box/+/task/+/push/alice out 1
topic qmi/v1/box/+/reply/alice/# in 1
topic qmi/v1/client/alice/# both 1
END
        begin bridge mosquitto -c "$work/bridge.conf"
        wait_for 10 "answers ${ports[alice]} || ! is_running bridge"
        if is_running bridge; then return; fi
    done
    give_up "the bridge does not start"
}

# ---- the box

# configure [JQ-FILTER]: writes box.json, that of samples/stage with this lab's broker, people and logbook, changed by the filter.
configure() {
    local lab='.mqtt = {host: "127.0.0.1", port: $port, user: "box07", password_file: "password", roles: {obs: "observer", alice: "operator", bob: "operator", adm: "admin"}}
        | .instruments.axis.args = {logbook: $logbook}'
    sed '/^ *\/\//d' "$root/samples/stage/box.json" | jq --argjson port "${port:-1}" --arg logbook "$logbook" "$lab | ${1:-.}" >"$work/box.json"
    (umask 077; echo box07 >"$work/password")
}
# start_box: and waits until it is online, in a new life. In front of the program goes $with, if any.
start_box() {
    local before=${boot:-}
    begin box ${with:-} "$stage" run "$work/box.json"
    wait_for 30 is_online || give_up "the box does not come online"
    boot=$(newest docs "$B/state" | jq -r .boot)
}
# Online, in a life that is not the one before.
is_online() { [[ $(newest docs "$B/state" | jq --arg before "${before:-}" '.state == "online" and .boot != $before' 2>/dev/null) == true ]]; }
kill_box() { end box KILL; }
stop_box() { end box TERM; }

# open_lab [BROKER-LINE...]: the broker, those who watch, the box.
open_lab() {
    configure "${box:-.}"
    make_broker "$@"
    configure "${box:-.}"
    [[ ! ${QMI_BRIDGED:-} ]] || start_bridge
    watch_all
    start_box
    [[ ! ${QMI_BRIDGED:-} ]] || wait_for 30 "mark; send alice get stage is_running; await alice $B/reply/alice/stage/is_running true 2" || give_up "alice hears nothing across the bridge"
    say "A broker on port $port, box07 on it${QMI_BRIDGED:+, alice behind a bridge}, in $work"
}

# ---- watching

declare -A watching
# watch NAME USER OPTION...: what USER sees; each message is a line of $work/seen/NAME: time, retained, topic, payload.
watch() {
    local name=$1 user=$2
    shift 2
    watching[$name]=$user
    mosquitto_sub -h 127.0.0.1 -p "${ports[$user]:-$port}" -u "$user" -P "$user" -V "$version" -q 1 -F '%U %r %t %p' -t "qmi/v1/client/$user/here" "$@" >>"$work/seen/$name" 2>>"$work/watch.log" &
    pids[watch_$name]=$!
    disown
    hear "$name"
}
# The four windows: one on what the box says of itself, one for each who asks.
watch_all() {
    local user
    watch docs obs -t "$B/state" -t "$B/health" -t "$B/info" -t "$B/alarm/#" -t "$B/task/+/+" -t "$B/task/+/ack/#" -t "$B/instrument/#" -t 'qmi/v1/alias/#'
    for user in obs alice bob adm; do watch "$user" "$user" -t "$B/reply/$user/#"; done
}
# hear NAME: waits until it hears what is published.
hear() {
    local nonce=$RANDOM$RANDOM user=${watching[$1]}
    wait_for 20 "publish $user qmi/v1/client/$user/here -m $nonce 2>/dev/null; wait_for 1 \"grep -q 'here $nonce' '$work/seen/$1'\"" || give_up "$1 hears nothing"
}
# mark: what is seen from now on is new.
mark() {
    local lines file
    while read -r lines file; do marks[${file##*/}]=$lines; done < <(wc -l "$work"/seen/*)
}
# news NAME TOPIC: the new payloads there.
news() { tail -n "+$((${marks[$1]:-0} + 1))" "$work/seen/$1" | awk -v topic="$2" '$3 == topic { sub(/^[^ ]+ [^ ]+ [^ ]+ ?/, ""); print }'; }
# newest NAME TOPIC: the last payload there.
newest() { awk -v topic="$2" '$3 == topic { last = $0 } END { sub(/^[^ ]+ [^ ]+ [^ ]+ ?/, "", last); print last }' "$work/seen/$1"; }
# await NAME TOPIC CONDITION [SECONDS]: waits for a new payload of which jq says that it is so. It is in $found then, and in $found_at when it came.
await() {
    local until=$((${EPOCHREALTIME/[.,]/} + ${4:-15} * 1000000)) lines reader line='' part rest
    found= found_at=
    exec {lines}< <(exec tail -n "+$((${marks[$1]:-0} + 1))" -f "$work/seen/$1" 2>/dev/null)
    reader=$!
    while [[ ! $found ]] && ((${EPOCHREALTIME/[.,]/} < until)); do
        if ! IFS= read -r -t 0.5 -u "$lines" part; then
            line+=$part
            continue
        fi
        line+=$part
        rest=${line#* * }
        if [[ $rest == "$2 "?* ]] && { [[ $3 == true ]] || [[ $(jq "$3" <<<"${rest#* }" 2>/dev/null) == true ]]; }; then
            found=${rest#* }
            found_at=${line%% *}
        fi
        line=
    done
    kill "$reader" 2>/dev/null
    exec {lines}<&-
    [[ $found ]]
}
# retained USER FILTER...: what is retained there, sorted: topic and payload.
retained() {
    local user=$1 filters=() filter
    shift
    for filter in "$@"; do filters+=(-t "$filter"); done
    mosquitto_sub -h 127.0.0.1 -p "$port" -u "$user" -P "$user" -V 5 -q 0 --retained-only -W 2 -F '%t %p' "${filters[@]}" 2>/dev/null | LC_ALL=C sort
}
# of JSON PATH: what stands there.
of() { jq -rc "$2" <<<"$1" 2>/dev/null; }

# ---- asking

# publish USER TOPIC OPTION...
publish() { mosquitto_pub -h 127.0.0.1 -p "${ports[$1]:-$port}" -u "$1" -P "$1" -V "$version" -q 1 -t "$2" "${@:3}"; }
# send USER VERB OBJECT METHOD [PAYLOAD [OPTION...]]: a request; a payload @FILE is what stands there.
send() {
    local user=$1 topic=$B/$2/$1/$3/$4 payload=(-n)
    case ${5:-} in
    @*) payload=(-f "${5#@}") ;;
    ?*) payload=(-m "$5") ;;
    esac
    publish "$user" "$topic" "${payload[@]}" "${@:6}"
}
# ask: as send, and waits for the final reply; it is in $reply, and $took says how many milliseconds passed between the two.
ask() {
    mark
    asked=${EPOCHREALTIME/[.,]/}
    send "$@"
    answer "$1" "$3" "$4"
}
# answer USER OBJECT METHOD [CONDITION [SECONDS]]: waits for a new final reply.
answer() {
    reply= took=
    if await "$1" "$B/reply/$1/$2/$3" ".final == true and (${4:-true})" "${5:-20}"; then
        reply=$found
        took=$(((${found_at/[.,]/} / 1000 - ${asked:-0}) / 1000))
    fi
}
# code: of $reply: ok, or that of its error.
code() { of "$reply" 'if .ok then "ok" else .error.code end'; }
# verdict: the code of $reply and whether the work was done.
verdict() { of "$reply" 'if .ok then "ok" else .error.code + " " + .error.executed end'; }
# bumps: how often the stage was bumped, as its status says.
bumps() { ask obs get stage get_status; of "$reply" .result.bumps; }
# executed ID: how often the axis was bumped for that request, as its logbook says.
executed() { grep -c " $1\$" "$logbook" 2>/dev/null || [[ -e $logbook ]] || echo 0; }
