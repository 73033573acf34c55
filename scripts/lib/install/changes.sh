# Sourced by scripts/install and scripts/uninstall: every change of the machine goes through here. A change that is there
# already is not made again; with $dry_run nothing is made, only said. Expects $work, a folder of this run's own.
# shellcheck shell=bash

dry_run=${dry_run-}

say() { printf '%s\n' "$*"; }
step() { printf '== %s\n' "$*"; }
die() {
  printf 'device-lock: %s\n' "$*" >&2
  exit 1
}

# change "what it does" COMMAND...
change() {
  local what=$1
  shift
  echo >>"$work/changes"
  if [ -n "$dry_run" ]; then
    say "   would $what"
    return 0
  fi
  say "   $what"
  "$@"
}

# How many so far. In a file: some are made in the subshell of a pipe.
changes() { wc -l <"$work/changes"; }

# put_directory PATH MODE OWNER:GROUP
put_directory() {
  [ -d "$1" ] && has_mode "$1" "$2" "$3" && return 0
  change "make the folder $1" make_directory "$@"
}

make_directory() {
  mkdir -p "$1"
  chown "$3" "$1"
  chmod "$2" "$1"
}

# put_file PATH MODE OWNER:GROUP, its text on standard input. Whoever reads the old file meanwhile reads it whole.
put_file() {
  cat >"$work/text"
  if [ -f "$1" ] && has_mode "$1" "$2" "$3" && cmp -s "$work/text" "$1"; then return 0; fi
  change "write $1" write_file "$@" <"$work/text"
}

write_file() {
  local part=$1.device-lock-part
  (umask 077 && cat >"$part")
  chown "$3" "$part"
  chmod "$2" "$part"
  mv -f "$part" "$1"
}

# put_link PATH TARGET
put_link() {
  [ "$(readlink "$1" 2>/dev/null)" = "$2" ] && return 0
  change "link $1 to $2" make_link "$@"
}

make_link() {
  ln -sfn "$2" "$1.device-lock-part"
  mv -fT "$1.device-lock-part" "$1"
}

# take_away PATH...: files, links and folders of ours.
take_away() {
  local path
  for path in "$@"; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    change "remove $path" rm -rf -- "$path"
  done
}

has_mode() {
  [ "$(stat -c '%a %U:%G' "$1")" = "${2#0} $3" ]
}

# --- Our block in a file of the administrator's ----------------------------------------------------------------------
# Between two marks that also say how the file ended before, so that taking the block away gives the same bytes back.

block_begin='; >>> device-lock'
block_end='; <<< device-lock'

# put_block PATH MODE OWNER:GROUP, its text on standard input; mode and owner are for a file that is not there yet.
put_block() {
  cat >"$work/text"
  block_of "$1" | cmp -s - "$work/text" && return 0
  change "write our lines into $1" write_block "$@" <"$work/text"
}

write_block() {
  local path=$1 how='' rest
  rest=$path.device-lock-part
  if [ ! -e "$path" ]; then
    how=' (the file is ours)'
    : >"$rest"
    chown "$3" "$rest"
    chmod "$2" "$rest"
  else
    cp -p "$path" "$rest"
    if holds_block "$path"; then
      without_block "$path" >"$rest"
      how=$(sed -n "s/^$block_begin//p" "$path" | head -n 1)
    fi
    if [ -s "$rest" ] && [ -n "$(tail -c 1 "$rest")" ]; then
      echo >>"$rest"
      how=' (no line end before)'
    fi
  fi
  {
    echo "$block_begin$how"
    cat
    echo "$block_end"
  } >>"$rest"
  mv -f "$rest" "$path"
}

take_block() {
  local path=$1
  [ -f "$path" ] && holds_block "$path" || return 0
  change "take our lines out of $path" remove_block "$path"
}

remove_block() {
  local path=$1 rest=$1.device-lock-part
  cp -p "$path" "$rest"
  without_block "$path" >"$rest"
  if [ ! -s "$rest" ] && grep -q "^$block_begin (the file is ours)" "$path"; then
    rm -f "$rest" "$path"
    return
  fi
  mv -f "$rest" "$path"
}

holds_block() { grep -q "^$block_begin" "$1"; }

block_of() {
  [ -f "$1" ] && sed -n "/^$block_begin/,/^$block_end/p" "$1" | sed '1d;$d'
  return 0
}

# Byte for byte what was there before, whatever was added behind our block since.
without_block() {
  awk -v begin="$block_begin" -v end="$block_end" '
    index($0, begin) == 1 { inside = 1; open_end = index($0, "no line end before"); next }
    inside && index($0, end) == 1 { inside = 0; behind = 1; next }
    inside { next }
    { if (any) printf "\n"; printf "%s", $0; any = 1; if (behind) open_end = 0 }
    END { if (any && !open_end) printf "\n" }
  ' "$1"
}
