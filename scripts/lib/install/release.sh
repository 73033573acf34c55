# Sourced by scripts/install: the program itself. Each release has a folder of its own, `current` points at the one that
# runs; a release that does not get healthy is taken back.
# shellcheck shell=bash

healthy_within=${DEVICE_LOCK_HEALTHY_WITHIN:-60}

# Leaves the name of the release in $release. A release that is there already, byte for byte, is not copied again.
put_release() {
  local version staged digest
  version=$(sed -n 's/^  "version": "\([0-9A-Za-z.+-]*\)",$/\1/p' "$root/package.json")
  [ -n "$version" ] || die "$root/package.json names no version."
  case "$root" in
    "$home"/releases/*)
      release=${root##*/}
      return
      ;;
  esac
  if [ -n "$dry_run" ] && ! is_installed; then
    release=$version
    change "put the program and its Node into $home/releases/$version" true
    return
  fi
  staged=$work/staged
  [ -n "$dry_run" ] || staged=$home/releases/.staged
  rm -rf "$staged"
  mkdir -p "$staged"
  stage "$staged"
  digest=$(digest_of "$staged")
  release=$version
  if [ -d "$home/releases/$version" ] && [ "$(cat "$home/releases/$version/.digest" 2>/dev/null)" != "$digest" ]; then
    release=$version+${digest:0:8}
  fi
  if [ "$(cat "$home/releases/$release/.digest" 2>/dev/null)" = "$digest" ]; then
    rm -rf "$staged"
    return
  fi
  echo "$digest" >"$staged/.digest"
  change "put the program and its Node into $home/releases/$release" move_release "$staged" "$release"
}

stage() {
  local file
  for file in "${release_files[@]}"; do
    mkdir -p "$1/$(dirname "$file")"
    cp -R "$root/$file" "$1/$(dirname "$file")/"
  done
  stage_page "$1"
  # A checkout has package-lock.json and the packages of the tests; a release has neither.
  if [ -f "$root/package-lock.json" ]; then
    stage_modules "$1" "$(own_arch)"
  else
    cp -R "$root/node_modules" "$1/"
    rm -rf "$1/node_modules/.cache"
  fi
  chown -R root:root "$1"
  chmod -R u=rwX,go=rX "$1"
}

digest_of() { (cd "$1" && find . -type f ! -name .digest -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1); }

move_release() {
  chmod 0755 "$home" "$home/releases"
  rm -rf "${home:?}/releases/$2"
  mv "$1" "$home/releases/$2"
}

# Switches to $release and waits until it guards; where it does not, what ran before runs again.
switch_release() {
  local before
  before=$(readlink "$home/current" 2>/dev/null || true)
  put_link "$home/current" "releases/$release"
  put_link /usr/local/bin/device-lock "$home/current/scripts/device-lock"
  put_service
  if [ "$(changes)" = 0 ] && is_healthy; then return; fi
  [ -z "$dry_run" ] || return 0
  service_restart
  step "Waiting until the service guards ($healthy_within s at most)"
  if await_healthy; then
    say "   it does"
    forget_old_releases "$before"
    return
  fi
  explain_failure
  if [ -z "$before" ] || [ "$before" = "releases/$release" ]; then
    die "the service does not get healthy. Mend what is said above and run this again; scripts/uninstall takes everything away."
  fi
  say "   going back to ${before#releases/}"
  make_link "$home/current" "$before"
  service_restart
  rm -rf "${home:?}/releases/$release"
  await_healthy || die "the release before, ${before#releases/}, is back in place, but is not healthy either: device-lock doctor"
  die "the new release did not get healthy; ${before#releases/} runs again, with its configuration and data."
}

await_healthy() {
  local end=$((SECONDS + healthy_within))
  while [ "$SECONDS" -lt "$end" ]; do
    ! is_healthy || return 0
    sleep 1
  done
  return 1
}

# Asterisk is reached, and the dialplan has all it decides from when nobody answers.
is_healthy() {
  timeout 10 "$home/current/scripts/device-lock" status --json >"$work/status" 2>"$work/why" || return 1
  tr -d ' \n' <"$work/status" | grep -q '"connected":true.*"inStep":true' && return
  "$home/current/scripts/device-lock" status >"$work/why" 2>&1 || true
  return 1
}

explain_failure() {
  say "   it does not:" >&2
  sed 's/^/      /' "$work/why" >&2
  [ ! -f /var/log/asterisk/device-lock.out ] || tail -n 5 /var/log/asterisk/device-lock.out | sed 's/^/      /' >&2
}

# The release before stays, for a way back by hand.
forget_old_releases() {
  local folder
  for folder in "$home"/releases/*; do
    case "${folder##*/}" in
      "$release" | "${1#releases/}") ;;
      *) rm -rf "$folder" ;;
    esac
  done
}
