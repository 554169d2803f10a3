#!/bin/bash
# What must be true of the base layer.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"
# shellcheck source=packer/linux/shared/assert.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/assert.sh"

check_commands() {
  local command
  for command in aws curl dig docker docker-credential-ecr-login gcc git git-lfs gpg jq logrotate lsof make mdadm nvme \
    pigz python3 session-manager-plugin unzip wget zip; do
    holds "there is the command $command" command -v "$command"
  done
  prints "$(version_of aws-cli)" aws --version
  prints "$(version_of git-lfs)" git-lfs version
  prints "$(version_of session-manager-plugin)" session-manager-plugin --version
  prints "$(version_of docker-compose)" docker compose version
  prints "$(version_of docker-compose)" /usr/local/bin/docker-compose version
  prints "$(version_of docker-buildx)" docker buildx version
}

check_emulators() {
  local machine foreign=aarch64
  machine=$(architecture)
  if [[ $machine == arm64 ]]; then foreign=x86_64; fi
  holds "programs of $foreign are emulated" grep --quiet '^flags: .*F' "/proc/sys/fs/binfmt_misc/qemu-$foreign"
  holds "no container is needed for emulation" test -z "$(docker ps --all --quiet)"
}

check_services() {
  enabled amazon-cloudwatch-agent.service amazon-ssm-agent.service docker.service rsyslog.service
  holds "cfn-signal is there" test -n "$(command -v cfn-signal || ls "$root/opt/aws/bin/cfn-signal")"
  holds "EC2 Instance Connect is there" \
    test -n "$(find "$root/opt/aws/bin" "$root/usr/share/ec2-instance-connect" -name 'eic_*' -print -quit)"
}

check_ubuntu() {
  local unit
  enabled tmp.mount
  for unit in apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service; do
    holds "$unit never runs" test "$(systemctl is-enabled "$unit")" = masked
  done
  holds "the SSM agent is no snap" test ! -e "$root/snap/amazon-ssm-agent"
}

check_commands
check_emulators
check_services
system=$(distribution)
if [[ $system == ubuntu2404 ]]; then check_ubuntu; fi
all_hold
