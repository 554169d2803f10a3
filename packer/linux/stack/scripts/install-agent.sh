#!/bin/bash
# The agent of every release channel, and Buildkite's programs beside it. An instance only chooses: it downloads none.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"

# install_program NAME PATH
install_program() {
  local work=$image/$1
  download "$1" "$work"
  install -D --owner root --group root --mode 0755 "$work" "$root$2"
  rm "$work"
}

for channel in stable beta edge oldstable; do
  install_program "buildkite-agent-$channel" "/usr/bin/buildkite-agent-$channel"
done
ln --symbolic --force buildkite-agent-stable "$root/usr/bin/buildkite-agent"
install_program lifecycled /usr/bin/lifecycled
install_program s3secrets-helper /usr/local/bin/s3secrets-helper
install --owner root --group root --mode 0644 /dev/null "$root/etc/lifecycled"
