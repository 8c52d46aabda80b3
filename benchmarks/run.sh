#!/usr/bin/env bash
# Measures this library beside its peers and writes docs/benchmarks.md: about half an hour on an otherwise idle machine.
#   benchmarks/run.sh
#   benchmarks/run.sh --quick                                     a few minutes, to try; writes build/benchmarks-quick.md
#   benchmarks/run.sh --only vit-small-16,attention               some rows, to build/benchmarks.md
# Other options go on to the program: --rounds n, --seconds s, --threads n. PYTHON names another Python with PyTorch, ANYFORMER_DEBIAN13 the root of a
# Debian 13 with PyTorch 2.6 (benchmarks/debian13.sh makes one in build/debian13). A peer that is not there is left out, and the page says so.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
peers=$root/build/peers
python=${PYTHON:-/usr/bin/python3}
runtime=onnxruntime-node@1.30.0

# shellcheck source=eng/steps.sh
source "$root/eng/steps.sh"

# Without its install script, which would fetch a CUDA provider.
install_onnx_runtime() {
    npm install --prefix "$peers" --ignore-scripts --no-audit --no-fund --loglevel=error "$runtime"
}

export_models() {
    local size
    for size in tiny small; do
        [[ -f $peers/vit_$size.onnx ]] || PYTHONDONTWRITEBYTECODE=1 "$python" "$root/benchmarks/peers/export_vit.py" "$peers/vit_$size.onnx" "$size"
    done
}

has_torch() {
    "$python" -c 'import torch' 2>/dev/null
}

page=$root/docs/benchmarks.md
options=()
for word in "$@"; do
    case $word in
    --quick)
        page=$root/build/benchmarks-quick.md
        options+=(--rounds 1 --seconds 1)
        ;;
    --only)
        page=$root/build/benchmarks.md
        options+=("$word")
        ;;
    *) options+=("$word") ;;
    esac
done

"$root/setup.sh"
mkdir -p "$peers"
start_log "$root/build/benchmarks.log"
step "Building the benchmarks" dotnet build "$root/benchmarks/Anyformer.Benchmarks" --configuration Release --verbosity quiet
if command -v npm >/dev/null && has_torch; then
    [[ -d $peers/node_modules/onnxruntime-node ]] || step "Installing ONNX Runtime" install_onnx_runtime
    step "Exporting the models" export_models
fi

# As the launcher of the command line has it: a nursery that stays in the cache.
export DOTNET_GCgen0size=${DOTNET_GCgen0size:-0x400000}
"$root/benchmarks/Anyformer.Benchmarks/bin/Release/net10.0/Anyformer.Benchmarks" report "$page" "${options[@]}"
