#!/bin/bash
# Whether Docker's disk has room for another job; the exit code says so. In an agent's hook, and where the stack wants
# it, the agent's own finished builds make room. Never as root: jobs could have put a link in the place of a folder.
# No errexit: what fails is a disk that cannot be judged, and counts as full.
set -uo pipefail

root=$(cd -- "${BASH_SOURCE[0]%/*}/../../.." && pwd)
root=${root%/}
least_kilobytes=${DISK_MIN_AVAILABLE:-5242880}
least_inodes=${DISK_MIN_INODES:-250000}
# A job may have set them, and what is no number would be code where bash counts.
[[ $least_kilobytes =~ ^[0-9]+$ ]] || least_kilobytes=5242880
[[ $least_inodes =~ ^[0-9]+$ ]] || least_inodes=250000

# Docker makes its folder when it first starts; before that the disk is the one of the folder above.
docker_folder() {
  local configuration=$root/etc/docker/daemon.json folder=
  if [[ -s $configuration ]]; then folder=$(jq --raw-output '."data-root" // empty' "$configuration"); fi
  folder=$root${folder:-/var/lib/docker}
  while [[ ! -d $folder && $folder == */* ]]; do folder=${folder%/*}; done
  printf '%s' "${folder:-/}"
}

has_room() {
  local kilobytes inodes
  read -r kilobytes inodes < <(df --block-size=1K --output=avail,iavail -- "$1" | tail -n 1)
  echo "Room on Docker's disk: $kilobytes KiB (at least $least_kilobytes), $inodes inodes (at least $least_inodes)"
  [[ $kilobytes =~ ^[0-9]+$ ]] && ((kilobytes >= least_kilobytes)) || return
  # Some file systems have no fixed number of inodes, and show none.
  [[ ! $inodes =~ ^[1-9][0-9]*$ ]] || ((inodes >= least_inodes))
}

# The agent names its folder after itself. Other agents' builds may be running.
purge_builds() {
  local folder=${BUILDKITE_AGENT_NAME-}
  [[ ${BUILDKITE_PURGE_BUILDS_ON_DISK_FULL-} == true && -n $folder && $EUID != 0 ]] || return 1
  folder=${BUILDKITE_BUILD_PATH:-$root/var/lib/buildkite-agent/builds}/${folder//[!A-Za-z0-9]/-}
  [[ -d $folder && ! -L $folder ]] || return 1
  echo "Removing this agent's earlier builds"
  find "$folder" -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system -- {} +
}

folder=$(docker_folder)
has_room "$folder" || { purge_builds && has_room "$folder"; }
