#!/bin/bash
# Puts /tmp where the stack wants it, and mounts the instance's own NVMe disks at /mnt/ephemeral for Docker, builds and
# git mirrors. What is mounted stays; disks that already have the file system are mounted, empty ones are formatted.
# Instance storage is empty again after a stop, so a unit runs this before Docker at every later start of the instance.
set -Eeuo pipefail
shopt -s inherit_errexit nullglob

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh"

label=bk-ephemeral
storage=$root/mnt/ephemeral
agent=$root/var/lib/buildkite-agent

# Unmounted lazily: at this point of the boot something always has /tmp open.
move_tmp_to_disk() {
  if findmnt --types tmpfs --mountpoint "$root/tmp" >/dev/null; then
    umount --lazy "$root/tmp"
    chmod 1777 "$root/tmp"
  fi
  systemctl mask --now tmp.mount
}

# One name per disk: udev may give a disk several, and their numbers change between starts.
instance_disks() {
  local link
  for link in "$root"/dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_*; do
    [[ $link == *-part[0-9]* ]] || readlink -f "$link"
  done | sort -u
}

# Several disks become one RAID 0.
join_disks() {
  if (($# == 1)); then
    echo "$1"
    return
  fi
  local array=$root/dev/md/$label
  mdadm --create "$array" --run --level=0 --chunk=256 --raid-devices="$#" "$@" >&2
  blockdev --setra 65536 "$array" >&2
  echo "$array"
}

# The file system of an earlier boot, read from the disks themselves: udev and blkid's cache may be late or stale, and a
# volume of the stack's owner may have the same label. A disk of a RAID has the array's name for a label.
made_before() {
  local device found
  for device in "$@" "$root"/dev/md[0-9]*; do
    found=$(blkid --probe --usages filesystem --match-tag LABEL --output value "$device") || found=
    if [[ $found == "$label" ]]; then
      echo "$device"
      return
    fi
  done
}

storage_device() {
  local device
  device=$(made_before "$@")
  if [[ -z $device ]] && (($# > 1)); then
    mdadm --assemble --scan >&2 || true
    device=$(made_before "$@")
  fi
  if [[ -z $device ]]; then
    device=$(join_disks "$@")
    mkfs.ext4 -q -F -L "$label" -E nodiscard "$device" >&2
  fi
  echo "$device"
}

mount_storage() {
  local device
  local -a disks
  mountpoint --quiet "$storage" && return
  udevadm settle --timeout=30 || true
  mapfile -t disks < <(instance_disks)
  if ((${#disks[@]} == 0)); then
    say "this instance type has no NVMe instance storage: everything stays on the root volume"
    touch "$run/instance-storage-missing"
    return
  fi
  device=$(storage_device "${disks[@]}")
  mkdir -p "$storage"
  mount -o noatime "$device" "$storage"
  say "instance storage is $device"
}

bind_folder() {
  local folder=$storage/$1 target=$agent/$1
  mkdir -p "$folder" "$target"
  chown buildkite-agent:buildkite-agent "$folder"
  chmod 0755 "$folder"
  [[ ! -L $target ]] || refuse "$target is a link, and not the agent's folder"
  mountpoint --quiet "$target" || mount --bind "$folder" "$target"
}

begin_part
read_inputs
[[ $BUILDKITE_MOUNT_TMPFS_AT_TMP == true ]] || move_tmp_to_disk
[[ $BUILDKITE_ENABLE_INSTANCE_STORAGE == true ]] || exit 0
mount_storage
if mountpoint --quiet "$storage"; then
  bind_folder builds
  bind_folder git-mirrors
fi
systemctl enable bk-mount-instance-storage.service
