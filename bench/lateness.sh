#!/usr/bin/env bash
# Measures how late a loop at 1 kHz is, in turns with cyclictest, and writes bench/results/DATE-MACHINE-lateness.md; installs what it needs.
#
#   bench/lateness.sh [--rounds 20] [--seconds 3] [--samples FILE] [--no-report] [idle] [busy] [garbage]
#
# With --samples what is measured is added to what is in the file already, and the report is about all of it: so it can be taken in parts.
# All that have a priority wait on the same CPU, the last one: left to the scheduler, chance would decide who wakes on a CPU that sleeps.
# Needs root, or rights to real-time priorities, locked memory and /dev/cpu_dma_latency. QMI_BENCH names a native benchmark box that is there already.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
source deploy/packages.sh
source bench/common.sh

rounds=20 seconds=3 keep=1 conditions=()
while (($#)); do
    case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --samples) samples=$2; shift 2 ;;
    --no-report) keep=; shift ;;
    idle | busy | garbage) conditions+=("$1"); shift ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "lateness.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
    esac
done
((${#conditions[@]})) || conditions=(idle busy garbage)

need cyclictest rt-tests
need gcc gcc libc6-dev
need taskset util-linux
need_bench
gcc -std=gnu11 -O2 -Wall -Wextra -o "$work/wait" bench/c/wait.c

ways=(cyclictest c loop spin timer sleep)
declare -A name=([cyclictest]="cyclictest -m -p 80 -i 1000" [c]="C, futex, priority 80" [loop]="**loop, priority 80**" [spin]="**loop, priority 80, spin 100 us**" [timer]="PeriodicTimer" [sleep]="Thread.Sleep")
garbage=15000000
cpu=$(($(nproc) - 1))

# measure WAY CONDITION: lines "late MICROSECONDS HOW_OFTEN" of so many seconds, and of our own programs what the collector did.
measure() {
    local own=0 maker=
    if [[ $2 == garbage ]]; then
        # Of our own process for our own loops; for the others a process of the same kind.
        case $1 in
        cyclictest | c) begin "$bench" measure lateness none $((seconds + 1)) $garbage; maker=$begun ;;
        *) own=$garbage ;;
        esac
    fi
    case $1 in
    cyclictest) taskset -c "$cpu" cyclictest -m -p 80 -i 1000 -D "$seconds" -q -h 100000 | awk '/^[0-9]/ && $2 > 0 { print "late", $1 + 0, $2 + 0 }' ;;
    c) taskset -c "$cpu" "$work/wait" "$seconds" ;;
    *) "$bench" measure lateness "$1" "$seconds" "$own" ;;
    esac
    [[ -z $maker ]] || end "$maker"
}

# Rounds that are there already are counted on.
earlier() { [[ -s $samples ]] && awk -v condition="$1" '$1 == condition && $3 > most { most = $3 } END { print most + 0 }' "$samples" || echo 0; }

for condition in "${conditions[@]}"; do
    first=$(earlier "$condition")
    [[ $condition != busy ]] || begin_hogs
    for ((round = 1; round <= rounds; round++)); do
        echo "$condition, round $round of $rounds ..." >&2
        for way in "${ways[@]}"; do
            measure "$way" "$condition" | sed "s/^/$condition $way $((first + round)) /" >>"$samples"
        done
    done
    [[ $condition != busy ]] || end_hogs
done

of() { awk -v condition="$1" -v way="$2" '$1 == condition && $2 == way && $4 == "late" { print $5, $6 }' "$samples"; }
of_round() { awk -v condition="$1" -v way="$2" -v round="$3" '$1 == condition && $2 == way && $3 == round && $4 == "late" { print $5, $6 }' "$samples"; }
# collector CONDITION WAY: how often it collected in all rounds together, and how long it stopped the process, in milliseconds.
collector() {
    awk -v condition="$1" -v way="$2" '$1 != condition || $2 != way { next } $4 == "collections" { all += n = $5 } $4 == "pause_us" { us += n * $5 }
        END { printf "%d collections, %.0f ms", all, us / 1000 }' "$samples"
}
quotient() { awk -v first="$1" -v second="$2" 'BEGIN { if (second > 0) printf "%.2f", first / second; else printf "-" }'; }
# spread CONDITION WAY SHARE: the smallest and the largest ratio to cyclictest of the same round.
spread() {
    local round
    for ((round = 1; round <= $(earlier "$1"); round++)); do
        quotient "$(of_round "$1" "$2" "$round" | percentile "$3")" "$(of_round "$1" cyclictest "$round" | percentile "$3")"; echo
    done | sort -g | sed -n '1p;$p' | paste -sd ' ' | sed 's/ / to /'
}

rows() {
    local way p50 p99
    for way in "${ways[@]}"; do
        p50=$(of "$1" "$way" | percentile 0.5) p99=$(of "$1" "$way" | percentile 0.99)
        echo "| ${name[$way]} | $p50 / $p99 / $(of "$1" "$way" | percentile 0.999) / $(of "$1" "$way" | percentile 1) | $(quotient "$p50" "$(of "$1" cyclictest | percentile 0.5)") ($(spread "$1" "$way" 0.5)) | $(quotient "$p99" "$(of "$1" cyclictest | percentile 0.99)") ($(spread "$1" "$way" 0.99)) |"
    done
}
# aim CONDITION: the aims and whether they are met.
aim() {
    local loop spin loop99
    loop=$(quotient "$(of "$1" loop | percentile 0.5)" "$(of "$1" cyclictest | percentile 0.5)")
    spin=$(quotient "$(of "$1" spin | percentile 0.5)" "$(of "$1" cyclictest | percentile 0.5)")
    loop99=$(quotient "$(of "$1" loop | percentile 0.99)" "$(of "$1" cyclictest | percentile 0.99)")
    echo "Aims: median within 1.2 times cyclictest's: $(verdict "$loop" 1.2) ($loop); below it with a spin: $(verdict "$spin" 0.999) ($spin); p99 within twice: $(verdict "$loop99" 2) ($loop99)."
}

mapfile -t conditions < <(awk '!seen[$1]++ { print $1 }' "$samples")
declare -A title=([idle]="Nothing else runs" [busy]="Beside processes that never wait, one on each CPU" [garbage]="Beside a task that makes 15 MB/s of garbage")
{
    head_of_report "Lateness of loops" "$(earlier "${conditions[0]}") rounds of $seconds s for each, in turns; all figures are of all rounds together, in brackets the smallest and largest ratio of a round"
    cat <<END
From when a slot is due to when the code of the turn runs, us, at 1 kHz. \`cyclictest\`, the C program \`bench/c/wait.c\` and the first two loops have SCHED_FIFO 80,
locked memory and /dev/cpu_dma_latency at 0; PeriodicTimer and Thread.Sleep are what a program has that knows none of this.
END
    for condition in "${conditions[@]}"; do
        printf '\n## %s\n\n| who | p50 / p99 / p99.9 / max | p50 to cyclictest | p99 to cyclictest |\n|---|---|---|---|\n' "${title[$condition]}"
        rows "$condition"
        printf '\n'
        aim "$condition"
        [[ $condition != garbage ]] || echo "All pauses of the collector: $(collector garbage loop) in the rounds of the loop, $(collector garbage spin) in those with the spin."
    done
} >"$work/report.md"
if [[ -n $keep ]]; then keep_report lateness; else cat "$work/report.md"; fi
