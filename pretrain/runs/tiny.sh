#!/usr/bin/env bash
# The two-minute check: the tiny model on small tables, then its figures beside the prior's.
# Needs an environment with `pip install . ./pretrain` (torch, numpy). Usage: pretrain/runs/tiny.sh OUT [MINUTES]
set -euo pipefail
out=${1:?where the run goes}
minutes=${2:-2}
cd "$(dirname "$0")/.."
export PYTHONPATH="src:../src${PYTHONPATH:+:$PYTHONPATH}"
python -m handful_pretrain.train --size tiny --minutes "$minutes" --out "$out"
python -m handful_pretrain.train --size tiny --minutes "$(awk "BEGIN { print $minutes / 4 }")" --out "$out" --decay
python -m handful_pretrain.evaluate "$out/decayed" --each 12
