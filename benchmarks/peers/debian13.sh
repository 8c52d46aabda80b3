#!/usr/bin/env bash
# Runs a peer by the Python of a Debian 13, on its PyTorch 2.6, as root.
#   debian13.sh <root of the Debian> <script> [arguments]
set -euo pipefail

inside() {
    set -euo pipefail
    local debian=$1 script=$2
    shift 2
    mount -t proc proc "$debian/proc"
    mount --bind /sys "$debian/sys" # PyTorch looks there for caches and cores.
    mount --bind "${script%/*}" "$debian/mnt"
    mount --options remount,bind,ro "$debian/mnt"
    exec chroot "$debian" /usr/bin/python3 "/mnt/${script##*/}" "$@"
}

export -f inside
exec unshare --mount --pid --fork --kill-child bash -c 'inside "$@"' bash "$@"
