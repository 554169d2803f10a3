#!/bin/bash
# What talks to AWS, and git-lfs. Amazon Linux has some of it as packages.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"

work=$image/aws

install_aws_cli() {
  download aws-cli "$work/aws-cli.zip"
  unzip -q "$work/aws-cli.zip" -d "$work"
  "$work/aws/install" --install-dir "$root/usr/local/aws-cli" --bin-dir "$root/usr/local/bin" --update
  # Amazon Linux may bring an older one.
  ln --symbolic --force ../local/bin/aws "$root/usr/bin/aws"
}

install_session_manager_plugin() {
  download session-manager-plugin "$work/session-manager-plugin.deb"
  unpack_deb "$work/session-manager-plugin.deb" "$work"
  install --owner root --group root --mode 0755 "$work/usr/local/sessionmanagerplugin/bin/session-manager-plugin" \
    "$root/usr/local/bin/session-manager-plugin"
}

install_git_lfs() {
  download git-lfs "$work/git-lfs.tar.gz"
  tar --extract --gzip --file "$work/git-lfs.tar.gz" --directory "$work" --strip-components 1
  install --owner root --group root --mode 0755 "$work/git-lfs" "$root/usr/local/bin/git-lfs"
  "$root/usr/local/bin/git-lfs" install --system
}

# The snap that Ubuntu brings updates itself.
replace_ssm_snap() {
  if snap list amazon-ssm-agent >/dev/null 2>&1; then snap remove --purge amazon-ssm-agent; fi
  install_deb ssm-agent
}

install_deb() {
  download "$1" "$work/$1.deb"
  dpkg --install "$work/$1.deb"
}

# Its Python dependencies are packages of Ubuntu: pip fetches nothing.
install_cfn_bootstrap() {
  download cfn-bootstrap "$work/cfn-bootstrap.tar.gz"
  pip3 install --quiet --no-deps --no-build-isolation --no-index --break-system-packages "$work/cfn-bootstrap.tar.gz"
}

mkdir -p "$work"
install_aws_cli
install_session_manager_plugin
install_git_lfs
system=$(distribution)
if [[ $system == ubuntu2404 ]]; then
  replace_ssm_snap
  install_deb cloudwatch-agent
  install_cfn_bootstrap
fi
systemctl enable amazon-ssm-agent.service amazon-cloudwatch-agent.service
rm -rf "$work"
