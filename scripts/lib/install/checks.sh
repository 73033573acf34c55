# Sourced by scripts/install: what must be there before anything is changed. Each check says what is missing and the cure;
# all are made, so that one run tells everything.
# shellcheck shell=bash

missing=0

lack() {
  missing=$((missing + 1))
  printf '   missing: %s\n      cure: %s\n' "$1" "$2" >&2
}

check_root() {
  [ "$(id -u)" = 0 ] || die "this needs root: sudo $0"
}

check_machine() {
  local glibc free
  case "$(uname -m)" in
    x86_64 | aarch64) ;;
    *) lack "a processor that there is a Node for (this is $(uname -m))" "run the service on an x86_64 or aarch64 host: docs/install.md, Second host" ;;
  esac
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
  if [ -z "$glibc" ] || [ "$(printf '%s\n' 2.28 "$glibc" | sort -V | head -n 1)" != 2.28 ]; then
    lack "glibc 2.28 or newer (this is ${glibc:-none})" "run the service on a second host: docs/install.md, Second host"
  fi
  free=$(df -Pk /opt 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
  [ "${free:-0}" -ge 500 ] || lack "500 MB free below /opt (there are ${free:-0} MB)" "make room, old recordings and logs are the usual cause"
  if [ ! -d /run/systemd/system ]; then
    [ -d /etc/cron.d ] || lack "systemd, or cron with /etc/cron.d" "install cron (Debian: apt-get install cron)"
    need flock util-linux
    need setpriv util-linux
    need setsid util-linux
  fi
}

check_user() {
  id asterisk >/dev/null 2>&1 && return
  lack "the user asterisk" "useradd --system --home-dir /var/lib/asterisk --shell /usr/sbin/nologin asterisk"
}

# The port of the gate: free, or held by the service that is being upgraded.
check_port() {
  is_installed && return
  # In a subshell: the connection is closed with it.
  if (exec 3<>/dev/tcp/127.0.0.1/4580) 2>/dev/null; then
    lack "port 4580, which another program holds" "\"ss -ltnp sport = :4580\" names it; end it, or set [gate] port there"
  fi
}

check_asterisk() {
  local version major
  command -v asterisk >/dev/null || {
    lack "Asterisk" "install it, or name its host: scripts/install --half service --pbx HOST --pair FOLDER"
    return
  }
  version=$(ask_asterisk 'core show version')
  major=$(sed -n 's/^Asterisk \(certified\/\|certified-\)\{0,1\}\([0-9]*\).*/\2/p' <<<"$version")
  if [ -z "$major" ]; then
    lack "a running Asterisk" "start it: systemctl start asterisk, or on FreePBX fwconsole start"
    return
  fi
  [ "$major" -ge 16 ] || lack "Asterisk 16 or newer (this is $major)" "upgrade Asterisk"
  say "   Asterisk $major is running"
  ask_asterisk 'module show like res_pjsip.so' | grep -q 'res_pjsip.so .*Running' ||
    lack "chan_pjsip (res_pjsip.so is not running)" "Device Lock guards PJSIP endpoints; load res_pjsip"
  ask_asterisk 'module show like res_agi.so' | grep -q 'res_agi.so .*Running' ||
    lack "res_agi.so" "load it: asterisk -rx 'module load res_agi.so'"
}

check_ami() {
  local settings
  settings=$(ask_asterisk 'manager show settings')
  if ! grep -q '^ *Manager (AMI): *Yes' <<<"$settings"; then
    lack "AMI, Asterisk's manager" "in /etc/asterisk/manager.conf [general]: enabled = yes; then asterisk -rx 'manager reload'"
    return
  fi
  ami_port=$(sed -n 's/^ *TCP Bindaddress: *.*:\([0-9]*\) *$/\1/p' <<<"$settings")
  [ -n "$ami_port" ] || lack "AMI's TCP port" "in /etc/asterisk/manager.conf [general]: port = 5038"
  say "   AMI listens on port $ami_port"
  [ -f /etc/asterisk/manager.conf ] || lack "/etc/asterisk/manager.conf" "is Asterisk configured elsewhere? Its folder must be /etc/asterisk"
}

check_freepbx() {
  freepbx=
  [ -f /etc/freepbx.conf ] || return 0
  freepbx=yes
  command -v fwconsole >/dev/null || lack "fwconsole, FreePBX's command" "repair FreePBX: it is in /var/lib/asterisk/bin"
  command -v php >/dev/null || lack "php, FreePBX's" "repair FreePBX"
  say "   FreePBX is here"
}

end_checks() {
  [ "$missing" = 0 ] || die "$missing missing; nothing was changed."
}

need() { command -v "$1" >/dev/null || lack "the command $1" "install $2"; }

ask_asterisk() { timeout 20 asterisk -rx "$1" 2>/dev/null || true; }

is_installed() { [ -L "$home/current" ]; }
