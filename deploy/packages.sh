# Sourced by the scripts: installs Debian packages that are missing, and says so.

# need COMMAND-OR-FILE PACKAGE...: installs the packages when the command or file is not there.
need() {
    local wanted=$1
    shift
    if [[ $wanted == /* ]] && compgen -G "$wanted" >/dev/null; then return; fi
    if [[ $wanted != /* ]] && command -v "$wanted" >/dev/null; then return; fi
    if ! command -v apt-get >/dev/null; then
        echo "This needs $* (Debian's names), which is not installed, and there is no apt-get here to install it." >&2
        exit 1
    fi
    local as_root=()
    [[ $(id -u) == 0 ]] || as_root=(sudo)
    echo "Installing $* ..."
    if [[ -z ${QMI_APT_UPDATED:-} ]]; then
        "${as_root[@]}" apt-get update -qq
        export QMI_APT_UPDATED=1
    fi
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need_dotnet() {
    if ! command -v dotnet >/dev/null; then
        echo "This needs the .NET SDK 10: https://dotnet.microsoft.com/download" >&2
        exit 1
    fi
}

# A Native AOT binary is linked by clang or gcc, against zlib.
need_linker() {
    if ! command -v clang >/dev/null; then need gcc gcc libc6-dev; fi
    need /usr/include/zlib.h zlib1g-dev
}
