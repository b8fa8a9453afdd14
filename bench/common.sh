# Sourced by the benchmarks: a folder of their own, programs that end with them, and what a report begins with.
# Needs $root, and deploy/packages.sh.

PATH=$PATH:/usr/sbin:/usr/local/sbin
work=$(mktemp -d)
samples=$work/samples
running=()

finish() {
    local status=$? pid
    for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    if ((status != 0 && status != 130)) && [[ -s $work/output ]]; then cat "$work/output" >&2; fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# begin PROGRAM...: starts a program; its pid is in $begun.
begin() {
    "$@" >>"$work/output" 2>&1 &
    begun=$!
    running+=("$begun")
}
end() {
    local pid left=()
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
    for pid in "${running[@]}"; do [[ $pid == "$1" ]] || left+=("$pid"); done
    running=("${left[@]}")
}

# Processes that never wait, one on every CPU: with one of them it would be chance who waits on a CPU that sleeps, which wakes up later.
begin_hogs() {
    local cpu
    need taskset util-linux
    hogs=()
    for ((cpu = 0; cpu < $(nproc); cpu++)); do
        begin taskset -c "$cpu" bash -c 'while :; do :; done'
        hogs+=("$begun")
    done
}
end_hogs() {
    local pid
    for pid in "${hogs[@]}"; do end "$pid"; done
}

# The native benchmark box, in $bench: that of QMI_BENCH, or a new one.
need_bench() {
    need_dotnet
    bench=${QMI_BENCH:-$work/bench/Qmi.Edge.Bench}
    [[ -n ${QMI_BENCH:-} ]] || deploy/publish.sh --project bench/Qmi.Edge.Bench --output "$work/bench" | tail -n 1 >&2
}

# begin_broker [SETTING...]: a broker on a free port of the loopback, on the CPUs of $broker_cpus where that is set; the port is in $port.
begin_broker() {
    local attempt wait
    need mosquitto mosquitto
    for attempt in {1..20}; do
        port=$((20000 + RANDOM % 30000))
        if answers; then continue; fi
        printf '%s\n' "user $(id -un)" "listener $port 127.0.0.1" "allow_anonymous true" "set_tcp_nodelay true" "persistence false" "$@" >"$work/mosquitto.conf"
        begin ${broker_cpus:+taskset -c "$broker_cpus"} mosquitto -c "$work/mosquitto.conf"
        for wait in {1..50}; do
            if answers; then return; fi
            kill -0 "$begun" 2>/dev/null || break
            sleep 0.1
        done
    done
    echo "mosquitto does not start" >&2
    exit 1
}
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

machine() { sed -n 's/^model name\s*: //p;s/^Model\s*: //p' /proc/cpuinfo | head -n 1; }

# head_of_report TITLE METHOD [VERSIONS]: what a report begins with.
head_of_report() {
    cat <<END
# $1 of $(date -u +%F)

| | |
|---|---|
| machine | $(machine), $(nproc) CPUs, $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo), $(uname -sm) $(uname -r | sed 's/-.*//'), $(grep -o 'PREEMPT[A-Z_]*' /proc/version | head -n 1)$(grep -q '^flags.* hypervisor' /proc/cpuinfo && echo ', a virtual machine') |
| load while measuring | $(cut -d ' ' -f 1-3 /proc/loadavg) |
| versions | Qmi.Edge $("$bench" version | sed 's/^Qmi.Edge //')${3:-} |
| method | $2 |

END
}

# keep_report [NAME]: shows report.md, and keeps it as bench/results/DATE-MACHINE-NAME.md.
keep_report() {
    local name result
    cat "$work/report.md"
    name=$(machine | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9]\+/-/g; s/^-//; s/-$//')
    result=bench/results/$(date -u +%F)-${name:-$(uname -m)}-$(nproc)cpu${1:+-$1}.md
    cp "$work/report.md" "$result"
    echo "Written to $result"
}

# percentile SHARE: of lines "MICROSECONDS COUNT" on standard input.
percentile() {
    sort -n | awk -v share="$1" '{ value[NR] = $1; count[NR] = $2; all += $2 }
        END { for (row = 1; row <= NR; row++) { sum += count[row]; if (sum >= share * all) { print value[row]; exit } } }'
}
verdict() { awk -v figure="$1" -v limit="$2" 'BEGIN { print figure <= limit ? "met" : "missed" }'; }
