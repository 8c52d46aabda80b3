#!/usr/bin/env bash
# Tests the last commit against Debian 13's libtorch (2.6), as a new user there would: in a bare Debian 13 that has the .NET SDK and nothing else.
#   eng/debian13.sh [folder]     as root; the folder (build/debian13 when not given) holds the Debian and is used again
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
debian=$(realpath --canonicalize-missing "${1:-$root/build/debian13}")

# shellcheck source=eng/steps.sh
source "$root/eng/steps.sh"
# shellcheck source=eng/debian.sh
source "$root/eng/debian.sh"

lay_out_sources() {
    rm -rf --one-file-system -- "$debian/src" && mkdir --parents "$debian/src/anyformer" "$debian/src/shared" &&
        git -c safe.directory="$root" -C "$root" archive HEAD | tar --extract --directory "$debian/src/anyformer"
}

test_inside() {
    mount_inside "${dotnet%/*}" "${dotnet%/*}"
    [[ ! -d $root/../shared ]] || mount_inside "$root/../shared" /src/shared
    ln --symbolic --force "$dotnet" "$debian/usr/local/bin/dotnet"
    # shellcheck disable=SC2016 # Expanded inside.
    exec chroot "$debian" bash -euc 'cd /src/anyformer
        ./setup.sh
        echo "libtorch: $(dpkg-query --show --showformat="\${Version}" libtorch-dev)"
        exec ./test.sh'
}

start_log "$root/build/debian13.log"
require_debian
step "Laying out the sources" lay_out_sources
dotnet=$(readlink -f "$(command -v dotnet)")
export dotnet
isolated test_inside
