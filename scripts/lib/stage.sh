# Sourced by scripts/install and scripts/package: what a release holds. Expects $root, the folder it is taken from.
# shellcheck shell=bash

release_files=(src dialplan data docs scripts/device-lock scripts/install scripts/uninstall scripts/watchdog scripts/lib
  LICENSE README.md CHANGELOG.md package.json)

# stage_page DEST: the console's page, which a checkout builds first and a release has.
stage_page() {
  [ ! -f "$root/package-lock.json" ] || "$root/scripts/console-build"
  mkdir -p "$1/build"
  cp -R "$root/build/console" "$1/build/"
}

# stage_modules DEST ARCH: the packages of production, and of Node nothing but the program.
stage_modules() {
  local dest=$1 arch=$2 folder
  "$root/node_modules/node-linux-$(own_arch)/bin/node" "$root/scripts/lib/production-packages.mjs" "$arch" |
    while read -r folder; do
      # An optional package of another platform, or Node of another processor, is not there.
      [ -d "$root/$folder" ] || continue
      mkdir -p "$dest/${folder%/*}"
      cp -R "$root/$folder" "$dest/${folder%/*}/"
    done
  # Nested packages come with their parent, but not those that only tests need.
  rm -rf "$dest"/node_modules/node-linux-*/{include,share,CHANGELOG.md,README.md,bin/npm,bin/npx,bin/corepack} \
    "$dest"/node_modules/better-sqlite3/{deps,src,binding.gyp}
  find "$dest/node_modules/better-sqlite3/prebuilds" -type f ! -name "linux-$arch.node" -delete
}

own_arch() {
  case "$(uname -m)" in
    x86_64) echo x64 ;;
    aarch64) echo arm64 ;;
  esac
}
