#!/bin/bash
# Writes Docker's settings and starts Docker with them. Docker that already runs with the same settings is left alone.
set -Eeuo pipefail
shopt -s inherit_errexit

# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh
source "${ELASTIC_STACK_ROOT:-}/usr/local/lib/buildkite-elastic-ci-stack/inputs.sh"
# shellcheck source=packer/linux/stack/files/usr/local/lib/buildkite-elastic-ci-stack/address-pools.sh
source "$library/address-pools.sh"

configuration=$root/etc/docker/daemon.json

# All values have passed read_inputs, so none can break out of its JSON string.
address_pools() {
  local size blocks block
  local -a ranges pools=()
  local -A pool_of=([20]=$DOCKER_IPV4_ADDRESS_POOL_1 [24]=$DOCKER_IPV4_ADDRESS_POOL_2)
  mapfile -t ranges < <(vpc_ranges)
  for size in 20 24; do
    blocks=$(free_blocks "${pool_of[$size]}" "$size" "${ranges[@]}")
    for block in $blocks; do
      pools+=("{\"base\":\"$block\",\"size\":$size}")
    done
  done
  ((${#pools[@]} > 0)) || refuse "the VPC's ranges leave nothing of Docker's IPv4 address pools"
  if [[ $DOCKER_NETWORKING_PROTOCOL == dualstack ]]; then
    pools+=("{\"base\":\"$DOCKER_IPV6_ADDRESS_POOL\",\"size\":112}")
  fi
  (IFS=, && printf '[%s]' "${pools[*]}")
}

docker_settings() {
  local pools experimental=$DOCKER_EXPERIMENTAL
  pools=$(address_pools)
  printf '{"storage-driver":"overlay2","default-address-pools":%s' "$pools"
  if [[ $DOCKER_NETWORKING_PROTOCOL == dualstack ]]; then
    experimental=true
    printf ',"ipv6":true,"ip6tables":true,"fixed-cidr-v6":"%s"' "$DOCKER_FIXED_CIDR_V6"
  fi
  [[ -z $DOCKER_FIXED_CIDR_V4 ]] || printf ',"fixed-cidr":"%s"' "$DOCKER_FIXED_CIDR_V4"
  [[ $DOCKER_USERNS_REMAP != true ]] || printf ',"userns-remap":"buildkite-agent"'
  [[ $experimental != true ]] || printf ',"experimental":true'
  # Without disks to mount, Docker's data stays where it is on every other machine.
  ! mountpoint --quiet "$root/mnt/ephemeral" || printf ',"data-root":"/mnt/ephemeral/docker"'
  printf '}\n'
}

# map_ids FILE ID: container root is the agent's user (or Docker's group) on the host, everybody else is nobody there.
map_ids() {
  {
    if [[ -e $1 ]]; then grep -v '^buildkite-agent:' "$1" || true; fi
    printf 'buildkite-agent:%s:1\nbuildkite-agent:100000:65536\n' "$2"
  } >"$work/ids"
  install_file 0644 root:root "$1" <"$work/ids"
}

map_users() {
  local user group
  user=$(id -u buildkite-agent)
  group=$(getent group docker)
  map_ids "$root/etc/subuid" "$user"
  map_ids "$root/etc/subgid" "$(cut -d: -f3 <<<"$group")"
}

# What the image or its owner has put into the file stays, except for our keys.
render_configuration() {
  local current=$work/current
  echo '{}' >"$current"
  if [[ -s $configuration ]]; then cp "$configuration" "$current"; fi
  docker_settings >"$work/settings"
  jq --sort-keys --slurp '.[0] * .[1]' "$current" "$work/settings" >"$work/daemon.json"
}

replace_configuration() {
  dockerd --validate --config-file "$work/daemon.json" || refuse "Docker does not accept its settings"
  mkdir -p "${configuration%/*}"
  install_file 0644 root:root "$configuration" <"$work/daemon.json"
}

start_docker() {
  systemctl enable docker.service
  timeout 180 systemctl restart docker.service
}

begin_part
read_inputs
[[ $DOCKER_USERNS_REMAP != true ]] || map_users
render_configuration
if ! cmp --quiet "$work/daemon.json" "$configuration"; then
  replace_configuration
  start_docker
elif ! systemctl is-active --quiet docker.service; then
  start_docker
fi
systemctl enable --now docker-gc.timer docker-low-disk-gc.timer
