# shellcheck shell=bash
# Sourced, after steps.sh, by the scripts that work in a Debian 13 of their own; they set $debian, its root.

# require_debian: makes it where there is none yet.
require_debian() {
    ((EUID == 0)) || fail "Run this as root: it makes a Debian of its own."
    command -v debootstrap >/dev/null || fail "Install debootstrap first."
    if [[ ! -d $debian ]]; then
        local archive
        archive=$(mirror)
        [[ -n $archive ]] || fail "The apt sources of this machine name no Debian archive to make a Debian 13 from."
        step "Making a Debian 13" make_debian "${archive% }"
    fi
    [[ $(cat "$debian/etc/debian_version" 2>/dev/null) == 13* ]] || fail "$debian is no Debian 13: name another folder, or one that does not exist yet."
}

# The machine's own: the first Debian archive among apt's sources, in either of their formats.
mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
        grep --extended-regexp '^(deb|URIs:) ' | grep --only-matching --extended-regexp --max-count=1 'https?://[^ ]+/debian/?( |$)' || true
}

# Made beside and renamed, so that a folder of that name is always whole.
make_debian() {
    local archive=$1 new=$debian.new
    ! findmnt --list --output TARGET | grep --quiet --fixed-strings "$new/" && rm -rf --one-file-system -- "$new" &&
        debootstrap --variant=minbase --include=ca-certificates trixie "$new" "$archive" && mv --no-target-directory "$new" "$debian"
}

# isolated <function>: runs it in mount and process namespaces of its own: however it ends, its mounts and processes end with it.
isolated() {
    export root debian
    export -f mount_inside prepare_inside "${1?}"
    unshare --mount --pid --fork --kill-child bash -c "set -euo pipefail; prepare_inside; $1"
}

# mount_inside <outside> <inside> [writable]
mount_inside() {
    mkdir --parents "$debian$2"
    mount --bind "$1" "$debian$2"
    [[ ${3-} == writable ]] || mount --options remount,bind,ro "$debian$2"
}

# What every program inside needs, and the network.
prepare_inside() {
    mount -t proc proc "$debian/proc"
    mount_inside /dev /dev writable
    mount_inside /sys /sys
    mount_inside /etc/ssl/certs /etc/ssl/certs # The machine may trust a proxy that a new Debian does not know.
    cp /etc/resolv.conf /etc/hosts "$debian/etc/"
    export HOME=/root PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8
    unset ANYFORMER_TORCH
}
