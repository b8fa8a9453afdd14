#!/usr/bin/env bash
# Compares settings of the garbage collector: what each does to a loop at 1 kHz in whose process another task makes garbage.
# Writes bench/results/DATE-MACHINE-collector.md; installs what it needs.
#
#   bench/collector.sh [--rounds 3] [--seconds 10] [--no-report] [some] [much] [crowded]     garbage: 15 MB/s; 1 GB/s; 15 MB/s while no CPU is free
#
# Needs root, or rights to real-time priorities, locked memory and /dev/cpu_dma_latency. QMI_BENCH names a native benchmark box that is there already.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
source deploy/packages.sh
source bench/common.sh

rounds=3 seconds=10 keep=1 loads=()
while (($#)); do
    case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --no-report) keep=; shift ;;
    some | much | crowded) loads+=("$1"); shift ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "collector.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
    esac
done
((${#loads[@]})) || loads=(some much crowded)
need_bench

# A native program takes these as hexadecimal without 0x; with 0x it ignores them silently.
settings=(shipped default gen0-256k gen0-4m gen0-64m concurrent sustained conserve limit)
declare -A variable=([shipped]= [default]=GCgen0size=0 [gen0-256k]=GCgen0size=40000 [gen0-4m]=GCgen0size=400000 [gen0-64m]=GCgen0size=4000000
    [concurrent]=gcConcurrent=1 [sustained]=gcConcurrent=1 [conserve]=GCConserveMemory=7 [limit]=GCHeapHardLimit=4000000)
declare -A text=([shipped]="as shipped: not concurrent, young generation 1 MiB" [default]="young generation as the runtime chooses" [gen0-256k]="young generation 256 KiB"
    [gen0-4m]="young generation 4 MiB" [gen0-64m]="young generation 64 MiB" [concurrent]="concurrent" [sustained]="concurrent, SustainedLowLatency" [conserve]="conserve memory 7" [limit]="heap limit 64 MiB")
text+=([nice-10]="as shipped, nice -10" [nice-20]="as shipped, nice -20")
declare -A garbage=([some]=15000000 [much]=1000000000 [crowded]=15000000)
declare -A title=([some]="Beside a task that makes 15 MB/s of garbage" [much]="Beside a task that makes 1 GB/s of garbage"
    [crowded]="Beside a task that makes 15 MB/s of garbage, and processes that never wait, one on each CPU")

# What is worth comparing: who gets a CPU matters only where others want it.
of_load() { if [[ $1 == crowded ]]; then echo shipped nice-10 nice-20; else echo "${settings[@]}"; fi; }

# measure SETTING LOAD
measure() {
    local mode=() as=()
    case $1 in
    sustained) mode=(SustainedLowLatency) ;;
    nice-*) as=(nice -n "${1#nice}") ;;
    esac
    env ${variable[$1]:+"DOTNET_${variable[$1]}"} "${as[@]}" "$bench" measure lateness loop "$seconds" "${garbage[$2]}" "${mode[@]}"
}

for ((round = 1; round <= rounds; round++)); do
    echo "Round $round of $rounds ..." >&2
    for load in "${loads[@]}"; do
        [[ $load != crowded ]] || begin_hogs
        for setting in $(of_load "$load"); do
            measure "$setting" "$load" | sed "s/^/$setting $load $round /" >>"$samples"
        done
        [[ $load != crowded ]] || end_hogs
    done
done

late() { awk -v setting="$1" -v load="$2" '$1 == setting && $2 == load && $4 == "late" { print $5, $6 }' "$samples"; }
late_of_round() { awk -v setting="$1" -v load="$2" -v round="$3" '$1 == setting && $2 == load && $3 == round && $4 == "late" { print $5, $6 }' "$samples"; }
mean() { awk -v setting="$1" -v load="$2" -v name="$3" '$1 == setting && $2 == load && $4 == name { sum += $5; count++ } END { printf "%.0f", sum / count }' "$samples"; }
range() {
    local round
    for ((round = 1; round <= rounds; round++)); do late_of_round "$1" "$2" "$round" | percentile "$3"; done | sort -n | sed -n '1p;$p' | paste -sd ' ' | sed 's/ / to /'
}

{
    head_of_report "The collector's settings" "$rounds rounds of $seconds s for each, in turns; ranges are the smallest and largest of a round"
    for load in "${loads[@]}"; do
        printf '\n## %s\n\n| setting | p50 / p99 / p99.9 / max us | p99 of the rounds | p99.9 of the rounds | collections | mean pause |\n|---|---|---|---|---|---|\n' "${title[$load]}"
        for setting in $(of_load "$load"); do
            echo "| ${text[$setting]} | $(late "$setting" "$load" | percentile 0.5) / $(late "$setting" "$load" | percentile 0.99) / $(late "$setting" "$load" | percentile 0.999) / $(late "$setting" "$load" | percentile 1) | $(range "$setting" "$load" 0.99) | $(range "$setting" "$load" 0.999) | $(mean "$setting" "$load" collections) | $(mean "$setting" "$load" pause_us) us |"
        done
    done
} >"$work/report.md"
if [[ -n $keep ]]; then keep_report collector; else cat "$work/report.md"; fi
