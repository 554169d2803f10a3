#!/bin/bash
# Hands the agent's token and verification key to the agent, once at each start, through pipes: agent-secrets.sh prepare|offer
# The agent reads them before it registers. Jobs run as the agent's user: all that they find is that the pipes are gone.
set -euo pipefail

secrets=${ELASTIC_STACK_ROOT:-}/etc/buildkite-elastic-ci-stack/agent-secrets
pipes=${ELASTIC_STACK_ROOT:-}/run/buildkite-elastic-ci-stack/agent-secrets

prepare() {
  local secret pipe
  rm -rf "$pipes"
  mkdir -p "$pipes"
  for secret in "$secrets"/*; do
    pipe=$pipes/${secret##*/}
    mkfifo -m 0640 "$pipe"
    chown root:buildkite-agent "$pipe"
  done
}

# The pipe is gone before anything is in it: whoever has opened it until then is the only one.
hand_over() {
  rm "$pipes/$1"
  cat "$secrets/$1"
}

# Writing to a pipe waits until somebody reads it.
offer() {
  local secret name
  for secret in "$secrets"/*; do
    name=${secret##*/}
    hand_over "$name" >"$pipes/$name" &
  done
  wait
}

"$1"
