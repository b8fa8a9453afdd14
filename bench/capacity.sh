#!/usr/bin/env bash
# Finds how many loops at 100 Hz a box runs with under 1 % of the deadlines missed, with MQTT and without, and what they cost.
# Writes bench/results/DATE-MACHINE-capacity.md; installs what it needs.
#
#   bench/capacity.sh [--rounds 3] [--seconds 10] [--no-report] [TASKS...]     default: 250 500 750 1000
#
# QMI_BENCH names a native benchmark box that is there already.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
source deploy/packages.sh
source bench/common.sh

rounds=3 seconds=10 keep=1 counts=()
while (($#)); do
    case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --no-report) keep=; shift ;;
    [1-9]*) counts+=("$1"); shift ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "capacity.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
    esac
done
((${#counts[@]})) || counts=(250 500 750 1000)
need_bench
begin_broker

for ((round = 1; round <= rounds; round++)); do
    for tasks in "${counts[@]}"; do
        echo "$tasks tasks, round $round of $rounds ..." >&2
        "$bench" measure capacity "$tasks" "$seconds" | sed "s/^/$tasks local /" >>"$samples"
        "$bench" measure capacity "$tasks" "$seconds" "$port" | sed "s/^/$tasks mqtt /" >>"$samples"
    done
done

# median TASKS WAY NAME, spread TASKS WAY NAME
values() { awk -v tasks="$1" -v way="$2" -v name="$3" '$1 == tasks && $2 == way && $3 == name { print $4 }' "$samples" | sort -g; }
median() { values "$@" | awk '{ value[NR] = $1 } END { printf "%.4g", value[int((NR + 1) / 2)] }'; }
spread() { values "$@" | sed -n '1p;$p' | awk '{ printf "%s%.2g", (NR > 1 ? " to " : ""), $1 }'; }

{
    head_of_report "Capacity" "$rounds rounds of $seconds s for each, in turns; medians, in brackets the smallest and largest. Broker and box share the CPUs"
    cat <<END
Loops at 100 Hz, policy skip, each of which publishes a status and a signal every turn; no priorities. Missed: turns that ended after their deadline, of all
turns. Skipped: slots that had no turn, of all slots. Aim: 500 tasks with under 1 % missed.

| tasks | MQTT | missed | skipped | CPU, of one | memory | threads | garbage | collections, all pauses | aim |
|---|---|---|---|---|---|---|---|---|---|
END
    for tasks in "${counts[@]}"; do
        for way in local mqtt; do
            echo "| $tasks | $([[ $way == mqtt ]] && echo with || echo without) | **$(median "$tasks" $way missed_percent) %** ($(spread "$tasks" $way missed_percent)) | $(median "$tasks" $way skipped_percent) % ($(spread "$tasks" $way skipped_percent)) | $(median "$tasks" $way cpu_percent) % | $(median "$tasks" $way rss_mb) MB | $(median "$tasks" $way threads) | $(median "$tasks" $way garbage_mb_per_s) MB/s | $(median "$tasks" $way collections), $(median "$tasks" $way pause_ms) ms | $(verdict "$(median "$tasks" $way missed_percent)" 1) |"
        done
    done
} >"$work/report.md"
if [[ -n $keep ]]; then keep_report capacity; else cat "$work/report.md"; fi
