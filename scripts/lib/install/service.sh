# Sourced by scripts/install and scripts/uninstall: the service's configuration and folders, and what keeps it running:
# systemd, or cron where there is none.
# shellcheck shell=bash

etc=/etc/device-lock
unit=/etc/systemd/system/device-lock.service
cron=/etc/cron.d/device-lock
logrotate=/etc/logrotate.d/device-lock

has_systemd() { [ -d /run/systemd/system ]; }

put_folders() {
  put_directory "$etc" 0750 root:asterisk
  put_directory /var/lib/device-lock 0750 asterisk:asterisk
  [ -d /var/log/asterisk ] || put_directory /var/log/asterisk 0755 asterisk:asterisk
}

# The secret is made once and kept. It is never printed, and no command line holds it.
put_secret() {
  [ ! -f "$etc/ami.secret" ] || return 0
  if [ -n "${pair-}" ]; then
    put_file "$etc/ami.secret" 0400 asterisk:asterisk <"$pair/ami.secret"
  else
    od -An -N 32 -tx1 /dev/urandom | tr -d ' \n' | put_file "$etc/ami.secret" 0400 asterisk:asterisk
  fi
}

# Written once; an administrator's changes stay.
put_configuration() {
  if [ -n "${pair-}" ]; then
    put_file "$etc/ami-ca.pem" 0644 root:root <"$pair/ami-ca.pem"
  fi
  [ ! -f "$etc/device-lock.toml" ] || return 0
  configuration_text | put_file "$etc/device-lock.toml" 0640 root:asterisk
}

configuration_text() {
  echo "# Device Lock. Every key is described in $home/current/data/device-lock.example.toml."
  echo "# After a change: $(has_systemd && echo 'systemctl restart device-lock' || echo "$home/current/scripts/watchdog restart")"
  echo
  echo "[ami]"
  if [ "$half" = service ]; then
    echo "host = \"$pbx\""
    echo "port = $ami_tls_port"
    echo "tls = true"
    echo "tls-ca = \"$etc/ami-ca.pem\""
  else
    echo "port = $ami_port"
  fi
  echo "secret-file = \"$etc/ami.secret\""
  if [ "$half" = service ]; then
    echo
    echo "[gate]"
    echo "host = \"0.0.0.0\""
    echo "allow = [\"127.0.0.0/8\", \"$pbx\"]"
  fi
}

put_service() {
  if [ -d /etc/logrotate.d ]; then
    put_file "$logrotate" 0644 root:root <"$root/data/logrotate/device-lock"
  fi
  if has_systemd; then
    take_away "$cron"
    put_file "$unit" 0644 root:root <"$root/data/systemd/device-lock.service"
    [ -n "$dry_run" ] || systemctl daemon-reload
    systemctl is-enabled -q device-lock 2>/dev/null || change "enable device-lock.service" systemctl enable -q device-lock
  else
    put_file "$cron" 0644 root:root <"$root/data/cron/device-lock"
  fi
}

service_restart() {
  if has_systemd; then
    systemctl restart device-lock
  else
    "$home/current/scripts/watchdog" restart
  fi
}

take_service() {
  if has_systemd && [ -f "$unit" ]; then
    change "stop device-lock.service" systemctl disable -q --now device-lock
  fi
  take_away "$cron"
  if ! has_systemd && [ -x "$home/current/scripts/watchdog" ] && [ -e /run/device-lock ]; then
    change "stop the service" "$home/current/scripts/watchdog" stop
  fi
  if [ -f "$unit" ] || [ -d "$unit.d" ]; then
    take_away "$unit" "$unit.d"
    [ -n "$dry_run" ] || systemctl daemon-reload 2>/dev/null || true
  fi
  take_away "$logrotate" /run/device-lock /usr/local/bin/device-lock
}
