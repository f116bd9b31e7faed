#!/usr/bin/env bash
# Packs the command line, installs it from a folder feed as a user does, and trains, evaluates and compares with what was installed.
# Usage: build/check-tool.sh [package id prefix]
set -euo pipefail
cd "$(dirname "$0")/.."

package_id=${1:-Microsoft.ML.Adversarial}
version=0.1.0-check.$(date +%s)
work=$PWD/artifacts/check-tool
feed=$work/feed
log=$work/log.txt
mnist=$PWD/samples/data/mnist
tool=$work/installed/adversarial

check=check-tool
. build/check-steps.sh

expect_code() {
    local code=$1 what=$2 status=0
    shift 2
    echo "$check: $what"
    echo "> $*" >>"$log"
    "$@" >>"$log" 2>&1 || status=$?
    [ "$status" -eq "$code" ] || fail "$what: expected exit code $code, got $status"
}

case "$(uname -sm)" in
    "Linux x86_64") platform=linux-x64 ;;
    "Darwin arm64") platform=osx-arm64 ;;
    *) echo "$check: PASS: nothing to check, the tool is packed for linux-x64, osx-arm64 and win-x64"; exit 0 ;;
esac

rm -rf "$work"
mkdir -p "$feed" "$work/elsewhere"

# The package that names the platforms, and that of this one.
options=(-p:PackForPlatforms=true "-p:Version=$version" "-p:PackageIdPrefix=$package_id" "-p:RuntimeIdentifiers=$platform" --artifacts-path "$work/build")
step "pack $package_id.Tool $version for $platform" dotnet pack src/Microsoft.ML.Adversarial.Tool --output "$feed" "${options[@]}"
step "install it from the folder" \
    dotnet tool install "$package_id.Tool" --version "$version" --source "$feed" --tool-path "$work/installed"

# Outside the clone: nothing of it may be needed.
cd "$work/elsewhere"
step "list attacks" "$tool" attacks
step "train" "$tool" train --images "$mnist/train-images-idx3-ubyte.gz" --labels "$mnist/train-labels-idx1-ubyte.gz" \
    --rows 2000 --epochs 2 --output model.zip
evaluate=("$tool" evaluate --model model.zip --images "$mnist/t10k-images-idx3-ubyte.gz" --labels "$mnist/t10k-labels-idx1-ubyte.gz" --rows 64 --suite quick)
step "evaluate, ε = 0.02" "${evaluate[@]}" --epsilon 0.02 --json before.json --report report.html
step "evaluate, ε = 0.02 again" "${evaluate[@]}" --epsilon 0.02 --json after.json
[ -s report.html ] || fail "expected a report, got none"
expect_code 0 "compare with itself" "$tool" compare before.json after.json
expect_code 2 "refuse an unknown verb" "$tool" unknown

echo "$check: PASS: $package_id.Tool $version installs from a folder and works, its native libraries included"
