# What the checks of packages share; to be sourced, with $check their name and $log the file that output goes to.

fail() {
    [ ! -f "$log" ] || tail -n 30 "$log" >&2
    echo "$check: FAIL: $1"
    exit 1
}

step() {
    local what=$1
    shift
    echo "$check: $what"
    echo "> $*" >>"$log"
    "$@" >>"$log" 2>&1 || fail "$what"
}
