#!/bin/bash
# The first process of a sandbox: root.sh SHARED PYTHON [WORD...]. It runs in mount, network and process namespaces of
# its own, makes a root whose changes stay in memory, moves into it and becomes bridge.py, which gets the words.
set -euo pipefail

shared=$1
python=$2
shift 2
disk=$shared/disk
root=$shared/root
prefix=$("$python" -c 'import sys; print(sys.base_prefix)')

# Folders that start empty: what the machine that runs the tests has there of its own, an instance has not.
empty_folders() {
  local path
  for path in /*/; do
    path=${path%/}
    [[ -L $path ]] && continue
    case $path in
      /bin | /etc | /lib | /lib32 | /lib64 | /libx32 | /sbin | /usr | /var) ;;
      *) echo "$path" ;;
    esac
  done
  printf '%s\n' /var/log /var/tmp /var/cache /var/spool /usr/local/bin /usr/local/sbin
}

make_root() {
  local path
  mount --make-rprivate /
  mkdir -p "$disk" "$root"
  mount -t tmpfs -o size=16g,mode=0700 disk "$disk"
  mkdir "$disk/changes" "$disk/work"
  empty_folders | "$python" -c '
import os, sys
for path in sys.stdin.read().split("\n")[:-1]:
    os.makedirs(sys.argv[1] + path)
    os.setxattr(sys.argv[1] + path, "trusted.overlay.opaque", b"y")' "$disk/changes"
  mount -t overlay -o "lowerdir=/,upperdir=$disk/changes,workdir=$disk/work" overlay "$root"
  chmod 0711 "$root/root"
  chmod 1777 "$root/var/tmp"
}

make_devices() {
  local name
  mount -t tmpfs -o mode=0755 dev "$root/dev"
  for name in null zero full random urandom tty; do
    touch "$root/dev/$name"
    mount --bind "/dev/$name" "$root/dev/$name"
  done
  ln -s null "$root/dev/console"
  ln -s /proc/self/fd "$root/dev/fd"
  ln -s /proc/self/fd/0 "$root/dev/stdin"
  ln -s /proc/self/fd/1 "$root/dev/stdout"
  ln -s /proc/self/fd/2 "$root/dev/stderr"
  mkdir -m 1777 "$root/dev/shm"
}

# The kernel is the test machine's own: nothing in here may switch that off or change its settings.
make_proc() {
  mount -t proc proc "$root/proc"
  [[ ! -e $root/proc/sysrq-trigger ]] || mount --bind "$shared/sysrq" "$root/proc/sysrq-trigger"
  mount --bind "$shared/uptime" "$root/proc/uptime"
  mount --bind "$root/proc/sys" "$root/proc/sys"
  mount -o remount,ro,bind "$root/proc/sys"
}

make_root
make_devices
make_proc
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t tmpfs -o mode=0755 run "$root/run"
mkdir -p "$root/run/sandbox" "$root$prefix"
mount --bind "$shared" "$root/run/sandbox"
mount --bind "$disk" "$root/run/sandbox/disk"
mount --bind "$prefix" "$root$prefix"
ip link set lo up

cd "$root"
mkdir .old
pivot_root . .old
umount -l /.old
rmdir /.old
exec "$python" /run/sandbox/machine/bridge.py "$@"
