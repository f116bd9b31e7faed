#!/usr/bin/env bash
# Packs the library, then builds, runs and publishes a project that knows it only as a package.
# Usage: build/check-package.sh [package id prefix]
set -euo pipefail
cd "$(dirname "$0")/.."

package_id=${1:-Microsoft.ML.Adversarial}
# Never the same twice: NuGet would take a version that it has seen from its cache.
version=0.1.0-check.$(date +%s)
consumer=test/PackageConsumer
work=$PWD/artifacts/check-package
feed=$PWD/artifacts/feed
log=$work/log.txt
unwanted=GLIBCXX_3.4.32
library=libLibTorchSharp.so

check=check-package
. build/check-steps.sh

expect_ok() {
    local what=$1
    shift
    echo "$check: $what"
    local output
    output=$("$@" 2>>"$log") || fail "$what: it ended with an error"
    [ "$(tail -n 1 <<<"$output")" = ok ] || fail "$what: expected the last line to be 'ok', got: $output"
}

expect_fixed() {
    [ -f "$1" ] || fail "expected $1, which is not there"
    ! grep -q "$unwanted" "$1" || fail "$1 still asks for $unwanted, so it does not load on Debian 12 and Ubuntu 22.04"
}

rm -rf "$work" "$feed"
mkdir -p "$work" "$feed"

global_packages=$(dotnet nuget locals global-packages --list)
global_packages=${global_packages#*: }

for project in Microsoft.ML.Adversarial.Core Microsoft.ML.Adversarial; do
    step "pack $project $version" \
        dotnet pack "src/$project" --output "$feed" "-p:Version=$version" "-p:PackageIdPrefix=$package_id"
done

# After packing, which is what restores TorchSharp where nothing did so before.
cached_libraries() { sha256sum "${global_packages%/}"/torchsharp/*/runtimes/linux-x64/native/$library; }
cached_before=$(cached_libraries) || fail "expected $library in the package cache, $global_packages, got none"

# The checked packages are kept out of the machine's package cache, which still serves the large ones. Linked to, not copied:
# it saves gigabytes, and a fix that wrote to its file in place would then show in the cache.
properties=(
    "-p:CheckedPackageId=$package_id"
    "-p:CheckedPackageVersion=$version"
    "-p:RestoreAdditionalProjectSources=$feed"
    "-p:RestorePackagesPath=$work/packages"
    "-p:RestoreAdditionalProjectFallbackFolders=$global_packages"
    -p:CreateHardLinksForCopyLocalIfPossible=true
    -p:CreateHardLinksForPublishFilesIfPossible=true
    --artifacts-path "$work/consumer"
)

step "build the consumer" dotnet build $consumer "${properties[@]}"
built=$work/consumer/bin/PackageConsumer/debug
expect_fixed "$built/runtimes/linux-x64/native/$library"
expect_ok "run the consumer" dotnet "$built/PackageConsumer.dll"

step "publish the consumer for linux-x64" \
    dotnet publish $consumer --runtime linux-x64 --self-contained false --output "$work/published" "${properties[@]}"
expect_fixed "$work/published/$library"
if [ "$(uname -sm)" = "Linux x86_64" ]; then
    expect_ok "run what was published" "$work/published/PackageConsumer"
fi

[ "$(cached_libraries)" = "$cached_before" ] || fail "the package cache, $global_packages, was edited: clear it and restore again"

echo "$check: PASS: $package_id $version builds, runs and publishes from its packages alone"
