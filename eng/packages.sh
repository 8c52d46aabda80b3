# shellcheck shell=bash
# Sourced by setup.sh: what the machine must have, and how it gets it.

# missing_packages <libtorch folder>: the Debian packages that stand for what this machine lacks, one a line.
missing_packages() {
    command -v c++ >/dev/null || echo g++
    command -v cmake >/dev/null || echo cmake
    command -v make >/dev/null || echo make
    command -v npm >/dev/null || printf '%s\n' nodejs npm
    [[ -d /etc/ssl/certs ]] || echo ca-certificates
    if [[ -z $1 ]] && command -v dpkg-query >/dev/null; then
        is_installed libtorch-dev || echo libtorch-dev
        is_installed libopenblas0-openmp || echo libopenblas0-openmp
        is_installed python3-torchvision || echo python3-torchvision # Its operators decode images, without Python.
    fi
}

is_installed() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed* ]]
}

# install_missing_packages <libtorch folder>: with apt, or says what to install.
install_missing_packages() {
    local -a packages as_root=()
    mapfile -t packages < <(missing_packages "$1")
    ((${#packages[@]})) || return 0

    command -v apt-get >/dev/null || fail "This machine lacks what Debian calls: ${packages[*]}.
Install a C++17 compiler (c++), CMake 3.18 or newer, make, Node.js 18 or newer with npm, and libtorch 1.13 or newer,
whose folder you name in ANYFORMER_TORCH (with PyTorch: python3 -c 'import torch; print(torch.__path__[0])'). Then run ./setup.sh again."
    if ((EUID)); then
        command -v sudo >/dev/null || fail "Run this as root, then ./setup.sh again: apt-get install --no-install-recommends ${packages[*]}"
        as_root=(sudo)
    fi
    local -a apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes)
    step "Reading the package lists" "${apt[@]}" update
    # Hundreds of small packages: written to the disk once, at the end, they take half the time.
    step "Installing ${packages[*]}" "${apt[@]}" --option Dpkg::Options::=--force-unsafe-io install --no-install-recommends "${packages[@]}"
    sync --file-system /usr
}

require_dotnet() {
    local major
    major=$(dotnet --version 2>/dev/null | cut -d. -f1) || true
    ((${major:-0} >= 10)) || fail "The .NET SDK 10 is missing$(command -v dotnet >/dev/null && echo " ('dotnet' is there, but no SDK 10 or newer)").
Get it from https://dotnet.microsoft.com/download/dotnet/10.0, put 'dotnet' on the PATH and run ./setup.sh again."
}
