#!/bin/bash
# The distribution's packages, from its signed repositories as they were at the release or moment in versions.json.
set -euo pipefail

# shellcheck source=packer/linux/shared/download.sh
source "${ELASTIC_STACK_ROOT:-}/var/tmp/image/shared/download.sh"

# From the template: until it is installed, there is no jq that could read them.
: "${IMAGE_RELEASE:?}" "${IMAGE_SNAPSHOT?}"

# with_packages COMMAND...: the command, with the packages of versions.json as its further arguments.
with_packages() {
  local all system
  local -a packages
  system=$(distribution)
  all=$(pin packages all)
  system=$(pin packages "$system")
  mapfile -t packages <<<"$all"$'\n'"$system"
  "$@" "${packages[@]}"
}

install_on_amazon_linux() {
  local -a dnf=(dnf --quiet --assumeyes --releasever="$IMAGE_RELEASE")
  "${dnf[@]}" upgrade
  "${dnf[@]}" install jq
  with_packages "${dnf[@]}" install
  "${dnf[@]}" swap gnupg2-minimal gnupg2-full
}

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get --quiet --assume-yes --option DPkg::Lock::Timeout=300 \
    --option Acquire::Retries=5 --option Dpkg::Options::=--force-confold "$@"
}

# The image is the unit of update: a background upgrade would restart Docker under jobs, or hold dpkg's lock.
stop_background_upgrades() {
  systemctl mask --now apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service
  systemctl mask --now unattended-upgrades.service
}

install_on_ubuntu() {
  stop_background_upgrades
  printf 'APT::Snapshot "%s";\n' "${IMAGE_SNAPSHOT:?}" >"$root/etc/apt/apt.conf.d/50image-snapshot"
  apt update
  apt dist-upgrade
  apt install jq
  with_packages apt install
  snap refresh --hold
  # A tmpfs, as on Amazon Linux. Copied, for a unit that is linked into /etc cannot be masked.
  install -D -m 0644 "$root/usr/share/systemd/tmp.mount" "$root/usr/local/lib/systemd/system/tmp.mount"
  systemctl enable tmp.mount
}

cloud-init status --wait >/dev/null || true
system=$(distribution)
case $system in
  amazonlinux2023) install_on_amazon_linux ;;
  *) install_on_ubuntu ;;
esac
systemctl enable rsyslog.service
