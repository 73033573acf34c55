# Sourced by every script that runs TypeScript: makes sure that the project's own Node and its packages are here, and
# puts them first on PATH. It never touches the Node of the machine. Expects $root, the folder of the project.
# shellcheck shell=bash

case "$(uname -m)" in
  x86_64) device_lock_arch=x64 ;;
  aarch64) device_lock_arch=arm64 ;;
  *)
    echo "device-lock: no Node for this processor ($(uname -m)): x86_64 or aarch64 is needed." >&2
    exit 1
    ;;
esac

device_lock_glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
if [ -z "$device_lock_glibc" ] || [ "$(printf '%s\n' 2.28 "$device_lock_glibc" | sort -V | head -n 1)" != 2.28 ]; then
  echo "device-lock: this system has ${device_lock_glibc:+glibc }${device_lock_glibc:-no glibc}; glibc 2.28 or newer is" \
    "needed (Debian 10, RHEL 8). Run it on a second host and point it at this PBX." >&2
  exit 1
fi

device_lock_bin=$root/node_modules/node-linux-$device_lock_arch/bin

# npm writes .package-lock.json last, so a half-made node_modules counts as missing. A release brings node_modules
# without a package-lock.json.
device_lock_stale() {
  [ ! -x "$device_lock_bin/node" ] ||
    { [ -f "$root/package-lock.json" ] && [ "$root/package-lock.json" -nt "$root/node_modules/.package-lock.json" ]; }
}

# --ignore-scripts: nothing here needs an install script, and Debian 12's npm would try to compile. That npm (9.2) also
# stumbles over a package that stands in for another, and an npm on an old Node leaves out packages that need a newer one.
# So the old npm only fetches a newer one with the project's own Node, and these two do the work.
device_lock_npm_ci() {
  local node_version npm_cli
  set -- ci --ignore-scripts --no-audit --no-fund --loglevel=error
  if [ "$(npm --version | cut -d. -f1)" -ge 10 ] && node -e 'process.exit(+process.versions.node.split(".")[0] < 22 ? 1 : 0)'; then
    (cd "$root" && npm "$@")
    return
  fi
  npm_cli=$(mktemp -d)
  node_version=$(sed -n "s/.*\"node-linux-$device_lock_arch\": \"\(.*\)\".*/\1/p" "$root/package.json")
  (cd "$npm_cli" && npm install --prefix "$npm_cli" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error \
    npm@11.19.1 "node-linux-$device_lock_arch@$node_version") &&
    (cd "$root" && PATH=$npm_cli/node_modules/node-linux-$device_lock_arch/bin:$PATH \
      node "$npm_cli/node_modules/npm/bin/npm-cli.js" "$@")
  set -- $?
  rm -rf "$npm_cli"
  return "$1"
}

if device_lock_stale; then
  if ! command -v npm >/dev/null; then
    echo "device-lock: npm is needed once, to fetch the packages (Debian: apt-get install npm)." >&2
    exit 1
  fi
  echo "device-lock: fetching the packages (npm ci)" >&2
  # Two scripts started together take turns; whoever comes second finds the work done.
  (
    flock 9
    if device_lock_stale; then device_lock_npm_ci >&2; fi
  ) 9<"$root" || {
    echo "device-lock: npm ci failed (its messages are above)." >&2
    exit 1
  }
  if [ ! -x "$device_lock_bin/node" ]; then
    echo "device-lock: npm left out node-linux-$device_lock_arch; is an omit=optional set in an .npmrc?" >&2
    exit 1
  fi
fi

PATH=$device_lock_bin:$root/node_modules/.bin:$PATH
export PATH
