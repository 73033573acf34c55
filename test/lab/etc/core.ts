/** Asterisk's own folders, modules, log, CDR and RTP. Nothing here is special to Device Lock. */
import type { Instance } from '../instance.ts';

/** Every folder is the instance's own; modules and sounds are the root's. */
export function asteriskConf({ inside }: Instance): string {
  return `[directories]
astcachedir => ${inside}/cache
astetcdir => ${inside}/etc
astvarlibdir => ${inside}/lib
astdbdir => ${inside}/lib
astkeydir => ${inside}/lib
astspooldir => ${inside}/spool
astrundir => ${inside}/run
astlogdir => ${inside}/log
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin

[options]
hideconnect = yes
live_dangerously = no
`;
}

/** The folders that must exist before Asterisk starts, below the instance's own. */
export const FOLDERS = ['cache', 'etc', 'lib', 'spool', 'run', 'log/cdr-csv', 'lib/keys'];

/** Asterisk looks for these and complains where they are missing; empty, they mean its defaults. */
export const EMPTY_FILES = [
  'acl',
  'ccss',
  'cel',
  'features',
  'indications',
  'pjproject',
  'statsd',
  'udptl',
  'websocket_client',
].map((name) => `${name}.conf`);

// What would open a port of its own, log an error for want of a configuration, or is of no use here.
const NOT_LOADED = [
  ...['chan_sip', 'chan_iax2', 'chan_mgcp', 'chan_skinny', 'chan_unistim', 'chan_motif', 'chan_alsa'],
  ...['chan_oss', 'chan_console', 'chan_websocket', 'chan_audiosocket'],
  ...['cdr_adaptive_odbc', 'cdr_custom', 'cdr_manager', 'cdr_odbc', 'cdr_pgsql', 'cdr_radius'],
  ...['cdr_sqlite3_custom', 'cdr_tds', 'cel_custom', 'cel_manager', 'cel_odbc', 'cel_pgsql', 'cel_radius'],
  ...['cel_sqlite3_custom', 'cel_tds', 'res_cdrel_custom'],
  ...['pbx_dundi', 'pbx_ael', 'pbx_lua', 'pbx_realtime', 'pbx_spool'],
  ...['app_adsiprog', 'app_agent_pool', 'app_alarmreceiver', 'app_amd', 'app_confbridge', 'app_dictate'],
  ...['app_festival', 'app_followme', 'app_jack', 'app_minivm', 'app_page', 'app_queue', 'app_sla'],
  ...['app_sms', 'app_voicemail', 'app_voicemail_imap', 'app_voicemail_odbc', 'func_odbc'],
  ...['res_adsi', 'res_aeap', 'res_ael_share', 'res_calendar', 'res_calendar_caldav', 'res_calendar_ews'],
  ...['res_calendar_exchange', 'res_calendar_icalendar', 'res_clialiases', 'res_config_curl'],
  ...['res_config_ldap', 'res_config_odbc', 'res_config_pgsql', 'res_config_sqlite3', 'res_fax'],
  ...['res_fax_spandsp', 'res_geolocation', 'res_hep', 'res_hep_pjsip', 'res_hep_rtcp', 'res_odbc'],
  ...['res_odbc_transaction', 'res_parking', 'res_phoneprov', 'res_pjsip_geolocation'],
  ...['res_pjsip_phoneprov_provider', 'res_pjsip_stir_shaken', 'res_prometheus', 'res_rtp_multicast'],
  ...['res_resolver_unbound', 'res_musiconhold', 'res_http_media_cache', 'res_pjsip_notify'],
  ...[
    'res_pjsip_config_wizard',
    'chan_rtp',
    'app_getcpeid',
    'app_ices',
    'app_image',
    'app_nbscat',
    'app_url',
  ],
  ...['res_smdi', 'res_snmp', 'res_speech_aeap', 'res_stir_shaken', 'res_stun_monitor', 'res_xmpp'],
];

export function modulesConf(): string {
  const noload = NOT_LOADED.map((module) => `noload = ${module}.so\n`).join('');
  return `[modules]\nautoload = yes\n${noload}`;
}

/** `messages` keeps what a person would look at; `full` what Asterisk executed, for a test that failed. */
export function loggerConf(): string {
  return `[general]
dateformat = %F %T.%3q

[logfiles]
messages = notice,warning,error,security
full = notice,warning,error,verbose(4)
`;
}

/** As it comes: unanswered calls are not logged. Rows carry the unique id and the user field. */
export function cdrConf(): string {
  return `[general]

[csv]
usegmtime = yes
loguniqueid = yes
loguserfield = yes
accountlogs = no
`;
}

export function rtpConf(): string {
  return '[general]\nrtpstart = 20000\nrtpend = 29999\nicesupport = no\n';
}
