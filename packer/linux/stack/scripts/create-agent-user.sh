#!/bin/bash
# The user that jobs run as, and the folders that belong to it. Everything that root or a later job trusts belongs to
# root: hooks, plugins and settings.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"

id=2000
home=/var/lib/buildkite-agent

: "${IMAGE_USER:?}"

create_user() {
  groupadd --gid "$id" buildkite-agent
  useradd --uid "$id" --gid buildkite-agent --groups docker --home-dir "$home" --create-home --shell /bin/bash \
    buildkite-agent
  usermod --append --groups docker "$IMAGE_USER"
}

create_folders() {
  local of_root=(install --directory --owner root --group root --mode 0755)
  local of_agent=(install --directory --owner buildkite-agent --group buildkite-agent --mode 0755)
  "${of_root[@]}" "$root/etc/buildkite-agent" "$root/etc/buildkite-agent/hooks" "$root/etc/buildkite-elastic-ci-stack"
  "${of_root[@]}" "$root/usr/local/buildkite-aws-stack" "$root/usr/local/buildkite-aws-stack/plugins"
  "${of_agent[@]}" "$root$home" "$root$home/builds" "$root$home/git-mirrors" "$root$home/plugins" "$root$home/.aws"
}

# A pager would wait for a key in a job.
configure_aws_cli() {
  printf '[default]\ncli_pager =\n' >"$root$home/.aws/config"
  chown buildkite-agent:buildkite-agent "$root$home/.aws/config"
}

create_user
create_folders
configure_aws_cli
