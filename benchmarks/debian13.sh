#!/usr/bin/env bash
# Makes the peer "PyTorch 2.6" of benchmarks/run.sh: PyTorch in a Debian 13, with the BLAS that it is fast on.
#   benchmarks/debian13.sh [folder]     as root; the folder (build/debian13 when not given) holds the Debian and is used again
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
debian=$(realpath --canonicalize-missing "${1:-$root/build/debian13}")

# shellcheck source=eng/steps.sh
source "$root/eng/steps.sh"
# shellcheck source=eng/debian.sh
source "$root/eng/debian.sh"

# python3-torch alone is content with the reference BLAS, which is thirty times as slow.
install_inside() {
    exec chroot "$debian" bash -euc 'export DEBIAN_FRONTEND=noninteractive
        apt-get update
        apt-get install --yes --no-install-recommends python3-torch libopenblas0-pthread'
}

start_log "$root/build/debian13-peer.log"
require_debian
step "Installing PyTorch in it" isolated install_inside
"$root/benchmarks/peers/debian13.sh" "$debian" "$root/benchmarks/peers/attention.py" --seconds 1
