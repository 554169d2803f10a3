#!/bin/bash
# Runs a command with the stack's settings in its environment: with-environment.sh COMMAND [ARGUMENT...]
# Names and values arrive separated by NUL and are never parsed by a shell, so every value stays what it was.
# Without jq, with a broken file, or with NUL in a value, nothing is run and the exit code is not zero.
set -euo pipefail

settings=${ELASTIC_STACK_ROOT:-}/etc/buildkite-elastic-ci-stack/environment.json

while IFS= read -r -d '' name && IFS= read -r -d '' value; do
  export "$name=$value"
done < <(jq -j 'to_entries[]
  | if .value | explode | index(0) then error(.key + " has a NUL character") else .key, "\u0000", .value, "\u0000" end' "$settings")

# Only wait tells whether jq succeeded.
if ! wait "$!"; then
  echo "with-environment.sh: cannot read $settings" >&2
  exit 1
fi

exec "$@"
