#!/usr/bin/env bash
# Brings a project's PublicAPI.Unshipped.txt in line with its code: bash build/update-public-api.sh src/Microsoft.ML.Adversarial.Core
set -euo pipefail
cd "$1"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet build -c Release --no-incremental -p:TreatWarningsAsErrors=false -p:BuildProjectReferences=true >"$log" 2>&1 || { grep "error" "$log" | sort -u | head -20; exit 1; }
python3 - "$log" <<'PYTHON'
import re, sys
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
project = __import__("os").getcwd()
lines = [line for line in lines if f"[{project}/" in line]
new = {m[1] for line in lines if (m := re.search(r"RS0016: Symbol '(.*)' is not part of", line))}
gone = {m[1] for line in lines if (m := re.search(r"RS0017: Symbol '(.*)' is part of the declared API", line))}
path = "PublicAPI.Unshipped.txt"
symbols = {line for line in open(path, encoding="utf-8-sig").read().splitlines() if line and line != "#nullable enable"}
symbols = sorted((symbols | new) - gone, key=lambda symbol: symbol.encode())
open(path, "w", encoding="utf-8").write("\n".join(["#nullable enable", *symbols]) + "\n")
print(f"{len(new)} added, {len(gone)} removed")
PYTHON
