#!/usr/bin/env bash
# Builds the native sample box, starts it with a private broker and a simulated instrument, and shows its live status.
# A second terminal can then call, lock, stop and reconfigure it with mosquitto_pub and mosquitto_sub.
#
#   deploy/quickstart.sh [--seconds N]     --seconds ends it by itself; otherwise Ctrl-C does
#
# Everything is on loopback and on free ports. Nothing is left behind but artifacts/.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source "$root/deploy/packages.sh"
seconds=
while (($#)); do
    case $1 in
    --seconds) seconds=$2; shift 2 ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "quickstart.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
    esac
done

need_dotnet
need mosquitto mosquitto
need mosquitto_pub mosquitto-clients
need '/usr/lib/*/libmosquitto.so.1' libmosquitto1

say() { printf '\n== %s\n' "$*"; }

say "Building the native binaries (the first time takes a minute or two)"
"$root/deploy/publish.sh" --project samples/cryo
"$root/deploy/publish.sh" --project samples/cryo-simulator
bin=$root/artifacts/publish/linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')

work=$(mktemp -d)
pids=()
clean_up() {
    trap - EXIT INT TERM
    say "Stopping"
    # The box first, so that its tasks can still turn the heater off and say goodbye.
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        kill "${pids[i]}" 2>/dev/null || true
        wait "${pids[i]}" 2>/dev/null || true
    done
    rm -rf "$work" "$root/artifacts/quickstart"
}
trap clean_up EXIT
trap 'exit 0' INT TERM

# The kernel gives a port that is free now.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || shuf -i 20000-30000 -n 1; }
broker=$(free_port)

say "Starting a private mosquitto on port $broker"
printf 'listener %s 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\n' "$broker" >"$work/mosquitto.conf"
mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
pids+=($!)

say "Starting the simulated cryostat"
"$bin/cryo-simulator/cryo-simulator" 0 >"$work/simulator.log" &
pids+=($!)
for _ in {1..100}; do
    [[ -s $work/simulator.log ]] && break
    sleep 0.1
done
instrument=$(grep -oE '[0-9]+$' "$work/simulator.log")
cat "$work/simulator.log"

say "Starting the box"
sed "s/1883/$broker/; s/5025/$instrument/" "$root/samples/cryo/box.json" >"$work/box.json"
"$bin/cryo/cryo" validate "$work/box.json"
"$bin/cryo/cryo" run "$work/box.json" 2>"$work/box.log" &
pids+=($!)
for _ in {1..100}; do
    mosquitto_sub -p "$broker" -t qmi/v1/box/cryo/state -C 1 -W 1 2>/dev/null | grep -q online && break
    sleep 0.1
done
cat "$work/box.log"
mkdir -p "$root/artifacts/quickstart"
echo "PORT=$broker" >"$root/artifacts/quickstart/env"

cat <<EOF

== The box is online. In a second terminal, from this folder:

    . artifacts/quickstart/env
    mosquitto_sub -p \$PORT -t 'qmi/v1/box/cryo/reply/#' -v &
    mosquitto_pub -p \$PORT -t qmi/v1/box/cryo/get/alice/thermostat/get_status -n
    mosquitto_pub -p \$PORT -t qmi/v1/box/cryo/call/alice/thermostat/set_setpoint -m '[300]'
    mosquitto_pub -p \$PORT -t qmi/v1/box/cryo/call/alice/thermostat/stop -n

== Live status (Ctrl-C ends everything)

EOF
# Topic and values only: version, boot and sequence number are for machines.
mosquitto_sub -p "$broker" -v -t 'qmi/v1/box/cryo/task/+/status' -t 'qmi/v1/box/cryo/task/+/state' -t 'qmi/v1/box/cryo/state' > >(
    sed -uE 's#^qmi/v1/box/cryo/(task/)?##; s#\{"v":1,("boot":"[^"]*",)?("seq":[0-9]+,)?#{#; s#\{"ts":"[^T]*T([0-9:]{8})[^"]*","values":(.*)\}$#\1  \2#'
) &
pids+=($!)
# Waiting, rather than running it in the foreground, lets a signal end the script at once.
if [[ -n $seconds ]]; then
    sleep "$seconds" &
    wait $!
else
    wait "${pids[-1]}"
fi
