#!/usr/bin/env bash
# The shipped weights (src/handful/model/weights): about an hour on one busy core, then a falling rate, then the graphs.
# Needs an environment with `pip install . './pretrain[export]'`. Usage: pretrain/runs/small.sh OUT
# Going on from the checkpoint in runs/small instead of from nothing: cp -r pretrain/runs/small OUT first.
# How these weights differ from a run of this file, since the prior was still changing under them: LOG.md, 2026-11-22.
set -euo pipefail
out=${1:?where the run goes}
cd "$(dirname "$0")/.."
export PYTHONPATH="src:../src${PYTHONPATH:+:$PYTHONPATH}"
python -m handful_pretrain.train --size small --minutes 65 --out "$out" --threads 1
python -m handful_pretrain.train --minutes 8 --out "$out" --threads 1 --decay
python -m handful_pretrain.evaluate "$out/decayed" --each 62
python -m handful_pretrain.export "$out/decayed" ../src/handful/model/weights --name small
