#!/usr/bin/env bash
# Builds a native binary: qmi-edge itself, or a lab's own box with --project.
#
#   deploy/publish.sh [--rid linux-x64] [--output DIR] [--project DIR]
#
# It tries net10.0 first and falls back to net9.0 where the package feed has no net10.0 Native AOT pack; its last line says which it used.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source "$root/deploy/packages.sh"

rid=linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
output=
project=src/qmi-edge
while (($#)); do
    case $1 in
    --rid) rid=$2; shift 2 ;;
    --output) output=$2; shift 2 ;;
    --project) project=$2; shift 2 ;;
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "publish.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
    esac
done
name=$(basename "$project")
output=$(realpath -m "${output:-$root/artifacts/publish/$rid/$name}")

need_dotnet
need_linker

log=$(mktemp)
trap 'rm -f "$log"' EXIT
publish() {
    dotnet publish "$root/$project" -c Release -r "$rid" -p:QmiTargetFramework="$1" -p:QmiNative=true -p:DebugType=none \
        -o "$output" --nologo -v:minimal >"$log" 2>&1
}

framework=net10.0
if ! publish "$framework"; then
    # NU11xx: a package was not found. Anything else is a mistake that net9.0 would not mend.
    if ! grep -qE 'error NU11[0-9]{2}' "$log"; then
        cat "$log" >&2
        exit 1
    fi
    framework=net9.0
    if ! publish "$framework"; then
        cat "$log" >&2
        exit 1
    fi
fi

if grep -E 'warning' "$log"; then
    echo "publish.sh: the build has warnings" >&2
    exit 1
fi
rm -f "$output"/*.dbg "$output"/*.pdb "$output"/*.xml
echo "$output/$name: $(stat -c %s "$output/$name") bytes, $rid, $framework, no trim or AOT warnings"
