#!/bin/sh
# From a simulated run to measured data with holes, and back to a run that answers every query; the command line only.
#
#   sh replay.sh [TEMPLATE [GAPS]]      in an empty folder; everything is written below it
#
# No step needs a service, and only files pass between them, so the steps may run on different machines: where templates
# are kept, generate (3); carry made/ and capture/ to where runs are made; there, bundle (4). replay-http.sh asks a service.
set -eu

template=${1:-order-system}
gaps=${2:-}

# 1. A run to measure.
flowtime run --template-id "$template" --run-id simulated > simulated.txt

# 2. What a collector would have written: one CSV per metric, a manifest, and the gaps of a file.
flowtime telemetry capture --run simulated --output capture ${gaps:+--gaps "$gaps"}
flowtime verify capture

# 3. The model that the template makes, and where it comes from.
flowtime template generate "$template" --mode telemetry --out made

# 4. Model and capture together: a run in telemetry mode.
flowtime telemetry bundle --capture-dir capture --model made/model.yaml --provenance made/provenance.json \
    --run-id replayed > replayed.txt
flowtime verify replayed

# 5. Every query reads it.
flowtime state replayed --bin 12
flowtime state replayed --window 0:23 --json > window.json

# The same in one step: the template binds every node by itself.
flowtime telemetry run --template-id "$template" -p telemetry_dir=capture --run-id "in-one-step" > in-one-step.txt
