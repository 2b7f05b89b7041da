#!/bin/sh
# From a simulated run to measured data, to models that read it, and back to runs that answer every query; over HTTP only.
#
#   sh replay-http.sh BASE [TEMPLATE PARAMETER FILE]      answers are written into the folder it is called in
#
# BASE is where a service answers, as in http://127.0.0.1:8080. PARAMETER is the parameter of the template that takes a
# measured file, FILE the file of the capture that it shall take. Needs curl and an empty data root.
set -eu

base=$1
template=${2:-order-system}
parameter=${3:-telemetryOrdersSource}
file=${4:-OrderService_arrivals.csv}

get() {
    curl --silent --show-error --fail-with-body "$base$1"
}

post() {
    curl --silent --show-error --fail-with-body --header "Accept: ${3:-application/json}" \
        --header "Content-Type: application/json" --data "$2" "$base$1"
}

# 1. A run to measure.
post /v1/runs "{\"templateId\": \"$template\", \"mode\": \"simulation\", \"options\": {\"runId\": \"simulated\"}}" > simulated.json

# 2. What a collector would have written: one CSV per metric and a manifest, kept by the service as `measured`.
post /v1/telemetry/captures '{"source": {"type": "run", "runId": "simulated"}, "output": {"captureKey": "measured"}}' > capture.json

# 3. Models whose parameters refer to the captured files: one that is evaluated on a measured series, and one whose
#    every role reads its own file. A path begins at the place where the service keeps captures.
post "/api/v1/templates/$template/generate" "{\"$parameter\": \"file:measured/$file\"}" application/yaml > observed.yaml
post "/api/v1/templates/$template/generate?mode=telemetry" '{"telemetry_dir": "measured"}' application/yaml > replayed.yaml

# 4. Either model can be run as it is.
for model in observed replayed; do
    curl --silent --show-error --fail-with-body --header "Content-Type: application/yaml" \
        --data-binary "@$model.yaml" "$base/v1/run" > "$model.json"
done

# 5. The same in one step, under ids of our own: template and capture together, whole or with one file bound.
post /v1/runs "{\"templateId\": \"$template\", \"mode\": \"telemetry\",
    \"telemetry\": {\"captureDirectory\": \"measured\"}, \"options\": {\"runId\": \"whole\"}}" > whole.json
post /v1/runs "{\"templateId\": \"$template\", \"mode\": \"telemetry\",
    \"telemetry\": {\"captureDirectory\": \"measured\", \"bindings\": {\"$parameter\": \"$file\"}},
    \"options\": {\"runId\": \"bound\"}}" > bound.json

# 6. Every query reads them.
for run in whole bound; do
    get "/v1/runs/$run/state?binIndex=12" > "$run-state.json"
    get "/v1/runs/$run/state_window?startBin=0&endBin=23" > "$run-window.json"
done
