#!/usr/bin/env bash
# Makes a fresh checkout ready to run: installs what is missing, builds the native binding and publishes the command line to build/cli.
# Run it as often as you like: it does only what is left to do.
#
# ANYFORMER_TORCH names the folder of another libtorch than the system's, for example the one of a `pip install torch`;
# it is remembered, and `ANYFORMER_TORCH= ./setup.sh` goes back to the system's.
set -euo pipefail

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
stamp=$root/build/setup.stamp # Its age is that of the sources built last; it names the libtorch they were built against.

# shellcheck source=eng/steps.sh
source "$root/eng/steps.sh"
# shellcheck source=eng/packages.sh
source "$root/eng/packages.sh"

torch_folder() {
    local torch=${ANYFORMER_TORCH-$(cat "$stamp" 2>/dev/null)}
    [[ -z $torch ]] && return
    [[ -f $torch/include/ATen/ATen.h ]] || fail "ANYFORMER_TORCH is '$torch', which holds no include/ATen/ATen.h: it must be the folder of a libtorch."
    realpath "$torch"
}

# What CMake has found stays found, also when it should now look elsewhere: then it must start anew.
is_configured() {
    grep -qxF "ANYFORMER_TORCH:PATH=$torch" "$1" && grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root/native" "$1"
}

build_native() {
    local binary=$root/build/native
    is_configured "$binary/CMakeCache.txt" || rm -rf -- "$binary"
    cmake -S "$root/native" -B "$binary" -DANYFORMER_TORCH="$torch" && cmake --build "$binary" --parallel "$(nproc)"
}

publish_command_line() {
    dotnet publish "$root/src/Anyformer.Cli" --configuration Release --output "$root/build/cli" --verbosity quiet
}

mkdir -p "$root/build"
exec {lock}>"$root/build/setup.lock"
flock "$lock" # Several processes of one run may set up at the same moment.
start_log "$root/build/setup.log"

torch=$(torch_folder)
install_missing_packages "$torch"
require_dotnet
printf '%s' "$torch" >"$stamp.new"
step "Building the native binding" build_native
step "Building the command line" publish_command_line
mv "$stamp.new" "$stamp"
