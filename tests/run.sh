#!/usr/bin/env bash
# Builds everything and runs every test; installs what it needs. The last line is the count.
#
#   tests/run.sh [--quick]     --quick leaves out what needs the native binary
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
source deploy/packages.sh
quick=
[[ ${1:-} == --quick ]] && quick=1

need_dotnet
need mosquitto mosquitto
need mosquitto_pub mosquitto-clients
need '/usr/lib/*/libmosquitto.so.1' libmosquitto1
need socat socat
need openssl openssl
need jq jq
need gcc gcc libc6-dev
need '/usr/lib/*/faketime/libfaketime.so.1' faketime
tests/validators/install.sh || echo "The validators are not there: the tests of self-descriptions will fail."

passed=0 failed=0 skipped=0
check() {
    echo "== $1"
    if "${@:2}"; then ((passed++)); else ((failed++)); echo "FAILED: $1"; fi
}
# Adds up what a test program says of itself; one that says nothing has failed.
tests() {
    local project=$1 log line
    log=$(mktemp)
    echo "== $project"
    "artifacts/net10.0/bin/$project/debug/$project" -noColor -noLogo >"$log" 2>&1
    grep -vE '^ *(Discover|Start|Finish)(ed|ing): ' "$log"
    if line=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1) && [[ -n $line ]]; then
        read -r total errors fails skips <<<"$(tr -cd '0-9 ' <<<"$line")"
        ((passed += total - errors - fails - skips, failed += errors + fails, skipped += skips))
    else
        echo "FAILED: $project did not report"
        ((failed++))
    fi
    rm -f "$log"
}

echo "== build"
if ! dotnet build Qmi.Edge.sln --nologo -v:quiet; then
    echo "0 passed, 1 failed"
    exit 1
fi
# Style was judged by the build.
check "the code is formatted" dotnet format whitespace Qmi.Edge.sln --verify-no-changes --no-restore --verbosity quiet

for project in tests/*.Tests; do
    name=$(basename "$project")
    [[ $name == Qmi.Edge.EndToEnd.Tests ]] && continue
    tests "$name"
done

if [[ -z $quick ]]; then
    check "qmi-edge is published as a native binary" deploy/publish.sh
    check "the sample box is published as a native binary" deploy/publish.sh --project samples/cryo
    check "the box of the contract is published as a native binary" deploy/publish.sh --project samples/stage
    check "the simulator is published as a native binary" deploy/publish.sh --project samples/cryo-simulator
    check "the sample supervisor is published as a native binary" deploy/publish.sh --project samples/cryo-supervisor
    tests Qmi.Edge.EndToEnd.Tests
    for scenario in tests/scenarios/[0-9]*.sh; do
        check "scenario $(basename "$scenario" .sh)" tests/scenarios/run.sh "$(basename "$scenario" | cut -c 1-2)"
    done
fi

if ((skipped)); then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
((failed == 0))
