# shellcheck shell=bash
# Sourced by the scripts: one line a step, and the details in a log whose end is shown when a step fails.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# The SDK itself then needs no ICU, which a small machine lacks; nothing here depends on a culture.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

# fail <sentence>: ends the script.
fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

# start_log <file>: where the steps that follow write.
start_log() {
    log=$1
    mkdir -p "$(dirname "$log")"
    : >"$log"
}

# step <headline> <command> [arguments]: runs the command, and fails with the end of the log.
step() {
    local headline=$1 begin=$SECONDS
    shift
    printf '%s ... ' "$headline"
    if "$@" </dev/null >>"$log" 2>&1; then
        printf '%d s\n' $((SECONDS - begin))
    else
        printf 'failed\n'
        tail -n 40 "$log" | awk '!told[$0]++' >&2 # Build tools repeat themselves.
        fail "$headline: failed. The whole log is $log"
    fi
}
