#!/usr/bin/env bash
# Builds a root with one package of Debian's, Asterisk unless another is named: build-root.sh DIR SUITE [PACKAGE]. The
# root appears whole or not at all: it is made beside its place and renamed. Two builders take turns, and the second finds the work done. Nothing outside DIR, its siblings and
# (where debootstrap is missing) the system's package list is touched.
set -euo pipefail
dir=$1 suite=$2 package=${3:-asterisk}
mirror=${DEVICE_LOCK_LAB_MIRROR:-http://deb.debian.org/debian}

mkdir -p "$(dirname "$dir")"
exec 9>"$dir.lock"
flock 9
[ ! -d "$dir" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "The lab builds its roots and runs them in a chroot: run it as root." >&2
  exit 1
fi
if ! command -v debootstrap >/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends debootstrap
fi

# A builder that was killed may have left its /proc mounted.
if mountpoint -q "$dir.building/proc"; then umount "$dir.building/proc"; fi
rm -rf --one-file-system "$dir.building"

# An older Debian's debootstrap has no script of a newer suite's name; sid's is the same.
script=/usr/share/debootstrap/scripts/$suite
[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
debootstrap --variant=minbase --include="$package" "$suite" "$dir.building" "$mirror" "$script"
if mountpoint -q "$dir.building/proc"; then umount "$dir.building/proc"; fi
rm -f "$dir.building"/var/cache/apt/archives/*.deb
mkdir "$dir.building/lab"
mv "$dir.building" "$dir"
