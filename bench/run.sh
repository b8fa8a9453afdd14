#!/usr/bin/env bash
# Measures Qmi.Edge next to what it can be compared with, and writes bench/results/DATE-MACHINE.md; installs what it needs.
#
#   bench/run.sh [--quick]     --quick: two short repetitions, and nothing is written to bench/results
#
# Everything runs on free ports of the loopback, in a folder of its own, and ends with this script, also after Ctrl-C.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
source deploy/packages.sh
source bench/common.sh

repetitions=5 starts=3 rounds=40 settle=3 watch=5 data=10 boxes=5000 quick=
case ${1:-} in
--quick) repetitions=2 starts=2 rounds=15 settle=2 watch=2 data=3 boxes=200 quick=1 ;;
-h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
?*) echo "run.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
esac

need gcc gcc libc6-dev
need /usr/include/mosquitto.h libmosquitto-dev
need taskset util-linux

# place CPUS PROGRAM...: starts a program on those CPUs; its pid is in $begun.
place() { begin taskset -c "$1" "${@:2}"; }

# ---- what is measured

echo "Building ..."
publish() { deploy/publish.sh --project "$1" --output "$work/$2" | tail -n 1 >&2; }
need_bench
if [[ -z $quick ]]; then
    publish src/qmi-edge qmi-edge
    publish samples/cryo cryo
fi
for program in echo ask start; do
    gcc -std=gnu11 -O2 -Wall -Wextra -pthread -o "$work/$program" "bench/c/$program.c" bench/c/link.c -lmosquitto
done
for program in word loops; do
    gcc -std=gnu11 -O2 -Wall -Wextra -pthread -o "$work/$program" "bench/c/$program.c"
done

# ---- the broker, and who runs where

# The scheduler puts three processes that wait for each other now on one CPU and now on two, and two copies of the same program then differ
# by half. So they are put: all on one CPU, which counts instructions, or the responder on one and the rest on another.
allowed=()
for part in $(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status | tr ',' ' '); do
    for cpu in $(seq "${part%-*}" "${part#*-}"); do allowed+=("$cpu"); done
done
everywhere=$(IFS=,; echo "${allowed[*]}")
declare -A responder_on=([apart]=${allowed[1]:-${allowed[0]}} [one]=${allowed[0]})

broker_cpus=${allowed[0]}
begin_broker

# box TASKS TYPE [PORT [FOLDER]]: the configuration of a box with that many loop tasks at 10 Hz, on the broker or not, with a state folder or not.
box() {
    local index
    printf '{"box": "bench", "log": {"level": "warning"}, "instruments": {"device": {"type": "empty_instrument"}}, '
    # Whoever asks without a pause asks for more than the box takes from one caller.
    printf '"requests": {"per_second": 0}, '
    [[ -z ${3:-} ]] || printf '"mqtt": {"host": "127.0.0.1", "port": %s}, ' "$3"
    [[ -z ${4:-} ]] || printf '"state": {"folder": "%s"}, ' "$4"
    printf '"tasks": {'
    for ((index = 0; index < $1; index++)); do
        printf '%s"loop%s": {"type": "%s", "loop": {"period_ms": 100}}' "$( ((index == 0)) || echo ', ')" "$index" "$2"
    done
    printf '}}\n'
}

# ---- the measurements, each of which adds lines of a name and a figure

# ask_all PREFIX: all kinds of call, also where only one is looked at: what was asked before changes what the next takes.
ask_all() {
    local qos
    for qos in 0 1; do
        taskset -c "${allowed[0]}" "$work/ask" "$port" "$qos" "$rounds" snapshot=get/loop0/get_status read=get/device/get_value \
            'control=call/device/set_value={"args":{"value":1.5}}' 'change=call/device/work={"args":{"microseconds":0}}' | sed "s/^mqtt/$1/"
    done
}

round_trips() {
    local placement echo_pid box_pid
    mkdir -p "$work/state"
    box 1 busy_loop "$port" >"$work/box.json"
    box 1 busy_loop "$port" "$work/state" >"$work/kept.json"
    for placement in apart one; do
        place "${responder_on[$placement]}" "$work/echo" "$port"
        echo_pid=$begun
        place "${responder_on[$placement]}" "$bench" run "$work/box.json"
        box_pid=$begun
        sleep 1
        ask_all "$placement"
        end "$box_pid"
        # The same box, but that it writes down what it is asked for before it does it.
        place "${responder_on[$placement]}" "$bench" run "$work/kept.json"
        box_pid=$begun
        sleep 1
        ask_all "${placement}_kept"
        end "$box_pid"
        end "$echo_pid"
    done
}

