#!/bin/bash
# The last script of each layer: nothing of the builder stays in the image.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"

clear_package_caches() {
  local system
  system=$(distribution)
  case $system in
    amazonlinux2023) dnf --quiet clean all ;;
    *)
      # On an instance, packages come from Ubuntu's living archive again.
      rm -f "$root/etc/apt/apt.conf.d/50image-snapshot"
      apt-get clean
      rm -rf "$root"/var/lib/apt/lists/*
      ;;
  esac
}

# Each instance makes its own identity, and its logs are its own.
forget_builder() {
  cloud-init clean --logs
  : >"$root/etc/machine-id"
  rm -f "$root"/etc/ssh/ssh_host_* "$root"/{root,home/*}/.bash_history
  rm -f "$root/var/lib/systemd/random-seed"
  find "$root/var/log" -type f -exec truncate --size 0 {} +
  rm -rf "$root/var/log/journal"/*
}

clear_package_caches
forget_builder
rm -rf "$image"
sync
