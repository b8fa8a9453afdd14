#!/usr/bin/env bash
# Installs the validators of self-descriptions below artifacts/validators, in exactly the versions of package-lock.json. Does nothing when they
# are there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/../../deploy/packages.sh"
target="$here/../../artifacts/validators"
mkdir -p "$target"
# Test programs may want them at the same time.
exec 9>"$target/lock"
flock 9
need node nodejs
need npm npm
need /usr/bin/python3 python3
need /usr/lib/python3/dist-packages/jinja2 python3-jinja2
if ! cmp -s "$here/package-lock.json" "$target/installed"; then
    cp "$here/package.json" "$here/package-lock.json" "$target"
    # No package may run a program of its own while it is installed.
    npm ci --prefix "$target" --ignore-scripts --no-audit --no-fund --loglevel=error
    cp "$here/package-lock.json" "$target/installed"
fi
cp "$here"/*.mjs "$here"/*.py "$target"
