#!/bin/bash
# Limits the jobs that agents take to the stack's lists: puts the lists, and the agent's hooks that hold to them, in place.
set -euo pipefail

root=${ELASTIC_STACK_ROOT:-}
settings=$root/etc/buildkite-elastic-ci-stack
hooks=$root/etc/buildkite-agent/hooks
unit=$root/etc/systemd/system/buildkite-agent.service.d

if [[ ! -x $root/usr/bin/python3 ]]; then
  echo "this image has no /usr/bin/python3, which the check of jobs needs"
  exit 1
fi

printf '%s\0' "${BUILDKITE_ALLOWED_PIPELINES?}" "${BUILDKITE_ALLOWED_REPOSITORIES?}" "${BUILDKITE_ALLOWED_BRANCHES?}" \
  "${BUILDKITE_ALLOWED_PLUGINS?}" "${BUILDKITE_ALLOWED_PULL_REQUESTS?}" >"$settings/allowed-jobs"
chmod 0644 "$settings/allowed-jobs"
chmod 0755 "$settings"
install -D -m 0755 "${BASH_SOURCE[0]%/*}/pre-bootstrap.py" "$hooks/pre-bootstrap"
if [[ -n $BUILDKITE_ALLOWED_REPOSITORIES$BUILDKITE_ALLOWED_BRANCHES || $BUILDKITE_ALLOWED_PULL_REQUESTS != any ]]; then
  [[ ! -e $hooks/pre-checkout ]] || mv "$hooks/pre-checkout" "$hooks/pre-checkout.image"
  install -m 0755 "${BASH_SOURCE[0]%/*}/pre-checkout.sh" "$hooks/pre-checkout"
fi
# Buildkite's image gives this folder to the user that jobs run as.
chown -R root:root "$hooks"
# Version 4 of the agent does this unasked, version 3 does not.
install -d "$unit"
printf '[Service]\nEnvironment=BUILDKITE_GIT_COMMIT_VERIFICATION=strict\n' >"$unit/allowed-jobs.conf"
systemctl daemon-reload
