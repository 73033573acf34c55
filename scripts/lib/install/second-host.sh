# Sourced by scripts/install: the two halves where the service runs on another host than Asterisk. The PBX's half makes the
# secret and the certificate of AMI; the service's half is given both in a folder, the pair.
# shellcheck shell=bash

ami_tls_port=5039
keys=/etc/asterisk/keys
pair_folder=/etc/device-lock/pair

check_pbx_half() {
  local settings
  command -v openssl >/dev/null || lack "the command openssl" "install openssl"
  settings=$(ask_asterisk 'manager show settings')
  if grep -q '^ *TLS Enable: *Yes' <<<"$settings" && ! grep -q "$keys/device-lock.crt" <<<"$settings"; then
    lack "AMI's TLS for a certificate of ours" "take tlsenable out of [general] in manager.conf"
  fi
  if [ -z "$address" ]; then
    address=$(ip -4 route get "${service%:*}" 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p' | head -n 1)
    [ -n "$address" ] || lack "this host's address as ${service%:*} sees it" "say it: --address A.B.C.D"
  fi
}

check_service_half() {
  local file
  for file in ami.secret ami-ca.pem; do
    [ -s "$pair/$file" ] || lack "$pair/$file" "copy the folder $pair_folder of the PBX here, and name it with --pair"
  done
}

put_pair() {
  put_directory /etc/device-lock 0750 root:asterisk
  put_directory "$pair_folder" 0700 root:root
  [ -f "$pair_folder/ami.secret" ] ||
    od -An -N 32 -tx1 /dev/urandom | tr -d ' \n' | put_file "$pair_folder/ami.secret" 0400 root:root
  put_directory "$keys" 0750 asterisk:asterisk
  if [ ! -f "$keys/device-lock.crt" ]; then
    change "make a certificate for AMI at $address" make_certificate
  fi
  [ ! -f "$keys/device-lock.crt" ] || put_file "$pair_folder/ami-ca.pem" 0400 root:root <"$keys/device-lock.crt"
}

# Signed by itself: the service trusts this one certificate and no authority.
make_certificate() {
  printf '%s\n' '[req]' 'distinguished_name = name' 'x509_extensions = extensions' 'prompt = no' \
    '[name]' "CN = $address" '[extensions]' 'basicConstraints = critical,CA:TRUE' "subjectAltName = IP:$address" >"$work/openssl.conf"
  (umask 077 && openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 3650 -config "$work/openssl.conf" \
    -keyout "$work/key" -out "$work/crt" 2>"$work/openssl") || die "openssl failed: $(tail -n 1 "$work/openssl")"
  write_file "$keys/device-lock.key" 0400 asterisk:asterisk <"$work/key"
  write_file "$keys/device-lock.crt" 0444 asterisk:asterisk <"$work/crt"
}

ami_tls_text() {
  echo "[general](+)"
  echo "tlsenable = yes"
  echo "tlsbindaddr = 0.0.0.0:$ami_tls_port"
  echo "tlscertfile = $keys/device-lock.crt"
  echo "tlsprivatekey = $keys/device-lock.key"
}

say_pbx_half() {
  step "On the service's host"
  say "   copy $pair_folder there (it holds the secret: scp, then remove the copy), and run:"
  say "      scripts/install --half service --pbx $address --pair FOLDER"
  say "   The firewall here must let ${service%:*} reach TCP $ami_tls_port, and nobody else."
}

say_service_half() {
  step "The network"
  say "   The gate answers $pbx alone ([gate] allow). Let the firewall agree, for example:"
  say "      nft add rule inet filter input ip saddr != $pbx tcp dport 4580 drop"
}
