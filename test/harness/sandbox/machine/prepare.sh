#!/bin/bash
# Runs once in a new sandbox: makes of its root what an instance has from its image before the first boot. The image's
# own scripts do it, as far as they need no network.
set -euo pipefail

machine=/run/sandbox/machine

# Users of the test machine, whose numbers an instance gives to others.
remove_users() {
  local file
  for file in passwd group; do
    awk -F: '$3 < 990 || $3 > 60000' "/etc/$file" >"/etc/$file.new"
    mv "/etc/$file.new" "/etc/$file"
  done
}

make_base() {
  remove_users
  printf 'ID="amzn"\nVERSION_ID="2023"\nNAME="Amazon Linux"\n' >/etc/os-release.new
  mv /etc/os-release.new /etc/os-release
  echo "127.0.0.1 localhost $(uname -n)" >/etc/hosts
  rm -f /etc/resolv.conf
  : >/etc/fstab
  groupadd --gid 992 docker
  useradd --uid 1000 --create-home ec2-user
  install -d -o ec2-user -g ec2-user -m 0700 /home/ec2-user/.ssh
  install -d -m 0700 ~root/.ssh
  install -d /etc/docker
  install -d -m 0711 /var/lib/docker
  echo '{"storage-driver":"overlay2"}' >/etc/docker/daemon.json
}

# Package managers are there so that a call of one would be seen.
stand_in() {
  local name
  for name in docker dockerd cfn-signal nvme git-lfs logger mdadm udevadm lifecycled yum dnf apt apt-get pip pip3 snap; do
    ln -sf "$machine/stand-in" "/usr/bin/$name"
  done
  for name in poweroff halt reboot shutdown; do
    ln -sf "$machine/stand-in" "/usr/sbin/$name"
  done
  install -d /opt/aws/amazon-cloudwatch-agent/bin
  ln -sf "$machine/stand-in" /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl
  ln -sf "$machine/systemctl" "$machine/journalctl" /usr/bin/
  ln -sf "$machine/sleep" "$machine/date" "$machine/timeout" "$machine/aws" "$machine/curl" /usr/local/bin/
  for name in stable beta edge oldstable; do
    ln -sf "$machine/buildkite-agent" "/usr/bin/buildkite-agent-$name"
  done
  ln -sf buildkite-agent-stable /usr/bin/buildkite-agent
}

# What packer uploads lies in /run/sandbox/image.
install_stack() {
  local script
  cp -a /run/sandbox/image /var/tmp/image
  for script in create-agent-user install-files; do
    IMAGE_USER=ec2-user bash "/run/sandbox/image-scripts/$script.sh"
  done
  rm -rf /var/tmp/image
}

umask 022
make_base
stand_in
install_stack
: >/run/sandbox/calls
