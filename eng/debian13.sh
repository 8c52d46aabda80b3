#!/usr/bin/env bash
# Tests the last commit against Debian 13's libtorch (2.6), as a new user there would: in a bare Debian 13 that has the .NET SDK and nothing else.
#   eng/debian13.sh [folder]     as root; the folder (build/debian13 when not given) holds the Debian and is used again
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
debian=$(realpath --canonicalize-missing "${1:-$root/build/debian13}")

# shellcheck source=eng/steps.sh
source "$root/eng/steps.sh"

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

lay_out_sources() {
    rm -rf --one-file-system -- "$debian/src" && mkdir --parents "$debian/src/anyformer" "$debian/src/shared" &&
        git -c safe.directory="$root" -C "$root" archive HEAD | tar --extract --directory "$debian/src/anyformer"
}

mount_inside() {
    mkdir --parents "$debian$2"
    mount --bind "$1" "$debian$2"
    [[ ${3-} == writable ]] || mount --options remount,bind,ro "$debian$2"
}

# Runs in mount and process namespaces of its own: however it ends, its mounts and processes end with it.
test_inside() {
    set -euo pipefail
    local dotnet
    dotnet=$(readlink -f "$(command -v dotnet)")
    mount -t proc proc "$debian/proc"
    mount_inside /dev /dev writable
    mount_inside /sys /sys
    mount_inside /etc/ssl/certs /etc/ssl/certs # The machine may trust a proxy that a new Debian does not know.
    mount_inside "${dotnet%/*}" "${dotnet%/*}"
    [[ ! -d $root/../shared ]] || mount_inside "$root/../shared" /src/shared
    ln --symbolic --force "$dotnet" "$debian/usr/local/bin/dotnet"
    cp /etc/resolv.conf /etc/hosts "$debian/etc/"

    export HOME=/root PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8
    unset ANYFORMER_TORCH
    # shellcheck disable=SC2016 # Expanded inside.
    exec chroot "$debian" bash -euc 'cd /src/anyformer
        ./setup.sh
        echo "libtorch: $(dpkg-query --show --showformat="\${Version}" libtorch-dev)"
        exec ./test.sh'
}

((EUID == 0)) || fail "Run this as root: it makes a Debian of its own."
command -v debootstrap >/dev/null || fail "Install debootstrap first."

start_log "$root/build/debian13.log"
if [[ ! -d $debian ]]; then
    archive=$(mirror)
    [[ -n $archive ]] || fail "The apt sources of this machine name no Debian archive to make a Debian 13 from."
    step "Making a Debian 13" make_debian "${archive% }"
fi
[[ $(cat "$debian/etc/debian_version" 2>/dev/null) == 13* ]] || fail "$debian is no Debian 13: name another folder, or one that does not exist yet."
step "Laying out the sources" lay_out_sources

export root debian
export -f mount_inside test_inside
unshare --mount --pid --fork --kill-child bash -c test_inside
