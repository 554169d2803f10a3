#!/bin/bash
# Docker's plugins, and emulators with which containers of other architectures run. Docker itself is a package.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"

plugins=/usr/libexec/docker/cli-plugins
foreign=(aarch64 arm i386 loongarch64 mips64 mips64el ppc64le riscv64 s390x x86_64)

install_plugin() {
  local work=$image/$1
  download "$1" "$work"
  install -D --owner root --group root --mode 0755 "$work" "$root$plugins/$1"
  rm "$work"
}

install_compose_command() {
  ln --symbolic --force "$plugins/docker-compose" "$root/usr/bin/docker-compose"
  install -D --owner root --group root --mode 0755 "$image/files/usr/local/bin/docker-compose" \
    "$root/usr/local/bin/docker-compose"
}

# systemd-binfmt registers the emulators at boot, before Docker and without a container. They are static and opened at
# registration (flag F), so that they work within containers.
install_emulators() {
  local work=$image/qemu machine cpu
  machine=$(architecture)
  mkdir -p "$work" "$root/usr/libexec/qemu-binfmt" "$root/usr/lib/binfmt.d"
  download qemu-user "$work/qemu-user.deb"
  unpack_deb "$work/qemu-user.deb" "$work"
  for cpu in "${foreign[@]}"; do
    case $machine:$cpu in
      # What this machine runs by itself.
      amd64:x86_64 | amd64:i386 | arm64:aarch64) continue ;;
      *) ;;
    esac
    install --owner root --group root --mode 0755 "$work/usr/bin/qemu-$cpu" "$root/usr/bin/qemu-$cpu"
    ln --symbolic --force "../../bin/qemu-$cpu" "$root/usr/libexec/qemu-binfmt/$cpu-binfmt-P"
    install --owner root --group root --mode 0644 "$work/usr/share/qemu/binfmt.d/qemu-$cpu.conf" \
      "$root/usr/lib/binfmt.d/"
  done
  rm -r "$work"
  systemctl restart systemd-binfmt.service
}

install_plugin docker-compose
install_plugin docker-buildx
install_compose_command
install_emulators
systemctl enable docker.service
