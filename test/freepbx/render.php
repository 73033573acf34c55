<?php
/**
 * Writes a dialplan as FreePBX would, with the module in it. Standard input is JSON: dialplan, an extensions.conf with the
 * shape of FreePBX's; body, the service's answer to GET /v1/dialplan. Lines of a gate that are in it are left out
 * first, and the include of the feature code.
 * Prints JSON: conf, problems.
 */

use FreePBX\modules\Devicelock\Dialplan\Settings;
use FreePBX\modules\Devicelock\Dialplan\Splice;

require __DIR__ . '/stand-in.php';
require __DIR__ . '/../../dialplan/freepbx/devicelock/Dialplan/Splice.php';

$input = json_decode((string) stream_get_contents(STDIN), true);
$dialplan = str_replace("include => device-lock-codes\n", '', $input['dialplan']);
$ext = extensions::of($dialplan, static function (string $command): bool {
	return (bool) preg_match('/^Gosub\(device-lock|^Set\(DEVICELOCK_EMERG=/', $command);
});
$problems = Splice::apply($ext, Settings::fromService($input['body']));
echo json_encode(['conf' => $ext->generateConf(), 'problems' => $problems]);
