# Sourced by scripts/install and scripts/uninstall: what Asterisk itself is given. The user of its manager, and the gate
# as a file to #include. An administrator's extensions.conf and pjsip.conf are never edited: what belongs there is said.
# shellcheck shell=bash

conf=/etc/asterisk

# permit_from: the one address AMI is reached from. secret_file: where the user's secret stands.
put_ami_user() {
  local permit_from=$1 secret_file=$2
  if [ -n "$freepbx" ]; then
    put_freepbx_ami_user "$permit_from" "$secret_file"
    return
  fi
  local before
  before=$(changes)
  if includes manager_custom.conf; then
    ami_user_text "$permit_from" "$secret_file" | put_block "$conf/manager_custom.conf" 0640 asterisk:asterisk
  elif includes 'manager\.d/\*\.conf'; then
    ami_user_text "$permit_from" "$secret_file" | put_file "$conf/manager.d/device-lock.conf" 0640 asterisk:asterisk
  else
    ami_user_text "$permit_from" "$secret_file" | put_block "$conf/manager.conf" 0640 asterisk:asterisk
  fi
  [ "$(changes)" = "$before" ] || reload_asterisk 'manager reload'
}

ami_user_text() {
  if [ "$half" = pbx ]; then
    ami_tls_text
    echo
  fi
  echo "; Device Lock's user of the manager."
  echo "[device-lock]"
  echo "secret = $(cat "$2" 2>/dev/null || true)"
  echo "deny = 0.0.0.0/0.0.0.0"
  echo "permit = $1/255.255.255.255"
  echo "read = system,call,security"
  echo "write = system,reporting,call"
  echo "writetimeout = 1000"
}

includes() { grep -Eq "^[[:space:]]*#(try)?include[[:space:]]+\"?$1" "$conf/manager.conf"; }

take_ami_user() {
  local before
  before=$(changes)
  take_block "$conf/manager_custom.conf"
  take_block "$conf/manager.conf"
  take_away "$conf/manager.d/device-lock.conf"
  [ "$(changes)" = "$before" ] || reload_asterisk 'manager reload'
}

# --- The gate, where there is no FreePBX ------------------------------------------------------------------------------

# Before the switch: does the file hold changes of the administrator's (emergency numbers, most likely)?
note_dialplan() {
  dialplan_edited=
  [ -f "$conf/device-lock.conf" ] || return 0
  cmp -s "$conf/device-lock.conf" "$root/dialplan/device-lock.conf" && return 0
  cmp -s "$conf/device-lock.conf" "$home/current/dialplan/device-lock.conf" && return 0
  dialplan_edited=yes
}

put_dialplan() {
  local before file=$conf/device-lock.conf
  before=$(changes)
  [ -z "$dialplan_edited" ] || file=$conf/device-lock.conf.new
  put_file "$file" 0640 asterisk:asterisk <"$root/dialplan/device-lock.conf"
  if [ -n "$dialplan_edited" ]; then
    say "   $conf/device-lock.conf holds changes of yours and stays; this release's is beside it as device-lock.conf.new."
  elif [ "$(changes)" != "$before" ] && included_by >/dev/null; then
    reload_asterisk 'dialplan reload'
  fi
}

take_dialplan() { take_away "$conf/device-lock.conf" "$conf/device-lock.conf.new"; }

# The files of the administrator's that need the gate.
included_by() { grep -Els '^[[:space:]]*#(try)?include[[:space:]]+"?(/etc/asterisk/)?device-lock\.conf' "$conf"/*.conf; }

say_what_is_left() {
  step "Left for you"
  if ! included_by >/dev/null; then
    say "   In $conf/extensions.conf, at its end:"
    say "      #include device-lock.conf"
    say "   and at the top of each context your phones dial from:"
    # shellcheck disable=SC2016
    say '      exten => _X.,1,Gosub(device-lock,s,1(${FILTER(0-9A-Za-z*#+._,${EXTEN})}))'
    say "   (their own first lines become priority n); then: asterisk -rx 'dialplan reload'"
  fi
  if [ "$half" = pbx ]; then
    say "   In $conf/extensions.conf, [globals]:"
    say "      DEVICELOCK_GATE=$service"
  fi
  if ! ask_asterisk 'pjsip show settings' | grep -q 'send_contact_status_on_update_registration *: *true'; then
    say "   In $conf/pjsip.conf, so that a phone that renews its registration is seen at once:"
    say "      [global]"
    say "      send_contact_status_on_update_registration = yes"
  fi
}

reload_asterisk() {
  [ -n "$dry_run" ] || ask_asterisk "$1" >/dev/null
}

# What the service wrote into Asterisk's own memory and database.
take_asterisk_data() {
  command -v asterisk >/dev/null || return 0
  if ask_asterisk 'database show CUSTOMLOCK' | grep -q '^/CUSTOMLOCK/'; then
    change "remove CUSTOMLOCK from AstDB" reload_asterisk 'database deltree CUSTOMLOCK'
  fi
  local name
  for name in $(ask_asterisk 'dialplan show globals' | sed -n 's/^ *\(DEVICELOCK_[A-Z_]*\)=..*$/\1/p'); do
    change "empty the dialplan's global $name" reload_asterisk "dialplan set global $name \"\""
  done
}
