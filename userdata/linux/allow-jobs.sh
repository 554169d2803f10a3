#!/bin/bash
# Limits the jobs that agents take to the stack's lists: puts the lists, and the agent's hook that reads them, in place.
set -euo pipefail

settings=${ELASTIC_STACK_ROOT:-}/etc/buildkite-elastic-ci-stack
hooks=${ELASTIC_STACK_ROOT:-}/etc/buildkite-agent/hooks

if [[ ! -x ${ELASTIC_STACK_ROOT:-}/usr/bin/python3 ]]; then
  echo "this image has no /usr/bin/python3, which the check of jobs needs"
  exit 1
fi
: "${BUILDKITE_ALLOWED_PIPELINES?}" "${BUILDKITE_ALLOWED_REPOSITORIES?}" "${BUILDKITE_ALLOWED_BRANCHES?}"

printf '%s\0' "$BUILDKITE_ALLOWED_PIPELINES" "$BUILDKITE_ALLOWED_REPOSITORIES" "$BUILDKITE_ALLOWED_BRANCHES" >"$settings/allowed-jobs"
chmod 0644 "$settings/allowed-jobs"
chmod 0755 "$settings"
install -D -m 0755 "${BASH_SOURCE[0]%/*}/pre-bootstrap.py" "$hooks/pre-bootstrap"
# Buildkite's image gives this folder to the user that jobs run as.
chown -R root:root "$hooks"
