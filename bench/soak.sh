#!/usr/bin/env bash
# Runs a loop at 1 kHz with MQTT for a long time, and looks whether memory, threads and open files stay what they are.
# Writes bench/results/DATE-MACHINE-soak.md; installs what it needs. Exit code 1 when something grows.
#
#   bench/soak.sh [--no-report] [MINUTES]     default: 60
#
# QMI_BENCH names a native benchmark box that is there already.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
source deploy/packages.sh
source bench/common.sh

minutes=60 keep=1
while (($#)); do
    case $1 in
    --no-report) keep=; shift ;;
    [1-9]*) minutes=$1; shift ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "soak.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
    esac
done
need mosquitto_rr mosquitto-clients
need jq jq
need_bench
begin_broker

cat >"$work/box.json" <<END
{
  "box": "soak",
  "log": { "level": "warning" },
  "mqtt": { "host": "127.0.0.1", "port": $port },
  "tasks": { "loop": { "type": "busy_loop", "priority": 80, "loop": { "period_ms": 1, "policy": "skip" } } }
}
END
begin "$bench" run "$work/box.json"
box=$begun
# Somebody who reads all of it.
begin mosquitto_sub -h 127.0.0.1 -p "$port" -t 'qmi/v1/#' -F ''
settle=10
sleep "$settle"

statistics() {
    mosquitto_rr -h 127.0.0.1 -p "$port" -V 5 -W 10 -q 1 -t qmi/v1/box/soak/get/bench/loop/get_loop_statistics -e qmi/v1/box/soak/reply/bench/loop -n
}
# member PATH: a number of the reply on standard input.
member() { jq -er ".result.$1"; }
look() {
    kill -0 "$box" || { echo "The box has ended." >&2; exit 1; }
    awk '/^VmRSS/ { rss = $2 } /^Threads/ { threads = $2 } END { printf "%s %s ", rss, threads }' "/proc/$box/status"
    ls "/proc/$box/fd" | wc -l
}

begin_statistics=$(statistics)
looks=20
pause=$(awk "BEGIN { print ($minutes * 60 - $settle) / $looks }")
look >>"$samples"
for ((number = 1; number <= looks; number++)); do
    sleep "$pause"
    look >>"$samples"
done
end_statistics=$(statistics)

# The last quarter beside the second: what a box needs to begin with is no growth.
judge() {
    awk '{ rss[NR] = $1; threads[NR] = $2; files[NR] = $3 }
        END {
            quarter = int(NR / 4); then = quarter + 1
            for (row = then; row < then + quarter; row++) early += rss[row] / quarter
            for (row = NR - quarter + 1; row <= NR; row++) late += rss[row] / quarter
            printf "%.1f %.1f %.2f %d %d %d %d\n", early / 1024, late / 1024, (late - early) * 100 / early, threads[then], threads[NR], files[then], files[NR]
        }' "$samples"
}
read -r early late growth threads_then threads_now files_then files_now < <(judge)
flat=$(awk -v growth="$growth" 'BEGIN { print growth < 5 ? "flat" : "grows" }')
turns=$(($(member turns <<<"$end_statistics") - $(member turns <<<"$begin_statistics")))
misses=$(($(member misses <<<"$end_statistics") - $(member misses <<<"$begin_statistics")))
by_gc=$(($(member misses_gc <<<"$end_statistics") - $(member misses_gc <<<"$begin_statistics")))
latest=$(member lateness_us.max <<<"$end_statistics")

{
    head_of_report "A soak of $minutes minutes" "one loop at 1 kHz, priority 80, that publishes a status and a signal every turn, on MQTT, with a subscriber to everything"
    cat <<END
| what | second quarter | last quarter | |
|---|---|---|---|
| resident memory | $early MB | $late MB | $flat, $growth % |
| threads | $threads_then | $threads_now | |
| open files | $files_then | $files_now | |

$turns turns, $misses of them missed, $by_gc with a pause of the collector near them; the latest turn of the whole run began $latest us late.

| minute | resident memory | threads | open files |
|---|---|---|---|
END
    awk -v settle="$settle" -v pause="$pause" '{ printf "| %.0f | %.1f MB | %d | %d |\n", (settle + (NR - 1) * pause) / 60, $1 / 1024, $2, $3 }' "$samples"
} >"$work/report.md"
if [[ -n $keep ]]; then keep_report soak; else cat "$work/report.md"; fi
[[ $flat == flat && $threads_now -le $((threads_then + 2)) && $files_now -le $((files_then + 2)) ]] || { echo "soak.sh: something grows" >&2; exit 1; }
