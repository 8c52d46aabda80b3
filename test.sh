#!/usr/bin/env bash
# Builds everything and runs the tests: all, or those whose full name contains one of the words given.
#   ./test.sh
#   ./test.sh Safetensors Forecasting
set -euo pipefail

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
results=$root/build/test-results

# shellcheck source=eng/steps.sh
source "$root/eng/steps.sh"

# Every test project's assembly, as one run: they follow one another, so that their thread pools do not fight.
run_tests() {
    local project name
    local -a assemblies=() filter=()
    for project in "$root"/tests/*.Tests; do
        name=$(basename "$project")
        assemblies+=("$project/bin/Release/net10.0/$name.dll")
    done
    if (($#)); then
        filter=(--filter "$(printf '|FullyQualifiedName~%s' "$@" | cut -c 2-)")
    fi
    dotnet test "${assemblies[@]}" "${filter[@]}" --results-directory "$results" \
        --logger 'trx;LogFileName=tests.trx' --logger 'console;verbosity=minimal' |
        # Skips are told below, with their reasons; that a project has no test of the name asked for is no news.
        { grep --line-buffered --invert-match --extended-regexp '^\[xUnit|^  Skipped |^No test matches ' || true; }
}

"$root/setup.sh"
start_log "$root/build/test.log"
step "Building the tests" dotnet build "$root/Anyformer.slnx" --configuration Release --verbosity quiet

rm -rf -- "$results"
status=0
run_tests "$@" || status=$?
[[ -f $results/tests.trx ]] || fail "The tests left no report."
echo
awk -f "$root/eng/test-summary.awk" "$results/tests.trx" || status=$?
exit "$status"
