# Sourced by scripts/install and scripts/uninstall: what FreePBX is given, by its own commands: the AMI user, the module,
# and lines in files that Apply Config leaves alone.
# shellcheck shell=bash

modules_folder() {
  local web
  web=$(sed -n 's/^AMPWEBROOT=//p' /etc/amportal.conf 2>/dev/null | tail -n 1)
  echo "${web:-/var/www/html}/admin/modules"
}

put_freepbx_ami_user() {
  local before
  before=$(changes)
  if [ -n "$dry_run" ]; then
    ask_asterisk 'manager show user device-lock' | grep -q 'username: device-lock' ||
      change "add the AMI user device-lock by FreePBX's Manager module" true
    [ "$half" != pbx ] || ami_tls_text | put_block "$conf/manager_custom.conf" 0640 asterisk:asterisk
    return
  fi
  freepbx_manager add "$1" <"$2"
  [ "$half" != pbx ] || ami_tls_text | put_block "$conf/manager_custom.conf" 0640 asterisk:asterisk
  [ "$(changes)" = "$before" ] || freepbx_reload
}

# freepbx_manager add ADDRESS | remove
freepbx_manager() {
  local code=0
  php "$root/scripts/lib/install/manager-user.php" "$@" >"$work/php" 2>&1 || code=$?
  case "$code" in
    0)
      echo >>"$work/changes"
      say "   $1 the AMI user device-lock by FreePBX's Manager module"
      ;;
    3) ;;
    *)
      # What PHP prints may hold an argument of a failed call: only its first line, and never the secret.
      die "FreePBX's Manager module refused ($(head -n 1 "$work/php" | without_secret | cut -c 1-200))."
      ;;
  esac
}

without_secret() { grep -vF -f <(cat "$etc/ami.secret" "$pair_folder/ami.secret" 2>/dev/null) || true; }

freepbx_reload() { change "apply FreePBX's configuration" quiet fwconsole reload; }

put_module() {
  local folder before
  before=$(changes)
  printf '%s\n' '[global](+)' 'send_contact_status_on_update_registration=yes' |
    put_block "$conf/pjsip_custom_post.conf" 0664 asterisk:asterisk
  [ "$half" != pbx ] || echo "gate = $service" | put_file /etc/device-lock/module.ini 0640 root:asterisk
  if [ ! -f "$root/dialplan/freepbx/devicelock/module.xml" ]; then
    say "   this release holds no FreePBX module; the gate is not spliced in"
  else
    folder=$(modules_folder)/devicelock
    mkdir -p "$work/module"
    cp -R "$root/dialplan/freepbx/devicelock" "$work/module/"
    cp "$root/dialplan/device-lock.conf" "$work/module/devicelock/"
    stage_page "$work/page"
    mkdir -p "$work/module/devicelock/assets"
    cp -R "$work/page/build/console" "$work/module/devicelock/assets/"
    if ! diff -rq "$work/module/devicelock" "$folder" >/dev/null 2>&1; then
      change "put the module into $folder" copy_module "$folder"
      change "install the module" quiet fwconsole ma install devicelock
    fi
  fi
  [ "$(changes)" = "$before" ] || freepbx_reload
}

copy_module() {
  rm -rf "$1"
  mkdir -p "${1%/*}"
  cp -R "$work/module/devicelock" "$1"
  chown -R asterisk:asterisk "$1"
  quiet fwconsole chown
}

take_module() {
  local folder before
  before=$(changes)
  folder=$(modules_folder)/devicelock
  if [ -d "$folder" ]; then
    change "uninstall the module" as_far_as_possible fwconsole ma uninstall devicelock
    change "delete the module" as_far_as_possible fwconsole ma delete devicelock
    take_away "$folder"
  fi
  take_block "$conf/pjsip_custom_post.conf"
  take_away /etc/device-lock/module.ini
  take_block "$conf/manager_custom.conf"
  [ -n "$dry_run" ] || freepbx_manager remove </dev/null
  [ "$(changes)" = "$before" ] || freepbx_reload
}

# fwconsole says much; what it said is shown where it failed.
quiet() {
  "$@" >"$work/said" 2>&1 && return
  tail -n 20 "$work/said" >&2
  die "\"$*\" failed; what it said is above."
}

# While uninstalling: a module that is half there must not keep the rest here.
as_far_as_possible() {
  "$@" >"$work/said" 2>&1 || say "   \"$*\" failed, going on: $(tail -n 1 "$work/said" | cut -c 1-200)"
}