start_ups() {
    local start
    box 1 busy_loop "$port" >"$work/box.json"
    for ((start = 0; start < starts; start++)); do
        "$work/start" word word "$work/word"
        "$work/start" word local "$bench" measure first-call
        "$work/start" call mqtt "$port" "$bench" run "$work/box.json"
    done
}

ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
# watch NAME PROGRAM...: resident memory, threads and the share of one CPU.
watch() {
    local before
    place "$everywhere" "${@:2}"
    sleep "$settle"
    before=$(ticks "$begun")
    sleep "$watch"
    echo "$1_cpu $(awk "BEGIN { print ($(ticks "$begun") - $before) * 100 / $(getconf CLK_TCK) / $watch }")"
    awk -v name="$1" '/^VmRSS/ { print name "_rss", $2 / 1024 } /^RssFile/ { print name "_file", $2 / 1024 } /^Threads/ { print name "_threads", $2 }' "/proc/$begun/status"
    end "$begun"
}

loops() {
    local tasks
    for tasks in 1 50 200; do
        box "$tasks" idle_loop >"$work/box.json"
        watch "loops_${tasks}_local" "$bench" run "$work/box.json"
        box "$tasks" idle_loop "$port" >"$work/box.json"
        watch "loops_${tasks}_mqtt" "$bench" run "$work/box.json"
        watch "loops_${tasks}_c" "$work/loops" "$tasks" 100000
    done
    box 50 busy_loop "$port" >"$work/box.json"
    watch "busy_50_mqtt" "$bench" run "$work/box.json"
}

for ((repetition = 1; repetition <= repetitions; repetition++)); do
    echo "Repetition $repetition of $repetitions ..."
    for name in rpc bridge signals locks; do "$bench" measure "$name"; done >>"$samples"
    mkdir -p "$work/flush"
    "$bench" measure disk "$work/flush" >>"$samples"
    "$bench" measure data "$port" "$data" >>"$samples"
    round_trips >>"$samples"
    start_ups >>"$samples"
done
echo "Loop tasks ..."
loops >>"$samples"
echo "Fleet ..."
# A snapshot of a whole fleet is more than a broker keeps for a client by default.
broker_cpus=
begin_broker "max_queued_messages 1000000"
"$bench" measure fleet "$port" "$boxes" >>"$samples"

# ---- the report

# figure NAME [DECIMALS]: the median of all that was measured under a name.
figure() {
    awk -v name="$1" '$1 == name { print $2 }' "$samples" | sort -g |
        awk -v decimals="${2:-1}" '{ value[NR] = $1 } END { if (NR == 0) exit 1; printf "%.*f", decimals, (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'
}
# ratio NAME NAME [DECIMALS]
ratio() { awk -v first="$(figure "$1" 6)" -v second="$(figure "$2" 6)" -v decimals="${3:-1}" 'BEGIN { printf "%.*f", decimals, first / second }'; }
thousands() { awk -v value="$(figure "$1" 0)" 'BEGIN { printf "%.0f k/s", value / 1000 }'; }
size() { awk -v bytes="$(stat -c %s "$1")" 'BEGIN { printf "%.1f MB", bytes / 1e6 }'; }

round_trip_rows() {
    local placement name qos
    for name in snapshot read control; do
        for placement in apart one; do
            for qos in 0 1; do
                local key=${placement}_${name}_qos$qos
                echo "| $name | $placement | $qos | **$(figure "${key}_to_reply" 2)** | $(figure "${key}_to_handed" 2) | $(figure "${key}_to_bare" 2) | $(figure "${key}_box_p50" 0) / $(figure "${key}_box_p99" 0) us | $(figure "${key}_reply_p50" 0) / $(figure "${key}_reply_p99" 0) us | $(verdict "$(figure "${key}_to_reply" 2)" 1.30) |"
            done
        done
    done
}

journal_rows() {
    local placement qos
    for placement in apart one; do
        for qos in 0 1; do
            local off=${placement}_change_qos$qos kept=${placement}_kept_change_qos$qos
            echo "| $placement | $qos | $(figure "${off}_box_p50" 0) / $(figure "${off}_box_p99" 0) us | $(figure "${kept}_box_p50" 0) / $(figure "${kept}_box_p99" 0) us | $(figure "${off}_to_reply" 2) | $(figure "${kept}_to_reply" 2) | $(awk "BEGIN { printf \"%.0f\", $(figure "${kept}_box_p50" 3) - $(figure "${off}_box_p50" 3) }") us, $(awk "BEGIN { printf \"%.1f\", ($(figure "${kept}_box_p50" 3) - $(figure "${off}_box_p50" 3)) / $(figure disk_flush_p50 3) }") |"
        done
    done
}

