<?php
/**
 * Examines a gate as after a reload. Standard input is JSON: shown, what Asterisk printed to each command; etc, a folder's
 * files by name. Prints JSON: the problems.
 */

use FreePBX\modules\Devicelock\Dialplan\GateCheck;

require __DIR__ . '/../../dialplan/freepbx/devicelock/Dialplan/GateCheck.php';

$input = json_decode((string) stream_get_contents(STDIN), true);
$etc = __DIR__ . '/etc-' . bin2hex(random_bytes(4));
mkdir($etc);
foreach ($input['etc'] as $name => $text) {
	file_put_contents("$etc/$name", $text);
}
echo json_encode(str_replace($etc, '/etc/asterisk', GateCheck::examine(static function (string $command) use ($input): string {
	return $input['shown'][$command];
}, $etc)));
