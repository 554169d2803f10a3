#!/bin/bash
# machine.sh WORK: systemd as process 1 of a machine of its own, in namespaces. WORK/stage lies over this machine's root,
# in memory; WORK/facts is shared with the machine. It returns when the machine has switched itself off.
set -euo pipefail

work=$1
stage=${2:-outside}
group=$work/cgroup/sandbox-$$

outside() {
  exec unshare --mount --net --uts --ipc "$0" "$work" controlled
}

# systemd puts every unit into a control group below its own.
controlled() {
  mount -t cgroup2 cgroup2 "$work/cgroup"
  mkdir "$group"
  echo 0 >"$group/cgroup.procs"
  unshare --cgroup --pid --fork --kill-child --mount "$0" "$work" inside || true
  echo 0 >"$work/cgroup/cgroup.procs"
  find "$group" -depth -type d -exec rmdir {} \;
}

inside() {
  local root=$work/disk/root
  ip link set lo up
  mount -t tmpfs disk "$work/disk"
  mkdir "$work/disk/changes" "$work/disk/work" "$root"
  cp -a "$work/stage/." "$work/disk/changes/"
  mount -t overlay -o "lowerdir=/,upperdir=$work/disk/changes,workdir=$work/disk/work" overlay "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=0755 run "$root/run"
  mount -t tmpfs -o mode=1777 tmp "$root/tmp"
  mkdir "$root/facts" "$root/.old"
  mount --bind "$work/facts" "$root/facts"
  mount --bind "$work/facts/uptime" "$root/proc/uptime"
  cd "$root"
  pivot_root . .old
  umount -l /.old
  export container=sandbox SYSTEMD_UNIT_PATH=/units
  exec /lib/systemd/systemd --system --unit=sandbox.target --show-status=no --log-target=console --log-level=info
}

"$stage"