loop_rows() {
    local tasks
    for tasks in 1 50 200; do
        echo "| $tasks | $(figure "loops_${tasks}_local_rss") MB | $(figure "loops_${tasks}_mqtt_rss") MB ($(figure "loops_${tasks}_mqtt_file") MB of it program and libraries) | $(figure "loops_${tasks}_mqtt_threads" 0) | $(figure "loops_${tasks}_local_cpu") / $(figure "loops_${tasks}_mqtt_cpu") % | $(figure "loops_${tasks}_c_rss") MB, $(figure "loops_${tasks}_c_cpu") % |"
    done
}

report() {
    head_of_report "Benchmarks" "$repetitions repetitions of everything, one after the other; medians of them. What is compared ran in turns in the same run: read the ratios" \
        "; $(mosquitto -h | head -n 1); $(gcc --version | head -n 1)"
    cat <<END
## Calls across the broker

One request at a time from the C requester \`bench/c/ask.c\`, in rounds of 50 calls: the box, then the floors, \`bench/c/echo.c\`, on the same
broker with a reply of the same size. *Reply*: with the MQTT 5 properties that the contract puts around a reply; *handed*: the same, after a second
thread had the request; *bare*: without properties. *Apart*: the responder has a CPU of its own, broker and requester share another;
*one*: all on one CPU. A snapshot is answered on the connection's thread; a read and a control call take their turn in the
instrument's queue, on a worker thread, since a driver may block. Aim: within 1.3 times *reply*.

| call | placed | QoS | box / reply | box / handed | box / bare | box p50 / p99 | reply p50 / p99 | aim |
|---|---|---|---|---|---|---|---|---|
$(round_trip_rows)

The bridge's own part, without a broker: $(figure bridge_snapshot_p50) us and $(figure bridge_snapshot_bytes 0) bytes of garbage for a snapshot, $(figure bridge_read_p50) us and $(figure bridge_read_bytes 0) bytes for a read, $(figure bridge_control_p50) us and $(figure bridge_control_bytes 0) bytes for a control call.

## The journal

A call that must not be done twice, with no state folder and with one: with one it is written down and on the disk before it is begun, and its
answer before it is given. *To reply*: the median ratio to the floor of the same rounds, as above. One flush of $(figure disk_flush_p50 0) / $(figure disk_flush_p99 0) us
(p50 / p99, one record of 200 bytes, nothing else on the way, 0.3 ms after the one before) is what this disk takes; a call needs two.

| placed | QoS | without p50 / p99 | with p50 / p99 | without, to reply | with, to reply | the journal takes, and in flushes |
|---|---|---|---|---|---|---|
$(journal_rows)

## Signals, and control beside them

| what | here | next to it, in the same run | ratio | aim |
|---|---|---|---|---|
| ten tasks at 1 kHz, to a subscriber | $(figure kilohertz_values_per_s 0) values/s, $(figure kilohertz_missing 0) missing | | | none missing: $(verdict "$(figure kilohertz_missing 0)" 0) |
| the same, share of one CPU, the subscriber in the same process | $(figure kilohertz_cpu) % | the loops without a bridge: $(figure kilohertz_alone_cpu) % | $(ratio kilohertz_cpu kilohertz_alone_cpu) | |
| the same, bytes on the wire for a value, and of garbage | $(figure kilohertz_payload_bytes_per_value), $(awk "BEGIN { printf \"%.1f\", $(figure kilohertz_bytes_per_s) / $(figure kilohertz_values_per_s) }") | | | |
| a snapshot while the data connection is full, p50 | $(figure control_full_p50 0) us | while it is idle: $(figure control_idle_p50 0) us | $(figure control_p50_ratio 2) ($(figure control_p50_ratio_low 2) to $(figure control_p50_ratio_high 2)) | |
| a snapshot while the data connection is full, p99 | $(figure control_full_p99 0) us | while it is idle: $(figure control_idle_p99 0) us | $(figure control_p99_ratio 2) ($(figure control_p99_ratio_low 2) to $(figure control_p99_ratio_high 2)) | within 20 %: $(verdict "$(figure control_p99_ratio 3)" 1.20) |

The data connection is full because its way takes 40 kB/s, and ten tasks at 1 kHz need several times that: the box gives up the oldest values and counts
them. The one whose data connection is idle is a second box in the same process; both are asked in turns, 500 times
each, forty times, after 100 calls that do not count. The ratio is the median of the forty rounds, in brackets their quartiles.

## A fleet

$(figure fleet_boxes 0) boxes that are nothing but their $(figure fleet_documents 0) retained documents, $(figure fleet_megabytes 0) MB, on one broker; put there by one process in $(figure fleet_publish_s) s. A supervisor
that asks for the state of all has it after $(figure fleet_states_s 2) s ($(figure fleet_states_missing 0) missing), one that asks for everything after $(figure fleet_snapshot_s 1) s ($(figure fleet_snapshot_missing 0) missing), at QoS 0 and with
\`max_queued_messages 1000000\`: by default mosquitto drops what is more than a thousand.

## In the process

| what | here | next to it, in the same run | ratio | aim | Python QMI 0.54 |
|---|---|---|---|---|---|
| RPC call of a free instrument, p50 / p99 | $(figure rpc_call_p50 2) / $(figure rpc_call_p99 2) us | a method under a lock: $(figure rpc_plain_p50 2) us | $(ratio rpc_call_p50 rpc_plain_p50) | under 10 us: $(verdict "$(figure rpc_call_p50 3)" 10) | 57 / 133 us |
| asynchronous RPC call, p50 / p99 | $(figure rpc_async_p50 2) / $(figure rpc_async_p99 2) us | Task.Run: $(figure rpc_task_run_p50 2) us | $(ratio rpc_async_p50 rpc_task_run_p50) | under 10 us: $(verdict "$(figure rpc_async_p50 3)" 10) | |
| RPC call of $(figure rpc_contended_body 0) us, two threads at once: share of the time in which the instrument works | $(figure rpc_contended_busy 0) % | a plain lock: $(figure rpc_contended_lock_busy 0) % | $(ratio rpc_contended_busy rpc_contended_lock_busy 2) | | |
| lock, hand-over to a waiter, p50 / p99 | $(figure lock_hand_over_p50) / $(figure lock_hand_over_p99) us | SemaphoreSlim: $(figure lock_semaphore_p50) us | $(ratio lock_hand_over_p50 lock_semaphore_p50 2) | | 57 ms |
| signals, one publisher and one receiver, nothing lost | $(thousands signals_windowed_per_s) | | | 1 000 k/s: $(verdict 1000000 "$(figure signals_windowed_per_s 0)") | 82 k/s |
| signals, flat out | $(thousands signals_delivered_per_s), $(figure signals_lost_percent) % lost and counted | bounded Channel: $(thousands signals_channel_per_s), $(figure signals_channel_lost_percent) % lost | $(ratio signals_delivered_per_s signals_channel_per_s) | | |

## Start

Median of $((repetitions * starts)) starts, from before the fork.

| what | time | times a C program that writes one word | aim | Python QMI 0.54 |
|---|---|---|---|---|
| a C program that writes one word | $(figure start_word) ms | 1 | | |
| first answered call in the process | $(figure start_local) ms | $(ratio start_local start_word) | under 100 ms: $(verdict "$(figure start_local)" 100) | 157 ms |
| the box says that it is online | $(figure start_mqtt_online) ms | $(ratio start_mqtt_online start_word) | | |
| first answered call across the broker, from a caller who waits for "online" | $(figure start_mqtt) ms | $(ratio start_mqtt start_word) | under 100 ms: $(verdict "$(figure start_mqtt)" 100) | |

## Size and memory

Loop tasks that do nothing, 10 Hz, resident memory after $settle s and the share of one CPU over $watch s. Next to them as many C threads in clock_nanosleep.

| tasks | without MQTT | with MQTT | threads | CPU without / with MQTT | C threads |
|---|---|---|---|---|---|
$(loop_rows)

Aim: under 20 MB with 50 loop tasks: $(verdict "$(figure loops_50_mqtt_rss)" 20). With 50 tasks that publish a status and a signal every turn: $(figure busy_50_mqtt_rss) MB, $(figure busy_50_mqtt_cpu) % CPU.
Python QMI 0.54 has 24 / 27 / 37 MB with 1 / 50 / 200 tasks, 403 threads and 17 % CPU with 200, without MQTT.

END
    if [[ -z $quick ]]; then
        echo "Native binaries, with everything they need but libc and libmosquitto: qmi-edge $(size "$work/qmi-edge/qmi-edge"), the sample box cryo $(size "$work/cryo/cryo"), this benchmark $(size "$bench")."
    else
        echo "Native binary of this benchmark: $(size "$bench"). A quick run: the figures are rough."
    fi
    echo
    echo "The figures of Python QMI were taken on the development machine at another time: an order of magnitude, no ratio."
}

report >"$work/report.md"
if [[ -z $quick ]]; then keep_report; else cat "$work/report.md"; fi
