#!/usr/bin/env bash
# Runs the acceptance scenarios, one after the other, and prints what became of each; of one that fails, all that it said.
#
#   tests/scenarios/run.sh [--full] [N...]     --full: as often and as long as the contract says, and 200 rounds of kills
#
# Each script can be run by itself, too, and then tells what it does. They need the native binary (deploy/publish.sh --project samples/stage), scenario 10 and the rounds of kills
# a build (dotnet build Qmi.Edge.sln).
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

full= wanted=()
while (($#)); do
    case $1 in
    --full) full=1 ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *[!0-9]* | '') echo "run.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
    *) wanted+=("$((10#$1))") ;;
    esac
    shift
done
((${#wanted[@]})) || wanted=({1..10})

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
for number in "${wanted[@]}"; do
    script=$(compgen -G "$here/$(printf %02d "$number")-*.sh") || { echo "run.sh: there is no scenario $number" >&2; exit 2; }
    begun=$SECONDS
    if "$script" ${full:+--full} >"$log" 2>&1; then
        echo "$(tail -n 1 "$log") ($((SECONDS - begun)) s)"
    else
        cat "$log"
        ((failed++))
    fi
done

if [[ $full ]] && ((${#wanted[@]} == 10)); then
    kills=$root/artifacts/net10.0/bin/Qmi.Edge.EndToEnd.Tests/debug/Qmi.Edge.EndToEnd.Tests
    [[ -x $kills ]] || { echo "run.sh: run dotnet build Qmi.Edge.sln first" >&2; exit 2; }
    QMI_CHAOS_ROUNDS=${QMI_CHAOS_ROUNDS:-200} "$kills" -noColor -noLogo -showLiveOutput -class Qmi.Edge.EndToEnd.Tests.KillRoundsTests || ((failed++))
fi
((failed == 0))
