<?php
/**
 * Adds or removes Device Lock's AMI user by FreePBX's own Manager module, so that it survives Apply Config.
 *
 *   php manager-user.php add ADDRESS < secret      ADDRESS is the one that AMI is reached from
 *   php manager-user.php remove
 *
 * Ends with 0 where something was changed, 3 where all was as wanted. Runs on PHP 7.4 and 8.2.
 */

const NAME = 'device-lock';
const UNCHANGED = 3;

$bootstrap_settings = ['freepbx_auth' => false];
$restrict_mods = ['manager' => true];
require_once '/etc/freepbx.conf';

$manager = \FreePBX::Manager();
$present = array_filter($manager->list_managers(true), function ($one) {
    return $one['name'] === NAME;
});

if (($argv[1] ?? '') === 'remove') {
    if ($present === []) {
        exit(UNCHANGED);
    }
    $manager->del_manager(NAME, true);
    exit(0);
}

$wanted = [
    'secret' => trim(stream_get_contents(STDIN)),
    'deny' => '0.0.0.0/0.0.0.0',
    'permit' => ($argv[2] ?? '127.0.0.1') . '/255.255.255.255',
    'read' => 'system,call,security',
    'write' => 'system,reporting,call',
];
foreach ($present as $one) {
    if (array_intersect_key($one, $wanted) == $wanted) {
        exit(UNCHANGED);
    }
    $manager->del_manager(NAME, true);
}
$manager->add_manager(NAME, $wanted['secret'], $wanted['deny'], $wanted['permit'], $wanted['read'], $wanted['write'], 1000);
exit(0);
